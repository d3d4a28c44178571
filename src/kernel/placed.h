/* placed: counts of a replication whose meetings have been placed already, for kernels in which a
 * meeting is a number of people. Only the stretches of time in which some server may be above its
 * lowest ceiling are gone through event by event; the rest are sums.
 */
#ifndef HR_KERNEL_PLACED_H
#define HR_KERNEL_PLACED_H

#include "kernel/overload.h"

/* A server's overload state from `tick` on. */
typedef struct hr_change {
    hr_tick tick;
    uint64_t over; /* criteria */
    uint32_t server;
} hr_change;

/* The overload states of one replication, kept by the scratch and reused. */
typedef struct hr_changes {
    hr_change *change; /* as they happen; in the end server by server */
    hr_change *sorted;
    uint64_t *clock; /* [n * n_criteria] ticks over so far, when a change happens */
    size_t n, most, most_clocks;
} hr_changes;
void hr_changes_free(hr_changes *changes);
size_t hr_changes_bytes(const hr_changes *changes);

typedef struct hr_placed {
    hr_replaying replay;
    hr_observer observer;
    hr_changes *changes;
    int64_t one;                        /* load of a participant, steps */
    uint32_t first[HR_MAX_SERVERS + 1]; /* of each server's changes, once they are sorted */
    bool notes_changes;
    bool is_full; /* no room for all changes */
} hr_placed;

/* Steps that one participant adds, the same for all, and nothing else does; 0 when there is more to
 * a load than that. */
int64_t hr_placed_load_of_one(const hr_configuration *configuration);

/* NULL, or what keeps a configuration from such a kernel: more than people that come and go. */
const char *hr_placed_decline(const hr_configuration *configuration);

/* Begin: counts are cleared, an empty pool is laid out. There may be as many changes as the input
 * has events. Errors HR_ERR_MEMORY. `placed` must not be moved afterwards. */
HR_MUST_CHECK hr_status hr_placed_begin(hr_placed *placed, const hr_lane *lane, hr_changes *changes,
                                        hr_scratch *scratch, hr_err *err);
/* So many people are on `server` now, where nothing is over. */
void hr_placed_stand(hr_placed *placed, unsigned server, int64_t people);
/* `people` come to a server, or go. */
void hr_placed_move(hr_placed *placed, hr_tick now, unsigned server, int64_t people);
/* The window ends. Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_placed_end(hr_placed *placed, hr_err *err);
/* After that: a meeting that ended inside the window on `server`: what overload did it meet? */
void hr_placed_count_hits(hr_placed *placed, uint32_t meeting, unsigned server);
/* What does not depend on where meetings are: counts that need HR_NEEDS_SUMS. */
void hr_placed_sum_up(hr_placed *placed);

#endif
