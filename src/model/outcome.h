/* outcome: the table of everything that can be reported, and the layout of a tally.
 *
 * One row per outcome drives the tally, the estimators, the result file, `show`, `list
 * outcomes` and the manual. A replication gives each cell of an outcome a pair of integers
 * (x, y); the tally keeps their sums and sums of products; estimate/ turns these into numbers.
 */
#ifndef HR_MODEL_OUTCOME_H
#define HR_MODEL_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "model/configuration.h"

/* Axes that an outcome may have besides `configuration`; sizes come from the layout. */
typedef enum hr_axis {
    HR_AXIS_NONE,
    HR_AXIS_CRITERION, /* overload definition: criteria with a level, in configuration order */
    HR_AXIS_SERVER,
    HR_AXIS_K,        /* at least k = 1..n servers */
    HR_AXIS_DURATION, /* least length of an episode */
    HR_AXIS_CLASS,
    HR_AXIS_RESOURCE,
    HR_AXIS_CAPACITY, /* factor on all ceilings: criteria with level -1, which come last */
    HR_AXIS_TIME,     /* observed time; one slot for "over the window" */
    HR_AXIS_LEVEL,
    HR_AXIS_PROBE,     /* size of the probe */
    HR_AXIS_THRESHOLD, /* pool total above */
    HR_AXIS_CAUSE,     /* why users have no service */
    HR_AXIS_POOL,      /* of the deployment; of outcomes of the first that are about all */
    HR_N_AXES
} hr_axis;
enum { HR_MAX_AXES = 3 };

/* How (x, y) becomes an estimate. */
typedef enum hr_estimator {
    HR_ESTIMATOR_MEAN,     /* E[x] / scale */
    HR_ESTIMATOR_RATIO,    /* E[x] / E[y] / scale */
    HR_ESTIMATOR_VARIANCE, /* E[x]/scale^2 - (E[y]/scale)^2 */
} hr_estimator;

/* Counts that cost time per meeting and that a replay may leave at 0 when no outcome needs them. */
typedef enum hr_needs {
    HR_NEEDS_PATH = 0, /* what is always counted */
    HR_NEEDS_SUMS = 1, /* offered, meetings_ended, people_ended, person_time, load_time */
    HR_NEEDS_PEAK = 2, /* peak */
    HR_NEEDS_HITS = 4 | HR_NEEDS_SUMS, /* meetings_hit, people_hit */
    HR_NEEDS_BACKLOG = 8, /* of a configuration that follows it: throttled_periods and so on */
    HR_NEEDS_ALL = 15,
    HR_NEEDS_FAILURES = 16,  /* nothing but 0 unless the study has failures: not measured then */
    HR_NEEDS_JOINT = 32,     /* stretches of all pools, united; not without other pools */
    HR_NEEDS_COLLISION = 64, /* what follows from the input alone; not of legs */
    HR_NEEDS_INSERTED = 128 | HR_NEEDS_HITS, /* not without a meeting that is inserted */
    HR_NEEDS_ANATOMY = 256,                  /* of a configuration that follows it */
    HR_NEEDS_EXCESS = 512 | HR_NEEDS_SUMS,   /* of a configuration that follows it */
    HR_NEEDS_LOSSES = HR_NEEDS_FAILURES | HR_NEEDS_SUMS,
} hr_needs;

__extension__ typedef unsigned __int128 hr_u128;
struct hr_counts; /* counts.h: what one replication counted */

typedef void (*hr_pair_of)(const struct hr_counts *counts, const hr_configuration *configuration,
                           const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
typedef double (*hr_scale_of)(const hr_configuration *configuration,
                              const unsigned index[HR_MAX_AXES]);

typedef struct hr_outcome {
    const char *name; /* as in studies, result files and messages */
    const char *unit; /* "1", "s", "1/h", "h", ... or "resource" for the resource's unit */
    hr_axis axes[HR_MAX_AXES];
    hr_estimator estimator;
    double most;     /* largest possible value of one replication (1 for fractions); 0 = none */
    bool by_default; /* measured unless the study selects otherwise */
    hr_needs needs;
    const char *doc;   /* full sentence: what is averaged over what */
    hr_pair_of pair;   /* (x, y) of one cell of one replication */
    hr_scale_of scale; /* see hr_outcome_scale */
} hr_outcome;
extern const hr_outcome hr_outcomes[];
extern const unsigned hr_n_outcomes;
/* Row number by name; hr_n_outcomes when unknown. */
unsigned hr_outcome_find(const char *name);

/* Where one pool's cells are in a tally: sizes of all axes, and where each selected outcome starts.
 * Fixed by the study alone. The pools of a deployment follow each other in one tally. */
typedef struct hr_layout {
    unsigned size[HR_N_AXES]; /* size[HR_AXIS_NONE] = 1 */
    bool *selected;           /* [hr_n_outcomes] */
    uint32_t *first;          /* [hr_n_outcomes] first cell of the outcome, of the tally's */
    uint32_t begin, n_cells;  /* the pool's cells are begin .. begin + n_cells */
    unsigned needs;           /* hr_needs of all selected outcomes */
    bool has_backlog;         /* there is a ceiling whose backlog can be followed */
    bool has_anatomy;         /* what overload is made of is followed */
    bool has_excess;          /* load above ceilings is */
    bool has_inserted;        /* a meeting may be inserted */
    bool has_meetings;        /* else legs of another pool's */
    uint64_t identity;        /* hash of everything above: two tallies agree iff equal */
} hr_layout;

/* Lay out `selected` outcomes (NULL: the defaults) from cell `begin` on, for configurations shaped
 * like `example`; n_servers_max is the largest pool of the study. Outcomes whose axes are empty (no
 * probes, no snapshots, no curve) are dropped silently unless selected by name. Memory from
 * `arena`. */
HR_MUST_CHECK hr_status hr_layout_init(hr_layout *layout, uint32_t begin,
                                       const hr_configuration *example, unsigned n_servers_max,
                                       const bool *selected, hr_arena *arena, hr_err *err);
/* Cells of an outcome: product of its axes; 0 of a backlog where there is none. Cell (i, j, k) is
 * first + (i * n_j + j) * n_k + k. */
unsigned hr_layout_cells(const hr_layout *layout, unsigned outcome);

/* Its inverse: index[a] on each of the outcome's axes, of cell number `cell` of the outcome. */
void hr_layout_index(const hr_layout *layout, unsigned outcome, uint32_t cell,
                     unsigned index[HR_MAX_AXES]);

/* x of one replication of the cell `cell` of the tally, which is the outcome's. */
hr_u128 hr_layout_x(const hr_layout *layout, unsigned outcome, uint32_t cell,
                    const hr_configuration *configuration, const struct hr_counts *counts);

/* Divisor that turns the mean of x (and of y) of a cell into the outcome's unit. `index` holds
 * the cell's position on each of the outcome's axes. 0 marks a cell that does not exist in this
 * configuration (server 9 of a pool of 8). */
double hr_outcome_scale(unsigned outcome, const hr_configuration *configuration,
                        const unsigned index[HR_MAX_AXES]);

#endif
