#define _POSIX_C_SOURCE 200809L
#include "engine/team.h"

#include <time.h>

#include "base/mem.h"
#include "engine/others.h"

/* ---- one thread's memory */

hr_status hr_worker_init(hr_worker *worker, const hr_study *study, const hr_vector *vector,
                         const hr_kernel *kernel, hr_err *err)
{
    worker->study = study;
    worker->vector = vector;
    worker->kernel = kernel;
    for (unsigned i = 0; i < HR_TEAM_MOST; i++) {
        worker->member[i].sites = hr_mem_take(study->n_pools, sizeof(hr_input));
        if (worker->member[i].sites == NULL)
            return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the inputs of sites");
    }
    return hr_scratch_new(&worker->scratch, err);
}

/* Inputs of a member's sites that have been written. */
static size_t site_bytes(const hr_worker *worker, const hr_member *member)
{
    size_t bytes = worker->study->n_pools * sizeof *member->sites;
    for (unsigned p = 0; p < worker->study->n_pools; p++)
        bytes += hr_input_bytes(&member->sites[p]);
    return bytes;
}

void hr_worker_free(hr_worker *worker)
{
    hr_arena_free(&worker->configuration_arena);
    hr_arena_free(&worker->counts_arena);
    hr_arena_free(&worker->tally_arena);
    hr_arena_free(&worker->output);
    for (unsigned i = 0; i < HR_TEAM_MOST; i++) {
        hr_input_free(&worker->member[i].input);
        hr_input_free(&worker->member[i].other);
        for (unsigned p = 0; worker->member[i].sites != NULL && p < worker->study->n_pools; p++)
            hr_input_free(&worker->member[i].sites[p]);
        hr_mem_free(worker->member[i].sites);
    }
    for (unsigned l = 0; l < HR_KERNEL_MOST_LANES; l++)
        hr_input_free(&worker->input[l]);
    hr_scratch_free(worker->scratch);
}

size_t hr_worker_bytes(const hr_worker *worker)
{
    size_t bytes = sizeof *worker + worker->configuration_arena.total + worker->counts_arena.total +
                   worker->tally_arena.total + worker->output.total +
                   hr_scratch_bytes(worker->scratch);
    for (unsigned i = 0; i < HR_TEAM_MOST; i++)
        bytes += hr_input_bytes(&worker->member[i].input) +
                 hr_input_bytes(&worker->member[i].other) + site_bytes(worker, &worker->member[i]);
    for (unsigned l = 0; l < HR_KERNEL_MOST_LANES; l++)
        bytes += hr_input_bytes(&worker->input[l]);
    return bytes;
}

static double now_s(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail with this clock */
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- days */

/* The replications of a task: whole blocks, cut where the study's most replications end. */
typedef struct hr_days {
    uint64_t begin, end;
} hr_days;

static hr_days days_of(const hr_study *study, const hr_task *task)
{
    const uint64_t begin = task->first_block * study->precision.block;
    const uint64_t end = begin + task->n_blocks * study->precision.block;
    return (hr_days){begin, end < study->precision.at_most ? end : study->precision.at_most};
}

static hr_status resolve(hr_worker *worker, uint64_t index, uint64_t day,
                         hr_configuration *configuration)
{
    hr_status st = HR_OK;
    HR_TRY(hr_study_configuration(worker->study, &worker->groups, index, day,
                                  &worker->configuration_arena, configuration, &worker->err));
    HR_TRY(hr_study_tilt(worker->study, configuration, &worker->configuration_arena, &worker->err));
out:
    return st;
}

/* Count the first pool's part of a day, and what is about all pools, which have been replayed. */
static void add_first(const hr_worker *worker, hr_member *member, const hr_lane *lane)
{
    const hr_study *study = worker->study;
    const hr_layout *layout = &study->pools[0].layout;
    const hr_configuration *c = lane->configuration;
    hr_tally_add(&member->tally, layout, c, lane->counts, member->weight);
    if (c->tilt == NULL)
        return;
    const hr_u128 x =
        hr_layout_x(layout, study->target.outcome, study->target.cell, c, lane->counts);
    hr_tally_add_weight(&member->tally, member->weight,
                        hr_tilt_rung(c->tilt, lane->input->component), x);
    if (c->tilt->control != NULL)
        hr_tally_add_control(&member->tally, study->target.cell, member->weight, x,
                             lane->input->control);
}

/* All pools of a member. */
static hr_status resolve_member(hr_worker *worker, hr_member *member, uint64_t index, uint64_t day)
{
    hr_status st = HR_OK;
    HR_TRY(resolve(worker, index, day, &member->configuration));
    HR_TRY(hr_others_resolve(worker, member, day));
out:
    return st;
}

/* All pools of a day, the first of which has been replayed for everybody in `who`. */
static hr_status finish_day(hr_worker *worker, hr_member *const *who, const hr_lane *first,
                            unsigned n, uint64_t day)
{
    hr_status st = HR_OK;
    for (unsigned i = 0; i < n; i++)
        who[i]->weight = first[i].input->weight;
    HR_TRY(hr_others_run(worker, who, first, n, day));
    for (unsigned i = 0; i < n; i++) {
        hr_others_count_collisions(worker, 0, &first[i]);
        if (hr_others_are_united(worker))
            HR_TRY(hr_others_unite(worker, who[i], &first[i]));
        add_first(worker, who[i], &first[i]);
    }
out:
    return st;
}

static bool is_asked_to_stop(const hr_worker *worker, const atomic_bool *stop)
{
    if (worker->between != NULL)
        worker->between(worker->between_context);
    return atomic_load_explicit(stop, memory_order_relaxed);
}

/* ---- one configuration alone: several days side by side */

/* Days first .. first + n, one in each lane. */
static hr_status run_lanes(hr_worker *worker, hr_member *member, const hr_kernel *kernel,
                           uint64_t first, unsigned n)
{
    hr_status st = HR_OK;
    hr_lane lane[HR_KERNEL_MOST_LANES];
    const bool days_differ = worker->study->has_daily;
    const uint64_t index = member->configuration.index;
    if (days_differ)
        hr_arena_reset(&worker->configuration_arena);
    for (unsigned l = 0; l < n; l++) {
        hr_configuration *c = days_differ ? &worker->configuration[l] : &member->configuration;
        if (days_differ)
            HR_TRY(resolve(worker, index, first + l, c));
        worker->input[l].without_loads = !days_differ && hr_kernel_needs_no_loads(kernel, c);
        HR_TRY(hr_input_write(&worker->input[l], c, first + l, worker->vector, &worker->err));
        lane[l] = (hr_lane){c, &worker->input[l], &worker->counts[l]};
        member->meetings += worker->input[l].n_own;
    }
    HR_TRY(kernel->replay(lane, n, worker->vector, worker->scratch, &worker->err));
    for (unsigned l = 0; l < n; l++) {
        if (days_differ) {
            member->configuration = *lane[l].configuration;
            HR_TRY(hr_others_resolve(worker, member, first + l));
        }
        HR_TRY(finish_day(worker, &member, &lane[l], 1, first + l));
    }
out:
    return st;
}

static hr_status run_alone(hr_worker *worker, hr_member *member, hr_days days,
                           const atomic_bool *stop)
{
    hr_status st = HR_OK;
    const hr_kernel *kernel = hr_kernel_for(worker->kernel, &member->configuration, NULL);
    for (unsigned l = 0; l < kernel->most_lanes; l++)
        HR_TRY(hr_others_make_counts(worker, 0, &member->configuration, &worker->counts[l]));
    HR_TRY(hr_others_begin(worker, member));
    for (uint64_t day = days.begin; day < days.end; day += kernel->most_lanes) {
        const uint64_t left = days.end - day;
        if (is_asked_to_stop(worker, stop))
            return HR_OK;
        HR_TRY(run_lanes(worker, member, kernel, day,
                         left < kernel->most_lanes ? (unsigned)left : kernel->most_lanes));
    }
out:
    return st;
}

/* ---- several configurations on one input */

/* Write one input for the members `who` and replay it for each. */
static hr_status run_sharing(hr_worker *worker, const hr_kernel *kernel, hr_member *const *who,
                             unsigned n, uint64_t day)
{
    hr_status st = HR_OK;
    hr_input *input[HR_TEAM_MOST];
    const hr_configuration *configuration[HR_TEAM_MOST];
    hr_lane lane[HR_TEAM_MOST];
    for (unsigned i = 0; i < n; i++) {
        input[i] = &who[i]->input;
        configuration[i] = &who[i]->configuration;
        lane[i] = (hr_lane){configuration[i], input[i], &who[i]->counts};
    }
    HR_TRY(hr_input_write_shared(input, configuration, n, day, worker->vector, &worker->err));
    HR_TRY(kernel->replay(lane, n, worker->vector, worker->scratch, &worker->err));
    for (unsigned i = 0; i < n; i++)
        who[i]->meetings += input[i]->n_own;
    HR_TRY(finish_day(worker, who, lane, n, day));
out:
    return st;
}

/* Move to the front of `who` those that may share with its first; how many. */
static unsigned gather(hr_member **who, unsigned n)
{
    unsigned n_sharing = 1;
    for (unsigned i = 1; i < n; i++) {
        hr_member *one = who[i];
        if (!hr_input_may_share(&who[0]->configuration, &one->configuration))
            continue;
        who[i] = who[n_sharing];
        who[n_sharing++] = one;
    }
    return n_sharing;
}

/* Days find what they have in common in the arena (base/memo.h); it must not grow for ever. */
enum { DAYS_IN_ARENA = 4 };

static hr_status run_together(hr_worker *worker, const hr_kernel *kernel, hr_member **who,
                              unsigned n, hr_days days, const atomic_bool *stop)
{
    hr_status st = HR_OK;
    for (unsigned i = 0; i < n; i++) {
        HR_TRY(hr_others_make_counts(worker, 0, &who[i]->configuration, &who[i]->counts));
        HR_TRY(hr_others_begin(worker, who[i]));
    }
    for (uint64_t day = days.begin; day < days.end; day++) {
        if (is_asked_to_stop(worker, stop))
            return HR_OK;
        if (worker->study->has_daily && (day - days.begin) % DAYS_IN_ARENA == 0)
            hr_arena_reset(&worker->configuration_arena);
        for (unsigned i = 0; worker->study->has_daily && i < n; i++)
            HR_TRY(resolve_member(worker, who[i], who[i]->configuration.index, day));
        for (unsigned first = 0, n_sharing = 0; first < n; first += n_sharing) {
            n_sharing = gather(who + first, n - first);
            HR_TRY(run_sharing(worker, kernel, who + first, n_sharing, day));
        }
    }
out:
    return st;
}

/* ---- the team */

size_t hr_team_size(const hr_worker *worker, const hr_task *tasks, size_t n_tasks)
{
    size_t n = 1;
    const uint64_t group = hr_study_group(worker->study, tasks[0].configuration);
    while (n < n_tasks && n < HR_TEAM_MOST && tasks[n].first_block == tasks[0].first_block &&
           tasks[n].n_blocks == tasks[0].n_blocks &&
           hr_study_group(worker->study, tasks[n].configuration) == group)
        n++;
    return n;
}

/* Were the last tasks of the same configurations, whose days do not differ? */
static bool are_known(const hr_worker *worker, const hr_task *tasks, size_t n)
{
    bool are = n == worker->n_known;
    for (size_t i = 0; are && i < n; i++)
        are = worker->member[i].configuration.index == tasks[i].configuration;
    return are;
}

static hr_status begin(hr_worker *worker, const hr_task *tasks, size_t n, hr_days days)
{
    hr_status st = HR_OK;
    const bool known = are_known(worker, tasks, n);
    if (!known)
        hr_arena_reset(&worker->configuration_arena);
    worker->n_known = 0;
    hr_arena_reset(&worker->counts_arena);
    for (size_t i = 0; i < n; i++) {
        hr_member *member = &worker->member[i];
        if (!member->has_tally)
            HR_TRY(hr_tally_init(&member->tally, worker->study->n_cells, &worker->tally_arena,
                                 &worker->err));
        member->has_tally = true;
        member->meetings = 0;
        hr_tally_clear(&member->tally);
        if (!known)
            HR_TRY(resolve_member(worker, member, tasks[i].configuration, days.begin));
    }
    worker->n_known = worker->study->has_daily ? 0 : n;
out:
    return st;
}

static hr_status pack(hr_worker *worker, const hr_member *member, hr_task_result *result)
{
    hr_status st = HR_OK;
    hr_err *err = &worker->err;
    result->packed_size = hr_tally_pack(&member->tally, NULL, 0);
    HR_TAKE(result->packed, &worker->output, result->packed_size);
    (void)hr_tally_pack(&member->tally, result->packed, result->packed_size);
    result->target = member->tally.cell[worker->study->target.cell];
    if (member->tally.is_weighted)
        hr_cell_mark_weighted(&result->target);
    result->n_replications = member->tally.n_replications;
    result->meetings = member->meetings;
out:
    return st;
}

/* Those that may share go together, the others alone. */
static hr_status run(hr_worker *worker, size_t n_tasks, hr_days days, const atomic_bool *stop)
{
    hr_status st = HR_OK;
    hr_member *who[HR_TEAM_MOST];
    const unsigned n = (unsigned)n_tasks;
    for (unsigned i = 0; i < n; i++)
        who[i] = &worker->member[i];
    for (unsigned first = 0, n_sharing = 0; first < n; first += n_sharing) {
        const hr_configuration *configuration = &who[first]->configuration;
        const bool is_gone = first > 0 && worker->study->has_daily; /* the arena, to other days */
        for (unsigned i = first; is_gone && i < n; i++)
            HR_TRY(resolve_member(worker, who[i], who[i]->configuration.index, days.begin));
        n_sharing = gather(who + first, n - first);
        const hr_kernel *kernel =
            hr_kernel_for_sharing(worker->kernel, configuration, n_sharing, NULL);
        if (kernel != NULL) {
            HR_TRY(run_together(worker, kernel, who + first, n_sharing, days, stop));
        } else {
            n_sharing = 1;
            HR_TRY(run_alone(worker, who[first], days, stop));
        }
    }
out:
    return st;
}

hr_status hr_team_run(hr_worker *worker, const hr_task *tasks, size_t n_tasks,
                      const atomic_bool *stop, hr_task_result *results)
{
    hr_status st = HR_OK;
    const double begun = now_s();
    const hr_days days = days_of(worker->study, &tasks[0]);
    for (size_t i = 0; i < n_tasks; i++)
        results[i] = (hr_task_result){0};
    HR_TRY(begin(worker, tasks, n_tasks, days));
    HR_TRY(run(worker, n_tasks, days, stop));
    for (size_t i = 0; i < n_tasks; i++) {
        HR_TRY(pack(worker, &worker->member[i], &results[i]));
        results[i].done = results[i].n_replications == days.end - days.begin;
        results[i].seconds = (now_s() - begun) / (double)n_tasks;
    }
out:
    return st;
}
