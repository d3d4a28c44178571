/* rank: what comes before what in an input, as far as it is known before any server is chosen: how
 * many arrivals come before each departure and each join. Nothing is sorted.
 */
#ifndef HR_KERNEL_RANK_H
#define HR_KERNEL_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"
#include "input/input.h"

enum { HR_RANK_PAD = 16 };
#define HR_RANK_SIGN 0x80000000u

/* Meeting i itself is the first arrival before its departure and its joins. Times are ticks since
 * `base`. */
typedef struct hr_rank {
    uint32_t n;
    uint64_t base, span;
    const int32_t *start; /* [n] ascending, then HR_RANK_PAD that no departure is behind; each ^
                             HR_RANK_SIGN, because instruction sets compare signed numbers */
    const int64_t *long_start; /* instead, where the span needs more than 32 bits; no sign, or NULL
                                */
    const uint64_t *end;       /* [n] ticks; those after base + span count as this */
    unsigned cell_bits;
    const uint32_t *first; /* first arrival at or after cell * 2^cell_bits */
    bool is_fine;          /* most cells have no arrival */
    uint32_t *gap;         /* [n] out */

    /* on a ramp */
    uint32_t n_joins;
    const uint64_t *join_tick;             /* [n_joins] none before its meeting's start */
    const uint32_t *join_meeting;          /* [n_joins] ascending */
    uint32_t near;                         /* see n_far */
    uint32_t *joined, *join_gap, *joining; /* out: see hr_lanes of lanes_place.h */
    uint32_t longest; /* out: most arrivals, its own included, between a meeting's and a join */
    uint64_t n_far;   /* out: joins more than `near` arrivals after their meeting's */
} hr_rank;

/* One copy per instruction set. */
typedef struct hr_rank_level {
    /* start: [n + HR_RANK_PAD] out; after[cell]: out where the cell has arrivals */
    void (*list)(const hr_rank *rank, const uint64_t *tick, int32_t *start, uint32_t *after);
    void (*departures)(const hr_rank *rank);
    void (*joins)(hr_rank *rank);
} hr_rank_level;
const hr_rank_level *hr_rank_level_of(const hr_vector *vector);

/* Most cells that the table of `n` arrivals takes, fine or not. */
size_t hr_rank_cells(size_t n, bool is_fine);
/* Begin with the input's arrivals up to `base` + `span`, both set already: fills `start`, room for
 * n + HR_RANK_PAD numbers of 8 bytes (4 where the span fits 32 bits), and the table `first`. A fine
 * table is for asking a few times at a time (joins), the other stays in the nearest cache. */
void hr_rank_begin(hr_rank *rank, const hr_input *in, const hr_rank_level *level, bool is_fine,
                   void *start, uint32_t *first);

#endif
