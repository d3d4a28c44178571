#include "kernel/placing.h"

#include <string.h>

#include "kernel/failing.h"
#include "kernel/policy.h"
#include "kernel/snapshot.h"

double hr_placing_score(const hr_replaying *replay, const hr_known *known, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    const int metric = c->placement.metric;
    if (metric == HR_METRIC_MEETINGS)
        return (double)known->meetings[server];
    if (metric == HR_METRIC_PARTICIPANTS)
        return (double)(known->people[server] + known->expected[server]) +
               c->placement.growth * (double)known->meetings[server];
    const int64_t *load = known->load + server * (size_t)replay->scratch->stride;
    double largest = 0.0;
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (metric == HR_METRIC_RESOURCE + (int)c->resource[r])
            return (double)load[r];
        /* quotients of equal ratios are equal doubles: IEEE division rounds correctly */
        const double share = (double)load[r] / replay->prepared->full[r * c->n_servers + server];
        largest = share > largest ? share : largest;
    }
    return largest;
}

bool hr_placing_looks(const hr_configuration *configuration)
{
    const hr_rule rule = configuration->placement.rule;
    return rule != HR_RULE_RANDOM && rule != HR_RULE_ROUND_ROBIN;
}

bool hr_placing_is_fresh(const hr_replaying *replay)
{
    return replay->prepared->report_period == 0;
}

void hr_placing_refresh(hr_replaying *replay, unsigned server)
{
    hr_known *truth = &replay->scratch->truth;
    if (hr_placing_is_fresh(replay) && hr_placing_looks(replay->configuration))
        truth->score[server] = hr_placing_score(replay, truth, server);
}

void hr_placing_report(hr_replaying *replay)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    const size_t n = c->n_servers;
    memcpy(s->reported.load, s->truth.load, n * s->stride * sizeof *s->truth.load);
    memcpy(s->reported.people, s->truth.people, n * sizeof *s->truth.people);
    memcpy(s->reported.meetings, s->truth.meetings, n * sizeof *s->truth.meetings);
    for (unsigned j = 0; j < n; j++)
        s->reported.score[j] = hr_placing_score(replay, &s->reported, j);
}

void hr_placing_add_in_flight(hr_replaying *replay, hr_tick last_report, uint32_t meeting,
                              const int64_t *load, uint32_t people, bool is_start)
{
    const hr_configuration *c = replay->configuration;
    if (hr_placing_is_fresh(replay) || !c->placement.in_flight)
        return;
    hr_known *reported = &replay->scratch->reported;
    if (replay->input->start[meeting] < last_report)
        return;
    const unsigned server = replay->scratch->server[meeting];
    for (unsigned r = 0; r < c->n_resources; r++)
        reported->load[server * (size_t)replay->scratch->stride + r] += load[r];
    reported->people[server] += people;
    reported->meetings[server] += is_start;
    reported->score[server] = hr_placing_score(replay, reported, server);
}

hr_view hr_placing_view(const hr_replaying *replay, uint32_t turn)
{
    const hr_scratch *s = replay->scratch;
    const unsigned n = replay->configuration->n_servers;
    return (hr_view){
        .n_servers = n,
        .score = hr_placing_is_fresh(replay) ? s->truth.score : s->reported.score,
        .threshold = replay->prepared->weight,
        .allowed = hr_failing_allowed(replay),
        .turn = turn % n,
    };
}

/* ---- admission: asks for the meeting's final load, as a booking would; the rule never does */

bool hr_placing_admits(const hr_replaying *replay, uint32_t meeting, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    const int64_t *load = replay->input->final + meeting * (size_t)c->n_resources;
    const int64_t *reserve = replay->prepared->classes[replay->input->class_of[meeting]].reserve;
    if (c->admission != HR_ADMISSION_RESERVE || reserve == NULL)
        return hr_snapshot_fits(replay, server, load, c->admission_level);
    int64_t wanted[HR_MAX_RESOURCES];
    for (unsigned r = 0; r < c->n_resources; r++)
        wanted[r] = load[r] + reserve[r];
    return hr_snapshot_fits(replay, server, wanted, c->admission_level);
}

static unsigned choose(const hr_replaying *replay, uint32_t meeting, uint32_t turn, uint32_t tie,
                       uint32_t pick)
{
    const hr_configuration *c = replay->configuration;
    hr_view view = hr_placing_view(replay, turn);
    const bool must_fit = c->admission == HR_ADMISSION_NONE_FITS;
    if (must_fit || hr_policy_restricts(c)) {
        bool *allowed = replay->scratch->allowed;
        for (unsigned j = 0; j < c->n_servers; j++)
            allowed[j] = hr_failing_takes(replay, j) &&
                         (!must_fit || hr_placing_admits(replay, meeting, j)) &&
                         (!hr_policy_restricts(c) || hr_policy_allows(replay, meeting, j));
        view.allowed = allowed;
    }
    const unsigned server = hr_placement_choose(&c->placement, &view, tie, pick);
    const bool asks =
        c->admission == HR_ADMISSION_CHOSEN_FULL || c->admission == HR_ADMISSION_RESERVE;
    return asks && server < c->n_servers && !hr_placing_admits(replay, meeting, server)
               ? c->n_servers
               : server;
}

unsigned hr_placing_choose(const hr_replaying *replay, uint32_t meeting, uint32_t turn)
{
    return choose(replay, meeting, turn, replay->input->tie[meeting], replay->input->pick[meeting]);
}

unsigned hr_placing_choose_again(const hr_replaying *replay, uint32_t meeting, uint32_t number)
{
    const uint32_t pick = replay->input->pick[meeting], first = HR_PLACEMENT_WORDS + 2 * number;
    return choose(replay, meeting, meeting, hr_placement_word(pick, first),
                  hr_placement_word(pick, first + 1));
}
