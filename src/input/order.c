#include "input/order.h"

#include <stdbool.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

static unsigned bits_of(uint64_t value)
{
    unsigned bits = 0;
    for (; value > 0; value >>= 1)
        bits++;
    return bits;
}

/* One stable pass of a least-significant-digit radix sort. */
static void sort_by_digit(const uint64_t *from, uint64_t *to, uint32_t n, unsigned shift)
{
    uint32_t first[DIGITS] = {0};
    for (uint32_t i = 0; i < n; i++)
        first[(from[i] >> shift) & (DIGITS - 1)]++;
    uint32_t sum = 0;
    for (uint32_t d = 0; d < DIGITS; d++) {
        const uint32_t count = first[d];
        first[d] = sum;
        sum += count;
    }
    for (uint32_t i = 0; i < n; i++)
        to[first[(from[i] >> shift) & (DIGITS - 1)]++] = from[i];
}

hr_status hr_order(const hr_tick *tick, uint32_t n, uint32_t *place, uint64_t *work, hr_err *err)
{
    if (n == 0)
        return HR_OK;
    hr_tick earliest = tick[0];
    hr_tick latest = tick[0];
    for (uint32_t i = 1; i < n; i++) {
        earliest = tick[i] < earliest ? tick[i] : earliest;
        latest = tick[i] > latest ? tick[i] : latest;
    }
    const unsigned number_bits = bits_of(n);
    const unsigned tick_bits = bits_of(latest - earliest);
    if (number_bits + tick_bits > 64)
        return HR_FAIL(err, HR_ERR_DATA,
                       "too many events over too long a time: %u events within %.3g s; shorten "
                       "window or warm_up",
                       n, (double)(latest - earliest) / HR_TICKS_PER_SECOND);
    /* tick above number in one word: sorting moves words, and equal ticks stay in order */
    uint64_t *from = work;
    uint64_t *to = work + n;
    for (uint32_t i = 0; i < n; i++)
        from[i] = (tick[i] - earliest) << number_bits | i;
    for (unsigned shift = 0; shift < tick_bits; shift += DIGIT_BITS) {
        sort_by_digit(from, to, n, number_bits + shift);
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1;
    for (uint32_t i = 0; i < n; i++)
        place[i] = (uint32_t)(from[i] & mask);
    return HR_OK;
}
