#include "base/order.h"

#include <stdbool.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };
/* Buckets above this size are not worth sorting by insertion. */
enum { MOST_IN_BUCKET = 64 };

unsigned hr_order_bits(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

static void find_range(const uint64_t *word, uint32_t n, uint64_t *least, uint64_t *most)
{
    *least = *most = word[0];
    for (uint32_t i = 1; i < n; i++) {
        *least = word[i] < *least ? word[i] : *least;
        *most = word[i] > *most ? word[i] : *most;
    }
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

static void sort_by_digits(uint64_t *word, uint32_t n, unsigned low, unsigned high, uint64_t *work)
{
    uint64_t *from = word;
    uint64_t *to = work;
    for (unsigned shift = low; shift < high; shift += DIGIT_BITS) {
        sort_by_digit(from, to, n, shift);
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != word)
        memcpy(word, from, n * sizeof *word);
}

/* As many buckets as words, about: one pass puts every word near its place, and insertion does the
 * rest. False, with nothing changed, where many words share a bucket. */
static bool sort_by_bucket(uint64_t *word, uint32_t n, uint64_t least, uint64_t most,
                           uint64_t *work)
{
    const unsigned bits = hr_order_bits(n), range = hr_order_bits(most - least);
    const unsigned shift = range > bits ? range - bits : 0;
    uint64_t *to = work;
    uint32_t *first = (uint32_t *)(work + n);
    memset(first, 0, (((size_t)1 << bits) + 1) * sizeof *first);
    for (uint32_t i = 0; i < n; i++)
        first[(word[i] - least) >> shift]++;
    uint32_t sum = 0, largest = 0;
    for (size_t b = 0; b < (size_t)1 << bits; b++) {
        const uint32_t count = first[b];
        largest = count > largest ? count : largest;
        first[b] = sum;
        sum += count;
    }
    if (largest > MOST_IN_BUCKET)
        return false;
    for (uint32_t i = 0; i < n; i++)
        to[first[(word[i] - least) >> shift]++] = word[i];
    word[0] = to[0];
    for (uint32_t i = 1; i < n; i++) {
        const uint64_t moving = to[i];
        uint32_t at = i;
        for (; at > 0 && word[at - 1] > moving; at--)
            word[at] = word[at - 1];
        word[at] = moving;
    }
    return true;
}

void hr_order_words(uint64_t *word, uint32_t n, unsigned number_bits, uint64_t *work)
{
    uint64_t least, most;
    if (n < 2)
        return;
    find_range(word, n, &least, &most);
    if (!sort_by_bucket(word, n, least, most, work))
        sort_by_digits(word, n, number_bits, hr_order_bits(most), work);
}

hr_status hr_order(const uint64_t *key, uint32_t n, uint32_t *place, uint64_t *work, hr_err *err)
{
    uint64_t least, most;
    if (n == 0)
        return HR_OK;
    find_range(key, n, &least, &most);
    const unsigned number_bits = hr_order_bits(n);
    if (number_bits + hr_order_bits(most - least) > 64)
        return HR_FAIL(err, HR_ERR_DATA,
                       "too many events over too long a time: %u events within 2^%u ticks; shorten "
                       "window or warm_up",
                       n, hr_order_bits(most - least));
    /* key above number in one word: sorting moves words, and equal keys stay in order */
    for (uint32_t i = 0; i < n; i++)
        work[i] = (key[i] - least) << number_bits | i;
    hr_order_words(work, n, number_bits, work + n);
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1;
    for (uint32_t i = 0; i < n; i++)
        place[i] = (uint32_t)(work[i] & mask);
    return HR_OK;
}
