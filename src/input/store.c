#include "input/store.h"

#include <string.h>

#include "base/mem.h"

hr_status hr_room_grow(hr_room *room, size_t count, size_t size, size_t keep, hr_err *err)
{
    if (room->data != NULL && count <= room->bytes / size)
        return HR_OK;
    const size_t most = count + count / 8 + 64; /* grow by an eighth: few copies, little waste */
    void *data = hr_mem_take(most, size);
    if (data == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for %zu events of one replication", most);
    if (keep > 0 && room->data != NULL)
        memcpy(data, room->data, keep * size);
    hr_mem_free(room->data);
    room->data = data;
    room->bytes = most * size;
    return HR_OK;
}

static hr_status grow_starts(hr_starts *starts, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t count = 2 * (size_t)starts->capacity + 1024;
    if (count > INT32_MAX)
        return HR_FAIL(err, HR_ERR_DATA,
                       "more than 2^31 meetings in one replication: shorten "
                       "window or warm_up, or lower the arrival rate");
    HR_TRY(hr_room_grow(&starts->room_tick, count, sizeof *starts->tick, starts->n, err));
    HR_TRY(hr_room_grow(&starts->room_end, count, sizeof *starts->end, starts->n, err));
    HR_TRY(hr_room_grow(&starts->room_class, count, sizeof *starts->class_of, starts->n, err));
    HR_TRY(hr_room_grow(&starts->room_kept, count, sizeof *starts->kept, starts->n, err));
    starts->tick = starts->room_tick.data;
    starts->end = starts->room_end.data;
    starts->class_of = starts->room_class.data;
    starts->kept = starts->room_kept.data;
    starts->capacity = (uint32_t)count;
out:
    return st;
}

void hr_starts_begin(hr_starts *starts)
{
    starts->n = starts->n_told = starts->n_thinned = 0;
    starts->is_ascending = true;
}

hr_status hr_starts_room(hr_starts *starts, uint32_t more, hr_err *err)
{
    hr_status st = HR_OK;
    while (starts->capacity - starts->n < more)
        HR_TRY(grow_starts(starts, err));
out:
    return st;
}

void hr_starts_take(hr_starts *starts, uint32_t n)
{
    const hr_tick *first = starts->tick + starts->n;
    if (n > 0 && starts->n > 0 && first[0] < first[-1])
        starts->is_ascending = false;
    starts->n += n;
}

/* Most replications have nothing to tell: then nothing is written but ticks. */
void hr_starts_tell(hr_starts *starts)
{
    const size_t from = starts->n_told, more = starts->n - from;
    if (more == 0)
        return;
    memset(starts->end + from, 0, more * sizeof *starts->end);
    memset(starts->class_of + from, 0, more * sizeof *starts->class_of);
    memset(starts->kept + from, 0xff, more * sizeof *starts->kept);
    starts->n_told = starts->n;
}

hr_status hr_starts_add(hr_starts *starts, hr_start_row row, hr_err *err)
{
    hr_status st = HR_OK;
    const uint32_t i = starts->n;
    HR_TRY(hr_starts_room(starts, 1, err));
    starts->tick[i] = row.tick;
    if (row.end != 0 || row.kept != UINT32_MAX) {
        hr_starts_tell(starts);
        starts->end[i] = row.end;
        starts->class_of[i] = row.class_of;
        starts->kept[i] = row.kept;
        starts->n_thinned += row.kept == 0;
        starts->n_told = i + 1;
    }
    hr_starts_take(starts, 1);
out:
    return st;
}

/* Rows [from, end) go to `to`: all that is told of them. */
static void move_rows(hr_starts *starts, uint32_t to, uint32_t from, uint32_t end)
{
    const size_t n = end - from;
    memmove(starts->tick + to, starts->tick + from, n * sizeof *starts->tick);
    if (starts->n_told == 0)
        return;
    memmove(starts->end + to, starts->end + from, n * sizeof *starts->end);
    memmove(starts->class_of + to, starts->class_of + from, n * sizeof *starts->class_of);
    memmove(starts->kept + to, starts->kept + from, n * sizeof *starts->kept);
}

/* The first of tick[0..end), ascending, that is beyond `new`, which is more likely near the end.
 * Eight at a time: one branch in doubt, not one for each. */
static uint32_t first_behind(const hr_tick *tick, uint32_t end, hr_tick new)
{
    enum { STRIDE = 8 };
    uint32_t first = end, beyond = 0;
    while (first >= STRIDE && tick[first - STRIDE] > new)
        first -= STRIDE;
    if (first < STRIDE) {
        while (first > 0 && tick[first - 1] > new)
            first--;
        return first;
    }
    for (uint32_t i = 1; i < STRIDE; i++)
        beyond += tick[first - i] > new;
    return first - beyond;
}

hr_status hr_starts_insert(hr_starts *starts, const hr_tick *tick, const uint32_t *order,
                           uint32_t n, uint32_t *place, hr_err *err)
{
    hr_status st = HR_OK;
    const bool has_told = starts->n_told > 0;
    HR_ASSERT(starts->is_ascending);
    HR_TRY(hr_starts_room(starts, n, err));
    if (has_told)
        hr_starts_tell(starts);
    uint32_t end = starts->n, to = starts->n + n; /* old rows to be moved; where they go */
    for (uint32_t k = n; k > 0; k--) {
        const hr_tick new = tick[order[k - 1]];
        const uint32_t first = first_behind(starts->tick, end, new);
        to -= end - first;
        move_rows(starts, to, first, end);
        end = first;
        starts->tick[--to] = new;
        if (has_told) {
            starts->end[to] = 0;
            starts->class_of[to] = 0;
            starts->kept[to] = UINT32_MAX;
        }
        place[order[k - 1]] = to;
    }
    starts->n += n;
    starts->n_told += has_told ? n : 0;
out:
    return st;
}

hr_tick hr_duration_ticks(double seconds)
{
    const double ticks = seconds * HR_TICKS_PER_SECOND + 0.5;
    if (ticks >= HR_MOST_DURATION)
        return (hr_tick)HR_MOST_DURATION;
    return ticks >= 1.0 ? (hr_tick)ticks : 1;
}
