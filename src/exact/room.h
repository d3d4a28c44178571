/* room: how much load a server bears before it is over, when background takes a random part of it.
 *
 * load + background > ceiling is what decides (hr_input lowers the ceiling to the floor of ceiling
 * - background, which is the same for whole loads).
 */
#ifndef HR_EXACT_ROOM_H
#define HR_EXACT_ROOM_H

#include "exact/compound.h"

typedef struct hr_room {
    double ceiling; /* steps, constant background taken off */
    bool is_random; /* else the rest is not used */
    bool is_shared; /* one draw for all servers */
    hr_law law;     /* of the background that is left, times */
    double factor;  /* steps per unit of it */
} hr_room;

/* Background of a resource, at a ceiling of 0 steps. `*why` is set where it is more than constants
 * and one law (several normal ones of the same kind are one). */
hr_room hr_room_of(const hr_configuration *configuration, unsigned resource, const char **why);
/* P(background > x steps). */
double hr_room_taken(const hr_room *room, double x);
/* P(load + background > ceiling), background random and independent of the load or none. */
double hr_room_over(const hr_room *room, const hr_lattice *load);
/* P(ceiling - jump < load + background <= ceiling): a meeting of load `jump` puts it over. */
double hr_room_crossed(const hr_room *room, const hr_lattice *load, int64_t jump);

#endif
