/* The placement of replications side by side, compiled once for each instruction set, named by
 * HR_VECTOR_LEVEL, and each width of keys, HR_KEY_BITS (see cmake/floors.cmake).
 *
 * Between two arrivals people only leave: so all departures between arrivals k - 1 and k, whatever
 * their order, may be taken off at once before arrival k is placed. What leaves when is known when
 * a meeting is placed; departures are kept by blocks of arrivals, a few lines that stay in the
 * nearest cache, and spread over the rows of a block when it begins.
 *
 * On a join ramp people also come between two arrivals, to servers that are known when their
 * meeting is placed: they are departures of less than nobody. Most come soon, so that the rows of
 * many blocks are at hand and take them at once. */
#include <string.h>

#include "kernel/lanes_arrivals.h"
#include "kernel/lanes_departures.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the bits are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

/* ---- overload */

/* Lanes in `begins`, the last flags of which are new, were not over before: what stands there now.
 * False when too much was. */
__attribute__((noinline)) static bool stand(hr_lanes *lanes, const lane_key *begins,
                                            const lane_key *key, unsigned n_servers)
{
    for (int l = 0; l < N; l++) {
        if (begins[l] == 0)
            continue;
        if (lanes->n_standing == lanes->most_standing)
            return false;
        lanes->flag[l][lanes->n_flags[l] - 1].standing = lanes->n_standing;
        int32_t *standing = lanes->standing + (size_t)lanes->n_standing++ * n_servers;
        for (unsigned s = 0; s < n_servers; s++)
            standing[s] = key[s * N + (unsigned)l] >> BITS;
    }
    return true;
}

/* In the lanes of a mask, most often few. */
static inline void put_flags(hr_lanes *lanes, uint32_t step, const lane_vector *mask)
{
    const bytes of_lanes = __builtin_convertvector(*mask, bytes);
    uint64_t left;
    _Static_assert(sizeof left == sizeof of_lanes, "a byte of each lane");
    for (memcpy(&left, &of_lanes, sizeof left); left != 0;) {
        const unsigned l = (unsigned)__builtin_ctzll(left) / 8;
        lanes->flag[l][lanes->n_flags[l]++] = (hr_lanes_flag){step, HR_LANES_GOES_ON};
        lanes->n_flagged++;
        left &= ~((uint64_t)UINT8_MAX << 8 * l);
    }
}

/* Lanes in which a server is above its ceiling, or is with so many `more`, and others that are
 * asked for. */
__attribute__((always_inline)) static inline bool
flag(hr_lanes *lanes, uint32_t step, const lane_vector *key, const lane_vector *more,
     const lane_vector *asked, const lane_vector *limit, lane_vector *over,
     const unsigned n_servers)
{
    const lane_vector people = *more << BITS;
    lane_vector above = *asked;
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++)
        above |= key[s] > limit[s] - people;
    const lane_vector begins = above & ~*over;
    *over = above;
    if (!any(&above))
        return true;
    put_flags(lanes, step, &above);
    if (any(&begins)) {
        lane_vector keys[KEYS], lane = begins; /* copies: those in registers stay there */
        HR_UNROLL
        for (unsigned s = 0; s < n_servers; s++)
            keys[s] = key[s];
        if (!stand(lanes, (const lane_key *)&lane, (const lane_key *)keys, n_servers))
            return false;
    }
    return lanes->n_flagged <= lanes->most_flagged;
}

/* ---- the rule */

/* Which server is the skip-th of those with the least people, in index order. */
__attribute__((always_inline)) static inline void
choose_uniform(const lane_vector *key, const lane_vector *least, const uint32_t *tie,
               const unsigned n_servers, lane_vector *chosen)
{
    lane_vector equals = {0}, skip = {0}, found = {0};
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++)
        equals -= (key[s] >> BITS) == (*least >> BITS);
    for (int l = 0; l < N; l++)
        skip[l] = (lane_key)(((uint64_t)tie[l] * (uint64_t)equals[l]) >> 32);
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++) {
        const lane_vector is_least = (key[s] >> BITS) == (*least >> BITS);
        found |= is_least & (skip == 0) & ((lane_vector){0} + (lane_key)s);
        skip += is_least;
    }
    *chosen = found;
}

/* Of the measured lanes. */
__attribute__((always_inline)) static inline void note_peak(hr_lanes *lanes, uint32_t step,
                                                            const lane_vector *key,
                                                            lane_vector *peak,
                                                            const unsigned n_servers)
{
    lane_vector measured;
    for (int l = 0; l < N; l++)
        measured[l] = (lane_key) - (lanes->measured[l] <= step);
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++) {
        /* the least of negative keys: one operation for both */
        lane_vector now = -(key[s] & measured);
        lower(&peak[s], &now);
    }
}

/* Lanes in which a server may have more people than ever before the next arrival, or in which that
 * begins to count. */
__attribute__((always_inline)) static inline void
ask_peaks(const hr_lanes *lanes, uint32_t step, const lane_vector *key, const lane_vector *more,
          const lane_vector *peak, const unsigned n_servers, lane_vector *asked)
{
    const lane_vector people = *more << BITS;
    lane_vector any_more = {0}, measured;
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++)
        any_more |= key[s] > -peak[s] - people;
    for (int l = 0; l < N; l++)
        measured[l] = (lane_key) - (lanes->measured[l] <= step + 1);
    *asked = any_more & measured;
}

/* People that leave before the arrival, of which `row` is to be forgotten; the least key. */
__attribute__((always_inline)) static inline void
take_off(lane_key *row, lane_vector *key, lane_vector *least, const unsigned n_servers)
{
    *least = (lane_vector){0} + (lane_key)(((entry_word)1 << (HALF_ENTRY - 1)) - 1);
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++) {
        lane_vector leaving;
        load(row + s * N, &leaving);
        key[s] -= leaving;
        lower(least, &key[s]);
    }
    memset(row, 0, hr_lanes_row_servers(n_servers) * N * sizeof *row);
}

/* The same with the keys of several servers in a register. */
__attribute__((always_inline)) static inline void
take_off_shared(lane_key *row, shared_vector *key, shared_vector *least, const unsigned n_registers)
{
    const shared_vector none = {0};
    *least = none + (lane_key)(((entry_word)1 << (HALF_ENTRY - 1)) - 1);
    HR_UNROLL
    for (unsigned w = 0; w < n_registers; w++) {
        shared_vector leaving;
        memcpy(&leaving, row + w * SHARE * N, sizeof leaving);
        memcpy(row + w * SHARE * N, &none, sizeof none);
        key[w] -= leaving;
        lower_shared(least, &key[w]);
    }
    lower_across(least);
}

/* The departures of the arrivals of one step, to where they wait. */
__attribute__((always_inline)) static inline void
keep_departures(hr_lanes *lanes, uint32_t step, const uint32_t *gap_of, const lane_vector *server,
                const lane_vector *added, const unsigned n_servers)
{
    typedef entry_word entries __attribute__((vector_size(sizeof(entry_word) * N)));
    uint32_t block[N];
    entry_word departure[N];
    words gap, lane;
    memcpy(&gap, gap_of, sizeof gap);
    for (unsigned l = 0; l < N; l++)
        lane[l] = l;
    const words blocks = gap / BLOCK, near = (words)(blocks == step / BLOCK);
    const entries place = __builtin_convertvector(
                              gap % BLOCK * (hr_lanes_row_servers(n_servers) * N) + lane, entries) +
                          __builtin_convertvector(*server, entries) * N;
    const entries departures = place | __builtin_convertvector(*added, entries) << HALF_ENTRY;
    memcpy(block, &blocks, sizeof block);
    memcpy(departure, &departures, sizeof departure);
    /* from memory, one by one: taking them out of a lane_vector register costs more */
    __asm__ volatile("" : : "r"(block), "r"(departure) : "memory");
    if (any_word(&near)) {
        keep_near(lanes, step / BLOCK, block, departure);
        return;
    }
    uint32_t *tail = lanes->tail;
    entry_word *entry = lanes->entry;
    for (int l = 0; l < N; l++)
        keep(lanes, tail, entry, block[l], departure[l]);
}

/* What a pool is like between two blocks of arrivals. */
typedef struct lanes_state {
    lane_vector key[REGISTERS * SHARE]; /* past the last server never the least */
    lane_vector limit[KEYS];            /* a key is above when its people are above the ceiling */
    lane_vector peak[KEYS];             /* negative keys: the least are those of most people */
    lane_vector room;                   /* lowest ceiling */
    lane_vector over;                   /* lanes that were flagged last */
    const uint32_t *next[N];            /* on a ramp: of join_gap */
} lanes_state;

static void begin(hr_lanes *lanes, lanes_state *at)
{
    memset(at, 0, sizeof *at);
    at->room = (lane_vector){0} + (lane_key)MOST;
    for (unsigned s = 0; s < lanes->n_servers; s++) {
        at->key[s] = (lane_vector){0} + (lane_key)s;
        for (int l = 0; l < N; l++) {
            const int32_t ceiling = lanes->ceiling[s][l];
            const int32_t people = ceiling < MOST ? ceiling : MOST;
            at->limit[s][l] = (lane_key)(people << BITS | ((1 << BITS) - 1));
            at->room[l] = (lane_key)(people < at->room[l] ? people : at->room[l]);
        }
    }
    for (unsigned s = lanes->n_servers; s < registers_for(lanes->n_servers) * SHARE; s++)
        at->key[s] = (lane_vector){0} + (lane_key)(((entry_word)1 << (HALF_ENTRY - 1)) - 1);
    for (int l = 0; l < N; l++)
        at->next[l] = lanes->join_gap[l];
    memset(lanes->rows, 0,
           lanes->near * (size_t)hr_lanes_row_servers(lanes->n_servers) * N * sizeof(lane_key));
    memset(lanes->tail, 0, (lanes->n_steps / BLOCK + (size_t)2) * sizeof *lanes->tail);
    memset(lanes->n_flags, 0, sizeof lanes->n_flags);
    lanes->n_pages = lanes->n_spare = lanes->n_standing = 0;
    lanes->n_flagged = 0;
}

/* Where the arrivals of a step go, and a key with as many people. */
__attribute__((always_inline)) static inline void
choose(const lane_vector *key, const lane_vector *least, const uint32_t *tie,
       const unsigned n_servers, const bool uniform, lane_vector *server, lane_vector *chosen)
{
    *server = *least & (lane_key)((1 << BITS) - 1);
    *chosen = *least;
    if (!uniform)
        return;
    choose_uniform(key, least, tie, n_servers, server);
    *chosen = (*least & ~(lane_key)((1 << BITS) - 1)) | *server;
}

/* One by one: then those in registers stay there. */
__attribute__((always_inline)) static inline void apart(const shared_vector *key, lane_vector *each,
                                                        const unsigned n_registers)
{
    HR_UNROLL
    for (unsigned w = 0; w < n_registers; w++) {
        const shared_vector copy = key[w];
        memcpy(&each[w * SHARE], &copy, sizeof copy);
    }
}

/* The same for several servers in a register. */
__attribute__((always_inline)) static inline void
choose_shared(const shared_vector *key, const shared_vector *least, const uint32_t *tie,
              const unsigned n_servers, const bool uniform, lane_vector *server,
              shared_vector *chosen)
{
    lane_vector each[REGISTERS * SHARE], one, of_one;
    first_of(least, &one);
    if (uniform)
        apart(key, each, registers_for(n_servers));
    choose(each, &one, tie, n_servers, uniform, server, &of_one);
    if (uniform)
        spread(&of_one, chosen);
    else
        *chosen = *least;
}

/* The arrivals from `from` to `to`, of one block. */
__attribute__((always_inline)) static inline bool
place_block(hr_lanes *lanes, uint32_t from, uint32_t to, const arrivals *block, lanes_state *at,
            const unsigned n_servers, const bool uniform)
{
    const unsigned n_registers = registers_for(n_servers);
    shared_vector key[REGISTERS];
    lane_vector over = at->over;
    const lane_vector room = at->room, none = {0};
    bool is_over = any(&over);
    HR_UNROLL
    for (unsigned w = 0; w < n_registers; w++)
        memcpy(&key[w], &at->key[w * SHARE], sizeof key[w]);
    for (uint32_t step = from; step < to; step++) {
        lane_vector each[REGISTERS * SHARE], least, people, server;
        shared_vector least_of_all, chosen, added_to_all;
        take_off_shared(rows_of(lanes, step, n_servers), key, &least_of_all, n_registers);
        first_of(&least_of_all, &least);
        load(block->people[step - from], &people);
        const lane_vector added = people << BITS, after = (least >> BITS) + people;
        choose_shared(key, &least_of_all, block->tie[step - from], n_servers, uniform, &server,
                      &chosen);
        spread(&added, &added_to_all);
        HR_UNROLL
        for (unsigned w = 0; w < n_registers; w++)
            key[w] = (shared_vector)((shared_bits)key[w] +
                                     (shared_bits)((key[w] == chosen) & added_to_all));
        const bytes servers = __builtin_convertvector(server, bytes);
        memcpy(lanes->server + (size_t)step * N, &servers, sizeof servers);
        keep_departures(lanes, step, block->gap[step - from], &server, &added, n_servers);
        const lane_vector above = after > room;
        if (is_over || any(&above)) {
            const lane_vector too_many = after > (lane_key)MOST;
            apart(key, each, n_registers);
            lanes->is_too_narrow = any(&too_many);
            if (lanes->is_too_narrow ||
                !flag(lanes, step, each, &none, &none, at->limit, &over, n_servers))
                return false;
            is_over = any(&over);
        }
        if (lanes->wants_peak) {
            apart(key, each, n_registers);
            note_peak(lanes, step, each, at->peak, n_servers);
        }
    }
    apart(key, at->key, n_registers);
    at->over = over;
    return true;
}

/* The same on a ramp: what counts is who is there when a meeting is placed, and who may be there
 * before the next one is. */
__attribute__((always_inline)) static inline bool
place_ramp(hr_lanes *lanes, uint32_t from, uint32_t to, const arrivals *block, lanes_state *at,
           const unsigned n_servers, const bool uniform)
{
    lane_vector key[KEYS], over = at->over;
    const lane_vector room = at->room, none = {0};
    bool is_over = any(&over);
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++)
        key[s] = at->key[s];
    for (uint32_t step = from; step < to; step++) {
        lane_vector least, most = none, people, joining, server, chosen, asked = none;
        take_off(rows_of(lanes, step, n_servers), key, &least, n_servers);
        load(block->people[step - from], &people);
        load(block->joining[step - from], &joining);
        HR_UNROLL
        for (unsigned s = 0; s < n_servers; s++)
            raise(&most, &key[s]);
        const lane_vector after = (most >> BITS) + joining, above = after > room;
        if (lanes->wants_peak) {
            note_peak(lanes, step, key, at->peak, n_servers);
            ask_peaks(lanes, step, key, &joining, at->peak, n_servers, &asked);
        }
        if (is_over || any(&above) || any(&asked)) {
            const lane_vector too_many = after > (lane_key)MOST;
            lanes->is_too_narrow = any(&too_many);
            if (lanes->is_too_narrow ||
                !flag(lanes, step, key, &joining, &asked, at->limit, &over, n_servers))
                return false;
            is_over = any(&over);
        }
        const lane_vector added = people << BITS;
        choose(key, &least, block->tie[step - from], n_servers, uniform, &server, &chosen);
        HR_UNROLL
        for (unsigned s = 0; s < n_servers; s++)
            key[s] = wrapping_sum(key[s], (key[s] == chosen) & added);
        const bytes servers = __builtin_convertvector(server, bytes);
        memcpy(lanes->server + (size_t)step * N, &servers, sizeof servers);
        keep_joins(lanes, step, block, at->next, lanes->server + (size_t)step * N);
    }
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++)
        at->key[s] = key[s];
    at->over = over;
    return true;
}

__attribute__((always_inline)) static inline bool place(hr_lanes *lanes, const unsigned n_servers,
                                                        const bool uniform, const bool ramp)
{
    arrivals block;
    lanes_state at;
    begin(lanes, &at);
    for (uint32_t from = 0; from < lanes->n_steps; from += BLOCK) {
        const uint32_t to = lanes->n_steps - from < BLOCK ? lanes->n_steps : from + BLOCK;
        set_rows(lanes, from / BLOCK);
        lanes->is_too_narrow =
            !interleave(lanes, from, &block) || (ramp && !interleave_joins(lanes, from, &block));
        if (lanes->is_too_narrow ||
            !(ramp ? place_ramp(lanes, from, to, &block, &at, n_servers, uniform)
                   : place_block(lanes, from, to, &block, &at, n_servers, uniform)))
            return false;
    }
    for (unsigned s = 0; s < n_servers; s++) {
        for (int l = 0; l < N; l++)
            lanes->peak[s][l] = -at.peak[s][l] >> BITS;
    }
    return true;
}

/* ---- numbers of servers */

#define JOIN_AGAIN(a, b, c, d) a##b##c##d
#define JOIN(a, b, c, d)       JOIN_AGAIN(a, b, c, d)
#define HR_PLACING             JOIN(hr_lanes_, HR_KEY_BITS, _, HR_VECTOR_LEVEL)

#if HR_KEY_BITS == 16 && !defined(__SANITIZE_ADDRESS__)
/* Functions of their own: in one, the compiler takes ten times as long. */
#define HR_COPY(n)                                                                                 \
    __attribute__((noinline)) static bool place_##n(hr_lanes *lanes)                               \
    {                                                                                              \
        return lanes->ties_uniform ? place(lanes, n, true, false) : place(lanes, n, false, false); \
    }                                                                                              \
    __attribute__((noinline)) static bool ramp_##n(hr_lanes *lanes)                                \
    {                                                                                              \
        return lanes->ties_uniform ? place(lanes, n, true, true) : place(lanes, n, false, true);   \
    }
#define HR_CASE(n)                                                                                 \
    case n:                                                                                        \
        return lanes->has_ramp ? ramp_##n(lanes) : place_##n(lanes);
#define HR_COPIES(of)                                                                              \
    of(1) of(2) of(3) of(4) of(5) of(6) of(7) of(8) of(9) of(10) of(11) of(12) of(13) of(14)       \
        of(15) of(16)

HR_COPIES(HR_COPY)

bool HR_PLACING(hr_lanes *lanes)
{
    switch (lanes->n_servers) {
        HR_COPIES(HR_CASE)
    default:
        return false;
    }
}
#else
bool HR_PLACING(hr_lanes *lanes)
{
    /* without the least of two wide keys in one operation the scalar kernel is faster */
#if HR_KEY_BITS == 32 && defined(__x86_64__) && !defined(__AVX2__)
    const bool is_worth_it = false;
#else
    const bool is_worth_it = true;
#endif
    if (!is_worth_it)
        return false;
    const unsigned n = lanes->n_servers;
    if (lanes->has_ramp)
        return lanes->ties_uniform ? place(lanes, n, true, true) : place(lanes, n, false, true);
    return lanes->ties_uniform ? place(lanes, n, true, false) : place(lanes, n, false, false);
}
#endif
