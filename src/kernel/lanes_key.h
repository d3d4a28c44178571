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

#endif
