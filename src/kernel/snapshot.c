#include "kernel/snapshot.h"

#include "kernel/assignment.h"
#include "kernel/failing.h"

bool hr_snapshot_fits(const hr_replaying *replay, unsigned server, const int64_t *load, int level)
{
    const hr_configuration *c = replay->configuration;
    const hr_scratch *s = replay->scratch;
    const int64_t *now = s->truth.load + server * (size_t)s->stride;
    if (!hr_failing_takes(replay, server))
        return false;
    for (unsigned l = 0; l < c->n_limits; l++) {
        const unsigned r = c->limits[l].resource;
        if (hr_configuration_limit_is_at(c, l, level) &&
            now[r] + load[r] > hr_overload_ceiling(replay, server, l))
            return false;
    }
    return true;
}

/* Has the pool as a whole room for `load`? Room on a server that is over counts as none. */
static bool pool_has_room(const hr_replaying *replay, const int64_t *load, int level)
{
    const hr_configuration *c = replay->configuration;
    const hr_scratch *s = replay->scratch;
    for (unsigned l = 0; l < c->n_limits; l++) {
        if (c->limits[l].level != level)
            continue;
        const unsigned r = c->limits[l].resource;
        int64_t room = 0;
        for (unsigned j = 0; j < c->n_servers; j++) {
            const int64_t free =
                hr_overload_ceiling(replay, j, l) - s->truth.load[j * (size_t)s->stride + r];
            room += free > 0 && hr_failing_takes(replay, j) ? free : 0;
        }
        if (room < load[r])
            return false;
    }
    return true;
}

static void take_over(hr_replaying *replay, unsigned slot)
{
    const hr_configuration *c = replay->configuration;
    const hr_scratch *s = replay->scratch;
    const size_t n = c->n_servers;
    for (unsigned i = 0; i < c->n_criteria; i++) {
        const size_t row = slot * (size_t)c->n_criteria + i;
        replay->counts->over_with[row * (n + 1) + s->n_over[i]]++;
        for (unsigned j = 0; j < n && s->n_over[i] > 0; j++)
            replay->counts->server_over[row * n + j] += s->over[j] >> i & 1;
    }
}

static void take_loads(hr_replaying *replay, unsigned slot)
{
    const hr_configuration *c = replay->configuration;
    const hr_scratch *s = replay->scratch;
    hr_counts *counts = replay->counts;
    int64_t total = 0;
    for (unsigned r = 0; r < c->n_resources; r++) {
        const size_t row = slot * (size_t)c->n_resources + r;
        int64_t largest = 0;
        for (unsigned j = 0; j < c->n_servers; j++) {
            const int64_t load = s->truth.load[j * (size_t)s->stride + r];
            const uint64_t shifted = (uint64_t)load >> replay->prepared->shift[r];
            counts->load[row * c->n_servers + j] += load;
            counts->load_shifted[row * c->n_servers + j] += shifted;
            counts->load_square[row * c->n_servers + j] += shifted * shifted;
            largest = load > largest ? load : largest;
            total += r == 0 ? load : 0;
        }
        counts->largest[row] += largest;
    }
    for (unsigned h = 0; h < c->n_thresholds; h++)
        counts->total_above[slot * (size_t)c->n_thresholds + h] +=
            total > replay->prepared->threshold[h];
}

/* A probe of `load`, whose server the rule has picked, or, where media are apart, the servers of
 * its `media`: then it fits somewhere if there are servers for all of them. */
static void take_probe(hr_replaying *replay, unsigned picked, const hr_assignment *media,
                       size_t place, const int64_t *load, int level)
{
    const hr_configuration *c = replay->configuration;
    hr_counts *counts = replay->counts;
    unsigned fits = 0;
    for (unsigned j = 0; j < c->n_servers; j++)
        fits += hr_snapshot_fits(replay, j, load, level);
    const bool somewhere = media != NULL ? hr_assignment_is_possible(media, level) : fits > 0;
    counts->fits_servers[place] += fits;
    counts->fits_everywhere[place] += fits == c->n_servers;
    counts->fits_somewhere[place] += somewhere;
    counts->fits[place] +=
        somewhere && (media != NULL ? hr_assignment_fits(media, level)
                                    : hr_snapshot_fits(replay, picked, load, level));
    if (!somewhere) {
        const bool room = pool_has_room(replay, load, level);
        counts->stranded[place] += room;
        counts->nowhere[place] += !room;
    }
}

void hr_snapshot_take(hr_replaying *replay, const hr_view *view, uint32_t number, unsigned slot)
{
    const hr_configuration *c = replay->configuration;
    replay->counts->n_snapshots[slot]++;
    take_over(replay, slot);
    take_loads(replay, slot);
    for (unsigned i = 0; i < c->n_probes; i++) {
        const size_t word = number * (size_t)c->n_probes + i;
        const bool is_apart = replay->prepared->probe_part != NULL;
        hr_assignment media;
        unsigned picked = c->n_servers;
        if (is_apart)
            hr_assignment_choose(&media, replay, i, number, view);
        else
            picked = hr_placement_choose(&c->placement, view, replay->input->probe_tie[word],
                                         replay->input->probe_pick[word]);
        for (int level = 0; level < HR_N_LEVELS; level++)
            take_probe(replay, picked, is_apart ? &media : NULL,
                       (slot * (size_t)HR_N_LEVELS + (unsigned)level) * c->n_probes + i,
                       replay->prepared->probe + i * (size_t)c->n_resources, level);
    }
}
