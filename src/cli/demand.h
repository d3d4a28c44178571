/* demand: what the users of a study ask of its pools, as `check` prints it: people by medium, calls
 * with Erlang's B, events per second against their published ceilings, and what the rules of thumb
 * give.
 */
#ifndef HR_CLI_DEMAND_H
#define HR_CLI_DEMAND_H

#include "cli/json.h"
#include "study/study.h"

/* Memory competes for servers too [S:seed-load]; does the pool not follow it, which is so where no
 * study states what a session needs? A row of zeros would look like a finding: */
bool hr_demand_lacks_memory(const hr_configuration *first);
#define HR_NO_MEMORY                                                                               \
    "no published cost of a session, not modelled; a study may state one "                         \
    "(cost.participant.memory)"

/* Of the configuration that `first` is, its first pool; nothing for a study without a population.
 * Errors  HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_demand_print(const hr_study *study, const hr_configuration *first,
                                        hr_err *err);
/* The same as members of the open object: `classes`, `activities`, `rule_of_thumb` and, of a study
 * with a population, `media` and `calls`. */
HR_MUST_CHECK hr_status hr_demand_json(hr_json *json, const hr_study *study,
                                       const hr_configuration *first, hr_err *err);

#endif
