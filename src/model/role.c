#include "model/role.h"

const hr_role hr_roles[HR_N_ROLES] = {
#define HR_ROLE(name, place, carries, overload, source)                                            \
    {#name, HR_ROLE_PLACE_##place, carries, overload, source},
#include "model/role.def"
};

const char *const hr_role_places[HR_N_ROLE_PLACES] = {"pool.role", "deployment", "on the Front End",
                                                      "no load"};
