#include "explore/round.h"

#include <stdio.h>

/* How long a set should last: so many tasks on each thread that the threads which have no more at
 * its end cost little (half a task each, on average), but not so long that a kill loses much, and
 * with short tasks long enough that fetching a number costs nothing. */
enum { TASKS_OF_THREAD = 256 };
static const double least_seconds = 0.1, most_seconds = 2.0;
enum { MOST_IN_SET = 4096 };
/* Ranks share what remains: with so many sets to come for each, the last ones are small. */
enum { LEAST_SETS = 4 };
/* Added to the counter to end the round for all: past every task number. */
static const uint64_t past_the_end = UINT64_C(1) << 62;

/* ---- what earlier runs left */

static bool is_done(const hr_round *round, uint64_t task)
{
    return (round->done[task / 8] >> (task % 8) & 1) != 0;
}

/* What is read of a record. */
typedef struct hr_recalled {
    hr_arena arena;
    uint8_t *packed; /* [index->most_bytes] */
    hr_cell target;
} hr_recalled;

/* The cells that decide, of a record: a curve's candidates stand in its tally. */
static hr_status read_cells(const hr_round *round, const hr_part *part, hr_recalled *room,
                            const hr_cell **cell, uint64_t *n_replications, hr_err *err)
{
    hr_status st = HR_OK;
    hr_curve *curve = round->ledger->curve;
    size_t size = 0;
    HR_TRY(hr_part_read_target(round->index, part, &room->target, n_replications, err));
    *cell = &room->target;
    if (curve == NULL)
        return HR_OK;
    HR_TRY(hr_part_read(round->index, part, room->packed, &size, err));
    HR_TRY(hr_curve_unpack(curve, room->packed, size, err));
    *cell = curve->cell;
out:
    return st;
}

/* Rank 0: mark what is in part logs and enter it into the ledger. */
static hr_status recall(hr_round *round, hr_err *err)
{
    hr_status st = HR_OK;
    hr_recalled room = {0};
    const hr_queue *queue = &round->queue;
    hr_queue_place at = hr_queue_find(queue, 0);
    HR_TAKE(room.packed, &room.arena, round->index->most_bytes);
    for (; at.number < queue->n_tasks; hr_queue_next(queue, &at)) {
        uint64_t n_replications;
        const hr_cell *cell;
        const hr_task task = hr_queue_task(queue, &at);
        const hr_part *part = hr_part_index_find(round->index, &task);
        if (part == NULL)
            continue;
        HR_TRY(read_cells(round, part, &room, &cell, &n_replications, err));
        HR_TRY(hr_ledger_add(round->ledger, hr_queue_position(&at), cell, n_replications, err));
        round->done[at.number / 8] = (uint8_t)(round->done[at.number / 8] | 1u << (at.number % 8));
        round->n_resumed++;
    }
out:
    hr_arena_free(&room.arena);
    return st;
}

/* Collective. */
static hr_status share_done(hr_round *round, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t bytes = (size_t)(round->queue.n_tasks / 8 + 1);
    round->done = hr_arena_take(arena, bytes, 1);
    if (round->done == NULL)
        st = HR_FAIL(err, HR_ERR_MEMORY, "no memory for %llu tasks",
                     (unsigned long long)round->queue.n_tasks);
    const hr_account row = hr_clock_switch(round->clock, HR_ACCOUNT_PART_LOGS);
    if (st == HR_OK && round->index != NULL && round->index->n_parts > 0)
        st = recall(round, err);
    (void)hr_clock_switch(round->clock, row);
    HR_TRY(hr_comm_agree(round->comm, st, err));
    hr_comm_share(round->comm, round->done, bytes);
out:
    return st;
}

/* ---- sets of tasks */

/* As many as the time of a set allows, on all threads. */
static uint64_t fitting(const hr_round *round, uint64_t n_threads)
{
    double seconds = TASKS_OF_THREAD * round->task_seconds;
    seconds = seconds > least_seconds ? seconds : least_seconds;
    seconds = seconds < most_seconds ? seconds : most_seconds;
    const double n = (double)n_threads * seconds / round->task_seconds;
    return n < (double)MOST_IN_SET ? (uint64_t)n : MOST_IN_SET;
}

/* How many numbers to take from `taken` on, the counter as last seen: what fits, but no more than a
 * share of what remains, and at least what each thread can replay together. */
static uint64_t set_size(const hr_round *round, uint64_t taken)
{
    const uint64_t n_threads = hr_engine_threads(round->engine);
    const uint64_t n_ranks = (uint64_t)hr_comm_size(round->comm);
    const uint64_t remaining = taken < round->queue.n_tasks ? round->queue.n_tasks - taken : 0;
    const uint64_t share = n_ranks == 1 ? remaining : remaining / (LEAST_SETS * n_ranks);
    const uint64_t fits = round->task_seconds > 0.0 ? fitting(round, n_threads) : 0;
    const uint64_t least = n_threads * hr_queue_together(&round->queue, taken);
    const uint64_t n = fits < share ? fits : share;
    return n > least ? n : least;
}

/* Of each rank in the beginning, before anybody has an idea how long a task takes. */
static uint64_t first_set(const hr_round *round)
{
    const uint64_t n_ranks = (uint64_t)hr_comm_size(round->comm);
    const uint64_t n_threads = (round->queue.n_workers + n_ranks - 1) / n_ranks;
    return n_threads * hr_queue_together(&round->queue, 0);
}

static size_t room_of_set(const hr_round *round)
{
    const size_t least = HR_QUEUE_TOGETHER * (size_t)hr_engine_threads(round->engine);
    const size_t first = (size_t)first_set(round);
    const size_t most = least > first ? least : first;
    return (most > MOST_IN_SET ? most : MOST_IN_SET) + HR_QUEUE_TOGETHER;
}

typedef struct hr_set {
    size_t n;
    uint64_t *position; /* of each task's configuration among the active ones */
    hr_task *task;
    hr_task_result *result;
} hr_set;

static hr_status set_init(hr_set *set, size_t room, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TAKE(set->position, arena, room);
    HR_TAKE(set->task, arena, room);
    HR_TAKE(set->result, arena, room);
out:
    return st;
}

/* The tasks of numbers first .. end, as far as they are not done. */
static void set_fill(hr_set *set, const hr_round *round, uint64_t first, uint64_t end)
{
    const hr_queue *queue = &round->queue;
    set->n = 0;
    if (first == end)
        return;
    hr_queue_place at = hr_queue_find(queue, first);
    for (; at.number < end; hr_queue_next(queue, &at)) {
        if (is_done(round, at.number))
            continue;
        set->position[set->n] = hr_queue_position(&at);
        set->task[set->n++] = hr_queue_task(queue, &at);
    }
}

static hr_status set_run(hr_set *set, hr_round *round, hr_err *err)
{
    double seconds = 0.0;
    const unsigned n_threads = hr_engine_threads(round->engine);
    const hr_account row = hr_clock_switch(round->clock, HR_ACCOUNT_COMPUTING);
    const uint64_t begun = hr_clock_now();
    const hr_status st =
        hr_engine_run(round->engine, set->task, set->n, round->stop, set->result, err);
    const uint64_t wall = hr_clock_now() - begun;
    (void)hr_clock_switch(round->clock, row);
    for (size_t i = 0; i < set->n; i++)
        seconds += set->result[i].done ? set->result[i].seconds : 0.0;
    hr_clock_computed(round->clock, wall, seconds, n_threads);
    seconds /= (double)set->n;
    round->task_seconds =
        round->task_seconds > 0.0 ? 0.5 * (round->task_seconds + seconds) : seconds;
    return st;
}

/* Record what was finished of the set. */
static hr_status set_record(hr_set *set, hr_round *round, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_account row = hr_clock_switch(round->clock, HR_ACCOUNT_PART_LOGS);
    for (size_t i = 0; i < set->n; i++) {
        const hr_task_result *result = &set->result[i];
        if (!result->done)
            continue;
        HR_TRY(hr_partlog_append(round->log, &set->task[i], result, err));
        hr_curve *curve = round->ledger->curve;
        if (curve != NULL)
            HR_TRY(hr_curve_unpack(curve, result->packed, result->packed_size, err));
        HR_TRY(hr_ledger_add(round->ledger, set->position[i],
                             curve != NULL ? curve->cell : &result->target, result->n_replications,
                             err));
    }
    HR_TRY(hr_partlog_flush(round->log, err));
out:
    (void)hr_clock_switch(round->clock, row);
    return st;
}

/* Run tasks `number` .. `number + n` of the queue, as far as they are not done. */
static hr_status run_numbers(hr_round *round, hr_set *set, uint64_t number, uint64_t n, hr_err *err)
{
    hr_status st = HR_OK;
    set_fill(set, round, hr_queue_cut(&round->queue, number),
             hr_queue_cut(&round->queue, number + n));
    if (set->n == 0)
        return HR_OK;
    HR_TRY(set_run(set, round, err));
    HR_TRY(set_record(set, round, err));
out:
    return st;
}

/* Local: take sets until none is left, a signal comes, or something fails. The number of the next
 * set is asked for before this one is computed: the rank that has the counter may be computing as
 * well, and answers when it looks into MPI. The first set is each rank's own. */
static hr_status work(hr_round *round, hr_set *set, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n_tasks = round->queue.n_tasks;
    uint64_t n = first_set(round), number = n * (uint64_t)hr_comm_rank(round->comm);
    while (st == HR_OK && number < n_tasks && !atomic_load(round->stop)) {
        const bool is_last = number + n >= n_tasks; /* the counter is past the end already */
        const uint64_t next = set_size(round, number + n);
        if (!is_last)
            hr_comm_counter_ask(round->comm, next);
        st = run_numbers(round, set, number, n, err);
        number = is_last ? n_tasks : hr_comm_counter_answer(round->comm);
        n = next;
        hr_progress_show(round->progress, number);
    }
    if (st != HR_OK || atomic_load(round->stop)) {
        hr_comm_counter_ask(round->comm, past_the_end);
        (void)hr_comm_counter_answer(round->comm);
    }
    return st;
}

static hr_queue queue_of(const hr_round *round, unsigned number)
{
    const hr_ledger *ledger = round->ledger;
    hr_queue queue = {.study = ledger->study,
                      .look = hr_plan_look(ledger->study, number),
                      .active = ledger->active,
                      .n_active = ledger->n_active,
                      .n_workers = round->n_workers};
    queue.n_tasks = queue.n_active * queue.look.n_pieces;
    return queue;
}

hr_status hr_round_run(hr_round *round, unsigned number, bool *stopped, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_set set = {0};
    char what[40];
    const hr_account row = hr_clock_switch(round->clock, HR_ACCOUNT_SCHEDULING);
    round->queue = queue_of(round, number);
    HR_TRY(share_done(round, &arena, err));
    (void)snprintf(what, sizeof what, "look %u, %llu to go", number,
                   (unsigned long long)round->ledger->n_active);
    hr_progress_begin(round->progress, what, round->queue.n_tasks);
    HR_TRY(hr_comm_agree(round->comm, set_init(&set, room_of_set(round), &arena, err), err));
    hr_comm_counter_set(round->comm, first_set(round) * (uint64_t)hr_comm_size(round->comm));
    st = work(round, &set, err);
    hr_comm_wait(round->comm);
    HR_TRY(hr_comm_agree(round->comm, st, err));
    uint64_t flag = atomic_load(round->stop) ? 1 : 0;
    hr_comm_max(round->comm, &flag, 1);
    *stopped = flag != 0;
out:
    hr_arena_free(&arena);
    round->done = NULL;
    (void)hr_clock_switch(round->clock, row);
    return st;
}
