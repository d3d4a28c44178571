/* tally: integer sums over replications, one cell per number that will be reported.
 *
 * Sums are exact 128-bit integers, so folding is associative and commutative: any order, any
 * number of ranks, one answer.
 */
#ifndef HR_MODEL_TALLY_H
#define HR_MODEL_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"

typedef struct hr_cell {
    uint64_t hits; /* replications with x > 0 */
    hr_u128 x, xx; /* sum of x and of x^2 */
    hr_u128 y, yy, xy;
} hr_cell;

typedef struct hr_tally {
    uint64_t n_replications;
    uint32_t n_cells;
    hr_cell *cell; /* [n_cells], pool by pool in layout order */
} hr_tally;

HR_MUST_CHECK hr_status hr_tally_init(hr_tally *tally, uint32_t n_cells, hr_arena *arena,
                                      hr_err *err);
void hr_tally_clear(hr_tally *tally);
/* Count one replication of a pool: every cell of its layout gets its (x, y). The replication itself
 * counts with the first pool. */
void hr_tally_add(hr_tally *tally, const hr_layout *layout, const hr_configuration *configuration,
                  const struct hr_counts *counts);
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
