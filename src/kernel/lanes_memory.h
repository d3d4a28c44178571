/* lanes_memory: arrays of the lanes kernel, kept by the scratch and reused.
 */
#ifndef HR_KERNEL_LANES_MEMORY_H
#define HR_KERNEL_LANES_MEMORY_H

#include "base/error.h"
#include "kernel/lanes_place.h"
#include "kernel/scratch.h"

/* A server's overload state from `tick` on. */
typedef struct hr_lanes_change {
    hr_tick tick;
    uint64_t over; /* criteria */
    uint32_t next; /* of the same server; UINT32_MAX: none */
} hr_lanes_change;

typedef struct hr_lanes_memory hr_lanes_memory;
struct hr_lanes_memory {
    hr_lanes lanes;
    bool is_given_up; /* configuration `given_up` did not fit last time */
    uint64_t given_up;
    size_t most_steps, most_ring;
    /* of all lanes, [most_steps * N], as in hr_lanes */
    int16_t *people, *after, *ring;
    uint16_t *away;
    uint32_t *tie;
    uint16_t *lane_away[HR_LANES_N]; /* [most_steps] the same lane by lane */
    /* of the lane at work */
    uint32_t *start, *end, *first; /* [most_steps + PAD] */
    uint8_t *flagged;              /* [most_steps + 1] */
    uint64_t *departure, *work;    /* of flagged gaps, in order */
    hr_lanes_change *change;
    size_t n_changes, most_changes;
};

/* Room for `n_steps` arrivals in every lane; `lanes` is set up but for ceilings and ties. */
HR_MUST_CHECK hr_status hr_lanes_memory_room(hr_lanes_memory **memory, uint32_t n_steps,
                                             unsigned n_servers, double most_flagged, hr_err *err);
/* After a placement that failed. */
void hr_lanes_memory_clear_ring(hr_lanes_memory *memory);

#endif
