/* assemble_pool: the parts of a configuration that assemble.c puts together. */
#ifndef HR_STUDY_ASSEMBLE_POOL_H
#define HR_STUDY_ASSEMBLE_POOL_H

#include "model/role.h"
#include "study/assemble.h"

typedef enum hr_pool_kind {
    HR_POOL_FIRST,     /* of the deployment */
    HR_POOL_LARGE,     /* takes the first pool's large meetings */
    HR_POOL_ROLE,      /* carries what follows from the first pool's users and meetings */
    HR_POOL_SITE,      /* a further first pool, with users and meetings of its own */
    HR_POOL_SITE_ROLE, /* carries what follows from a site's users and meetings */
} hr_pool_kind;

/* The rows that describe a pool. */
typedef struct hr_pool_keys {
    hr_role_id role;
    hr_pool_kind kind;
    const char *name;    /* in studies and results */
    const char *section; /* "pool", "deployment.edge": for messages */
    hr_key servers, server, ceilings;
    hr_key balancer, when_full; /* of pools of other roles */
    hr_key down, out, every;    /* the same: servers that fail */
    hr_key of;                  /* the same: what a site says in place of servers of its own */
    size_t site; /* of a SITE and its roles: its place in the list, index of `servers` */
} hr_pool_keys;

/* Whose users and meetings a pool of another role serves: of one configuration, assembled. */
typedef struct hr_feeders {
    const hr_configuration *first; /* of the pool that it stands beside */
    unsigned n_guests;             /* sites that have a part in it: */
    unsigned pool[HR_MAX_SITES];   /* their numbers in the study */
    const hr_configuration *guests[HR_MAX_SITES];
} hr_feeders;

/* Index of a resource in the configuration; -1 when it has none of that name. */
int hr_assemble_resource(const hr_configuration *configuration, hr_resource_id resource);
/* Resources, limits and criteria, in the order that configuration.h and outcome.h need: per level
 * "any named resource" first, then single resources (left out where "any" is the only one), the
 * capacity curve last, which only the first pool has. */
HR_MUST_CHECK hr_status hr_assemble_ceilings(const hr_params *params, const hr_pool_keys *keys,
                                             hr_arena *arena, hr_configuration *configuration,
                                             hr_err *err);
/* Level whose ceilings the target looks at. */
int hr_assemble_target_level(const hr_params *params, const hr_configuration *configuration);
/* A first pool, or a site's, from the rows of `keys`; else as hr_assemble. */
HR_MUST_CHECK hr_status hr_assemble_pool(const hr_params *params, const hr_pool_keys *keys,
                                         hr_arena *arena, hr_configuration *configuration,
                                         hr_err *err);
/* `probe.sizes`; the general form says what a participant costs, else the Front End's costs do. */
HR_MUST_CHECK hr_status hr_assemble_probes(const hr_params *params, hr_arena *arena,
                                           hr_configuration *configuration, bool is_general,
                                           hr_err *err);
/* Loads of a Front End probe's media, [HR_MEDIUM_LAST + 1][n_resources], which sum to its load;
 * left alone where meetings are placed as a whole. */
HR_MUST_CHECK hr_status hr_assemble_probe_parts(const hr_params *params, hr_arena *arena,
                                                const hr_configuration *c, double size,
                                                const double **parts, hr_err *err);
/* `probe.insert`, of a first pool whose window is known. */
HR_MUST_CHECK hr_status hr_assemble_inserted(const hr_params *params, hr_arena *arena,
                                             hr_configuration *configuration, bool is_general,
                                             hr_err *err);
/* All pools of a configuration are watched over the same time. */
void hr_assemble_times(const hr_configuration *first, hr_configuration *configuration);
/* What another pool than the first does when it is full: nothing, or it refuses what exceeds its
 * highest ceilings. Servers are alike to it: equal weights. */
HR_MUST_CHECK hr_status hr_assemble_when_full(const hr_params *params, const hr_pool_keys *keys,
                                              hr_arena *arena, hr_configuration *configuration,
                                              hr_err *err);
/* Classes, sources and background of the general form. */
HR_MUST_CHECK hr_status hr_assemble_general(const hr_params *params, hr_arena *arena,
                                            hr_configuration *configuration, hr_err *err);

#endif
