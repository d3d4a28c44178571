/* order: sorting of event times, which lie about evenly over a window.
 */
#ifndef HR_BASE_ORDER_H
#define HR_BASE_ORDER_H

#include <stdint.h>

#include "base/error.h"

/* Words of working memory for n items. */
#define HR_ORDER_WORK(n) (3 * (size_t)(n) + 4)

/* Write to place[0..n) the numbers 0..n-1 in order of (key, number). `work` holds HR_ORDER_WORK(n)
 * words.
 * Errors  HR_ERR_DATA when the spread of the keys and n together need more than 64 bits (a day
 *         of ticks with 2^27 events does not). */
HR_MUST_CHECK hr_status hr_order(const uint64_t *key, uint32_t n, uint32_t *place, uint64_t *work,
                                 hr_err *err);

/* Sort word[0..n) ascending. Words that differ in their `number_bits` low bits alone must come in
 * ascending order already. Linear for words that lie evenly; n log(range) / 11 for others. `work`
 * holds HR_ORDER_WORK(n) words. */
void hr_order_words(uint64_t *word, uint32_t n, unsigned number_bits, uint64_t *work);

/* Bits needed to write `value`. */
unsigned hr_order_bits(uint64_t value);

#endif
