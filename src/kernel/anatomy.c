#include "kernel/anatomy.h"

#include <math.h>

#include "kernel/placing.h"

#define HALF_HOUR ((hr_tick)(1800.0 * HR_TICKS_PER_SECOND))

/* Most people present in one meeting, or medium of one, on the server. */
static uint32_t largest_on(const hr_replaying *replay, hr_tick now, unsigned server)
{
    const hr_scratch *s = replay->scratch;
    uint32_t most = 0;
    for (uint32_t i = 0; i < s->n_arrived; i++) {
        if (s->server[i] == server && replay->input->end[i] > now && s->people[i] > most)
            most = s->people[i];
    }
    return most;
}

void hr_anatomy_note(hr_replaying *replay, hr_tick now, unsigned server, unsigned criterion,
                     unsigned limit)
{
    const hr_scratch *s = replay->scratch;
    const size_t n = replay->configuration->n_servers;
    const double full = replay->prepared->ceiling[limit * n + server];
    const double taken = full - (double)hr_overload_ceiling(replay, server, limit);
    uint64_t *of = replay->counts->anatomy + criterion * (size_t)HR_N_ANATOMY;
    of[HR_ANATOMY_MEETINGS] += (uint64_t)s->truth.meetings[server];
    of[HR_ANATOMY_LARGEST] += largest_on(replay, now, server);
    of[HR_ANATOMY_CLOCK] += (now - HR_TICK_ZERO) % HALF_HOUR;
    if (taken > 0.0 && full > 0.0)
        of[HR_ANATOMY_BACKGROUND] += (uint64_t)floor(taken / full * HR_ANATOMY_ONE + 0.5);
    if (!hr_placing_is_fresh(replay))
        of[HR_ANATOMY_REPORT] += now - s->reports.made[server];
}
