/* lanes_key: keys of the lanes kernel, people on a server and the server's number, one of each lane
 * in a register; for files that are compiled once per width, HR_KEY_BITS.
 */
#ifndef HR_KERNEL_LANES_KEY_H
#define HR_KERNEL_LANES_KEY_H

#include <string.h>

#include "kernel/lanes_place.h"

#ifndef HR_KEY_BITS
#define HR_KEY_BITS 16
#endif

enum { N = HR_LANES_N, BLOCK = HR_LANES_BLOCK };

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
enum { HALF_ENTRY = HR_KEY_BITS, MOST = (1 << (HALF_ENTRY - 1 - BITS)) - 1 };

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

/* More people than a key holds wrap around; `place_block` sees them before that matters. */
#define wrapping_sum(a, b) ((lane_vector)((lane_bits)(a) + (lane_bits)(b)))

/* Where a register holds the narrow keys of two servers, these are worked on together. */
#if HR_KEY_BITS == 16 && defined(__AVX2__)
#define HR_SHARE 2
#else
#define HR_SHARE 1
#endif
enum { SHARE = HR_SHARE, REGISTERS = (KEYS + SHARE - 1) / SHARE };
_Static_assert(HR_LANES_SHARE % SHARE == 0, "rows have room for whole registers");
typedef lane_key shared_vector __attribute__((vector_size(sizeof(lane_key) * N * SHARE)));
typedef unsigned_key shared_bits __attribute__((vector_size(sizeof(unsigned_key) * N * SHARE)));
typedef uint64_t shared_words __attribute__((vector_size(sizeof(shared_vector))));
typedef uint64_t lane_words __attribute__((vector_size(sizeof(lane_vector))));

/* Registers for the keys of so many servers. */
static inline unsigned registers_for(unsigned n_servers)
{
    return (n_servers + SHARE - 1) / SHARE;
}

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

static inline void raise(lane_vector *most, const lane_vector *x)
{
    const lane_vector a = *most, b = *x;
    lane_vector c;
    for (int l = 0; l < N; l++)
        c[l] = b[l] > a[l] ? b[l] : a[l];
    *most = c;
}

static inline bool any(const lane_vector *x)
{
    uint64_t part[sizeof *x / sizeof(uint64_t)], all = 0;
    memcpy(part, x, sizeof *x);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        all |= part[i];
    return all != 0;
}

static inline void lower_shared(shared_vector *least, const shared_vector *x)
{
    const shared_vector a = *least, b = *x;
    shared_vector c;
    for (int l = 0; l < N * SHARE; l++)
        c[l] = b[l] < a[l] ? b[l] : a[l];
    *least = c;
}

/* The less of both servers of a register, for both. As an expression: loops over what is swapped
 * are taken apart. */
static inline void lower_across(shared_vector *x)
{
#if HR_SHARE == 2
    const shared_words pair = (shared_words)*x;
    const shared_vector swapped = (shared_vector)__builtin_shufflevector(pair, pair, 2, 3, 0, 1);
    const shared_vector is_less = swapped < *x;
    *x = (swapped & is_less) | (*x & ~is_less);
#else
    (void)x;
#endif
}

/* The same of all servers of a register. */
static inline void spread(const lane_vector *x, shared_vector *all)
{
#if HR_SHARE == 2
    const lane_words one = (lane_words)*x;
    *all = (shared_vector)__builtin_shufflevector(one, one, 0, 1, 0, 1);
#else
    *all = *x;
#endif
}

/* The first server's. */
static inline void first_of(const shared_vector *all, lane_vector *x)
{
#if HR_SHARE == 2
    const shared_words pair = (shared_words)*all;
    *x = (lane_vector)__builtin_shufflevector(pair, pair, 0, 1);
#else
    *x = *all;
#endif
}

#endif
