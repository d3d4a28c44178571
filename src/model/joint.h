/* joint: overload of all pools of a deployment at once, and which of them began it.
 *
 * A replay keeps the stretches of time in which some server of its pool is over, at each level of
 * the ceilings ("any named resource"); those of one replication are united when all its pools have
 * been replayed. A joint episode is a greatest interval in which some pool is over: stretches that
 * touch are one. Of stretches that begin at one tick the pool that comes first in the study began
 * it. Integers, and no order of the pools' replays shows.
 */
#ifndef HR_MODEL_JOINT_H
#define HR_MODEL_JOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "model/configuration.h"

struct hr_counts; /* counts.h */

/* Ticks [begin, end), begin < end. */
typedef struct hr_stretch {
    hr_tick begin, end;
} hr_stretch;

typedef struct hr_stretch_list {
    hr_stretch *stretch; /* [n] in order of time; they may touch, but do not overlap */
    size_t n, most;
    hr_tick since; /* begin of the one in progress */
} hr_stretch_list;

/* Of one pool and replication. From before the window on, as begins decide who was first. */
typedef struct hr_stretches {
    hr_arena *arena;                   /* lists grow in it */
    int16_t level_of[HR_MAX_CRITERIA]; /* whose list a criterion is; -1: none's */
    hr_stretch_list level[HR_N_LEVELS];
    bool is_short; /* there was no memory for some: hr_joint_unite says so */
} hr_stretches;

/* Empty lists for the criteria of the configuration; memory stays with the arena. */
void hr_stretches_init(hr_stretches *stretches, const hr_configuration *configuration,
                       hr_arena *arena);
void hr_stretches_clear(hr_stretches *stretches);
/* The pool is over `criterion` from now on; no longer. */
void hr_stretches_begin(hr_stretches *stretches, unsigned criterion, hr_tick now);
void hr_stretches_end(hr_stretches *stretches, unsigned criterion, hr_tick now);

/* What one replication counted of all pools together, inside the window. */
typedef struct hr_joint {
    uint64_t time[HR_N_LEVELS];                          /* ticks with some pool over */
    uint64_t episodes[HR_N_LEVELS];                      /* joint ones that begin */
    uint64_t periods_hit[HR_N_LEVELS][HR_MAX_DURATIONS]; /* as in counts.h, of any pool's servers */
    /* Bit sets over periods with a joint episode, whatever its length: by the pool that began the
     * earliest one of the period, or the one that stands when it opens. */
    uint64_t first[HR_N_LEVELS][HR_MAX_POOLS];
} hr_joint;

/* One pool of the replication; without servers its counts have no stretches. */
typedef struct hr_joint_pool {
    const hr_configuration *configuration;
    const struct hr_counts *counts;
} hr_joint_pool;

/* Unite `n` pools, in the order of the study, into `joint`. Their windows, periods and least
 * lengths are the same. Errors  HR_ERR_MEMORY when a replay lacked memory for a stretch. */
HR_MUST_CHECK hr_status hr_joint_unite(hr_joint *joint, const hr_joint_pool *pools, unsigned n,
                                       hr_err *err);

#endif
