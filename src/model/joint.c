#include "model/joint.h"

#include <string.h>

#include "model/counts.h"
#include "model/prepared.h"

/* ---- the stretches of one pool */

void hr_stretches_init(hr_stretches *stretches, const hr_configuration *configuration,
                       hr_arena *arena)
{
    *stretches = (hr_stretches){.arena = arena};
    for (unsigned k = 0; k < HR_MAX_CRITERIA; k++) {
        const bool is_any =
            k < configuration->n_criteria && configuration->criteria[k].resource < 0;
        stretches->level_of[k] = (int16_t)(is_any ? configuration->criteria[k].level : -1);
    }
}

void hr_stretches_clear(hr_stretches *stretches)
{
    for (int l = 0; l < HR_N_LEVELS; l++)
        stretches->level[l].n = 0;
    stretches->is_short = false;
}

void hr_stretches_begin(hr_stretches *stretches, unsigned criterion, hr_tick now)
{
    if (stretches->level_of[criterion] >= 0)
        stretches->level[stretches->level_of[criterion]].since = now;
}

/* Twice the room; what was there stays with the arena until that is laid anew. */
static bool make_room(hr_stretches *stretches, hr_stretch_list *list)
{
    const size_t most = list->most > 0 ? 2 * list->most : 64;
    hr_stretch *more = hr_arena_take(stretches->arena, most, sizeof *more);
    if (more == NULL)
        return false;
    if (list->n > 0)
        memcpy(more, list->stretch, list->n * sizeof *more);
    list->stretch = more;
    list->most = most;
    return true;
}

void hr_stretches_end(hr_stretches *stretches, unsigned criterion, hr_tick now)
{
    if (stretches->level_of[criterion] < 0)
        return;
    hr_stretch_list *list = &stretches->level[stretches->level_of[criterion]];
    if (now == list->since)
        return; /* it began and ended at one tick */
    if (list->n == list->most && !make_room(stretches, list)) {
        stretches->is_short = true;
        return;
    }
    list->stretch[list->n++] = (hr_stretch){list->since, now};
}

/* ---- their union */

/* A joint episode that pool `first` began. */
static void count_episode(hr_joint *joint, int level, const hr_configuration *c, hr_stretch episode,
                          unsigned first)
{
    const hr_prepared *p = c->prepared;
    const hr_tick begin = episode.begin > p->from ? episode.begin : p->from;
    const hr_tick end = episode.end < p->to ? episode.end : p->to;
    uint64_t taken = 0;
    if (begin >= end)
        return;
    joint->time[level] += end - begin;
    joint->episodes[level] += episode.begin >= p->from;
    for (unsigned q = 0; q < HR_MAX_POOLS; q++)
        taken |= joint->first[level][q];
    const unsigned last = hr_prepared_period(p, c->n_periods, end - 1);
    for (unsigned i = hr_prepared_period(p, c->n_periods, begin); i <= last; i++)
        joint->first[level][first] |= ~taken & (uint64_t)1 << i;
}

/* The stretch that begins next; whose, n when there is none. */
static unsigned next_stretch(const hr_joint_pool *pools, unsigned n, int level, const size_t *at)
{
    unsigned next = n;
    hr_tick begin = 0;
    for (unsigned p = 0; p < n; p++) {
        const hr_stretches *stretches = pools[p].counts->stretches;
        if (stretches == NULL || at[p] == stretches->level[level].n)
            continue;
        const hr_tick own = stretches->level[level].stretch[at[p]].begin;
        if (next == n || own < begin) {
            next = p;
            begin = own;
        }
    }
    return next;
}

static void unite_level(hr_joint *joint, int level, const hr_joint_pool *pools, unsigned n)
{
    size_t at[HR_MAX_POOLS] = {0};
    unsigned first = next_stretch(pools, n, level, at);
    hr_stretch episode = {0};
    for (unsigned p = first; p < n; p = next_stretch(pools, n, level, at)) {
        const hr_stretch own = pools[p].counts->stretches->level[level].stretch[at[p]++];
        if (own.begin > episode.end) {
            count_episode(joint, level, pools[0].configuration, episode, first);
            episode = own;
            first = p;
        }
        episode.end = own.end > episode.end ? own.end : episode.end;
    }
    if (first < n)
        count_episode(joint, level, pools[0].configuration, episode, first);
}

/* Periods in which some server of the pool has an episode of each least length. */
static void add_periods(hr_joint *joint, const hr_joint_pool *pool)
{
    const hr_configuration *c = pool->configuration;
    for (unsigned k = 0; k < c->n_criteria; k++) {
        const int level = pool->counts->stretches->level_of[k];
        for (unsigned d = 0; level >= 0 && d < c->n_durations; d++)
            joint->periods_hit[level][d] |= pool->counts->periods_hit[k * c->n_durations + d];
    }
}

hr_status hr_joint_unite(hr_joint *joint, const hr_joint_pool *pools, unsigned n, hr_err *err)
{
    *joint = (hr_joint){0};
    for (unsigned p = 0; p < n; p++) {
        const hr_stretches *stretches = pools[p].counts->stretches;
        if (stretches != NULL && stretches->is_short)
            return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the times of overload of a pool");
        if (stretches != NULL)
            add_periods(joint, &pools[p]);
    }
    for (int level = 0; level < HR_N_LEVELS; level++)
        unite_level(joint, level, pools, n);
    return HR_OK;
}
