#include "kernel/absence.h"

#include "kernel/apart.h"
#include "kernel/failing.h"

/* A person is a join of the meeting's Focus, or all of the meeting are, where they join at once. */
struct hr_absence {
    size_t n;
    uint32_t *n_media; /* [n] that they are away from */
    hr_tick *since;    /* [n] */
};

hr_status hr_absence_begin(hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    const hr_input *in = replay->input;
    const size_t n = replay->prepared->joins_at_once ? in->n_meetings : in->n_joins;
    s->absence = NULL;
    if (in->part_of == NULL || in->n_changes == 0)
        return HR_OK;
    HR_TAKE(s->absence, &s->arena, 1);
    s->absence->n = n;
    HR_TAKE(s->absence->n_media, &s->arena, n);
    HR_TAKE(s->absence->since, &s->arena, n);
out:
    return st;
}

static uint32_t person_of(const hr_replaying *replay, uint32_t row, uint32_t number)
{
    const hr_input *in = replay->input;
    const uint32_t focus = hr_input_name(in, row);
    if (replay->prepared->joins_at_once)
        return focus;
    return hr_failing_first_join(in, focus) + (number - hr_failing_first_join(in, row));
}

static uint32_t people_of(const hr_replaying *replay, uint32_t row)
{
    return replay->prepared->joins_at_once ? replay->input->size[row] : 1;
}

static uint64_t time_between(const hr_replaying *replay, hr_tick from, hr_tick to)
{
    return hr_overload_clip(replay->prepared, to) - hr_overload_clip(replay->prepared, from);
}

/* `people` more (or fewer) are present until the meeting ends. */
static void count_present(hr_replaying *replay, hr_tick now, uint32_t row, int64_t people)
{
    replay->counts->person_time +=
        (uint64_t)people * time_between(replay, now, replay->input->end[row]);
    hr_apart_join(replay, now, row, people);
}

uint32_t hr_absence_goes(hr_replaying *replay, hr_tick now, uint32_t row, uint32_t number,
                         bool was_in)
{
    struct hr_absence *a = replay->scratch->absence;
    const uint32_t person = person_of(replay, row, number), people = people_of(replay, row);
    if (a->n_media[person]++ > 0)
        return 0;
    a->since[person] = now;
    if (was_in)
        count_present(replay, now, row, -(int64_t)people);
    return people;
}

void hr_absence_comes(hr_replaying *replay, hr_tick now, uint32_t row, uint32_t number)
{
    struct hr_absence *a = replay->scratch->absence;
    const uint32_t person = person_of(replay, row, number), people = people_of(replay, row);
    if (--a->n_media[person] > 0)
        return;
    replay->counts->person_time_lost += people * time_between(replay, a->since[person], now);
    count_present(replay, now, row, people);
}

void hr_absence_end(hr_replaying *replay, hr_tick now, uint32_t row)
{
    struct hr_absence *a = replay->scratch->absence;
    const hr_input *in = replay->input;
    if (a == NULL)
        return;
    const bool at_once = replay->prepared->joins_at_once;
    const uint32_t first = at_once ? row : hr_failing_first_join(in, row);
    const uint32_t n = at_once ? 1 : hr_failing_first_join(in, row + 1) - first;
    for (uint32_t i = first; i < first + n; i++) {
        if (a->n_media[i] > 0)
            replay->counts->person_time_lost +=
                people_of(replay, row) * time_between(replay, a->since[i], now);
        a->n_media[i] = 0;
    }
}

void hr_absence_finish(hr_replaying *replay)
{
    const struct hr_absence *a = replay->scratch->absence;
    const bool at_once = replay->prepared->joins_at_once;
    for (uint32_t i = 0; a != NULL && i < a->n; i++) {
        if (a->n_media[i] > 0)
            replay->counts->person_time_lost +=
                people_of(replay, at_once ? i : 0) *
                time_between(replay, a->since[i], replay->prepared->to);
    }
}
