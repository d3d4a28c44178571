#include "explore/queue.h"

#include <stdlib.h>

#include "base/mem.h"

/* Pieces of the queue for each worker, at least: one more or less of them at the end of a look is
 * what uneven sets cost. */
enum { LEAST_SHARES = 8 };

/* ---- order */

typedef struct hr_grouped {
    uint64_t group;
    uint32_t index;
} hr_grouped;

static int by_group(const void *a, const void *b)
{
    const hr_grouped *p = a, *q = b;
    if (p->group != q->group)
        return p->group < q->group ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

/* Groups are runs of indices when all choices are shared, or the last ones. */
static bool is_in_order(const hr_study *study, uint64_t n)
{
    uint64_t last = 0;
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t group = hr_study_group(study, i);
        if (group < last)
            return false;
        last = group;
    }
    return true;
}

hr_status hr_queue_sort(const hr_study *study, uint32_t *active, uint64_t n, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_grouped *member = NULL;
    HR_ASSERT(n <= UINT32_MAX);
    for (uint64_t i = 0; i < n; i++)
        active[i] = (uint32_t)i;
    if (is_in_order(study, n))
        return HR_OK;
    HR_TAKE(member, &arena, n);
    for (uint64_t i = 0; i < n; i++)
        member[i] = (hr_grouped){hr_study_group(study, i), (uint32_t)i};
    qsort(member, n, sizeof *member, by_group);
    for (uint64_t i = 0; i < n; i++)
        active[i] = member[i].index;
out:
    hr_arena_free(&arena);
    return st;
}

/* ---- places */

/* The configuration `k` steps before or behind `position`: is it of the group? */
static bool is_in_group(const hr_queue *queue, uint64_t position, bool upwards, uint64_t k,
                        uint64_t group)
{
    const uint64_t at = upwards ? position + k : position - k;
    return hr_study_group(queue->study, queue->active[at]) == group;
}

/* How many positions on one side of `position` are of its group: doubled, then halved, because a
 * group may be one configuration or all. */
static uint64_t count(const hr_queue *queue, uint64_t position, bool upwards, uint64_t group)
{
    const uint64_t most = upwards ? queue->n_active - position - 1 : position;
    uint64_t in = 0, out = 1;
    while (out <= most && is_in_group(queue, position, upwards, out, group)) {
        in = out;
        out *= 2;
    }
    out = out <= most ? out : most + 1;
    while (out - in > 1) {
        const uint64_t middle = in + (out - in) / 2;
        if (is_in_group(queue, position, upwards, middle, group))
            in = middle;
        else
            out = middle;
    }
    return in;
}

hr_queue_place hr_queue_find(const hr_queue *queue, uint64_t number)
{
    HR_ASSERT(number < queue->n_tasks);
    const uint64_t position = number / queue->look.n_pieces;
    const uint64_t group = hr_study_group(queue->study, queue->active[position]);
    const uint64_t before = count(queue, position, false, group);
    hr_queue_place place = {.number = number, .first = position - before};
    place.n = before + 1 + count(queue, position, true, group);
    const uint64_t within = number - place.first * queue->look.n_pieces;
    place.piece = within / place.n;
    place.member = within % place.n;
    return place;
}

void hr_queue_next(const hr_queue *queue, hr_queue_place *place)
{
    place->number++;
    if (++place->member < place->n)
        return;
    place->member = 0;
    if (++place->piece < queue->look.n_pieces)
        return;
    place->piece = 0;
    place->first += place->n;
    if (place->first == queue->n_active)
        return;
    const uint64_t group = hr_study_group(queue->study, queue->active[place->first]);
    place->n = 1 + count(queue, place->first, true, group);
}

uint64_t hr_queue_position(const hr_queue_place *place)
{
    return place->first + place->member;
}

hr_task hr_queue_task(const hr_queue *queue, const hr_queue_place *place)
{
    return hr_plan_task(&queue->look, queue->active[hr_queue_position(place)], place->piece);
}

/* ---- cuts */

/* Of one number for all of a team, so that cuts never fall; a power of two, so that those of a
 * later team are no coarser. */
static uint64_t together_from(const hr_queue *queue, uint64_t begin)
{
    const uint64_t left = queue->n_tasks - begin;
    uint64_t n = HR_QUEUE_TOGETHER;
    while (n > 1 && n * LEAST_SHARES * queue->n_workers > left)
        n /= 2;
    return n;
}

uint64_t hr_queue_together(const hr_queue *queue, uint64_t number)
{
    if (number >= queue->n_tasks)
        return 1;
    const hr_queue_place place = hr_queue_find(queue, number);
    const uint64_t n = together_from(queue, number - place.member);
    return n < place.n ? n : place.n;
}

uint64_t hr_queue_cut(const hr_queue *queue, uint64_t number)
{
    if (number >= queue->n_tasks)
        return queue->n_tasks;
    const hr_queue_place place = hr_queue_find(queue, number);
    const uint64_t begin = number - place.member;
    const uint64_t unit = together_from(queue, begin);
    const uint64_t up = (place.member + unit - 1) / unit * unit;
    return begin + (up < place.n ? up : place.n);
}
