/* role: the server roles and other systems of a deployment, and where their work is.
 *
 * Made from role.def. `headroom list roles` prints it. A deployment is one first pool, in which
 * meetings are placed, and pools of other roles that carry what follows from it: legs of
 * participants, calls, users.
 */
#ifndef HR_MODEL_ROLE_H
#define HR_MODEL_ROLE_H

typedef enum hr_role_id {
#define HR_ROLE(name, ...) HR_ROLE_##name,
#include "model/role.def"
    HR_N_ROLES
} hr_role_id;

typedef enum hr_role_place {
    HR_ROLE_PLACE_FIRST, /* the pool where meetings are placed */
    HR_ROLE_PLACE_POOL,  /* a pool of its own */
    HR_ROLE_PLACE_PART,  /* of the first pool's servers */
    HR_ROLE_PLACE_NONE,  /* no load */
    HR_N_ROLE_PLACES
} hr_role_place;

typedef struct hr_role {
    const char *name; /* as in studies and results */
    hr_role_place place;
    const char *carries;
    const char *overload; /* what it means there */
    const char *source;
} hr_role;
extern const hr_role hr_roles[HR_N_ROLES];
extern const char *const hr_role_places[HR_N_ROLE_PLACES]; /* what the places mean, in words */

#endif
