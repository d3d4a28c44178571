/* failures: what of a study's pools fails.
 */
#ifndef HR_STUDY_FAILURES_H
#define HR_STUDY_FAILURES_H

#include "base/mem.h"
#include "model/configuration.h"
#include "study/assemble_pool.h"
#include "study/params.h"

/* configuration->failures; NULL when the study has none. Servers are known.
 * Errors  HR_ERR_DATA: more servers than there are, or a quorum that is not published. */
HR_MUST_CHECK hr_status hr_failures_assemble(const hr_params *params, hr_arena *arena,
                                             hr_configuration *configuration, hr_err *err);
typedef struct hr_role_users {
    double number; /* in the mean; 0: not known */
    bool connect;  /* they sign in and hold connections, which the pool's balancer spreads */
} hr_role_users;
/* The same of another role's pool, from the rows of `keys`, with the times and laws of the first
 * pool's. There are no routing groups: users and legs go to any server that is up. Errors
 * HR_ERR_DATA: more servers than there are; a Back End, which the first pool leans on. */
HR_MUST_CHECK hr_status hr_failures_of_role(const hr_params *params, const hr_pool_keys *keys,
                                            const hr_role_users *users, hr_arena *arena,
                                            hr_configuration *configuration, hr_err *err);
/* Does the study say that a paired pool is lost? Then a Front End has the partner's meetings from
 * hr_failures_take_over on, s of study time. */
bool hr_failures_has_partner(const hr_params *params);
double hr_failures_take_over(const hr_params *params);

#endif
