/* loads: what a meeting of each class loads a server with, as a table on whole steps.
 *
 * Meetings whose participants all join at once carry one load from start to end. Its law on a
 * resource follows from size, profile, kinds of participants and further random load of the class;
 * here it is worked out once for a configuration, and turned into the mean number of meetings alive
 * by load (hr_jumps) for as many instants as are asked for.
 */
#ifndef HR_EXACT_LOADS_H
#define HR_EXACT_LOADS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "exact/effort.h"
#include "model/configuration.h"

/* Mean number of independent meetings alive, by load: what a compound Poisson law is made of. */
typedef struct hr_jumps {
    size_t n;
    const int64_t *load; /* [n] steps, ascending, > 0 */
    const double *mean;  /* [n] */
    int64_t span;        /* greatest common divisor of the loads; 1 without loads */
} hr_jumps;

/* A load that meetings of a class have. */
typedef struct hr_load_share {
    int64_t load; /* steps */
    double share; /* of the class's meetings that are the pool's or not; loads of those that are not
                     the pool's are left out, so shares may sum to less than 1 */
    double people; /* mean participants of those, times share */
    uint16_t class;
    uint32_t place; /* of the load among the distinct ones; unused for load 0 */
} hr_load_share;

typedef struct hr_loads {
    unsigned resource;
    size_t n_shares;
    const hr_load_share *shares; /* by class, then by load; those without load included */
    size_t n;
    const int64_t *load; /* [n] distinct, ascending, > 0 */
    int64_t span;
} hr_loads;

/* Whose load, and when: of meetings each of which counts with probability `weight`. */
typedef struct hr_load_asked {
    const hr_configuration *configuration;
    const hr_loads *loads; /* on the resource */
    double weight;         /* of a server under random placement; 1: the whole pool */
    double time;           /* s of study time */
} hr_load_asked;

/* Loads of all classes on a resource of a prepared configuration, memory from `arena`, where they
 * are made once (base/memo.h): it must not outlive the configuration. `*why` is set, and nothing
 * else, where they have no table: a sentence part such as "a meeting's load has a continuous law".
 * HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_loads_make(const hr_configuration *configuration, unsigned resource,
                                      const hr_exact_effort *effort, hr_arena *arena,
                                      hr_loads *loads, const char **why, hr_err *err);
/* Meetings alive by load, where `alive` [n_classes] are of each class in the mean, times `factor`.
 */
HR_MUST_CHECK hr_status hr_loads_jumps(const hr_loads *loads, const double *alive, double factor,
                                       hr_arena *arena, hr_jumps *jumps, hr_err *err);
/* E[load^power] of a meeting that a class's row of shares has, power 1 or 2, steps. */
double hr_jumps_moment(const hr_jumps *jumps, int power);

#endif
