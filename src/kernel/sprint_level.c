/* Many events of the scenarios kernel at once, where nothing is over: narrow keys stay in
 * registers, and only after some events is looked whether they were too many. Compiled once for
 * each instruction set, named by HR_VECTOR_LEVEL (see cmake/floors.cmake). */
#include <string.h>

#include "kernel/events.h"
#include "kernel/scenarios_lanes.h"
#include "kernel/scenarios_place.h"

typedef int16_t lane_key;
enum { BITS = HR_NARROW_BITS, MASK = HR_NARROW_SERVERS - 1, N = HR_SCENARIOS_LANES };

#if defined(__SANITIZE_ADDRESS__)
#define HR_UNROLL
#elif defined(__clang__)
#define HR_UNROLL _Pragma("unroll")
#else
#define HR_UNROLL _Pragma("GCC unroll 16")
#endif

/* The keys of one server in a register: gcc and clang keep these there, unlike arrays. Sums may
 * wrap in lanes that are empty. */
typedef lane_key lane_row __attribute__((vector_size(sizeof(lane_key) * N)));
typedef uint16_t lane_bits __attribute__((vector_size(sizeof(lane_key) * N)));
#define wrapping_sum(a, b) ((lane_row)((lane_bits)(a) + (lane_bits)(b)))

/* Each compiler finds the one instruction in its own way. */
HR_INLINE void lower(lane_row *least, const lane_row *x)
{
#if defined(__clang__)
    const lane_row is_lower = *x < *least;
    *least = (*x & is_lower) | (*least & ~is_lower);
#else
    const lane_row a = *least, b = *x;
    lane_row c;
    for (int l = 0; l < N; l++)
        c[l] = b[l] < a[l] ? b[l] : a[l];
    *least = c;
#endif
}

HR_INLINE void raise(lane_row *highest, const lane_row *x)
{
#if defined(__clang__)
    const lane_row is_higher = *x > *highest;
    *highest = (*x & is_higher) | (*highest & ~is_higher);
#else
    const lane_row a = *highest, b = *x;
    lane_row c;
    for (int l = 0; l < N; l++)
        c[l] = b[l] > a[l] ? b[l] : a[l];
    *highest = c;
#endif
}

HR_INLINE void add_where(lane_row *key, lane_row where, lane_row change)
{
#if defined(__AVX512BW__)
    *key ^= (wrapping_sum(*key, change) ^ *key) & where;
#else
    *key = wrapping_sum(*key, change & where);
#endif
}

HR_INLINE bool any(const lane_row *x)
{
    uint64_t part[sizeof *x / sizeof(uint64_t)], all = 0;
    memcpy(part, x, sizeof *x);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        all |= part[i];
    return all != 0;
}

/* The least key of each lane, several rows at a time. */
HR_INLINE void find_lowest(const lane_row *key, lane_row *lowest, const unsigned n)
{
    lane_row low[4];
    for (unsigned s = 0; s < 4; s++)
        low[s] = s < n ? key[s] : key[0];
    HR_UNROLL
    for (unsigned s = 4; s < n; s++)
        lower(&low[s % 4], &key[s]);
    lower(&low[0], &low[1]);
    lower(&low[2], &low[3]);
    lower(&low[0], &low[2]);
    *lowest = low[0];
}

/* Whose meeting it is not. */
HR_INLINE void find_nowhere(const hr_scenarios *sc, uint32_t meeting, lane_row *nowhere)
{
    lane_key place[N];
    hr_scenarios_spread(~(sc->input->kept[meeting] >> sc->first), place);
    memcpy(nowhere, place, sizeof *nowhere);
}

/* On the servers of all lanes. */
HR_INLINE void change_where(lane_row *key, const lane_row *server, const lane_row *change,
                            const unsigned n)
{
    HR_UNROLL
    for (unsigned s = 0; s < n; s++)
        add_where(&key[s], *server == (lane_key)s, *change);
}

/* Nobody can tell whether the next event is an arrival or a departure. Where many instructions wait
 * for a register as wide as this, the processor may guess wrong and still not run out of work: */
#if defined(__AVX512BW__)
HR_INLINE void sprint_one(const hr_scenarios *sc, uint32_t event, lane_row *key, lane_row *highest,
                          const unsigned n, const bool thinned)
{
    const uint32_t meeting = event & ((1u << HR_SCENARIOS_NUMBER_BITS) - 1);
    lane_row people = (lane_row){0} + (lane_key)(sc->input->size[meeting] << BITS);
    uint16_t *placed = sc->server + (size_t)meeting * N;
    lane_row server, nowhere = {0};
    if (event >> HR_SCENARIOS_NUMBER_BITS == HR_EVENT_ARRIVAL) {
        lane_row lowest;
        find_lowest(key, &lowest, n);
        if (thinned)
            find_nowhere(sc, meeting, &nowhere);
        server = (lowest & MASK) | nowhere;
        people &= ~nowhere;
        memcpy(placed, &server, sizeof server);
        const lane_row after = wrapping_sum(lowest, people);
        raise(highest, &after);
        HR_UNROLL
        for (unsigned s = 0; s < n; s++)
            add_where(&key[s], key[s] == lowest, people);
    } else {
        people = -people;
        memcpy(&server, placed, sizeof server);
        change_where(key, &server, &people, n);
    }
}
#else
/* Else both are done in the same way: a departure reads where the meeting is, and an arrival reads
 * nothing, which it then writes. */
HR_INLINE void sprint_one(const hr_scenarios *sc, uint32_t event, lane_row *key, lane_row *highest,
                          const unsigned n, const bool thinned)
{
    const uint32_t meeting = event & ((1u << HR_SCENARIOS_NUMBER_BITS) - 1);
    const uint32_t departs = (event >> 31) - 1; /* all bits, or none */
    const uint32_t people = sc->input->size[meeting] << BITS;
    const uint32_t row = meeting + HR_SCENARIOS_SPARE;
    const lane_row change = (lane_row){0} + (lane_key)((people ^ departs) - departs);
    uint16_t *rows = sc->server - HR_SCENARIOS_SPARE * N;
    lane_row lowest, server, nowhere = {0};
    find_lowest(key, &lowest, n);
    if (thinned)
        find_nowhere(sc, meeting, &nowhere);
    memcpy(&server, rows + (size_t)(row & departs) * N, sizeof server);
    server |= nowhere | (lowest & ((lane_row){0} + (lane_key)(~departs & MASK)));
    memcpy(rows + ((size_t)(row & ~departs) + (departs & 1)) * N, &server, sizeof server);
    const lane_row after = wrapping_sum(lowest, change);
    raise(highest, &after);
    change_where(key, &server, &change, n);
}
#endif

/* Events from `e` on, as long as nothing is over: fast, because nothing is decided event by event.
 * Where it ends; the state is as before that event. */
HR_INLINE uint32_t sprint(const hr_scenarios *sc, lane_key *people, const lane_key *most,
                          uint32_t e, const unsigned n, const bool thinned)
{
    lane_row key[HR_NARROW_SERVERS], room;
    memcpy(&room, most, sizeof room);
    room = room * (1 << BITS) | MASK;
    HR_UNROLL
    for (unsigned s = 0; s < n; s++)
        memcpy(&key[s], people + s * N, sizeof key[s]);
    for (; sc->n_events - e >= HR_SPRINT; e += HR_SPRINT) {
        lane_row highest = {0};
        for (uint32_t i = 0; i < HR_SPRINT; i++)
            sprint_one(sc, sc->event[e + i], key, &highest, n, thinned);
        const lane_row above = highest > room;
        if (any(&above))
            break;
        HR_UNROLL
        for (unsigned s = 0; s < n; s++)
            memcpy(people + s * N, &key[s], sizeof key[s]);
    }
    return e;
}

#define HR_CASE(servers)                                                                           \
    case servers:                                                                                  \
        return sc->is_thinned ? sprint(sc, people, room, event, servers, true)                     \
                              : sprint(sc, people, room, event, servers, false);

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b)       JOIN_AGAIN(a, b)

uint32_t JOIN(hr_sprint_, HR_VECTOR_LEVEL)(const hr_scenarios *sc, int16_t *people,
                                           const int16_t *room, uint32_t event)
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
        return event;
    }
}
