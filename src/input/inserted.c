/* The inserted meeting: one more on top of those that come, of a class of its own. It draws from a
 * stream of its own, so the others are those of an input without it. */
#include <string.h>

#include "input/store.h"

enum { WORDS_OF_PROBES = 2 }; /* streams of HR_PURPOSE_PROBE before ours */
enum { START, END, CLASS, PROFILE, SIZE, TIE, PICK, KEPT, INITIAL, FINAL, N_ARRAYS };

unsigned hr_inserted_kind(const hr_prepared_profile *profile, uint32_t tie, uint32_t pick,
                          uint32_t i)
{
    const uint64_t words[] = {(uint64_t)tie << 32 | pick, HR_PURPOSE_PROBE};
    const uint32_t word = (uint32_t)(hr_split(hr_hash(words, 2), 2 * (uint64_t)i) >> 32);
    return profile->n_kinds > 1 ? (unsigned)hr_sampler_index(&profile->kind, word) : 0;
}

/* When participant `i` comes, ticks after the scheduled time. */
static hr_tick offset_of(const hr_prepared *p, uint32_t tie, uint32_t pick, uint32_t i)
{
    const uint64_t words[] = {(uint64_t)tie << 32 | pick, HR_PURPOSE_PROBE};
    const uint32_t word = (uint32_t)(hr_split(hr_hash(words, 2), 2 * (uint64_t)i + 1) >> 32);
    const double after = hr_sampler_draw(&p->join, word);
    return after > 0.0 ? (hr_tick)(after * HR_TICKS_PER_SECOND + 0.5) : 0;
}

/* The meeting in the making, and where it goes. */
typedef struct hr_inserting {
    const hr_writing *writing;
    const hr_prepared_profile *profile;
    uint16_t number; /* of the profile */
    hr_tick start, end;
    uint32_t tie, pick, place, size;
    int64_t initial[HR_MAX_RESOURCES], final[HR_MAX_RESOURCES];
} hr_inserting;

/* `array` of n items, copied into a room of its own with one more, `item`, at `place`. */
static hr_status put(const hr_inserting *s, unsigned which, void **array, const void *item,
                     size_t size, size_t more, hr_err *err)
{
    hr_status st = HR_OK;
    hr_room *room = &s->writing->input->store->with_inserted[which];
    const size_t n = s->writing->input->n_meetings;
    HR_TRY(hr_room_grow(room, (n + 1) * size + more, 1, 0, err));
    char *to = room->data;
    const char *from = *array;
    if (s->place > 0)
        memcpy(to, from, s->place * size);
    memcpy(to + s->place * size, item, size);
    if (n > s->place)
        memcpy(to + (s->place + (size_t)1) * size, from + s->place * size, (n - s->place) * size);
    *array = to;
out:
    return st;
}

static hr_status put_meeting(const hr_inserting *s, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = s->writing->input;
    struct hr_input_store *store = in->store;
    const uint16_t class_of = (uint16_t)s->writing->configuration->inserted->class_of;
    const size_t load = s->writing->configuration->n_resources * sizeof(int64_t);
    const size_t pad = HR_MAX_RESOURCES * sizeof(int64_t);
    const uint32_t all = UINT32_MAX;
    const bool is_final = in->final == in->initial;
    HR_TRY(put(s, START, (void **)&in->start, &s->start, sizeof s->start, 0, err));
    HR_TRY(put(s, END, (void **)&in->end, &s->end, sizeof s->end, 0, err));
    HR_TRY(put(s, CLASS, (void **)&in->class_of, &class_of, sizeof class_of, 0, err));
    HR_TRY(put(s, PROFILE, (void **)&in->profile, &s->number, sizeof s->number, 0, err));
    HR_TRY(put(s, SIZE, (void **)&in->size, &s->size, sizeof s->size, 0, err));
    HR_TRY(put(s, TIE, (void **)&in->tie, &s->tie, sizeof s->tie, 0, err));
    HR_TRY(put(s, PICK, (void **)&in->pick, &s->pick, sizeof s->pick, 0, err));
    if (store->kept != NULL)
        HR_TRY(put(s, KEPT, (void **)&store->kept, &all, sizeof all, 0, err));
    if (in->initial != NULL)
        HR_TRY(put(s, INITIAL, (void **)&in->initial, s->initial, load, pad, err));
    if (in->initial != NULL && !is_final)
        HR_TRY(put(s, FINAL, (void **)&in->final, s->final, load, pad, err));
    else
        in->final = in->initial;
    in->n_meetings++;
out:
    return st;
}

static void add_cost(const hr_inserting *s, unsigned kind, int64_t *load)
{
    const size_t n = s->writing->configuration->n_resources;
    for (size_t r = 0; r < n; r++)
        load[r] += s->profile->kind_cost[kind * n + r];
}

/* Those who come before its end, behind the joins of the meetings before it. */
static hr_status put_joins(hr_inserting *s, uint32_t asked, hr_tick earliest, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = s->writing->input;
    struct hr_input_store *store = in->store;
    const size_t n = in->n_joins, most = n + asked;
    uint32_t at = 0;
    HR_TRY(hr_room_grow(&store->join_tick, most, sizeof *in->join_tick, n, err));
    HR_TRY(hr_room_grow(&store->join_meeting, most, sizeof *in->join_meeting, n, err));
    HR_TRY(hr_room_grow(&store->join_kind, most, sizeof *in->join_kind, n, err));
    in->join_tick = store->join_tick.data;
    in->join_meeting = store->join_meeting.data;
    in->join_kind = store->join_kind.data;
    while (at < n && in->join_meeting[at] < s->place)
        at++;
    memmove(in->join_tick + at + asked, in->join_tick + at, (n - at) * sizeof *in->join_tick);
    memmove(in->join_kind + at + asked, in->join_kind + at, (n - at) * sizeof *in->join_kind);
    for (size_t j = n; j-- > at;)
        in->join_meeting[j + asked] = in->join_meeting[j] + 1;
    for (uint32_t i = 0; i < asked; i++) {
        const unsigned kind = hr_inserted_kind(s->profile, s->tie, s->pick, i);
        const hr_tick tick =
            s->start + offset_of(s->writing->prepared, s->tie, s->pick, i) - earliest;
        if (tick >= s->end)
            continue;
        in->join_tick[at + s->size] = tick;
        in->join_meeting[at + s->size] = s->place;
        in->join_kind[at + s->size++] = (uint8_t)kind;
        add_cost(s, kind, s->final);
    }
    const uint32_t late = asked - s->size; /* never come: the rest moves up */
    memmove(in->join_tick + at + s->size, in->join_tick + at + asked,
            (n - at) * sizeof *in->join_tick);
    memmove(in->join_kind + at + s->size, in->join_kind + at + asked,
            (n - at) * sizeof *in->join_kind);
    memmove(in->join_meeting + at + s->size, in->join_meeting + at + asked,
            (n - at) * sizeof *in->join_meeting);
    in->n_joins = (uint32_t)(most - late);
out:
    return st;
}

/* What it loads from its start on, whoever comes. */
static void begin_load(hr_inserting *s, uint32_t asked)
{
    const hr_configuration *c = s->writing->configuration;
    for (unsigned r = 0; r < c->n_resources; r++) {
        s->initial[r] = s->profile->cost[r];
        if (c->resource[r] == HR_RESOURCE_LARGE_MEETINGS && asked >= c->large_from)
            s->initial[r] += (int64_t)s->writing->prepared->steps[r];
        s->final[r] = s->initial[r];
    }
}

hr_status hr_write_inserted(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = writing->input;
    const hr_prepared *p = writing->prepared;
    const hr_inserted *inserted = writing->configuration->inserted;
    hr_inserting s = {.writing = writing};
    hr_stream words;
    if (inserted == NULL || inserted->size == 0 ||
        writing->configuration->meetings != HR_MEETINGS_OWN)
        return HR_OK;
    const hr_prepared_class *class = &p->classes[inserted->class_of];
    hr_stream_open(&words, writing->id, HR_PURPOSE_PROBE, WORDS_OF_PROBES, writing->vector);
    s.tie = hr_stream_next(&words);
    s.pick = hr_stream_next(&words);
    s.number = (uint16_t)hr_sampler_index(&class->profile, hr_stream_next(&words));
    s.profile = &class->profiles[s.number];
    const hr_tick scheduled = HR_TICK_ZERO + (hr_tick)(inserted->at * HR_TICKS_PER_SECOND + 0.5);
    hr_tick earliest = p->joins_at_once ? 0 : HR_TICK_ZERO;
    for (uint32_t i = 0; i < inserted->size && !p->joins_at_once; i++) {
        const hr_tick offset = offset_of(p, s.tie, s.pick, i);
        earliest = offset < earliest ? offset : earliest;
    }
    s.start = scheduled + earliest;
    s.end = scheduled + hr_duration_ticks(inserted->duration);
    s.end = s.end > s.start ? s.end : s.start + 1;
    while (s.place < in->n_meetings && in->start[s.place] <= s.start)
        s.place++;
    begin_load(&s, inserted->size);
    if (p->joins_at_once) {
        s.size = inserted->size;
        for (uint32_t i = 0; i < s.size; i++)
            add_cost(&s, hr_inserted_kind(s.profile, s.tie, s.pick, i), s.initial);
    } else {
        HR_TRY(put_joins(&s, inserted->size, earliest, err));
    }
    HR_TRY(put_meeting(&s, err));
out:
    return st;
}
