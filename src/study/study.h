/* study: one parameter file made into a design of configurations.
 *
 * File -> tree (marks kept for messages) -> base presets merged -> --set overrides -> checked
 * against the parameter table (params.h) -> design (choices x worlds) -> configuration i, day r.
 */
#ifndef HR_STUDY_STUDY_H
#define HR_STUDY_STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "model/configuration.h"
#include "model/outcome.h"
#include "model/role.h"
#include "model/tilt.h"

typedef enum hr_design_kind { HR_DESIGN_SOBOL, HR_DESIGN_RANDOM, HR_DESIGN_GRID } hr_design_kind;

/* One swept thing: a coordinate of the result. */
typedef struct hr_axis_of_study {
    const char *path;          /* "pool.servers", "background.cpu", ... */
    const char *unit;          /* of `numbers`, "1" for pure numbers, "" for texts */
    bool is_choice;            /* else: unknown */
    bool is_shared;            /* choices: all levels see the same days (common random numbers) */
    size_t n_levels;           /* choices: number of entries */
    const char *const *labels; /* choices: text of each entry as written (or the bundle's name) */
} hr_axis_of_study;

/* What decides: the headline outcome and its threshold. */
typedef struct hr_target {
    unsigned outcome; /* row of hr_outcomes */
    unsigned pool;    /* whose outcome it is */
    uint32_t cell;    /* of the tally: the one number that stopping looks at */
    bool has_threshold;
    double at_most; /* outcome's unit */
} hr_target;

typedef struct hr_precision {
    double relative;        /* half-width / estimate; 0 = none */
    double confidence;      /* e.g. 0.95 */
    uint64_t hits;          /* least replications with a contribution */
    uint64_t at_most;       /* replications of one configuration */
    uint64_t block;         /* replications in one block */
    bool stop_when_decided; /* also stop once the target is met or missed for sure */
} hr_precision;

/* What `size` asks: how much of something the target needs (size.h). */
typedef enum hr_size_along {
    HR_SIZE_NOT_ASKED,
    HR_SIZE_CHOICE,   /* levels of a choice: configurations that are run as far as needed */
    HR_SIZE_PROBE,    /* sizes of probes: cells of the target's outcome */
    HR_SIZE_CAPACITY, /* factors on all ceilings: cells of the target's outcome */
} hr_size_along;

typedef struct hr_size {
    hr_size_along along;
    const char *vary;          /* as written: "pool.servers" */
    size_t axis;               /* of study->axes, with HR_SIZE_CHOICE */
    size_t n_candidates;       /* levels, sizes or factors */
    bool find_largest;         /* else the smallest that meets the threshold */
    bool has_bracket;          /* exact bounds settle what they settle */
    bool is_at_least;          /* the headline must be at least the threshold, else at most */
    double threshold;          /* outcome's unit */
    double indifference;       /* factor */
    uint32_t first_cell;       /* of the tally: of candidate level 0 */
    uint32_t stride;           /* cells from one level to the next; 0 with HR_SIZE_CHOICE */
    const char *const *labels; /* [n_candidates] of the levels, in the order of the study */
} hr_size;

typedef struct hr_claim {
    const char *say;
    unsigned outcome;
    unsigned pool;
    uint32_t cell;
    bool is_upper; /* at_most, else at_least */
    double bound;
} hr_claim;

/* One pool of the deployment: the same in all configurations, which differ in its servers. */
typedef struct hr_pool_of_study {
    const char *name; /* "front_end", "edge", a site's, "munich.edge": as in studies and results */
    hr_role_id role;
    bool is_site;    /* a Front End pool of a further site */
    bool feeds;      /* its participants may have legs in others */
    unsigned feeder; /* the pool before it whose users and meetings it follows from; 0: the first */
    unsigned n_servers_max;
    hr_layout layout; /* of its part of the tallies */
} hr_pool_of_study;

typedef struct hr_study {
    hr_arena arena;
    const char *name;
    const char *question; /* "" when none is stated */
    const char *source;   /* path as given */
    const char *text;     /* the file verbatim */
    const char *resolved; /* base and --set applied: canonical "path = value" lines */
    uint64_t identity;    /* hash of `resolved`: same study iff equal */
    uint64_t seed;
    hr_design_kind design;
    uint64_t n_worlds;
    uint64_t n_choices;
    uint64_t n_configurations; /* n_worlds * n_choices; index = world * n_choices + choice */
    bool has_daily;            /* configurations differ from replication to replication */
    size_t n_axes;
    const hr_axis_of_study *axes; /* choices first, then unknowns */
    unsigned n_pools;
    const hr_pool_of_study *pools; /* the first is the one where meetings are placed */
    uint32_t n_cells;              /* of a tally: those of all pools */
    uint64_t layout_identity;      /* of all layouts: two tallies agree iff equal */
    hr_target target;
    hr_precision precision;
    hr_size size;
    hr_tilt_aim rare; /* what a tilted input is aimed at */
    size_t n_claims;
    const hr_claim *claims;
    size_t n_capacity_factors;
    const double *capacity_factors; /* observe.capacity: scale all ceilings of the target */
    struct hr_study_tree *tree;     /* private */
} hr_study;

/* Read, merge, check. `sets` are "path=value" texts from --set, applied last.
 * Errors  HR_ERR_DATA with "file:line:col: key = value: what would be right" and the nearest
 *         known key; HR_ERR_USAGE for a bad --set; HR_ERR_MEMORY. Local. */
HR_MUST_CHECK hr_status hr_study_open(hr_study *study, const char *path, const char *const *sets,
                                      size_t n_sets, hr_err *err);
/* The same from text (embedded in a result file); `name` stands in messages. */
HR_MUST_CHECK hr_status hr_study_parse(hr_study *study, const char *name, const char *text,
                                       size_t length, const char *const *sets, size_t n_sets,
                                       hr_err *err);
/* The same from `resolved` of an earlier study, which needs no other file and no --set; `text` is
 * kept as its verbatim text. The identity is that of the earlier study, unless the table's
 * defaults have changed. */
HR_MUST_CHECK hr_status hr_study_parse_resolved(hr_study *study, const char *name, const char *text,
                                                const char *resolved, hr_err *err);
void hr_study_free(hr_study *study);

/* A group: configurations that share random numbers, and those of them whose arrivals are drawn for
 * all (hr_source.candidates): the fastest as far as one choice at a time shows; a faster one,
 * should the choices act together, draws at its own rate. */
typedef struct hr_group {
    bool is_known;
    uint64_t number;                 /* hr_configuration.group */
    unsigned n_sources;              /* 0: every configuration draws its own */
    uint64_t leader[HR_MAX_SOURCES]; /* configuration whose source i is drawn */
} hr_group;

/* Groups met lately, kept by the caller, because finding one means resolving a configuration for
 * each level of the shared choices. Begin with {0}. */
enum { HR_GROUPS_KEPT = 64 };
typedef struct hr_groups {
    hr_group kept[HR_GROUPS_KEPT]; /* number n at n % HR_GROUPS_KEPT */
} hr_groups;

/* Resolve the first pool of configuration `index` for `replication` (which matters only with
 * has_daily) into `configuration`, prepared, all memory from `arena` (which the caller resets). For
 * an input the groups must be given, where that of `index` is entered; with NULL the sources are
 * drawn at their own rates: good for everything that writes no input. Calls  Local; thread-safe on
 * distinct groups: the study is only read. */
HR_MUST_CHECK hr_status hr_study_configuration(const hr_study *study, hr_groups *groups,
                                               uint64_t index, uint64_t replication,
                                               hr_arena *arena, hr_configuration *configuration,
                                               hr_err *err);
/* Plan how the input of a configuration's first pool is drawn, which hr_study_configuration leaves
 * at the true laws: sets configuration->tilt and tilt_why (hr_tilt_plan). Local. */
HR_MUST_CHECK hr_status hr_study_tilt(const hr_study *study, hr_configuration *configuration,
                                      hr_arena *arena, hr_err *err);
/* hr_study_configuration for any pool of the study; one that this configuration does not have gets
 * no servers. */
HR_MUST_CHECK hr_status hr_study_pool(const hr_study *study, hr_groups *groups, unsigned pool,
                                      uint64_t index, uint64_t replication, hr_arena *arena,
                                      hr_configuration *configuration, hr_err *err);
/* All pools but the first of the configuration that `first` is, resolved for the same replication,
 * into others[study->n_pools - 1]. */
HR_MUST_CHECK hr_status hr_study_others(const hr_study *study, const hr_configuration *first,
                                        uint64_t replication, hr_arena *arena,
                                        hr_configuration *others, hr_err *err);
/* What is resolved in `arena` from now on, which has just been reset, has the unknowns of `world`
 * at these coordinates in (0, 1), one for each unknown axis, instead of the design's: for integrals
 * over their laws. */
HR_MUST_CHECK hr_status hr_study_place(const hr_study *study, uint64_t world,
                                       const double *coordinate, hr_arena *arena, hr_err *err);
/* The stream group of configuration `index` (hr_configuration.group), without resolving it. */
uint64_t hr_study_group(const hr_study *study, uint64_t index);
/* Value of axis `axis` in configuration `index`: the number in the axis' unit, or for textual
 * choices the level's position. */
HR_MUST_CHECK hr_status hr_study_coordinate(const hr_study *study, size_t axis, uint64_t index,
                                            double *value, hr_err *err);

/* The presets compiled into the program (params/presets and params): for `base:` and `new`. */
typedef struct hr_preset {
    const char *name; /* "lync-2013/front-end", "pool-80000" */
    const char *text;
} hr_preset;
extern const hr_preset hr_presets[];
extern const size_t hr_n_presets;

#endif
