/* The placement of configurations side by side, compiled once for each instruction set, named by
 * HR_VECTOR_LEVEL, and each width of keys, HR_KEY_BITS (see cmake/floors.cmake).
 *
 * All lanes see the same events at the same time, so the order is that of one replay. A meeting
 * that is not a lane's own is nowhere in that lane. */
#include "kernel/events.h"
#include "kernel/scenarios_lanes.h"
#include "kernel/scenarios_place.h"
#include "model/placement.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the results are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

/* Narrow keys change all servers' rows at once; there may be too many servers for that with wide
 * ones. */
#if HR_KEY_BITS == 16
typedef int16_t lane_key;
enum { BITS = HR_NARROW_BITS, MOST_KEY = INT16_MAX, ROW_BY_ROW = 1 };
#else
typedef int32_t lane_key;
enum { BITS = HR_WIDE_BITS, MOST_KEY = INT32_MAX, ROW_BY_ROW = 0 };
#endif
enum { MASK = (1 << BITS) - 1, NOWHERE = -1 }; /* HR_NO_SERVER in a key's type */

enum { N = HR_SCENARIOS_LANES };

#define JOIN_AGAIN(a, b, c, d) a##b##c##d
#define JOIN(a, b, c, d)       JOIN_AGAIN(a, b, c, d)

/* The lanes' state: rows of N lanes, one row a server. */
typedef struct lanes_state {
    lane_key *people; /* keys of people */
    lane_key *metric; /* keys of what is least loaded: `people`, unless some lane counts meetings */
    lane_key *ceiling; /* as keys: above the largest key with the lowest ceiling's people */
    lane_key *peak;    /* keys */
    lane_key room[N];  /* lowest of the lane's ceilings, people */
    uint32_t turn[N];
    uint32_t over; /* lanes with a server above its lowest ceiling */
    uint32_t last; /* lanes in their last stretch */
} lanes_state;

static void begin(hr_scenarios *sc, lanes_state *state)
{
    const size_t cells = (size_t)sc->n_servers * N;
    sc->n_joint = 0;
    *state = (lanes_state){.people = (lane_key *)sc->key};
    state->metric = sc->by_meetings != 0 ? state->people + cells : state->people;
    state->ceiling = state->people + 2 * cells;
    state->peak = state->people + 3 * cells;
    for (unsigned l = 0; l < N; l++) {
        sc->n_stretches[l] = 0;
        state->room[l] = (lane_key)((sc->live >> l & 1) != 0 ? sc->most : MOST_KEY >> BITS);
    }
    for (unsigned s = 0; s < sc->n_servers; s++) {
        for (unsigned l = 0; l < N; l++) {
            const size_t at = (size_t)s * N + l;
            const bool is_there = (sc->live >> l & 1) != 0 && s < sc->servers_of[l];
            const lane_key most =
                (lane_key)(sc->ceiling[at] < sc->most ? sc->ceiling[at] : sc->most);
            state->people[at] = state->metric[at] = is_there ? (lane_key)s : MOST_KEY;
            state->ceiling[at] = is_there ? (lane_key)(most * (1 << BITS) + MASK) : MOST_KEY;
            state->peak[at] = 0;
            if (is_there)
                state->room[l] = most < state->room[l] ? most : state->room[l];
        }
    }
}

/* ---- which server */

/* Every other row by itself, so that not each comparison waits for the one before; n is even. */
HR_INLINE void find_least(const lane_key *metric, lane_key *least, const unsigned n)
{
    lane_key odd[N];
#pragma omp simd
    for (int l = 0; l < N; l++)
        least[l] = odd[l] = MOST_KEY;
    for (unsigned s = 0; s < n; s += 2) {
        const lane_key *row = metric + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++) {
            least[l] = row[l] < least[l] ? row[l] : least[l];
            odd[l] = row[N + l] < odd[l] ? row[N + l] : odd[l];
        }
    }
#pragma omp simd
    for (int l = 0; l < N; l++)
        least[l] = odd[l] < least[l] ? odd[l] : least[l];
}

/* Lanes that take any of the equals: the skip-th of them in index order. */
HR_INLINE void choose_uniform(const hr_scenarios *sc, const lane_key *metric, uint32_t tie,
                              const lane_key *least, lane_key *server, const unsigned n)
{
    lane_key equals[N] = {0}, skip[N];
    for (unsigned s = 0; s < n; s++) {
        const lane_key *row = metric + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++)
            equals[l] = (lane_key)(equals[l] + ((row[l] | MASK) == (least[l] | MASK)));
    }
    for (int l = 0; l < N; l++)
        skip[l] =
            (sc->uniform >> l & 1) != 0 ? (lane_key)hr_placement_tie(tie, (unsigned)equals[l]) : 0;
    for (unsigned s = 0; s < n; s++) {
        const lane_key *row = metric + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++) {
            const bool is_equal = (row[l] | MASK) == (least[l] | MASK);
            server[l] = is_equal && skip[l] == 0 ? (lane_key)s : server[l];
            skip[l] = (lane_key)(skip[l] - is_equal);
        }
    }
}

/* Lanes whose rule does not look. */
static void choose_blindly(const hr_scenarios *sc, lanes_state *state, uint32_t meeting,
                           uint32_t kept, lane_key *server)
{
    for (uint32_t left = (sc->random | sc->in_turn) & kept; left != 0; left &= left - 1) {
        const unsigned l = (unsigned)__builtin_ctz(left);
        unsigned s = 0;
        if ((sc->in_turn >> l & 1) != 0)
            s = state->turn[l]++ % sc->servers_of[l];
        else
            while (sc->input->pick[meeting] > sc->threshold[l][s])
                s++;
        server[l] = (lane_key)s;
    }
}

/* ---- what changes */

/* All bits for lanes whose bit is set, else 0. */
HR_INLINE void spread(uint32_t lanes, lane_key *out)
{
    int16_t all[N];
    hr_scenarios_spread(lanes, all);
#pragma omp simd
    for (int l = 0; l < N; l++)
        out[l] = all[l];
}

/* The key of server[l] changes by add[l]; NOWHERE is no server. */
HR_INLINE void change(lane_key *keys, const lane_key *server, const lane_key *add, const unsigned n)
{
    for (int l = 0; !ROW_BY_ROW && l < N; l++) {
        if (server[l] != NOWHERE)
            keys[(size_t)server[l] * (unsigned)N + (unsigned)l] += add[l];
    }
    for (unsigned s = 0; ROW_BY_ROW && s < n; s++) {
        lane_key *row = keys + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++)
            row[l] = (lane_key)(row[l] + (add[l] & (server[l] == (lane_key)s ? -1 : 0)));
    }
}

/* The key of server[l], 0 of no server. */
HR_INLINE void look_up(const lane_key *keys, const lane_key *server, lane_key *key,
                       const unsigned n)
{
#pragma omp simd
    for (int l = 0; l < N; l++)
        key[l] = 0;
    for (int l = 0; !ROW_BY_ROW && l < N; l++) {
        if (server[l] != NOWHERE)
            key[l] = keys[(size_t)server[l] * (unsigned)N + (unsigned)l];
    }
    for (unsigned s = 0; ROW_BY_ROW && s < n; s++) {
        const lane_key *row = keys + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++) {
            const lane_key is_it = server[l] == (lane_key)s ? -1 : 0;
            key[l] = (lane_key)(key[l] | (row[l] & is_it));
        }
    }
}

HR_INLINE void raise_peaks(lane_key *peak, const lane_key *keys, const unsigned n)
{
#pragma omp simd
    for (size_t i = 0; i < n * (size_t)N; i++)
        peak[i] = keys[i] > peak[i] ? keys[i] : peak[i];
}

/* ---- overload */

HR_INLINE uint32_t find_over(const lanes_state *state, const unsigned n)
{
    lane_key above[N];
    uint32_t over = 0;
#pragma omp simd
    for (int l = 0; l < N; l++)
        above[l] = 0;
    for (unsigned s = 0; s < n; s++) {
        const lane_key *people = state->people + s * (size_t)N;
        const lane_key *ceiling = state->ceiling + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++)
            above[l] = (lane_key)(above[l] | (people[l] > ceiling[l] ? -1 : 0));
    }
    for (int l = 0; l < N; l++)
        over |= (uint32_t)(above[l] != 0) << l;
    return over;
}

/* Stretches begin and end, with an event that brings people: in between people only leave. */
static void note_over(hr_scenarios *sc, lanes_state *state, uint32_t event, uint32_t over)
{
    const uint32_t now = over | state->last, changed = now ^ state->over;
    if (state->over == 0 && now != 0 && sc->n_joint < sc->most_stretches)
        sc->joint[sc->n_joint++] = (hr_stretch){event, sc->n_events};
    else if (changed != 0 && now == 0 && sc->n_joint < sc->most_stretches)
        sc->joint[sc->n_joint - 1].end = event;
    state->over = now;
    for (uint32_t left = changed & ~now; left != 0; left &= left - 1) {
        const unsigned l = (unsigned)__builtin_ctz(left);
        sc->stretch[l * (size_t)sc->most_stretches + sc->n_stretches[l] - 1].end = event;
    }
    for (uint32_t left = changed & now; left != 0; left &= left - 1) {
        const unsigned l = (unsigned)__builtin_ctz(left);
        const size_t number = l * (size_t)sc->most_stretches + sc->n_stretches[l]++;
        int32_t *standing = sc->standing + number * sc->n_servers;
        sc->stretch[number] = (hr_stretch){event, sc->n_events};
        for (unsigned s = 0; s < sc->servers_of[l]; s++)
            standing[s] = state->people[(size_t)s * N + l] >> BITS;
        if (sc->n_stretches[l] == sc->most_stretches)
            state->last |= 1u << l;
    }
}

HR_INLINE bool has_too_many(const hr_scenarios *sc, const lane_key *after)
{
    bool any = false;
    for (int l = 0; l < N; l++)
        any = any || ((sc->live >> l & 1) != 0 && (after[l] >> BITS) > sc->most);
    return any;
}

/* ---- the events */

/* `people` and `meetings` more, as in keys, on the servers of all lanes. */
HR_INLINE void move(const hr_scenarios *sc, lanes_state *state, const lane_key *server,
                    lane_key people, lane_key meetings, const unsigned n)
{
    lane_key add[N];
#pragma omp simd
    for (int l = 0; l < N; l++)
        add[l] = people;
    change(state->people, server, add, n);
    if (sc->by_meetings == 0)
        return;
    lane_key counts[N];
    spread(sc->by_meetings, counts);
#pragma omp simd
    for (int l = 0; l < N; l++)
        add[l] = (lane_key)((counts[l] & meetings) | (~counts[l] & people));
    change(state->metric, server, add, n);
}

/* after[l]: the key that the meeting's server has then, or one of as many people. */
HR_INLINE void arrive(const hr_scenarios *sc, lanes_state *state, uint32_t meeting, lane_key *after,
                      const unsigned n)
{
    const hr_input *in = sc->input;
    const uint32_t kept = sc->is_thinned ? in->kept[meeting] >> sc->first & sc->live : sc->live;
    const bool is_blind = (sc->random | sc->in_turn) != 0;
    const lane_key people = (lane_key)(sc->joins_at_once ? in->size[meeting] * (1u << BITS) : 0);
    uint16_t *out = sc->server + (size_t)meeting * N;
    lane_key server[N], nowhere[N];
    find_least(state->metric, after, n);
    spread(~kept, nowhere);
#pragma omp simd
    for (int l = 0; l < N; l++)
        server[l] = (lane_key)(after[l] & MASK);
    if (sc->uniform != 0)
        choose_uniform(sc, state->metric, in->tie[meeting], after, server, n);
    if (is_blind)
        choose_blindly(sc, state, meeting, kept, server);
#pragma omp simd
    for (int l = 0; l < N; l++) {
        server[l] = (lane_key)(server[l] | nowhere[l]);
        out[l] = (uint16_t)server[l];
        after[l] = (lane_key)((uint32_t)after[l] + (uint32_t)people) & ~nowhere[l];
    }
    move(sc, state, server, people, 1 << BITS, n);
    if (is_blind || sc->by_meetings != 0)
        look_up(state->people, server, after, n);
}

/* Where a meeting is. */
HR_INLINE void find(const hr_scenarios *sc, uint32_t meeting, lane_key *server)
{
    const uint16_t *placed = sc->server + (size_t)meeting * N;
#pragma omp simd
    for (int l = 0; l < N; l++)
        server[l] = (lane_key)(int16_t)placed[l]; /* HR_NO_SERVER is NOWHERE */
}

HR_INLINE void depart(const hr_scenarios *sc, lanes_state *state, uint32_t meeting,
                      const unsigned n)
{
    lane_key server[N];
    const lane_key people = (lane_key)((int32_t)sc->input->size[meeting] * -(1 << BITS));
    find(sc, meeting, server);
    move(sc, state, server, people, -(1 << BITS), n);
}

HR_INLINE void join(const hr_scenarios *sc, lanes_state *state, uint32_t number, lane_key *after,
                    const unsigned n)
{
    lane_key server[N];
    find(sc, sc->input->join_meeting[number], server);
    move(sc, state, server, 1 << BITS, 0, n);
    look_up(state->people, server, after, n);
}

/* More people have come: false when that is too many. */
HR_INLINE bool check(const hr_scenarios *sc, const lanes_state *state, const lane_key *after,
                     bool *above)
{
    lane_key excess = 0;
#pragma omp simd reduction(max : excess)
    for (int l = 0; l < N; l++) {
        const lane_key more = (lane_key)((after[l] >> BITS) - state->room[l]);
        excess = more > excess ? more : excess;
    }
    *above = excess > 0;
    return excess <= 0 || !has_too_many(sc, after);
}

/* Does everything follow from the least key, and nobody asks what happens in between? */
HR_INLINE bool may_sprint(const hr_scenarios *sc)
{
    return HR_KEY_BITS == 16 && sc->joins_at_once && !sc->counts_peaks &&
           (sc->by_meetings | sc->random | sc->in_turn | sc->uniform) == 0;
}

HR_INLINE bool run(hr_scenarios *sc, const unsigned n)
{
    lanes_state state;
    uint32_t sprint_from = 0; /* events before are to be taken one by one */
    begin(sc, &state);
    for (uint32_t e = 0; e < sc->n_events; e++) {
        if (may_sprint(sc) && state.over == 0 && e >= sprint_from) {
            e = JOIN(hr_, sprint, _, HR_VECTOR_LEVEL)(sc, (void *)state.people, (void *)state.room,
                                                      e);
            sprint_from = e + HR_SPRINT;
            if (e == sc->n_events)
                break;
        }
        const uint32_t number = sc->event[e] & ((1u << HR_SCENARIOS_NUMBER_BITS) - 1);
        const uint32_t kind = sc->event[e] >> HR_SCENARIOS_NUMBER_BITS;
        lane_key after[N];
        bool above = false;
        if (kind == HR_EVENT_DEPARTURE) {
            depart(sc, &state, number, n);
        } else {
            if (kind == HR_EVENT_ARRIVAL)
                arrive(sc, &state, number, after, n);
            else
                join(sc, &state, number, after, n);
            if (!check(sc, &state, after, &above))
                return false;
        }
        if (sc->counts_peaks &&
            (e + 1 == sc->measured || (e + 1 > sc->measured && kind != HR_EVENT_DEPARTURE)))
            raise_peaks(state.peak, state.people, n);
        if (kind != HR_EVENT_DEPARTURE && (above || state.over != 0))
            note_over(sc, &state, e, find_over(&state, n));
    }
    for (unsigned i = 0; i < n * (unsigned)N; i++)
        sc->peak[i] = state.peak[i] >> BITS;
    return true;
}

/* ---- lengths of loops: as many servers, or a few more that are never chosen */

#if HR_KEY_BITS == 16
#define HR_CASE(servers)                                                                           \
    case servers:                                                                                  \
        return run(sc, servers);

static bool place(hr_scenarios *sc)
{
    switch (sc->n_servers) {
        HR_CASE(2)
        HR_CASE(4)
        HR_CASE(6)
        HR_CASE(8)
        HR_CASE(10)
        HR_CASE(12)
        HR_CASE(14)
        HR_CASE(16)
    default:
        return false;
    }
}
#else
static bool place(hr_scenarios *sc)
{
    return run(sc, sc->n_servers);
}
#endif

extern const hr_scenarios_level JOIN(hr_scenarios_, HR_KEY_BITS, _, HR_VECTOR_LEVEL);
const hr_scenarios_level JOIN(hr_scenarios_, HR_KEY_BITS, _, HR_VECTOR_LEVEL) = {N, place};
