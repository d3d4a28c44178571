/* placing: what the rule knows of the servers, and what admission makes of its choice.
 */
#ifndef HR_KERNEL_PLACING_H
#define HR_KERNEL_PLACING_H

#include "kernel/overload.h"
#include "model/placement.h"

/* Does the rule look at the servers at all? Random and round robin do not. */
bool hr_placing_looks(const hr_configuration *configuration);
/* Does the rule see the truth, or reports? */
bool hr_placing_is_fresh(const hr_replaying *replay);
/* The rule's metric of `server`, as `known` has it. */
double hr_placing_score(const hr_replaying *replay, const hr_known *known, unsigned server);
/* The truth of `server` has changed: refresh its score where the rule sees the truth. */
void hr_placing_refresh(hr_replaying *replay, unsigned server);
/* All servers report. */
void hr_placing_report(hr_replaying *replay);
/* In-flight correction: the placer adds what it has placed itself since the last report. */
void hr_placing_add_in_flight(hr_replaying *replay, hr_tick last_report, uint32_t meeting,
                              const int64_t *load, uint32_t people, bool is_start);
/* What the rule looks at; `turn` counts the meetings so far. */
hr_view hr_placing_view(const hr_replaying *replay, uint32_t turn);
/* Admission asks for the meeting's final load, as a booking would; the rule never does. */
bool hr_placing_admits(const hr_replaying *replay, uint32_t meeting, unsigned server);
/* The server that takes the meeting; n_servers when it is refused. */
unsigned hr_placing_choose(const hr_replaying *replay, uint32_t meeting, uint32_t turn);
/* The same once more, with other words; `number` tells such choices of one meeting apart. */
unsigned hr_placing_choose_again(const hr_replaying *replay, uint32_t meeting, uint32_t number);

#endif
