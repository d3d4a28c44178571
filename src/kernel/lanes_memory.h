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
    unsigned most_servers;
    uint32_t *gap; /* [N * most_steps] lane by lane */
    /* of the lane at work */
    int32_t *start;             /* [most_steps + PAD] see hr_lanes_rank */
    uint32_t *first;            /* [most_steps] */
    uint8_t *flagged;           /* [most_steps + 1] */
    uint64_t *departure, *work; /* of flagged gaps, in order */
    hr_changes changes;
};

/* Room for `n_steps` arrivals in every lane, at `n_servers` servers; `lanes` is set up but for what
 * the inputs say. */
HR_MUST_CHECK hr_status hr_lanes_memory_room(hr_lanes_memory **memory, uint32_t n_steps,
                                             unsigned n_servers, hr_err *err);

#endif
