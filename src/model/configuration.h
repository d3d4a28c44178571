/* configuration: one fully resolved pool, everything that input and replay need to know.
 *
 * Two steps. The study floor fills the described part (SI units, laws, names) in an arena;
 * hr_configuration_prepare computes the integer part (ticks, fixed-point loads, ceilings,
 * samplers) and checks it. Shapes are written [index] with the bound in the comment.
 */
#ifndef HR_MODEL_CONFIGURATION_H
#define HR_MODEL_CONFIGURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/law.h"
#include "base/mem.h"
#include "model/failure.h"
#include "model/feed.h"
#include "model/meeting.h"
#include "model/placement.h"
#include "model/resource.h"
#include "model/signal.h"
#include "model/source.h"

enum {
    HR_MAX_SERVERS = 256,
    HR_MAX_RESOURCES = 8, /* resources in one study */
    HR_MAX_LIMITS = 64,   /* ceilings watched at once: (resource, level or capacity factor) */
    HR_MAX_CRITERIA = 64, /* overload definitions watched at once */
    HR_MAX_DURATIONS = 8, /* least lengths of an episode told apart */
    HR_MAX_PERIODS = 64,  /* busy hours in one window */
    HR_MAX_BACKGROUND = 8,
    HR_MAX_OBSERVED = 64, /* `observe: times` told apart */
    HR_MAX_POOLS = 32,    /* of one study */
    HR_MAX_SITES = 16,    /* beside the first */
};

/* ---- time: integer ticks of 2^-16 s; study time 0 is HR_TICK_ZERO (194 days into the count) */
typedef uint64_t hr_tick;
#define HR_TICKS_PER_SECOND 65536.0
#define HR_TICK_ZERO        ((hr_tick)1 << 40)

/* ---- background: work that is not conferencing; it lowers the ceilings */
typedef enum hr_background_kind {
    HR_BACKGROUND_HELD,     /* one draw of `law` per server and replication, times `cost` */
    HR_BACKGROUND_SESSIONS, /* M/M/infinity sessions in progress, times `cost` */
} hr_background_kind;

typedef struct hr_background {
    const char *name;
    hr_background_kind kind;
    hr_law law;         /* HELD: any law (CONSTANT, NORMAL, GAMMA, ...) */
    bool shared;        /* HELD: one draw for all servers instead of one per server */
    double sessions;    /* SESSIONS: mean in progress per server */
    double holding;     /* SESSIONS: mean holding time, s */
    const double *cost; /* [n_resources] base units per unit of the draw or per session */
} hr_background;

/* ---- ceilings and overload definitions */
typedef struct hr_limit {
    unsigned resource;     /* index into the configuration's resources */
    int level;             /* hr_level, or -1 for a scaled ceiling of the capacity curve */
    unsigned factor;       /* index of the capacity factor when level is -1 */
    const double *ceiling; /* [n_servers] base units */
} hr_limit;

/* A server is over criterion c when any of the criterion's limits is exceeded there. */
typedef struct hr_criterion {
    uint64_t limits; /* bit mask over the configuration's limits */
    int level;       /* hr_level, or -1 on the capacity curve */
    int resource;    /* index of the single resource, or -1 for "any named resource" */
    unsigned factor; /* index of the capacity factor when level is -1 */
} hr_criterion;

/* ---- probes: would one more meeting of this size fit? */
typedef struct hr_probe {
    double size;        /* participants, names the probe */
    const double *load; /* [n_resources] base units */
    /* where media are placed apart, else NULL: [(HR_MEDIUM_LAST + 1) * n_resources] base units of
     * each, which sum to `load` */
    const double *part;
} hr_probe;

typedef enum hr_start { HR_START_STATIONARY, HR_START_PERIODIC, HR_START_EMPTY } hr_start;

/* Everything with a shape that must be the same in all configurations of a study, so that one
 * tally layout serves them all: see hr_layout in outcome.h. */
typedef struct hr_configuration {
    /* described part: filled by the study floor */
    uint64_t index; /* of this configuration in the design */
    uint64_t group; /* stream group */
    uint64_t seed;
    bool may_be_empty; /* a pool that this configuration may not have: no servers */
    bool feeds;        /* its participants may have legs in other pools */
    unsigned n_pools;  /* of the study, for the first of them; 0 for the others */
    hr_meetings meetings;
    /* Of the meetings that its sources bring, those with from_size <= participants < below_size are
     * this pool's, the others another's; below_size 0: no bound. */
    uint32_t from_size, below_size;
    double large_from; /* participants from which on HR_RESOURCE_LARGE_MEETINGS counts a meeting */
    unsigned n_servers;
    unsigned n_resources;
    hr_resource_id resource[HR_MAX_RESOURCES];
    const double *weight; /* [n_servers] random placement; sums to 1 */
    hr_placement placement;
    hr_admission_policy admission;
    int admission_level; /* hr_level whose ceilings admission asks for, or HR_LEVEL_HIGHEST */
    unsigned n_sources;
    const hr_source *sources;
    unsigned n_classes;
    const hr_class *classes;
    /* NULL: meetings of its own. Else its `meetings` are legs, each of one participant, and source
     * and class say what they are in the mean: the class's profile i is leg i. */
    const hr_feed *feed;
    hr_law join; /* s after the scheduled time at which a participant joins; CONSTANT 0
                    = all at once. The first join activates the meeting */
    /* where media are placed apart: NULL, or [HR_MEDIUM_LAST + 1] s after the meeting's start at
     * which each medium is activated; beyond its end: never */
    const hr_law *activation;
    const hr_inserted *inserted; /* NULL: the study asks for none */
    unsigned n_background;
    const hr_background *background;
    double session_step; /* s between steps of background sessions (default 10) */
    unsigned n_limits;
    const hr_limit *limits;
    unsigned n_criteria;
    const hr_criterion *criteria;
    const hr_failures *failures; /* NULL: the study has none */
    hr_backlog_marks backlog;
    bool follows_anatomy; /* an outcome asks what is on a server when its overload begins */
    bool follows_excess;  /* one asks how far loads are above ceilings */
    hr_start start;
    double from;        /* s: study time at which the measured window begins */
    double length;      /* s */
    unsigned n_periods; /* equal busy periods of the window */
    double warm_up;     /* s simulated before `from`, unmeasured (stationary, periodic) */
    unsigned n_durations;
    double min_episode[HR_MAX_DURATIONS]; /* s, ascending, first 0 */
    double observe_every;                 /* s between snapshots in the window; 0 = none */
    unsigned n_observed;                  /* or: snapshots at these study times */
    double observed[HR_MAX_OBSERVED];
    unsigned n_probes;
    const hr_probe *probes;
    unsigned n_thresholds;   /* pool totals whose tail is observed, per first resource */
    const double *threshold; /* [n_thresholds] base units of resource 0 */

    const struct hr_tilt *tilt; /* how rare input is drawn; NULL: from the true laws (tilt.h) */
    const char *tilt_why;       /* what decided that; NULL: nobody has asked yet */

    /* prepared part: hr_configuration_prepare */
    struct hr_prepared *prepared; /* integer view, see prepared.h */
} hr_configuration;

/* Compute the prepared part in `arena` and check what only the whole can show: rounding of loads
 * below 1e-4, ceilings and totals within 2^62 steps, shares that sum to 1, window within the tick
 * range, probabilities. Local. Fails with HR_ERR_DATA (the message names the quantity). */
HR_MUST_CHECK hr_status hr_configuration_prepare(hr_configuration *configuration, hr_arena *arena,
                                                 hr_err *err);

/* The pool's part of the meetings of a class, in the mean over all that its sources bring. */
typedef struct hr_class_own {
    double meetings; /* share of them */
    double people;   /* participants of one, 0 where it is another pool's: E[size; it is ours] */
} hr_class_own;
hr_class_own hr_class_own_part(const hr_class *class, uint32_t from_size, uint32_t below_size);
hr_class_own hr_configuration_own(const hr_configuration *configuration, unsigned k);

/* Is class `k` that of the inserted meeting, and does that come? */
static inline bool hr_configuration_inserts(const hr_configuration *configuration, unsigned k)
{
    const hr_inserted *inserted = configuration->inserted;
    return inserted != NULL && inserted->class_of == k && inserted->size > 0;
}

/* Is limit `l` of `level`, which may be HR_LEVEL_HIGHEST? */
bool hr_configuration_limit_is_at(const hr_configuration *configuration, unsigned l, int level);

/* Mean arrivals per second over a long run that the sources bring, of which the pool's own are the
 * second; and mean participants present in the pool (ramp included), meetings in progress and load
 * of the pool per resource (background excluded): exact means, for `check`, utilisation columns
 * and tests; with a ramp, meetings (and their own costs) are counted from the scheduled time.
 * Sources that never repeat or begin late count 0. */
double hr_configuration_arrival_rate(const hr_configuration *configuration);
double hr_configuration_own_rate(const hr_configuration *configuration);
double hr_configuration_mean_meetings(const hr_configuration *configuration);
double hr_configuration_mean_present(const hr_configuration *configuration);
double hr_configuration_mean_load(const hr_configuration *configuration, unsigned resource);
/* E[(D - J)+]: mean time that a participant of the class is present, s. */
double hr_class_mean_presence(const hr_class *class, const hr_law *join);

#endif
