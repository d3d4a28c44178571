#include "kernel/server.h"

#include "kernel/placing.h"
#include "kernel/policy.h"

void hr_server_add(hr_replaying *replay, hr_tick now, unsigned server, const int64_t *load,
                   uint32_t people)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    const hr_at_hand hand = hr_overload_at_hand(replay);
    int64_t *sum = s->truth.load + server * (size_t)s->stride;
    hr_overload_move_people(&hand, now, server, people);
    for (unsigned r = 0; r < c->n_resources; r++) {
        sum[r] += load[r];
        int64_t *peak = &replay->counts->peak[r * (size_t)c->n_servers + server];
        if (s->is_measuring && sum[r] > *peak)
            *peak = sum[r];
    }
}

void hr_server_remove(hr_replaying *replay, hr_tick now, unsigned server, const int64_t *load,
                      uint32_t people)
{
    hr_scratch *s = replay->scratch;
    const hr_at_hand hand = hr_overload_at_hand(replay);
    int64_t *sum = s->truth.load + server * (size_t)s->stride;
    for (unsigned r = 0; r < replay->configuration->n_resources; r++)
        sum[r] -= load[r];
    hr_overload_move_people(&hand, now, server, -(int64_t)people);
}

void hr_server_changed(hr_replaying *replay, hr_tick now, unsigned server)
{
    hr_placing_refresh(replay, server);
    hr_overload_update(replay, now, server);
}

void hr_server_grow(hr_replaying *replay, hr_tick now, uint32_t meeting, const int64_t *load,
                    uint32_t people)
{
    const unsigned n_resources = replay->configuration->n_resources;
    hr_scratch *s = replay->scratch;
    hr_server_add(replay, now, s->server[meeting], load, people);
    for (unsigned r = 0; r < n_resources; r++)
        s->load[meeting * (size_t)n_resources + r] += load[r];
    s->people[meeting] += people;
    hr_policy_expect(replay, now, meeting, false);
    hr_server_changed(replay, now, s->server[meeting]);
}

void hr_server_count_stay(hr_replaying *replay, hr_tick now, hr_tick end, const int64_t *load,
                          uint32_t people)
{
    hr_counts *counts = replay->counts;
    const hr_prepared *p = replay->prepared;
    const uint64_t stays = hr_overload_clip(p, end) - hr_overload_clip(p, now);
    counts->person_time += stays * people;
    for (unsigned r = 0; r < replay->configuration->n_resources; r++)
        counts->load_time[r] += (hr_u128)(uint64_t)load[r] * stays;
}

void hr_server_discount_stay(hr_replaying *replay, hr_tick now, hr_tick end, const int64_t *load,
                             uint32_t people)
{
    hr_counts *counts = replay->counts;
    const hr_prepared *p = replay->prepared;
    const uint64_t stays = hr_overload_clip(p, end) - hr_overload_clip(p, now);
    counts->person_time -= stays * people;
    for (unsigned r = 0; r < replay->configuration->n_resources; r++)
        counts->load_time[r] -= (hr_u128)(uint64_t)load[r] * stays;
}
