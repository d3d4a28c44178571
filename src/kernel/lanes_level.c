/* The placement of replications side by side, compiled once for each instruction set, named by
 * HR_VECTOR_LEVEL, and each width of keys, HR_KEY_BITS (see cmake/floors.cmake).
 *
 * Between two arrivals people only leave: so all departures between arrivals k - 1 and k, whatever
 * their order, may be taken off at once before arrival k is placed. What leaves when is known when
 * a meeting is placed; departures are kept by blocks of arrivals, a few lines that stay in the
 * nearest cache, and spread over the rows of a block when it begins. */
#include <string.h>

#include "kernel/lanes_place.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the bits are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

enum { N = HR_LANES_N, BLOCK = HR_LANES_BLOCK, PAGE = HR_LANES_PAGE };
enum { AHEAD = 8 * BLOCK }; /* arrivals asked for before they are needed */

/* An entry is a departure: people and place, each of a key's width. */
#if HR_KEY_BITS == 16
typedef int16_t lane_key;
typedef uint16_t unsigned_key;
typedef uint32_t entry_word;
enum { BITS = HR_LANES_NARROW_BITS, KEYS = HR_LANES_NARROW_SERVERS };
#else
typedef int32_t lane_key;
typedef uint32_t unsigned_key;
typedef uint64_t entry_word;
enum { BITS = HR_LANES_WIDE_BITS, KEYS = HR_LANES_SERVERS };
#endif

/* Few servers are known to the compiler, which keeps their keys in registers; so many checked
 * copies would take minutes to compile. */
#if HR_KEY_BITS != 16 || defined(__SANITIZE_ADDRESS__)
#define HR_UNROLL
#elif defined(__clang__)
#define HR_UNROLL _Pragma("unroll")
#else
#define HR_UNROLL _Pragma("GCC unroll 16")
#endif

typedef uint8_t bytes __attribute__((vector_size(N)));
typedef uint32_t words __attribute__((vector_size(4 * N)));

static inline bool any_word(const words *x)
{
    uint64_t part[sizeof *x / sizeof(uint64_t)], all = 0;
    memcpy(part, x, sizeof *x);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        all |= part[i];
    return all != 0;
}

/* One number of each lane in one register: gcc and clang keep these there, unlike arrays. */
typedef lane_key lane_vector __attribute__((vector_size(sizeof(lane_key) * N)));

typedef unsigned_key lane_bits __attribute__((vector_size(sizeof(unsigned_key) * N)));

/* The arrivals at work. */
typedef struct arrivals {
    lane_key people[BLOCK][N]; /* 0 past a lane's end */
    uint32_t gap[BLOCK][N];
    uint32_t tie[BLOCK][N]; /* when ties_uniform */
} arrivals;

enum { HALF_ENTRY = HR_KEY_BITS, MOST = (1 << (HALF_ENTRY - 1 - BITS)) - 1 };

/* More people than a key holds wrap around; `place_block` sees them before that matters. */
#define wrapping_sum(a, b) ((lane_vector)((lane_bits)(a) + (lane_bits)(b)))

static inline void load(const void *from, lane_vector *x)
{
    memcpy(x, from, sizeof *x);
}

/* As a loop: compilers find the instruction for it. */
static inline void lower(lane_vector *least, const lane_vector *x)
{
    const lane_vector a = *least, b = *x;
    lane_vector c;
    for (int l = 0; l < N; l++)
        c[l] = b[l] < a[l] ? b[l] : a[l];
    *least = c;
}

static inline bool any(const lane_vector *x)
{
    uint64_t part[sizeof *x / sizeof(uint64_t)], all = 0;
    memcpy(part, x, sizeof *x);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        all |= part[i];
    return all != 0;
}

/* Arrivals from `from` on of all lanes, side by side. Past the end of a lane nobody comes. False
 * when more come at once than a key holds. */
static bool interleave(const hr_lanes *lanes, uint32_t from, arrivals *block)
{
    uint32_t sizes = 0;
    for (int l = 0; l < N; l++) {
        const uint32_t left = lanes->n[l] > from ? lanes->n[l] - from : 0;
        const uint32_t *size = left > 0 ? lanes->size[l] + from : NULL;
        const uint32_t *gap = left > 0 ? lanes->gap[l] + from : NULL;
        const uint32_t n = left < BLOCK ? left : BLOCK;
        for (uint32_t i = 0; i < BLOCK && left > AHEAD; i += 16) {
            __builtin_prefetch(size + AHEAD + i);
            __builtin_prefetch(gap + AHEAD + i);
        }
        for (uint32_t i = 0; i < n; i++) {
            sizes |= size[i];
            block->people[i][l] = (lane_key)size[i];
            block->gap[i][l] = gap[i];
        }
        for (uint32_t i = n; i < BLOCK; i++) {
            block->people[i][l] = 0;
            block->gap[i][l] = from + i + BLOCK;
        }
        for (uint32_t i = 0; lanes->ties_uniform && i < n; i++)
            block->tie[i][l] = lanes->tie[l][from + i];
    }
    return sizes <= (uint32_t)MOST;
}

/* ---- departures */

/* One more page for a block of arrivals; where its next departure goes. */
__attribute__((noinline)) static uint32_t open_page(hr_lanes *lanes, uint32_t end)
{
    const uint32_t page = lanes->n_spare > 0 ? lanes->spare[--lanes->n_spare] : ++lanes->n_pages;
    ((entry_word *)lanes->entry)[(size_t)page * PAGE] = end;
    return page * PAGE + 1;
}

static inline void keep(hr_lanes *lanes, uint32_t block, entry_word departure)
{
    entry_word *entry = lanes->entry;
    uint32_t end = lanes->tail[block];
    if (end % PAGE == 0)
        end = open_page(lanes, end);
    entry[end] = departure;
    lanes->tail[block] = end + 1;
}

static inline void leave(lane_key *rows, entry_word departure)
{
    lane_key *row = rows + (departure & (((entry_word)1 << HALF_ENTRY) - 1));
    *row = (lane_key)(*row + (lane_key)(departure >> HALF_ENTRY));
}

/* The departures of a block of arrivals, into its rows. */
static void set_rows(hr_lanes *lanes, uint32_t block)
{
    const entry_word *entry = lanes->entry;
    lane_key *rows = lanes->rows;
    uint32_t end = lanes->tail[block];
    while (end != 0) {
        const uint32_t page = (end - 1) / PAGE;
        for (uint32_t i = page * PAGE + 1; i < end; i++)
            leave(rows, entry[i]);
        lanes->spare[lanes->n_spare++] = page;
        end = (uint32_t)entry[(size_t)page * PAGE];
    }
}

/* The departures of an arrival in each lane, some of which are due before the block ends. */
__attribute__((noinline)) static void keep_near(hr_lanes *lanes, uint32_t now,
                                                const uint32_t *block, const entry_word *departure)
{
    for (int l = 0; l < N; l++) {
        if (block[l] == now)
            leave(lanes->rows, departure[l]);
        else
            keep(lanes, block[l], departure[l]);
    }
}

/* ---- overload */

/* Lanes in `begins` were not over before: what stands there now. False when too much was. */
__attribute__((noinline)) static bool stand(hr_lanes *lanes, const lane_key *begins,
                                            const lane_key *key)
{
    for (int l = 0; l < N; l++) {
        if (begins[l] == 0)
            continue;
        if (lanes->n_standing == lanes->most_standing)
            return false;
        int32_t *standing = lanes->standing + (size_t)lanes->n_standing++ * lanes->n_servers;
        for (unsigned s = 0; s < lanes->n_servers; s++)
            standing[s] = key[s * N + (unsigned)l] >> BITS;
    }
    return true;
}

/* Lanes in which a server is above its ceiling. */
__attribute__((always_inline)) static inline bool flag(hr_lanes *lanes, uint32_t step,
                                                       const lane_vector *key,
                                                       const lane_vector *limit, lane_vector *over,
                                                       const unsigned n_servers)
{
    lane_vector above = {0};
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++)
        above |= key[s] > limit[s];
    const lane_vector begins = above & ~*over;
    *over = above;
    if (!any(&above))
        return true;
    hr_lanes_flag *flag = &lanes->flag[lanes->n_flags++];
    flag->step = step;
    for (int l = 0; l < N; l++) {
        flag->lane[l] = (uint8_t)above[l];
        lanes->n_flagged += above[l] != 0;
    }
    if (any(&begins)) {
        lane_vector keys[KEYS], lane = begins; /* copies: those in registers stay there */
        HR_UNROLL
        for (unsigned s = 0; s < n_servers; s++)
            keys[s] = key[s];
        if (!stand(lanes, (const lane_key *)&lane, (const lane_key *)keys))
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
    memset(row, 0, n_servers * N * sizeof *row);
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
    const entries place = __builtin_convertvector(gap % BLOCK * (n_servers * N) + lane, entries) +
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
    for (int l = 0; l < N; l++)
        keep(lanes, block[l], departure[l]);
}

/* What a pool is like between two blocks of arrivals. */
typedef struct lanes_state {
    lane_vector key[KEYS];
    lane_vector limit[KEYS]; /* a key is above when its people are above the ceiling */
    lane_vector peak[KEYS];  /* negative keys: the least are those of most people */
    lane_vector room;        /* lowest ceiling */
    lane_vector over;        /* lanes that were flagged last */
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
    memset(lanes->rows, 0, BLOCK * (size_t)lanes->n_servers * N * sizeof(lane_key));
    memset(lanes->tail, 0, (lanes->n_steps / BLOCK + (size_t)2) * sizeof *lanes->tail);
    lanes->n_pages = lanes->n_spare = lanes->n_flags = lanes->n_standing = 0;
    lanes->n_flagged = 0;
}

/* The arrivals from `from` to `to`, of one block. */
__attribute__((always_inline)) static inline bool
place_block(hr_lanes *lanes, uint32_t from, uint32_t to, const arrivals *block, lanes_state *at,
            const unsigned n_servers, const bool uniform)
{
    lane_vector key[KEYS], over = at->over;
    const lane_vector room = at->room;
    bool is_over = any(&over);
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++)
        key[s] = at->key[s];
    for (uint32_t step = from; step < to; step++) {
        lane_vector least, people, server, chosen;
        take_off((lane_key *)lanes->rows + (step - from) * n_servers * N, key, &least, n_servers);
        load(block->people[step - from], &people);
        const lane_vector added = people << BITS, after = (least >> BITS) + people;
        if (uniform) {
            choose_uniform(key, &least, block->tie[step - from], n_servers, &server);
            chosen = (least & ~(lane_key)((1 << BITS) - 1)) | server;
        } else {
            server = least & (lane_key)((1 << BITS) - 1);
            chosen = least;
        }
        HR_UNROLL
        for (unsigned s = 0; s < n_servers; s++)
            key[s] = wrapping_sum(key[s], (key[s] == chosen) & added);
        const bytes servers = __builtin_convertvector(server, bytes);
        memcpy(lanes->server + (size_t)step * N, &servers, sizeof servers);
        keep_departures(lanes, step, block->gap[step - from], &server, &added, n_servers);
        const lane_vector above = after > room;
        if (is_over || any(&above)) {
            const lane_vector too_many = after > (lane_key)MOST;
            lanes->is_too_narrow = any(&too_many);
            if (lanes->is_too_narrow || !flag(lanes, step, key, at->limit, &over, n_servers))
                return false;
            is_over = any(&over);
        }
        if (lanes->wants_peak)
            note_peak(lanes, step, key, at->peak, n_servers);
    }
    HR_UNROLL
    for (unsigned s = 0; s < n_servers; s++)
        at->key[s] = key[s];
    at->over = over;
    return true;
}

__attribute__((always_inline)) static inline bool place(hr_lanes *lanes, const unsigned n_servers,
                                                        const bool uniform)
{
    arrivals block;
    lanes_state at;
    begin(lanes, &at);
    for (uint32_t from = 0; from < lanes->n_steps; from += BLOCK) {
        const uint32_t to = lanes->n_steps - from < BLOCK ? lanes->n_steps : from + BLOCK;
        set_rows(lanes, from / BLOCK);
        lanes->is_too_narrow = !interleave(lanes, from, &block);
        if (lanes->is_too_narrow || !place_block(lanes, from, to, &block, &at, n_servers, uniform))
            return false;
    }
    for (unsigned s = 0; s < n_servers; s++) {
        for (int l = 0; l < N; l++)
            lanes->peak[s][l] = -at.peak[s][l] >> BITS;
    }
    return true;
}

/* ---- the order of departures */

/* A table finds the neighbourhood, sixteen comparisons at a time the place. */
static void rank_departures(const hr_lanes_rank *rank)
{
    const hr_lanes_rank r = *rank; /* a copy, which no result is written over */
    for (uint32_t i = 0; i < r.n; i++) {
        const uint64_t after = r.end[i] - r.base;
        const uint32_t time = (uint32_t)(after < r.span ? after : r.span);
        const int32_t end = (int32_t)(time ^ HR_LANES_SIGN);
        uint32_t gap = r.first[time >> r.cell_bits];
        int32_t less = HR_LANES_PAD;
        while (less == HR_LANES_PAD) {
            const int32_t *from = r.start + gap;
            less = 0;
#pragma omp simd reduction(+ : less)
            for (int k = 0; k < HR_LANES_PAD; k++)
                less += from[k] < end;
            gap += (uint32_t)less;
        }
        r.gap[i] = gap;
    }
}

/* ---- numbers of servers */

#if HR_KEY_BITS == 16 && !defined(__SANITIZE_ADDRESS__)
#define HR_CASE(n)                                                                                 \
    case 2 * (n):                                                                                  \
        return place(lanes, n, false);                                                             \
    case 2 * (n) + 1:                                                                              \
        return place(lanes, n, true);

static bool place_all(hr_lanes *lanes)
{
    switch (lanes->n_servers * 2 + lanes->ties_uniform) {
        HR_CASE(1)
        HR_CASE(2)
        HR_CASE(3)
        HR_CASE(4)
        HR_CASE(5)
        HR_CASE(6)
        HR_CASE(7)
        HR_CASE(8)
        HR_CASE(9)
        HR_CASE(10)
        HR_CASE(11)
        HR_CASE(12)
        HR_CASE(13)
        HR_CASE(14)
        HR_CASE(15)
        HR_CASE(16)
    default:
        return false;
    }
}
#else
static bool place_all(hr_lanes *lanes)
{
    /* without the least of two wide keys in one operation the scalar kernel is faster */
#if HR_KEY_BITS == 32 && defined(__x86_64__) && !defined(__AVX2__)
    const bool is_worth_it = false;
#else
    const bool is_worth_it = true;
#endif
    return is_worth_it && (lanes->ties_uniform ? place(lanes, lanes->n_servers, true)
                                               : place(lanes, lanes->n_servers, false));
}
#endif

#define JOIN_AGAIN(a, b, c, d) a##b##c##d
#define JOIN(a, b, c, d)       JOIN_AGAIN(a, b, c, d)

extern const hr_lanes_level JOIN(hr_lanes_, HR_KEY_BITS, _, HR_VECTOR_LEVEL);
const hr_lanes_level JOIN(hr_lanes_, HR_KEY_BITS, _, HR_VECTOR_LEVEL) = {rank_departures,
                                                                         place_all};
