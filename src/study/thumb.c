#include "study/thumb.h"

#include <math.h>

#include "model/workload.h"
#include "study/deployment.h"
#include "study/front_end.h"
#include "study/study_tree.h"

/* The published plan itself has 12 servers for 80,000 users, 6,667 on each: 12.01 by the rule,
 * which does not bind to the last user [S:capmodel]. So 12.01 is 12 to 13 servers. */
#define SLACK (80000.0 / 12.0 / HR_USERS_PER_SERVER)

static const struct {
    hr_role_id role;
    const char *of, *source;
    double per_server, least, slack;
} rules[HR_N_THUMBS] = {
    {HR_ROLE_front_end, "users", "[S:capmodel]", HR_USERS_PER_SERVER, 1.0, SLACK},
    {HR_ROLE_edge, "users outside", "[S:capmodel]", 12000.0, 2.0, 1.0},
    {HR_ROLE_mediation, "unbypassed calls", "[S:capmodel]", 1500.0, 1.0, 1.0},
    {HR_ROLE_persistent_chat, "chat users", "[S:pchat]", 20000.0, 1.0, 1.0},
};

/* Alone in its pool; another rule for the same users. */
#define STANDARD_EDITION_USERS 2500.0 /* [S:capmodel] */

static double demand_of(const hr_params *params, hr_role_id role, double users)
{
    switch ((int)role) {
    case HR_ROLE_edge:
        return users * hr_params_get(params, HR_KEY_remote_users)->number;
    case HR_ROLE_mediation:
        return hr_front_end_calls(params, users) *
               (1.0 - hr_params_get(params, HR_KEY_voice_bypass)->number);
    case HR_ROLE_persistent_chat:
        return users * hr_params_get(params, HR_KEY_chat_users)->number;
    default:
        return users;
    }
}

hr_status hr_study_thumbs(const hr_study *study, uint64_t index, hr_thumb thumb[HR_N_THUMBS],
                          bool *has_users, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_params params = {0};
    HR_TRY(hr_study_params(study, index, 0, &params, &arena, err));
    *has_users = hr_params_get(&params, HR_KEY_users)->is_set;
    const double servers = hr_params_get(&params, HR_KEY_pool_servers)->number;
    const double users = *has_users ? servers * hr_front_end_users(&params, servers) : 0.0;
    for (unsigned i = 0; i < HR_N_THUMBS; i++) {
        const hr_pool_keys *keys = hr_deployment_keys(rules[i].role);
        thumb[i] = (hr_thumb){
            .role = rules[i].role,
            .of = rules[i].of,
            .source = rules[i].source,
            .demand = *has_users ? demand_of(&params, rules[i].role, users) : 0.0,
            .per_server = rules[i].per_server,
            .servers = i == 0 ? servers : hr_params_get(&params, keys->servers)->number,
        };
        double slack = rules[i].slack;
        if (i == 0 && hr_deployment_first(&params).role == HR_ROLE_standard_edition) {
            thumb[i].role = HR_ROLE_standard_edition;
            thumb[i].per_server = STANDARD_EDITION_USERS;
            slack = 1.0;
        }
        if (thumb[i].demand > 0.0) {
            const double exact = thumb[i].demand / thumb[i].per_server;
            thumb[i].least = fmax(rules[i].least, ceil(exact / slack - 1e-9));
            thumb[i].most = fmax(rules[i].least, ceil(exact - 1e-9));
        }
    }
out:
    hr_arena_free(&arena);
    return st;
}
