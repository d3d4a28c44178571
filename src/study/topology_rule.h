/* topology_rule: what a rule of the topology looks at; private to src/study.
 */
#ifndef HR_STUDY_TOPOLOGY_RULE_H
#define HR_STUDY_TOPOLOGY_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "study/params.h"
#include "study/topology.h"

enum { HR_MAX_TOPOLOGY_RULES = 64 };

/* One Front End pool of one configuration: the first, with the roles beside it, or a site's, which
 * is looked at as if it were the first. */
typedef struct hr_site {
    const hr_params *deployment;
    const hr_params *params; /* at the site; the deployment's at the first */
    bool is_standard;        /* Edition; else Enterprise */
    double servers;          /* of the pool */
    double users;            /* of all of them */
    bool has_others;         /* roles beside the first pool are named */
    bool has_large_pool;     /* its large meetings go to a pool of their own */
    double pools;     /* Front End pools of the deployment, that for large meetings included */
    double all_users; /* of all of these */
    double back_ends, stores, edges; /* of the deployment: for databases, for monitoring, Edge */
} hr_site;

/* `params`: values at the site (hr_site_params), those of the `deployment` itself at the first. */
hr_site hr_topology_look(const hr_params *deployment, const hr_params *params);

/* The key that breaks a rule. */
typedef struct hr_spot {
    hr_key key;
    size_t i, j;
} hr_spot;

typedef struct hr_topology_row {
    hr_topology_rule rule;
    hr_key key; /* that breaks it, unless the check names another */
    bool (*is_broken)(const hr_site *site, hr_spot *spot);
} hr_topology_row;

/* Row i of the table; NULL past the last. */
const hr_topology_row *hr_topology_row_at(unsigned i);

#endif
