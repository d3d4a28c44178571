/* placement: the rules that pick the server of a meeting, or of one of its media, when it starts.
 *
 * A rule sees only what was reported (never a future size) and two random words that belong
 * to the meeting. It is a pure function, so the same meeting with the same view always goes to
 * the same server: that is what makes replays, lanes and the Python twin agree.
 */
#ifndef HR_MODEL_PLACEMENT_H
#define HR_MODEL_PLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/law.h"

typedef enum hr_rule {
    HR_RULE_RANDOM,              /* by weights */
    HR_RULE_ROUND_ROBIN,         /* strict cyclic order of arrivals */
    HR_RULE_LEAST_LOADED,        /* smallest metric */
    HR_RULE_FEWEST_MEETINGS,     /* least loaded with metric meetings */
    HR_RULE_FEWEST_PARTICIPANTS, /* least loaded with metric participants */
    HR_RULE_LEAST_RELATIVE_LOAD, /* least loaded with metric relative */
    HR_RULE_POWER_OF_D,          /* smallest metric among d distinct random servers */
    HR_N_RULES
} hr_rule;

/* What "loaded" means. A single resource is metric HR_METRIC_RESOURCE + hr_resource_id. */
typedef enum hr_metric {
    HR_METRIC_RELATIVE,     /* largest load / full ceiling over the study's resources */
    HR_METRIC_MEETINGS,     /* meetings in progress */
    HR_METRIC_PARTICIPANTS, /* participants present */
    HR_METRIC_RESOURCE,     /* + resource: its load */
} hr_metric;

typedef enum hr_ties { HR_TIES_UNIFORM, HR_TIES_LOWEST } hr_ties;

/* What is told about a meeting's size when it starts. */
typedef enum hr_hint {
    HR_HINT_NONE,
    HR_HINT_SIZE, /* its size, times a random error of mean 1 */
    HR_HINT_LAW,  /* a draw that has nothing to do with its size: everybody books 500 */
    HR_N_HINTS
} hr_hint;

/* What the rule picks a server for. */
typedef enum hr_unit {
    HR_UNIT_MEETING,  /* a meeting, with all that it uses */
    HR_UNIT_MODALITY, /* each medium of a meeting by itself; see hr_medium */
} hr_unit;

typedef struct hr_placement {
    hr_unit unit;
    hr_rule rule;
    int metric; /* hr_metric, resource added; forced by the rules that name theirs */
    unsigned d; /* power of d: candidates, 1 <= d <= servers */
    hr_ties ties;

    /* reports */
    double report_period;   /* s between load reports of a server; 0 = always fresh */
    double report_lag;      /* s that a report is on its way; at most a period */
    bool reports_staggered; /* server j reports j / n of a period later than server 0 */
    bool in_flight;         /* add what was placed since the report was made */

    /* what a meeting counts for besides the participants present; metric participants only */
    double growth;      /* participants, while it lasts: room to grow */
    double young_count; /* participants, at least, up to this age: */
    double young_age;   /* s; 0 = none */
    hr_hint hint;       /* participants, at least, while it lasts: what was told */
    hr_law hint_law;    /* HR_HINT_LAW: participants; HR_HINT_SIZE: factor on the size */

    /* what gates and reviews look at: bit of each hr_resource_id; 0: all with a ceiling */
    uint32_t watched;

    /* which servers may be chosen */
    double start_gate;      /* load / highest ceiling, background included, at most; 0 = no gate */
    unsigned dedicated;     /* the last servers, for meetings told to be large; 0 = none */
    double dedicated_from;  /* participants told from which on a meeting is large */
    double seats, overbook; /* HR_ADMISSION_BOOKED: of a server, and factor on them */

    /* where participants join */
    double join_gate;    /* load / highest ceiling of the meeting's server, at most; 0 = no gate */
    uint32_t most_joins; /* of a meeting on one server within a minute of study time; 0 = any */
    bool cascades;       /* else those turned to another server are turned away */
    double link;         /* participants that a link of two servers costs, at either end */

    /* reviews */
    double review_period; /* s; 0 = none */
    double review_above;  /* load / highest ceiling above which a meeting is moved away */
    double cool_down;     /* s in which the same server is left alone */
} hr_placement;

/* Do gates and reviews look at this resource, if it has a ceiling? */
static inline bool hr_placement_watches(const hr_placement *placement, unsigned resource)
{
    return placement->watched == 0 || (placement->watched >> resource & 1) != 0;
}

typedef enum hr_admission_policy {
    HR_ADMISSION_NONE,        /* nothing is ever refused */
    HR_ADMISSION_CHOSEN_FULL, /* refuse when the meeting does not fit the chosen server */
    HR_ADMISSION_NONE_FITS,   /* the rule chooses among servers where it fits; else refuse */
    HR_ADMISSION_RESERVE,     /* as chosen_full, with headroom kept free per class */
    HR_ADMISSION_BOOKED,      /* seats told are booked on a server that has them, else refused */
    HR_N_ADMISSIONS
} hr_admission_policy;

/* One row per rule / policy, read by parser, help and `headroom list policies`. */
typedef struct hr_policy_row {
    const char *name;
    const char *doc;
} hr_policy_row;
extern const hr_policy_row hr_rule_rows[HR_N_RULES];
extern const hr_policy_row hr_admission_rows[HR_N_ADMISSIONS];

/* What a rule may look at: one entry per server. `allowed` is NULL or a mask of servers. */
typedef struct hr_view {
    unsigned n_servers;
    const double *score;       /* metric as reported; smaller is better */
    const uint32_t *threshold; /* random: cumulative weights, word <= threshold[j] */
    const bool *allowed;
    uint32_t turn; /* round robin: server whose turn it is (kept by the replay) */
} hr_view;

/* Random word number i of a meeting, from its one word: output i of SplitMix64 (Steele, Lea and
 * Flood 2014, "Fast splittable pseudorandom number generators") seeded by the word, but for its
 * last step. The first ones are the candidates of power of d; a further choice for the same meeting
 * takes those after HR_PLACEMENT_WORDS. FROZEN. */
uint32_t hr_placement_word(uint32_t pick, uint32_t i);
enum { HR_PLACEMENT_WORDS = 256 };

/* Which of `equals` equally loaded servers, in index order, the word `tie` stands for. */
static inline unsigned hr_placement_tie(uint32_t tie, unsigned equals)
{
    return (unsigned)(((uint64_t)tie * equals) >> 32); /* each within 2^-32 of 1/equals */
}

/* The server that the rule picks; n_servers when no server is allowed. `tie` and `pick` are the
 * meeting's words. Random draws by weight among the allowed servers; round robin takes the next
 * allowed one in index order when its turn's server is not. */
unsigned hr_placement_choose(const hr_placement *placement, const hr_view *view, uint32_t tie,
                             uint32_t pick);

#endif
