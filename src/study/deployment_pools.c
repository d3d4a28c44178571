/* Which pools a deployment has beside the first: their rows. */
#include "study/deployment.h"

hr_pool_keys hr_deployment_first(const hr_params *params)
{
    static const hr_role_id roles[] = {HR_ROLE_front_end, HR_ROLE_standard_edition};
    const hr_role_id role = roles[hr_params_get(params, HR_KEY_pool_role)->choice];
    return (hr_pool_keys){.role = role,
                          .kind = HR_POOL_FIRST,
                          .name = hr_roles[role].name,
                          .section = "pool",
                          .servers = HR_KEY_pool_servers,
                          .server = HR_KEY_pool_server,
                          .ceilings = HR_KEY_pool_ceilings};
}

static const hr_pool_keys pools[] = {
#define HR_ROLE_POOL(name, ...)                                                                    \
    {HR_ROLE_##name,                                                                               \
     HR_POOL_ROLE,                                                                                 \
     #name,                                                                                        \
     "deployment." #name,                                                                          \
     HR_KEY_##name##_servers,                                                                      \
     HR_KEY_##name##_server,                                                                       \
     HR_KEY_##name##_ceilings,                                                                     \
     HR_KEY_##name##_balancer,                                                                     \
     HR_KEY_##name##_when_full,                                                                    \
     HR_KEY_##name##_down,                                                                         \
     HR_KEY_##name##_out,                                                                          \
     HR_KEY_##name##_every,                                                                        \
     HR_KEY_site_##name##_of,                                                                      \
     0},
#include "model/role.def"
};

const hr_pool_keys *hr_deployment_pool(unsigned i)
{
    return i < sizeof pools / sizeof *pools ? &pools[i] : NULL;
}

const hr_pool_keys *hr_deployment_keys(hr_role_id role)
{
    for (unsigned i = 0; i < sizeof pools / sizeof *pools; i++) {
        if (pools[i].role == role)
            return &pools[i];
    }
    return NULL;
}

bool hr_deployment_has(const hr_params *params, hr_role_id role)
{
    const hr_pool_keys *keys = hr_deployment_keys(role);
    return keys != NULL && hr_params_get(params, keys->servers)->number > 0.0;
}
