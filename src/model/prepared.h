/* prepared: the integer view of a configuration that input and replay work with. Computed by
 * hr_configuration_prepare, read-only afterwards; all memory belongs to the arena given there.
 */
#ifndef HR_MODEL_PREPARED_H
#define HR_MODEL_PREPARED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/law.h"
#include "model/configuration.h"

typedef struct hr_prepared_profile {
    const int64_t *cost; /* [n_resources] steps per meeting */
    unsigned n_kinds;
    hr_sampler kind;          /* which kind a participant is; used when n_kinds > 1 */
    const int64_t *kind_cost; /* [n_kinds * n_resources] steps per participant */
} hr_prepared_profile;

typedef struct hr_prepared_class {
    hr_sampler size;
    hr_sampler duration;  /* s */
    hr_sampler alive;     /* duration weighted by itself: of a meeting found in progress */
    double mean_duration; /* s */
    hr_sampler profile;
    const hr_prepared_profile *profiles; /* [n_profiles], then [n_parts] */
    const unsigned *first_kind;          /* [n_profiles] number of the profile's first kind of
                                            participants: class by class, profile by profile */
    const hr_sampler *load;              /* NULL or [n_resources], base units */
    const int64_t *reserve;              /* [n_resources] steps */
} hr_prepared_class;

typedef struct hr_prepared_source {
    const hr_source *drawn;   /* whose starts are drawn: the source itself or its candidates */
    uint64_t keep;            /* of these are kept: thinning word < keep; 2^32 keeps all */
    double greatest_rate;     /* 1/s: of candidates, thinned to the true rate */
    bool poisson_count;       /* clock batch: counts are Poisson, so the past is drawn exactly */
    hr_sampler count;         /* batch kinds */
    hr_sampler lateness;      /* clock batch, s */
    hr_tick period, offset;   /* clock batch: epochs at offset + k period */
    hr_tick earliest, latest; /* clock batch: lateness lies in [-earliest, latest] but for 2^-40 */
    double alive_mean;        /* meetings (or candidates) alive at the start; 0 = none, ever */
    hr_sampler alive;         /* their number, when alive_mean > 0 */
    double history;           /* s: how far back to look when the past is drawn in full */
    hr_tick first;            /* it is silent before; at least `begin` */
} hr_prepared_source;

typedef struct hr_prepared_background {
    hr_sampler held;
    hr_sampler in_progress;    /* sessions at the first step */
    hr_sampler newcomers;      /* sessions that began within a step and still last */
    double survive;            /* probability that a session outlasts a step */
    const double *survive_all; /* [n_survive_all] survive^n */
    uint32_t n_survive_all;
    const int64_t *cost; /* SESSIONS: [n_resources] steps per session */
} hr_prepared_background;

enum { HR_WEIGHT_PAD = 8 };

/* See hr_failures; all zero without. */
typedef struct hr_prepared_failures {
    hr_tick drain_at, out_at, back_at;       /* of servers out for a while */
    hr_tick witness_out_at, witness_back_at; /* the Back End, or its mirror in its place */
    hr_tick resilient_from;
    hr_tick partner_at, take_over_at;
    hr_sampler up, repair, repair_weighted; /* s; of servers that fail by themselves */
    hr_sampler rejoin;                      /* s */
} hr_prepared_failures;

typedef struct hr_prepared {
    hr_tick begin, from, to;
    hr_tick period; /* of a busy period; the last one ends at `to` */
    hr_tick min_episode[HR_MAX_DURATIONS];
    hr_tick report_period; /* 0 = always fresh */
    hr_tick report_lag;    /* <= report_period */
    hr_tick young_age;     /* 0 = none */
    hr_tick review_period; /* 0 = none */
    hr_tick cool_down;
    hr_sampler hint; /* with a hint: its law */
    hr_prepared_failures failures;
    hr_tick session_step;
    hr_tick observe_every;             /* 0 = none */
    hr_tick observed[HR_MAX_OBSERVED]; /* ascending */
    unsigned slot[HR_MAX_OBSERVED];    /* position of observed[i] in the study's list */
    unsigned n_slots;                  /* 0 without snapshots; 1 with observe_every */
    double steps[HR_MAX_RESOURCES];    /* fixed-point steps per base unit */
    unsigned shift[HR_MAX_RESOURCES];  /* loads are squared after >> shift, see load_variance */
    const double *ceiling;             /* [n_limits * n_servers] steps, real, before background */
    const double *full;                /* [n_resources * n_servers] steps: highest ceiling */
    int backlog_limit; /* of cpu at level full, -1 without; its backlog may be followed */
    hr_tick throttled_from, throttled_until, rejected_from;
    const uint32_t *weight; /* [n_servers] cumulative thresholds of random placement, the last one
                               and what is behind it, up to a multiple of HR_WEIGHT_PAD, the
                               greatest word */
    hr_sampler class_of;    /* of an arriving meeting */
    hr_sampler class_alive; /* of a meeting found in progress */
    double mean_duration;   /* s, of an arriving meeting */
    bool joins_at_once;
    hr_sampler join;              /* s after the start */
    const hr_sampler *activation; /* NULL or [HR_MEDIUM_LAST + 1] s after the start */
    const hr_prepared_class *classes;
    unsigned n_kinds; /* of all profiles of all classes, at most 2^16 - 1 */
    const hr_prepared_source *sources;
    const hr_prepared_background *background;
    unsigned n_session_items;
    const uint64_t *leg_keep;  /* [feed->n_legs] a leg where the participant's word < this */
    const int64_t *probe;      /* [n_probes * n_resources] steps */
    const int64_t *probe_part; /* NULL or [n_probes * (HR_MEDIUM_LAST + 1) * n_resources] steps */
    const int64_t *threshold;  /* [n_thresholds] steps of resource 0 */
    double rounding;           /* largest relative rounding error of a cost */
} hr_prepared;

/* The busy period that a tick of the window is in; the last one also has the ticks that do not
 * divide evenly. */
static inline unsigned hr_prepared_period(const hr_prepared *prepared, unsigned n_periods,
                                          hr_tick tick)
{
    const hr_tick i = (tick - prepared->from) / prepared->period;
    return i < n_periods ? (unsigned)i : n_periods - 1;
}

/* Ticks until a participant of a meeting that lost its server is back; number 0 of a meeting whose
 * participants join at once. They follow from the meeting's words, not from a stream: another draw
 * of hr_failures.rejoin for each of HR_RETURNS turns, then those after the first again, which are
 * at least HR_RETRY_SECONDS [U]: as long as no server takes the meeting, they try again. */
#define HR_RETRY_SECONDS 10.0
enum { HR_RETURNS = 4 };
hr_tick hr_prepared_return_after(const hr_prepared *prepared, uint32_t tie, uint32_t pick,
                                 uint32_t number, unsigned turn);
/* Rate of a time-varying source at study time t (s), 1/s; for thinning. */
double hr_source_rate(const hr_source *source, double t);

#endif
