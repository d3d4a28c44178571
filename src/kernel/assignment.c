#include "kernel/assignment.h"

#include "kernel/apart.h"
#include "kernel/placing.h"
#include "kernel/snapshot.h"

enum { MOST = HR_MEDIUM_LAST + 1 };

/* ---- what the rule would choose */

static void find_media(hr_assignment *a, unsigned probe)
{
    const size_t n_resources = a->replay->configuration->n_resources;
    const int64_t *part = a->replay->prepared->probe_part + probe * MOST * n_resources;
    a->n = 0;
    for (unsigned m = 0; m < MOST; m++) {
        bool loads = m == HR_MEDIUM_FOCUS;
        for (size_t r = 0; r < n_resources; r++)
            loads = loads || part[m * n_resources + r] != 0;
        a->load[a->n] = part + m * n_resources;
        a->medium[a->n] = (hr_medium)m;
        a->n += loads;
    }
}

/* What the rule sees of its own choices right away: the truth, or reports that it corrects. */
static hr_known *seen(const hr_replaying *replay)
{
    if (hr_placing_is_fresh(replay))
        return &replay->scratch->truth;
    return replay->configuration->placement.in_flight ? &replay->scratch->reported : NULL;
}

/* Medium `m` comes to its server as far as the rule knows, or goes (`sign` -1). */
static void show(const hr_assignment *a, unsigned m, int64_t sign)
{
    const hr_replaying *replay = a->replay;
    hr_known *known = seen(replay);
    const unsigned j = a->server[m];
    const bool counts = a->medium[m] != HR_MEDIUM_FOCUS;
    if (known == NULL || j >= replay->configuration->n_servers)
        return;
    for (unsigned r = 0; r < replay->configuration->n_resources; r++)
        known->load[j * (size_t)replay->scratch->stride + r] += sign * a->load[m][r];
    known->people[j] += counts ? sign * a->people : 0;
    known->meetings[j] += counts ? sign : 0;
    if (hr_placing_looks(replay->configuration))
        known->score[j] = hr_placing_score(replay, known, j);
}

void hr_assignment_choose(hr_assignment *a, const hr_replaying *replay, unsigned i, uint32_t number,
                          const hr_view *view)
{
    const hr_configuration *c = replay->configuration;
    const size_t place = number * (size_t)c->n_probes + i;
    hr_view now = *view;
    *a = (hr_assignment){.replay = replay, .people = (int64_t)c->probes[i].size};
    find_media(a, i);
    for (unsigned m = 0; m < a->n; m++) {
        const uint64_t word = hr_input_medium_words(replay->input->probe_tie[place],
                                                    replay->input->probe_pick[place], a->medium[m]);
        const uint32_t tie = (uint32_t)(word >> 32), pick = (uint32_t)word;
        if (a->medium[m] == HR_MEDIUM_FOCUS) {
            a->server[m] = a->home = hr_apart_home(replay, tie, pick, 0);
        } else {
            a->server[m] = hr_placement_choose(&c->placement, &now, tie, pick);
            now.turn = (now.turn + 1) % c->n_servers;
        }
        show(a, m, 1);
    }
    for (unsigned m = 0; m < a->n; m++)
        show(a, m, -1);
}

/* ---- what fits */

/* Does server `j` hold those of the first `n` media in `order` that are on it? */
static bool holds(const hr_assignment *a, const unsigned *order, unsigned n, unsigned j, int level)
{
    int64_t load[HR_MAX_RESOURCES] = {0};
    for (unsigned m = 0; m < n; m++) {
        for (unsigned r = 0; a->server[order[m]] == j && r < a->replay->configuration->n_resources;
             r++)
            load[r] += a->load[order[m]][r];
    }
    return hr_snapshot_fits(a->replay, j, load, level);
}

bool hr_assignment_fits(const hr_assignment *a, int level)
{
    static const unsigned order[MOST] = {0, 1, 2, 3, 4};
    for (unsigned m = 0; m < a->n; m++) {
        if (a->server[m] >= a->replay->configuration->n_servers ||
            !holds(a, order, a->n, a->server[m], level))
            return false;
    }
    return true;
}

typedef struct search {
    hr_assignment assignment;
    unsigned order[MOST];     /* media, those that fit the fewest servers first */
    unsigned n_fitting[MOST]; /* servers that hold each by itself */
    int level;
} search;

/* Have the media from the at-th on a place beside those before? Whatever fits as many servers as
 * there are media finds one that no other is on, and so do all behind it. */
static bool finds_place(search *s, unsigned at)
{
    hr_assignment *a = &s->assignment;
    if (at == a->n || s->n_fitting[s->order[at]] >= a->n)
        return true;
    for (unsigned j = 0; j < a->replay->configuration->n_servers; j++) {
        const unsigned m = s->order[at];
        if (a->medium[m] == HR_MEDIUM_FOCUS && j != a->home)
            continue;
        a->server[m] = j;
        if (holds(a, s->order, at + 1, j, s->level) && finds_place(s, at + 1))
            return true;
    }
    return false;
}

bool hr_assignment_is_possible(const hr_assignment *assignment, int level)
{
    search s = {.assignment = *assignment, .level = level};
    const hr_assignment *a = &s.assignment;
    for (unsigned m = 0; m < a->n; m++) {
        unsigned at = m;
        for (unsigned j = 0; j < a->replay->configuration->n_servers; j++)
            s.n_fitting[m] += (a->medium[m] != HR_MEDIUM_FOCUS || j == a->home) &&
                              hr_snapshot_fits(a->replay, j, a->load[m], level);
        for (; at > 0 && s.n_fitting[s.order[at - 1]] > s.n_fitting[m]; at--)
            s.order[at] = s.order[at - 1];
        s.order[at] = m;
    }
    return finds_place(&s, 0);
}
