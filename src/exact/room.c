#include "exact/room.h"

#include <math.h>

#include "model/prepared.h"

/* Adds an item to what is random; false where the sum has no law of its own. */
static bool add_law(hr_room *room, const hr_background *item, double factor)
{
    if (!room->is_random) {
        room->is_random = true;
        room->is_shared = item->shared;
        room->law = item->law;
        room->factor = factor;
        return true;
    }
    if (room->law.kind != HR_LAW_NORMAL || item->law.kind != HR_LAW_NORMAL ||
        room->is_shared != item->shared)
        return false;
    const double one = room->factor * room->law.b, other = factor * item->law.b;
    room->law.a = room->factor * room->law.a + factor * item->law.a;
    room->law.b = sqrt(one * one + other * other);
    room->factor = 1.0;
    return true;
}

hr_room hr_room_of(const hr_configuration *configuration, unsigned resource, const char **why)
{
    hr_room room = {0};
    for (unsigned b = 0; b < configuration->n_background; b++) {
        const hr_background *item = &configuration->background[b];
        const double factor = item->cost[resource] * configuration->prepared->steps[resource];
        if (!(factor > 0.0))
            continue;
        if (item->kind == HR_BACKGROUND_SESSIONS)
            *why = "background sessions come and go";
        else if (hr_law_is_constant(&item->law))
            room.ceiling -= factor * hr_law_mean(&item->law);
        else if (!add_law(&room, item, factor))
            *why = "several items of background are random";
    }
    return room;
}

double hr_room_taken(const hr_room *room, double x)
{
    return hr_law_survival(&room->law, x / room->factor);
}

/* Most steps of load that still fit; at least -1. */
static int64_t most_load(double ceiling)
{
    return ceiling < 0.0 ? -1 : ceiling > 0x1p62 ? INT64_MAX : (int64_t)floor(ceiling);
}

double hr_room_over(const hr_room *room, const hr_lattice *load)
{
    if (!room->is_random)
        return hr_lattice_tail(load, most_load(room->ceiling));
    double sum = 0.0;
    for (size_t k = load->n; k-- > 0;)
        sum += load->p[k] * hr_room_taken(room, room->ceiling - (double)k * (double)load->span);
    return fmin(sum, 1.0);
}

double hr_room_crossed(const hr_room *room, const hr_lattice *load, int64_t jump)
{
    double sum = 0.0;
    for (size_t k = load->n; k-- > 0;) {
        const double at = (double)k * (double)load->span;
        if (room->is_random)
            sum += load->p[k] * (hr_room_taken(room, room->ceiling - at - (double)jump) -
                                 hr_room_taken(room, room->ceiling - at));
        else if (at <= room->ceiling && at + (double)jump > room->ceiling)
            sum += load->p[k];
    }
    return sum;
}
