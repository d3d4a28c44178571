#include "explore/round.h"

#include <stdio.h>

/* A set should last this long: short enough that a rank looks into MPI and at the other ranks'
 * failures often, long enough that fetching a number costs nothing. */
static const double set_seconds = 0.075;
enum { MOST_IN_SET = 4096 };
/* Added to the counter to end the round for all: past every task number. */
static const uint64_t past_the_end = UINT64_C(1) << 62;

/* ---- what earlier runs left */

static bool is_done(const hr_round *round, uint64_t task)
{
    return (round->done[task / 8] >> (task % 8) & 1) != 0;
}

static hr_task task_at(const hr_round *round, uint64_t t)
{
    const uint64_t position = t / round->look.n_pieces;
    return hr_plan_task(&round->look, round->ledger->active[position], t % round->look.n_pieces);
}

/* Rank 0: mark what is in part logs and enter it into the ledger. */
static hr_status recall(hr_round *round, hr_err *err)
{
    hr_status st = HR_OK;
    for (uint64_t t = 0; t < round->n_tasks; t++) {
        hr_cell target;
        uint64_t n_replications;
        const hr_task task = task_at(round, t);
        const hr_part *part = hr_part_index_find(round->index, &task);
        if (part == NULL)
            continue;
        HR_TRY(hr_part_read_target(round->index, part, &target, &n_replications, err));
        hr_ledger_add(round->ledger, t / round->look.n_pieces, &target, n_replications);
        round->done[t / 8] = (uint8_t)(round->done[t / 8] | 1u << (t % 8));
        round->n_resumed++;
    }
out:
    return st;
}

/* Collective. */
static hr_status share_done(hr_round *round, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t bytes = (size_t)(round->n_tasks / 8 + 1);
    round->done = hr_arena_take(arena, bytes, 1);
    if (round->done == NULL)
        st = HR_FAIL(err, HR_ERR_MEMORY, "no memory for %llu tasks",
                     (unsigned long long)round->n_tasks);
    if (st == HR_OK && round->index != NULL && round->index->n_parts > 0)
        st = recall(round, err);
    HR_TRY(hr_comm_agree(round->comm, st, err));
    hr_comm_share(round->comm, round->done, bytes);
out:
    return st;
}

/* ---- sets of tasks */

/* How many numbers to take: a share of what remains (as far as known), as many as the time of a
 * set allows, but at least one for each thread. */
static uint64_t set_size(const hr_round *round, uint64_t taken)
{
    const uint64_t threads = hr_engine_threads(round->engine);
    const uint64_t remaining = taken < round->n_tasks ? round->n_tasks - taken : 0;
    const uint64_t share = remaining / (4 * (uint64_t)hr_comm_size(round->comm));
    const double fits = round->task_seconds > 0.0
                            ? set_seconds * (double)threads / round->task_seconds
                            : (double)threads;
    uint64_t n = fits < (double)MOST_IN_SET ? (uint64_t)fits : MOST_IN_SET;
    n = n < share ? n : share;
    return n > threads ? n : threads;
}

typedef struct hr_set {
    size_t n;
    uint64_t *number; /* of each task in the round */
    hr_task *task;
    hr_task_result *result;
} hr_set;

static hr_status set_init(hr_set *set, size_t room, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TAKE(set->number, arena, room);
    HR_TAKE(set->task, arena, room);
    HR_TAKE(set->result, arena, room);
out:
    return st;
}

static void set_fill(hr_set *set, const hr_round *round, uint64_t first, uint64_t n)
{
    const uint64_t end = first + n < round->n_tasks ? first + n : round->n_tasks;
    set->n = 0;
    for (uint64_t t = first; t < end; t++) {
        if (is_done(round, t))
            continue;
        set->number[set->n] = t;
        set->task[set->n++] = task_at(round, t);
    }
}

/* Run the set and record what was finished of it. */
static hr_status set_run(hr_set *set, hr_round *round, hr_err *err)
{
    hr_status st = HR_OK;
    double seconds = 0.0;
    if (set->n == 0)
        return HR_OK;
    HR_TRY(hr_engine_run(round->engine, set->task, set->n, round->stop, set->result, err));
    for (size_t i = 0; i < set->n; i++) {
        const hr_task_result *result = &set->result[i];
        if (!result->done)
            continue;
        HR_TRY(hr_partlog_append(round->log, &set->task[i], result, err));
        hr_ledger_add(round->ledger, set->number[i] / round->look.n_pieces, &result->target,
                      result->n_replications);
        seconds += result->seconds;
    }
    HR_TRY(hr_partlog_flush(round->log, err));
    seconds /= (double)set->n;
    round->task_seconds =
        round->task_seconds > 0.0 ? 0.5 * (round->task_seconds + seconds) : seconds;
out:
    return st;
}

/* Local: take sets until none is left, a signal comes, or something fails. */
static hr_status work(hr_round *round, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_set set = {0};
    uint64_t taken = 0; /* the counter as last seen */
    const size_t threads = hr_engine_threads(round->engine);
    HR_TRY(set_init(&set, threads > MOST_IN_SET ? threads : MOST_IN_SET, arena, err));
    while (!atomic_load(round->stop)) {
        const uint64_t n = set_size(round, taken);
        taken = hr_comm_counter_take(round->comm, n);
        hr_progress_show(round->progress, taken);
        if (taken >= round->n_tasks)
            break;
        set_fill(&set, round, taken, n);
        HR_TRY(set_run(&set, round, err));
    }
out:
    if (st != HR_OK || atomic_load(round->stop))
        (void)hr_comm_counter_take(round->comm, past_the_end);
    return st;
}

hr_status hr_round_run(hr_round *round, unsigned number, bool *stopped, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    char what[40];
    round->look = hr_plan_look(round->ledger->study, number);
    round->n_tasks = round->ledger->n_active * round->look.n_pieces;
    HR_TRY(share_done(round, &arena, err));
    (void)snprintf(what, sizeof what, "look %u, %llu to go", number,
                   (unsigned long long)round->ledger->n_active);
    hr_progress_begin(round->progress, what, round->n_tasks);
    hr_comm_counter_reset(round->comm);
    st = work(round, &arena, err);
    HR_TRY(hr_comm_agree(round->comm, st, err));
    uint64_t flag = atomic_load(round->stop) ? 1 : 0;
    hr_comm_max(round->comm, &flag, 1);
    *stopped = flag != 0;
out:
    hr_arena_free(&arena);
    round->done = NULL;
    return st;
}
