/* front_end: numbers of a Front End pool that pools of other roles need.
 */
#ifndef HR_STUDY_FRONT_END_H
#define HR_STUDY_FRONT_END_H

#include "study/charge.h"
#include "study/params.h"

/* Users logged in on one of `n_servers` servers. */
double hr_front_end_users(const hr_params *params, double n_servers);
/* Mean calls in progress of so many users on this day, with and without media bypass. */
double hr_front_end_calls(const hr_params *params, double users);
/* Refuses durations of calls that cannot be followed on a grid: all but exponential ones. */
HR_MUST_CHECK hr_status hr_front_end_check_grid(const hr_params *params, hr_err *err);

#endif
