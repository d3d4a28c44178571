/* topology: does a study's deployment keep the rules of the documented topology?
 *
 * A table of rules: how many servers a pool may have, which roles need which others, what may not
 * stand on one server. What the documentation calls unsupported is a refusal, what it advises
 * against or what lies beyond its limits a warning. The rules say nothing about load: a study of a
 * pool that breaks them runs all the same. They apply to pools described by their users, not to
 * `meetings.classes`, where no product is named.
 */
#ifndef HR_STUDY_TOPOLOGY_H
#define HR_STUDY_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "study/study.h"

typedef struct hr_topology_rule {
    const char *name;
    bool is_refusal;    /* else a warning */
    const char *broken; /* what the study does */
    const char *rule;   /* what the documentation says */
    const char *source; /* "[S:quorum]" */
} hr_topology_rule;

/* Row i of the table; NULL past the last. */
const hr_topology_rule *hr_topology_rule_at(unsigned i);

typedef struct hr_topology_finding {
    const hr_topology_rule *rule;
    const char *text; /* "key = value (file:line:col): what is broken; the rule [source]" */
} hr_topology_finding;

typedef struct hr_topology {
    size_t n;
    const hr_topology_finding *finding; /* in order of the table, each rule at most once */
} hr_topology;

/* Look at configuration `index` and at what it becomes when one of its choices takes another level.
 * Errors  HR_ERR_DATA at the key that breaks a rule which is a refusal; HR_ERR_MEMORY. Memory from
 * `arena`. Local. */
HR_MUST_CHECK hr_status hr_topology_check(const hr_study *study, uint64_t index, hr_arena *arena,
                                          hr_topology *topology, hr_err *err);

#endif
