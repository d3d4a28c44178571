/* result_tallies: the exact sums of every configuration, packed, so that any estimate can be
 * computed again (another confidence, another outcome's formula) without simulating again.
 *
 * /tallies/packed holds hr_tally_pack of all configurations, one after another; /tallies/offset
 * [n + 1] where each begins.
 */
#ifndef HR_RESULTS_RESULT_TALLIES_H
#define HR_RESULTS_RESULT_TALLIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "model/tally.h"
#include "results/result_h5.h"

typedef struct hr_tallies {
    const hr_h5 *h5;
    hid_t packed;
    int64_t *offset; /* [n + 1] */
    uint64_t n, n_added;
    uint8_t *buffer; /* one chunk, and room for one more tally */
    size_t room, used;
    uint64_t written;
} hr_tallies;

HR_MUST_CHECK hr_status hr_tallies_make(hr_tallies *tallies, const hr_h5 *h5, uint64_t n,
                                        size_t most_bytes, hr_arena *arena, hr_err *err);
HR_MUST_CHECK hr_status hr_tallies_add(hr_tallies *tallies, const hr_tally *tally, hr_err *err);
HR_MUST_CHECK hr_status hr_tallies_finish(hr_tallies *tallies, hr_err *err);

/* What has been read: all offsets, and a window of packed bytes, because configurations are mostly
 * asked for one after another and chunks are costly to open. `{0}` at first; memory of `arena`. */
typedef struct hr_tally_window {
    int64_t *offset; /* [n + 1] */
    uint8_t *bytes;  /* [begin, end) of packed */
    size_t room;
    int64_t begin, end;
} hr_tally_window;

/* Sums of `configuration` of the file's `n`. */
HR_MUST_CHECK hr_status hr_tallies_read(const hr_h5 *h5, hr_tally_window *window, uint64_t n,
                                        uint64_t configuration, hr_arena *arena, hr_tally *tally,
                                        hr_err *err);

#endif
