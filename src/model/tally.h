/* tally: integer sums over replications, one cell per number that will be reported.
 *
 * Sums are exact 128-bit integers, so folding is associative and commutative: any order, any
 * number of ranks, one answer. Replications drawn from a tilted input (tilt.h) count with a weight:
 * their sums have 128 more bits behind the point, which makes them as exact and as free of order.
 */
#ifndef HR_MODEL_TALLY_H
#define HR_MODEL_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"

/* What weighted sums have behind the point, in 2^-128: all 0 without weights. */
typedef struct hr_behind {
    hr_u128 x, xx, y, yy, xy;
    uint64_t largest; /* weight times x of one replication: bits of a double, which order alike;
                         not 0 in a weighted tally that has been packed, nor in its target */
} hr_behind;

typedef struct hr_cell {
    uint64_t hits; /* replications with x > 0 */
    hr_u128 x, xx; /* sum of x and of x^2 */
    hr_u128 y, yy, xy;
    hr_behind behind;
} hr_cell;

/* What is known of the weights of a tilted configuration. */
enum { HR_MOST_RUNGS = 8 };
typedef struct hr_weights {
    hr_cell all;                 /* x = weight, y = 0 */
    hr_cell rung[HR_MOST_RUNGS]; /* x = weight times the target's x, of replications drawn from
                                    the components of this rung; the last: from the true laws */
} hr_weights;

typedef struct hr_tally {
    uint64_t n_replications;
    uint32_t n_cells;
    hr_cell *cell; /* [n_cells], pool by pool in layout order */
    bool is_weighted;
    hr_weights weights; /* zero unless weighted */
} hr_tally;

HR_MUST_CHECK hr_status hr_tally_init(hr_tally *tally, uint32_t n_cells, hr_arena *arena,
                                      hr_err *err);
void hr_tally_clear(hr_tally *tally);
/* Count one replication of a pool: every cell of its layout gets its (x, y). The replication itself
 * counts with the first pool. `weight` is 1 unless the input was tilted. */
void hr_tally_add(hr_tally *tally, const hr_layout *layout, const hr_configuration *configuration,
                  const struct hr_counts *counts, double weight);
/* Of a tilted replication that has been added: its weight, its rung, and the target's x. */
void hr_tally_add_weight(hr_tally *tally, double weight, unsigned rung, hr_u128 target);
/* Of the target's cell, whose y is nothing else: its control (tilt.h), which has mean 1 with the
 * weight. `x` is the cell's, of the same replication. */
void hr_tally_add_control(hr_tally *tally, uint32_t cell, double weight, hr_u128 x, double control);
static inline bool hr_cell_is_weighted(const hr_cell *cell)
{
    return cell->behind.largest != 0;
}
static inline void hr_cell_mark_weighted(hr_cell *cell)
{
    cell->behind.largest |= cell->behind.largest == 0;
}
/* The numbers of a cell as doubles. */
typedef struct hr_sums {
    double x, xx, y, yy, xy, largest;
} hr_sums;
hr_sums hr_cell_sums(const hr_cell *cell);
/* total <- total + part, weighted or not. */
void hr_cell_merge(hr_cell *total, const hr_cell *part);
/* Add `part` into `total` (same layout; total may equal an earlier result, not `part`). */
void hr_tally_merge(hr_tally *total, const hr_tally *part);
/* Order-free identity of what was counted, bound to the configuration's index. FROZEN. */
uint64_t hr_tally_digest(const hr_tally *tally, uint64_t configuration);

/* Compact bytes (LEB128 numbers, runs of empty cells counted): the payload of a part-log record
 * and of the result file. hr_tally_pack returns the bytes needed and writes at most `size`. */
size_t hr_tally_pack(const hr_tally *tally, uint8_t *bytes, size_t size);
/* False when the bytes are not a tally of `tally->n_cells` cells. */
_Bool hr_tally_unpack(hr_tally *tally, const uint8_t *bytes, size_t size);

#endif
