/* lanes_memory: arrays of the lanes kernel, kept by the scratch and reused.
 */
#ifndef HR_KERNEL_LANES_MEMORY_H
#define HR_KERNEL_LANES_MEMORY_H

#include "base/error.h"
#include "kernel/lanes_place.h"
#include "kernel/placed.h"
#include "kernel/scratch.h"

typedef struct hr_lanes_memory hr_lanes_memory;
struct hr_lanes_memory {
    hr_lanes lanes;
    bool is_known; /* what follows hold for `configuration` */
    uint64_t configuration;
    bool is_narrow;   /* its days fit narrow keys so far */
    bool is_given_up; /* its days do not fit at all */
    size_t most_steps;
    size_t most_pages, entry_bytes;     /* of `entry` and `spare` */
    size_t most_joins, most_ramp_steps; /* on a ramp: what there has been room for */
    unsigned most_servers;
    uint32_t *gap;                         /* [N * most_steps] lane by lane, as */
    hr_lanes_flag *flag;                   /* these */
    uint32_t *joined, *joining, *join_gap; /* [N * most_ramp_steps], [N * (most_ramp_steps + 1)],
                                              [N * most_joins] lane by lane */
    uint32_t longest[HR_LANES_N];          /* see hr_rank */
    uint64_t n_far;                        /* the same, of all lanes so far */
    /* of the lane at work */
    void *start;            /* [most_steps + PAD] of 4 or 8 bytes: see hr_rank */
    uint32_t *first;        /* [2 * most_steps + PAD] */
    uint8_t *flagged;       /* [most_steps + 1] */
    uint64_t *event, *work; /* of flagged gaps, in order */
    hr_changes changes;
};

/* Room for `n_steps` arrivals and, on a ramp, `n_joins` joins in every lane, at `n_servers`
 * servers; `lanes` is set up but for what the inputs say. */
HR_MUST_CHECK hr_status hr_lanes_memory_room(hr_lanes_memory **memory, uint32_t n_steps,
                                             uint32_t n_joins, unsigned n_servers, hr_err *err);
/* Once it is known how many joins are far (see hr_rank), and when keys turn out to be wide: room
 * for departures and such joins. False when there is none. */
bool hr_lanes_memory_pages(hr_lanes_memory *memory);

#endif
