/* Legs: participants of the first pool's meetings, or a site's, as sessions of another role's pool.
 * Each begins when its participant joins and ends with the meeting; no placement has a part in it,
 * so legs are input like meetings, of one participant each. */
#include <string.h>

#include "base/order.h"
#include "input/calls.h"

typedef struct hr_leg_writing {
    const hr_configuration *pool;
    const hr_configuration *first; /* whose meetings these are: the first pool or a site */
    const hr_input *meetings;
    unsigned first_leg; /* of its kinds */
    hr_input *legs;     /* n_meetings so far; room for one more than there can be */
    /* [n_meetings], with a ramp: */
    const uint64_t *state;      /* of their participants' words */
    const uint32_t *first_join; /* their first participant's */
    uint32_t *meeting_of;       /* of each leg */
} hr_leg_writing;

/* What participants' words follow from: words of the meeting, not a stream, so that whoever else's
 * meetings are in the input takes none of them. */
static uint64_t word_of(const hr_leg_writing *w, uint32_t meeting)
{
    const hr_input *in = w->meetings;
    return (uint64_t)in->tie[meeting] << 32 | in->pick[meeting];
}

/* Number n + 1 of the legs, if the participant of kind `number` of the feed, from `tick` on, has
 * one: written in any case, and counted if so. `state` is hr_hash of the pool's seed and word_of
 * the meeting. How many there are now. */
static inline uint32_t add_leg(const hr_leg_writing *w, uint32_t n, uint32_t meeting,
                               uint64_t state, uint32_t participant, unsigned number, hr_tick tick)
{
    hr_input *legs = w->legs;
    const uint32_t word = (uint32_t)hr_split(state, 2 * (uint64_t)participant);
    const uint64_t place = hr_split(state, 2 * (uint64_t)participant + 1);
    w->meeting_of[n] = meeting;
    legs->start[n] = tick;
    legs->end[n] = w->meetings->end[meeting];
    legs->profile[n] = (uint16_t)number;
    legs->tie[n] = (uint32_t)(place >> 32);
    legs->pick[n] = (uint32_t)place;
    return n + (word < w->pool->prepared->leg_keep[number]);
}

/* Joins of kinds that have legs at all, of n that come one after another: their places among these.
 * How many. */
static unsigned find_candidates(const hr_leg_writing *w, const uint16_t *kind, unsigned n,
                                uint32_t *candidate)
{
    const uint64_t *keep = w->pool->prepared->leg_keep + w->first_leg;
    unsigned found = 0;
    for (unsigned i = 0; i < n; i++) {
        candidate[found] = i;
        found += keep[kind[i]] > 0;
    }
    return found;
}

/* With a ramp every participant has a join, and legs begin in the order of joins. */
static void add_joins(const hr_leg_writing *w)
{
    enum { BATCH = 512 };
    const hr_input *in = w->meetings;
    uint32_t candidate[BATCH] = {0}, n_legs = w->legs->n_meetings;
    for (uint32_t from = 0; from < in->n_joins; from += BATCH) {
        const uint32_t *order = in->join_order + from;
        const uint16_t *kind = in->ordered_kinds + from;
        const unsigned n = in->n_joins - from < BATCH ? in->n_joins - from : BATCH;
        const unsigned found = find_candidates(w, kind, n, candidate);
        for (unsigned i = 0; i < found; i++) {
            const uint32_t j = order[candidate[i]], meeting = in->join_meeting[j];
            const hr_tick tick = in->join_tick[j];
            if (tick < in->to && hr_input_has(in, meeting)) /* nothing starts after the window */
                n_legs = add_leg(w, n_legs, meeting, w->state[meeting], j - w->first_join[meeting],
                                 w->first_leg + kind[candidate[i]], tick);
        }
    }
    w->legs->n_meetings = n_legs;
}

/* Without one all are there from the start on. The kinds of participants went into the meeting's
 * load, so they are drawn apart: from the upper half of the word whose lower half says whether
 * there is a leg. */
static void add_all_at_once(const hr_leg_writing *w)
{
    const hr_input *in = w->meetings;
    uint32_t n_legs = w->legs->n_meetings;
    for (uint32_t i = 0; i < in->n_meetings && in->start[i] < in->to; i++) {
        const hr_prepared_class *class = &w->first->prepared->classes[in->class_of[i]];
        const hr_prepared_profile *profile = &class->profiles[in->profile[i]];
        const unsigned first = w->first_leg + class->first_kind[in->profile[i]];
        const uint32_t size = hr_input_has(in, i) ? in->size[i] : 0;
        const uint64_t state = hr_hash((const uint64_t[]){w->pool->seed, word_of(w, i)}, 2);
        for (uint32_t k = 0; k < size; k++) {
            const uint32_t word = (uint32_t)(hr_split(state, 2 * (uint64_t)k) >> 32);
            const size_t kind = profile->n_kinds > 1 ? hr_sampler_index(&profile->kind, word) : 0;
            n_legs = add_leg(w, n_legs, i, state, k, first + (unsigned)kind, in->start[i]);
        }
    }
    w->legs->n_meetings = n_legs;
}

/* Where joins of each meeting begin; those that are nobody's have none. */
static hr_status find_first_joins(hr_leg_writing *w, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = w->meetings;
    uint32_t *first = NULL, join = 0;
    HR_ROOM(first, &w->legs->store->words, in->n_meetings);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        first[i] = join;
        join += join < in->n_joins && in->join_meeting[join] == i ? in->size[i] : 0;
    }
    w->first_join = first;
out:
    return st;
}

static hr_status find_states(hr_leg_writing *w, hr_err *err)
{
    hr_status st = HR_OK;
    const uint32_t n = w->meetings->n_meetings;
    uint64_t *state = NULL;
    HR_ROOM(state, &w->legs->store->work, n);
    for (uint32_t i = 0; i < n; i++)
        state[i] = word_of(w, i);
    hr_hash_pairs(w->pool->seed, state, n);
    w->state = state;
out:
    return st;
}

/* Room for `most` legs and calls. */
static hr_status make_room(hr_leg_writing *w, uint64_t most, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *legs = w->legs;
    struct hr_input_store *store = legs->store;
    if (most > INT32_MAX)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%llu legs in one replication: shorten the window or lower sizes or rates",
                       (unsigned long long)most);
    HR_ROOM(legs->start, &store->start, most + 1);
    HR_ROOM(legs->end, &store->end, most + 1);
    HR_ROOM(legs->class_of, &store->zeros, most + 1);
    HR_ROOM(legs->profile, &store->profile, most + 1);
    HR_ROOM(legs->size, &store->size, most + 1);
    HR_ROOM(legs->tie, &store->tie, most + 1);
    HR_ROOM(legs->pick, &store->pick, most + 1);
    HR_ROOM(legs->end_order, &store->end_order, most + 1);
    HR_ROOM(w->meeting_of, &store->place, most + 1);
out:
    return st;
}

/* Legs end with their meetings, whose order is known: behind each other there is room for as many
 * as each has. */
static hr_status put_ends_in_order(const hr_leg_writing *w, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = w->meetings;
    hr_input *legs = w->legs;
    uint32_t *place = NULL; /* [n_meetings] of the meeting's next leg */
    HR_ROOM(place, &legs->store->words, in->n_meetings);
    memset(place, 0, in->n_meetings * sizeof *place);
    for (uint32_t i = 0; i < legs->n_meetings; i++)
        place[w->meeting_of[i]]++;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const uint32_t n = place[in->end_order[i]];
        place[in->end_order[i]] = sum;
        sum += n;
    }
    for (uint32_t i = 0; i < legs->n_meetings; i++)
        legs->end_order[place[w->meeting_of[i]]++] = i;
out:
    return st;
}

/* ---- several feeders */

/* values[i] becomes what values[place[i]] was, of n; `old` has room for them. */
static void arrange_ticks(hr_tick *values, const uint32_t *place, uint32_t n, hr_tick *old)
{
    memcpy(old, values, n * sizeof *old);
    for (uint32_t i = 0; i < n; i++)
        values[i] = old[place[i]];
}

static void arrange_words(uint32_t *values, const uint32_t *place, uint32_t n, uint32_t *old)
{
    memcpy(old, values, n * sizeof *old);
    for (uint32_t i = 0; i < n; i++)
        values[i] = old[place[i]];
}

/* Legs of each feeder are in order, and come one feeder after the other: put them in order of
 * start, those of one tick by feeder, and their ends too. */
static hr_status merge(const hr_leg_writing *w, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *legs = w->legs;
    struct hr_input_store *store = legs->store;
    const uint32_t n = legs->n_meetings;
    uint32_t *place = w->meeting_of, *words = NULL; /* no longer asked for */
    uint64_t *work = NULL;
    HR_ROOM(work, &store->work, HR_ORDER_WORK(n));
    HR_ROOM(words, &store->words, n);
    HR_TRY(hr_order(legs->start, n, place, work, err));
    arrange_ticks(legs->start, place, n, work);
    arrange_ticks(legs->end, place, n, work);
    arrange_words(legs->tie, place, n, words);
    arrange_words(legs->pick, place, n, words);
    for (uint32_t i = 0; i < n; i++)
        words[i] = legs->profile[place[i]];
    for (uint32_t i = 0; i < n; i++)
        legs->profile[i] = (uint16_t)words[i];
    HR_TRY(hr_order(legs->end, n, legs->end_order, work, err));
out:
    return st;
}

/* ---- all legs */

/* Whose participants' legs are written next: number 0 is the first pool, then the guests. */
static void take_feeder(hr_leg_writing *w, const hr_feeding *feeding, unsigned number)
{
    const hr_feeder *feeder = number == 0 ? &feeding->first : &feeding->guests[number - 1];
    w->first = feeder->configuration;
    w->meetings = feeder->meetings;
    w->first_leg = number == 0 ? 0 : w->pool->feed->guests[number - 1].first_leg;
}

static uint64_t count_most(const hr_leg_writing *w)
{
    const hr_input *in = w->meetings;
    uint64_t most = in->n_joins;
    for (uint32_t i = 0; w->first->prepared->joins_at_once && i < in->n_meetings; i++)
        most += in->size[i];
    return most;
}

static hr_status add_legs(hr_leg_writing *w, hr_err *err)
{
    hr_status st = HR_OK;
    if (w->first->prepared->joins_at_once) {
        add_all_at_once(w);
        return HR_OK;
    }
    HR_TRY(find_first_joins(w, err));
    HR_TRY(find_states(w, err));
    add_joins(w);
out:
    return st;
}

/* In order of start, those of one tick as their participants come in the input; room for n_calls
 * more. */
static hr_status write_legs(hr_leg_writing *w, const hr_feeding *feeding, uint32_t n_calls,
                            hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = w->pool->feed != NULL ? 1 + w->pool->feed->n_guests : 0;
    uint64_t most = 0;
    for (unsigned i = 0; i < n; i++) {
        take_feeder(w, feeding, i);
        most += count_most(w);
    }
    HR_TRY(make_room(w, most + n_calls, err));
    w->legs->n_meetings = 0;
    for (unsigned i = 0; i < n; i++) {
        take_feeder(w, feeding, i);
        HR_TRY(add_legs(w, err));
    }
    for (uint32_t i = 0; i < w->legs->n_meetings; i++)
        w->legs->size[i] = 1;
    if (n > 0)
        HR_TRY(n == 1 ? put_ends_in_order(w, err) : merge(w, err));
out:
    return st;
}

/* ---- who has the same legs */

static bool has_same_feed(const hr_configuration *a, const hr_configuration *b)
{
    if (a->feed == NULL || b->feed == NULL)
        return a->feed == b->feed;
    return hr_calls_are_same(a, b) && a->feed->n_legs == b->feed->n_legs &&
           memcmp(a->prepared->leg_keep, b->prepared->leg_keep,
                  a->feed->n_legs * sizeof *a->prepared->leg_keep) == 0;
}

/* Meetings that are drawn once, and the same of them are one's own, in whatever pool. */
static bool has_same_meetings(const hr_input *a, const hr_input *b)
{
    bool same = a->start == b->start;
    for (uint32_t i = 0; same && a->whole != NULL && i < a->n_meetings; i++)
        same = hr_input_has(a, i) == hr_input_has(b, i);
    return same;
}

static bool has_same_legs(const hr_feeding *a, const hr_feeding *b)
{
    const hr_prepared *p = a->pool->prepared, *q = b->pool->prepared;
    return a->guests == NULL && b->guests == NULL && /* sites' meetings are each one's own */
           has_same_meetings(a->first.meetings, b->first.meetings) &&
           a->pool->seed == b->pool->seed && a->pool->group == b->pool->group &&
           p->begin == q->begin && p->from == q->from && p->to == q->to &&
           has_same_feed(a->pool, b->pool);
}

/* Where nobody needs them. */
static void leave_out_loads(hr_input *const *input, unsigned n)
{
    bool are_left_out = true;
    for (unsigned i = 0; i < n; i++)
        are_left_out = are_left_out && input[i]->without_loads;
    for (unsigned i = 0; i < n; i++)
        input[i]->without_loads = are_left_out;
}

/* One input of legs for all pools of the list, and what is each one's own. */
static hr_status write_together(const hr_feeding *const *list, unsigned n, uint64_t replication,
                                const hr_vector *vector, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *input[HR_MAX_SHARING];
    const hr_configuration *pool[HR_MAX_SHARING];
    for (unsigned i = 0; i < n; i++) {
        input[i] = list[i]->legs;
        pool[i] = list[i]->pool;
    }
    hr_input *in = input[0];
    const hr_stream_id id = {pool[0]->seed, pool[0]->group, replication};
    const hr_writing writing = {in, NULL, pool, n, pool[0], pool[0]->prepared, id, vector};
    hr_leg_writing w = {.pool = pool[0], .legs = in};
    hr_calls calls = {0};
    in->begin = pool[0]->prepared->begin;
    in->from = pool[0]->prepared->from;
    in->to = pool[0]->prepared->to;
    in->n_joins = 0;
    in->join_order = NULL;
    in->kept = in->whole = NULL;
    in->media = NULL;
    if (hr_calls_happen(pool[0]))
        HR_TRY(hr_calls_draw(&calls, &writing, list[0]->first.configuration, err));
    HR_TRY(write_legs(&w, list[0], calls.n, err));
    HR_TRY(hr_calls_add(&calls, in, err));
    in->n_own = in->n_meetings;
    leave_out_loads(input, n);
    HR_TRY(hr_write_loads(&writing, err));
    HR_TRY(hr_write_own(&writing, input, err));
out:
    return st;
}

hr_status hr_input_write_legs(const hr_feeding *feeding, unsigned n, uint64_t replication,
                              const hr_vector *vector, hr_err *err)
{
    hr_status st = HR_OK;
    bool is_written[HR_MAX_SHARING] = {false};
    for (unsigned i = 0; i < n; i++)
        HR_TRY(hr_input_take_store(feeding[i].legs, err));
    for (unsigned i = 0; i < n; i++) {
        const hr_feeding *same[HR_MAX_SHARING];
        unsigned n_same = 0;
        for (unsigned k = i; k < n; k++) {
            if (is_written[k] || !(k == i || has_same_legs(&feeding[i], &feeding[k])))
                continue;
            same[n_same++] = &feeding[k];
            is_written[k] = true;
        }
        if (n_same > 0)
            HR_TRY(write_together(same, n_same, replication, vector, err));
    }
out:
    return st;
}
