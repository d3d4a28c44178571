#include "kernel/policy.h"

#include <math.h>

#include "base/stream.h"
#include "kernel/apart.h"
#include "kernel/joining.h"
#include "kernel/placing.h"

#define MOST_TOLD 1e9 /* participants */

const char *hr_policy_decline(const hr_configuration *configuration)
{
    const hr_placement *p = &configuration->placement;
    if (p->unit == HR_UNIT_MODALITY)
        return "media that are placed apart";
    if (p->report_lag > 0.0)
        return "reports that are on their way for a while";
    if (p->report_period > 0.0 && p->reports_staggered)
        return "servers that report in turn";
    if (p->growth > 0.0)
        return "room to grow";
    if (p->young_age > 0.0)
        return "young meetings that count for more";
    if (p->hint != HR_HINT_NONE)
        return "meetings whose size is told";
    if (p->start_gate > 0.0)
        return "a gate for new meetings";
    if (hr_joining_decides(configuration))
        return "participants who are sent to another server";
    if (p->review_period > 0.0)
        return "meetings that are moved";
    if (hr_failures_happen(configuration->failures))
        return "servers that fail";
    if (configuration->follows_anatomy)
        return "what overload is made of";
    return NULL; /* dedicated servers and bookings need a hint */
}

/* ---- seats */

/* One word for the size told; it belongs to the meeting, like those of the rule: where media are
 * apart, to its Focus, so that all of them are told the same. */
static uint32_t word_of(const hr_input *input, uint32_t meeting)
{
    const uint32_t name = hr_input_name(input, meeting);
    const uint64_t words[] = {input->tie[name], input->pick[name]};
    return (uint32_t)(hr_hash(words, 2) >> 32);
}

uint32_t hr_policy_told(const hr_configuration *configuration, const hr_input *input,
                        uint32_t meeting)
{
    const hr_hint hint = configuration->placement.hint;
    if (hint == HR_HINT_NONE)
        return 0;
    const double drawn = hr_sampler_draw(&configuration->prepared->hint, word_of(input, meeting));
    const double size = hint == HR_HINT_SIZE ? drawn * input->size[meeting] : drawn;
    return size < MOST_TOLD ? (uint32_t)floor(size + 0.5) : (uint32_t)MOST_TOLD;
}

void hr_policy_tell(const hr_replaying *replay, uint32_t meeting)
{
    replay->scratch->told[meeting] = hr_policy_told(replay->configuration, replay->input, meeting);
    replay->scratch->expecting[meeting] = 0;
}

/* Seats that the meeting counts for at least. */
static uint32_t seats_of(const hr_replaying *replay, hr_tick now, uint32_t meeting)
{
    const hr_placement *p = &replay->configuration->placement;
    const bool is_young = now < replay->input->start[meeting] + replay->prepared->young_age;
    const uint32_t told = replay->scratch->told[meeting];
    const uint32_t young = is_young ? (uint32_t)p->young_count : 0;
    return told > young ? told : young;
}

void hr_policy_expect(const hr_replaying *replay, hr_tick now, uint32_t meeting, bool is_over)
{
    const hr_placement *p = &replay->configuration->placement;
    hr_scratch *s = replay->scratch;
    const unsigned server = s->server[meeting];
    if ((p->hint == HR_HINT_NONE && replay->prepared->young_age == 0) ||
        server >= replay->configuration->n_servers || hr_apart_is_focus(replay, meeting))
        return;
    const uint32_t seats = is_over ? 0 : seats_of(replay, now, meeting);
    const uint32_t present = s->people[meeting] + hr_joining_elsewhere(replay, meeting);
    const uint32_t expecting = seats > present ? seats - present : 0;
    s->truth.expected[server] += (int64_t)expecting - (int64_t)s->expecting[meeting];
    s->expecting[meeting] = expecting;
}

hr_tick hr_policy_next_age(const hr_replaying *replay, uint32_t n_started)
{
    const hr_tick age = replay->prepared->young_age;
    const uint32_t next = replay->scratch->n_aged;
    return age > 0 && next < n_started ? replay->input->start[next] + age : UINT64_MAX;
}

void hr_policy_age(hr_replaying *replay, hr_tick now)
{
    hr_scratch *s = replay->scratch;
    const uint32_t meeting = s->n_aged++;
    const unsigned server = s->server[meeting];
    if (server >= replay->configuration->n_servers || s->expecting[meeting] == 0)
        return; /* refused, nowhere, gone, or nobody is expected any more */
    hr_policy_expect(replay, now, meeting, false);
    hr_placing_refresh(replay, server);
}

/* ---- which servers */

bool hr_policy_restricts(const hr_configuration *configuration)
{
    return configuration->placement.start_gate > 0.0 || configuration->placement.dedicated > 0 ||
           configuration->admission == HR_ADMISSION_BOOKED;
}

/* The highest ceiling of resource `r` on `server`. */
static unsigned highest_limit(const hr_replaying *replay, unsigned server, unsigned r)
{
    const hr_configuration *c = replay->configuration;
    const double *ceiling = replay->prepared->ceiling;
    unsigned highest = c->n_limits;
    for (unsigned l = 0; l < c->n_limits; l++) {
        if (c->limits[l].resource != r || c->limits[l].level < 0)
            continue;
        if (highest == c->n_limits || ceiling[l * (size_t)c->n_servers + server] >
                                          ceiling[highest * (size_t)c->n_servers + server])
            highest = l;
    }
    return highest;
}

/* What is left of a ceiling tells the background: it is what has been taken off. */
bool hr_policy_passes_with(const hr_replaying *replay, unsigned server, double gate,
                           const int64_t *load)
{
    const hr_configuration *c = replay->configuration;
    for (unsigned r = 0; r < c->n_resources; r++) {
        const unsigned l = highest_limit(replay, server, r);
        if (l == c->n_limits || !hr_placement_watches(&c->placement, c->resource[r]))
            continue;
        const int64_t left = hr_overload_ceiling(replay, server, l);
        const int64_t then =
            replay->scratch->truth.load[server * (size_t)replay->scratch->stride + r] + load[r];
        const double full = replay->prepared->ceiling[l * (size_t)c->n_servers + server];
        if ((double)(then - left) > (gate - 1.0) * full)
            return false;
    }
    return true;
}

bool hr_policy_passes(const hr_replaying *replay, unsigned server, double gate)
{
    static const int64_t nothing[HR_MAX_RESOURCES] = {0};
    return hr_policy_passes_with(replay, server, gate, nothing);
}

static bool has_seats(const hr_replaying *replay, uint32_t meeting, unsigned server)
{
    const hr_placement *p = &replay->configuration->placement;
    const hr_known *truth = &replay->scratch->truth;
    const double taken = (double)(truth->people[server] + truth->expected[server]);
    return taken + replay->scratch->told[meeting] <= p->overbook * p->seats;
}

bool hr_policy_allows(const hr_replaying *replay, uint32_t meeting, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    const hr_placement *p = &c->placement;
    const bool is_dedicated = server >= c->n_servers - p->dedicated;
    const bool is_large = replay->scratch->told[meeting] >= p->dedicated_from;
    if (p->dedicated > 0 && is_dedicated != is_large)
        return false;
    if (c->admission == HR_ADMISSION_BOOKED && !has_seats(replay, meeting, server))
        return false;
    return !(p->start_gate > 0.0) || hr_policy_passes(replay, server, p->start_gate);
}

unsigned hr_policy_choose_again(const hr_replaying *replay, const hr_view *view, uint32_t meeting,
                                uint32_t number)
{
    const uint32_t pick = replay->input->pick[meeting], first = HR_PLACEMENT_WORDS + 2 * number;
    return hr_placement_choose(&replay->configuration->placement, view,
                               hr_placement_word(pick, first), hr_placement_word(pick, first + 1));
}
