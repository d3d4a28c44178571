/* order: stable sorting of ticks, the one ordering that an input needs.
 */
#ifndef HR_INPUT_ORDER_H
#define HR_INPUT_ORDER_H

#include <stdint.h>

#include "base/error.h"
#include "model/configuration.h"

/* Write to place[0..n) the numbers 0..n-1 in order of (tick, number). `work` holds 2 n words.
 * Errors  HR_ERR_DATA when the spread of the ticks and n together need more than 64 bits (a day
 *         with 2^27 events does not). */
HR_MUST_CHECK hr_status hr_order(const hr_tick *tick, uint32_t n, uint32_t *place, uint64_t *work,
                                 hr_err *err);

#endif
