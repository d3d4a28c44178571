#include "engine/others.h"

bool hr_others_are_united(const hr_worker *worker)
{
    return worker->study->pools[0].layout.needs & HR_NEEDS_JOINT;
}

hr_status hr_others_make_counts(hr_worker *worker, unsigned pool,
                                const hr_configuration *configuration, hr_counts *counts)
{
    hr_status st = HR_OK;
    hr_err *err = &worker->err;
    HR_TRY(hr_counts_init(counts, configuration, &worker->counts_arena, err));
    counts->needs = worker->study->pools[pool].layout.needs;
    if (hr_others_are_united(worker)) {
        HR_TAKE(counts->stretches, &worker->counts_arena, 1);
        hr_stretches_init(counts->stretches, configuration, &worker->counts_arena);
    }
out:
    return st;
}

/* What follows from a pool's meetings alone. */
void hr_others_count_collisions(const hr_worker *worker, unsigned p, const hr_lane *lane)
{
    if (worker->study->pools[p].layout.needs & HR_NEEDS_COLLISION)
        hr_input_count_collisions(lane->input, lane->configuration, lane->counts);
}

hr_status hr_others_resolve(hr_worker *worker, hr_member *member, uint64_t day)
{
    hr_status st = HR_OK;
    hr_err *err = &worker->err;
    const unsigned n = worker->study->n_pools - 1;
    if (n == 0)
        return HR_OK;
    HR_TAKE(member->others, &worker->configuration_arena, n);
    HR_TRY(hr_study_others(worker->study, &member->configuration, day, &worker->configuration_arena,
                           member->others, err));
out:
    return st;
}

hr_status hr_others_begin(hr_worker *worker, hr_member *member)
{
    hr_status st = HR_OK;
    hr_err *err = &worker->err;
    const unsigned n = worker->study->n_pools - 1;
    if (n == 0)
        return HR_OK;
    HR_TAKE(member->other_counts, &worker->counts_arena, n);
    for (unsigned i = 0; i < n; i++) {
        if (member->others[i].n_servers > 0)
            HR_TRY(
                hr_others_make_counts(worker, i + 1, &member->others[i], &member->other_counts[i]));
    }
out:
    return st;
}

static const hr_kernel *kernel_for(const hr_worker *worker, const hr_configuration *pool)
{
    return hr_kernel_for(hr_kernel_for_one(worker->kernel), pool, NULL);
}

/* Replay one more pool, whose inputs are written, for those who have servers there. */
static hr_status replay_pool(hr_worker *worker, unsigned p, hr_member *const *owner,
                             const hr_lane *lane, unsigned n)
{
    hr_status st = HR_OK;
    for (unsigned i = 0, most = 1; i < n; i += most) {
        const hr_kernel *kernel = kernel_for(worker, lane[i].configuration);
        most = kernel->most_sharing > 0 ? kernel->most_sharing : kernel->most_lanes;
        HR_TRY(kernel->replay(lane + i, n - i < most ? n - i : most, worker->vector,
                              worker->scratch, &worker->err));
    }
    for (unsigned i = 0; i < n; i++) {
        hr_others_count_collisions(worker, p, &lane[i]);
        hr_tally_add(&owner[i]->tally, &worker->study->pools[p].layout, lane[i].configuration,
                     lane[i].counts, owner[i]->weight);
        if (lane[i].configuration->meetings != HR_MEETINGS_LEGS)
            owner[i]->meetings += lane[i].input->n_own;
    }
out:
    return st;
}

/* What a pool follows from: the first pool, or a site that was replayed before it. */
static hr_feeder feeder_of(const hr_member *member, unsigned feeder, const hr_lane *first)
{
    return feeder == 0 ? (hr_feeder){first->input, first->configuration}
                       : (hr_feeder){&member->sites[feeder], &member->others[feeder - 1]};
}

/* The further sites that it follows from, into `guests`; NULL when there are none. */
static const hr_feeder *find_guests(const hr_member *member, const hr_feed *feed,
                                    const hr_lane *first, hr_feeder guests[HR_MAX_SITES])
{
    const unsigned n = feed != NULL ? feed->n_guests : 0;
    for (unsigned k = 0; k < n; k++)
        guests[k] = feeder_of(member, feed->guests[k].pool, first);
    return n > 0 ? guests : NULL;
}

/* One more pool's part of the day: legs are written for all at once, as they may be the same. */
static hr_status run_pool(hr_worker *worker, unsigned p, hr_member *const *who,
                          const hr_lane *first, unsigned n, uint64_t day)
{
    hr_status st = HR_OK;
    hr_member *owner[HR_TEAM_MOST];
    hr_feeding feeding[HR_TEAM_MOST];
    hr_feeder guests[HR_TEAM_MOST][HR_MAX_SITES];
    hr_lane lane[HR_TEAM_MOST];
    unsigned n_lanes = 0, n_feeding = 0;
    for (unsigned i = 0; i < n; i++) {
        const hr_configuration *pool = &who[i]->others[p - 1];
        hr_input *input = worker->study->pools[p].is_site ? &who[i]->sites[p] : &who[i]->other;
        if (pool->n_servers == 0)
            continue;
        input->without_loads = pool->meetings == HR_MEETINGS_LEGS &&
                               hr_kernel_needs_no_loads(kernel_for(worker, pool), pool);
        const hr_feeder of = feeder_of(who[i], worker->study->pools[p].feeder, &first[i]);
        owner[n_lanes] = who[i];
        lane[n_lanes++] = (hr_lane){pool, input, &who[i]->other_counts[p - 1]};
        if (pool->meetings == HR_MEETINGS_LEGS)
            feeding[n_feeding++] = (hr_feeding){
                input, pool, of, find_guests(who[i], pool->feed, &first[i], guests[i])};
        else
            HR_TRY(hr_input_write_other(input, pool, of.meetings, of.configuration, day,
                                        worker->vector, &worker->err));
    }
    if (n_feeding > 0)
        HR_TRY(hr_input_write_legs(feeding, n_feeding, day, worker->vector, &worker->err));
    HR_TRY(replay_pool(worker, p, owner, lane, n_lanes));
out:
    return st;
}

/* The other pools' part of a day: sites' meetings of their own, from which others may follow, then
 * large meetings and legs of the first pools', which were written together, and all else that they
 * carry. */
hr_status hr_others_run(hr_worker *worker, hr_member *const *who, const hr_lane *first, unsigned n,
                        uint64_t day)
{
    hr_status st = HR_OK;
    for (unsigned p = 1; p < worker->study->n_pools; p++) {
        if (worker->study->pools[p].is_site)
            HR_TRY(run_pool(worker, p, who, first, n, day));
    }
    for (unsigned p = 1; p < worker->study->n_pools; p++) {
        if (!worker->study->pools[p].is_site)
            HR_TRY(run_pool(worker, p, who, first, n, day));
    }
out:
    return st;
}

/* Overload of all pools of a member together. */
hr_status hr_others_unite(hr_worker *worker, hr_member *member, const hr_lane *lane)
{
    hr_joint_pool pools[HR_MAX_POOLS] = {{lane->configuration, lane->counts}};
    const unsigned n = worker->study->n_pools;
    for (unsigned p = 1; p < n; p++)
        pools[p] = (hr_joint_pool){&member->others[p - 1], &member->other_counts[p - 1]};
    lane->counts->joint = &member->joint;
    return hr_joint_unite(&member->joint, pools, n, &worker->err);
}
