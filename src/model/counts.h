/* counts: what one replication counted, integers only. Shapes are fixed by the configuration.
 *
 * C criteria, n servers, R resources, D durations, K classes, P probes, T observed times,
 * H thresholds, L levels. Times are ticks inside the window [from, to).
 */
#ifndef HR_MODEL_COUNTS_H
#define HR_MODEL_COUNTS_H

#include <stdint.h>

#include "base/mem.h"
#include "model/configuration.h"
#include "model/tally.h"

/* What any-server episodes find on the server that begins them; see kernel/anatomy.h. */
typedef enum hr_anatomy {
    HR_ANATOMY_MEETINGS,   /* in progress there */
    HR_ANATOMY_LARGEST,    /* participants present in the largest */
    HR_ANATOMY_CLOCK,      /* ticks since the last full or half hour */
    HR_ANATOMY_BACKGROUND, /* part of the ceiling, in HR_ANATOMY_ONE */
    HR_ANATOMY_REPORT,     /* ticks since its load report was made */
    HR_N_ANATOMY
} hr_anatomy;
#define HR_ANATOMY_ONE 0x1p20

typedef struct hr_counts {
    unsigned needs; /* hr_needs: what must be counted; all, until somebody asks for less */

    /* path: exact in time */
    uint64_t *time_with;       /* [C * (n+1)] ticks with exactly k servers over */
    uint64_t *server_time;     /* [C * n] ticks over */
    uint64_t *episodes;        /* [C] any-server episodes that begin in the window */
    uint64_t *server_episodes; /* [C * n] */
    uint64_t *ended;           /* [C] any-server episodes that end in the window */
    uint64_t *lasting;         /* [C * D] those of them that lasted >= d, before the window too */
    uint64_t *periods_hit;     /* [C * D] bit set over periods: an episode of >= d inside */
    uint64_t *first_over;      /* [C * R] any-server episodes by the resource that was over first */
    uint64_t *anatomy;         /* [C * HR_N_ANATOMY] sums over these episodes, where followed */
    uint64_t *meetings_hit;    /* [C * D] meetings ended in the window, >= d on an over server */
    uint64_t *people_hit;      /* [C * D] the same, participants */
    uint64_t meetings_ended;   /* in the window (placed ones) */
    uint64_t people_ended;
    uint64_t *person_time_over; /* [C] participant-ticks on over servers */
    uint64_t person_time;       /* participant-ticks of placed meetings in the window */
    uint64_t *offered;          /* [K] arrivals in the window */
    uint64_t *refused;          /* [K] */
    uint64_t joins_offered;     /* in the window, where somebody decides about them */
    uint64_t joins_refused;
    uint64_t servers_linked; /* to meetings that were on others, in the window */
    uint64_t meetings_moved; /* by reviews in the window */
    uint64_t meetings_lost;  /* in the window: their server went out */
    uint64_t people_lost;
    uint64_t person_time_lost; /* participant-ticks until they were back, or until the end */
    uint64_t service_lost[HR_N_CAUSES]; /* as in hr_input */
    uint64_t resilient;
    uint64_t inserted_hit;      /* criteria that the inserted meeting has met */
    uint64_t collision_periods; /* bit set, see hr_input_count_collisions */
    uint64_t collision_time;
    int64_t *peak;      /* [R * n] largest load in the window, steps */
    hr_u128 *load_time; /* [R] integral of the pool's load, steps x ticks */

    /* of a configuration that follows it, else 0; see kernel/excess.h: steps x ticks */
    hr_u128 *excess;          /* [L] load above a limit of a level, summed over servers */
    hr_u128 *background_time; /* [R] load of background, of resources with such a limit */

    /* backlog of a configuration that follows it, else 0; see kernel/backlog.h */
    uint64_t throttled_periods; /* bit set: some server was throttled in the period */
    uint64_t rejected_periods;  /* bit set: some server rejected requests in it */
    uint64_t throttled_time;    /* server-ticks throttled */
    hr_u128 backlog_time;       /* sum over servers and ticks of the backlog in 2^-8 s */

    /* of a deployment, where an outcome asks for all pools at once; see joint.h */
    struct hr_stretches *stretches; /* NULL: not kept; the caller's, cleared with the counts */
    const struct hr_joint *joint;   /* of the first pool, from all; nothing until they are united */

    /* snapshots, summed over those of one observed-time slot */
    uint64_t *n_snapshots;  /* [T] */
    uint64_t *over_with;    /* [T * C * (n+1)] snapshots with exactly k servers over */
    uint64_t *server_over;  /* [T * C * n] */
    int64_t *load;          /* [T * R * n] sum of loads, steps */
    uint64_t *load_square;  /* [T * R * n] sum of (load >> shift)^2, shift in prepared */
    uint64_t *load_shifted; /* [T * R * n] sum of load >> shift */
    int64_t *largest;       /* [T * R] sum of the largest load */
    uint64_t *total_above;  /* [T * H] snapshots with pool total of resource 0 > threshold */

    /* probes, summed over snapshots: [T * L * P] */
    uint64_t *fits; /* on the server that the rule picks */
    uint64_t *fits_somewhere;
    uint64_t *fits_everywhere;
    uint64_t *fits_servers; /* sum over servers */
    uint64_t *stranded;     /* on no server, though the pool as a whole has room */
    uint64_t *nowhere;      /* not even in the pool as a whole */
} hr_counts;

HR_MUST_CHECK hr_status hr_counts_init(hr_counts *counts, const hr_configuration *configuration,
                                       hr_arena *arena, hr_err *err);
void hr_counts_clear(hr_counts *counts, const hr_configuration *configuration);

#endif
