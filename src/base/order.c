#include "base/order.h"

#include <stdbool.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };
/* Buckets above this size are not worth sorting by insertion. */
enum { MOST_IN_BUCKET = 64 };
/* So few words insertion puts in order fastest. */
enum { FEW = 16 };

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

static void sort_by_digits(uint64_t *word, uint32_t n, unsigned number_bits, uint64_t *work)
{
    uint64_t *from = word;
    uint64_t *to = work;
    uint64_t least, most;
    find_range(word, n, &least, &most);
    for (unsigned shift = number_bits; shift < hr_order_bits(most); shift += DIGIT_BITS) {
        sort_by_digit(from, to, n, shift);
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != word)
        memcpy(word, from, n * sizeof *word);
}

static void insert(const uint64_t *from, uint64_t *to, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t moving = from[i];
        uint32_t at = i;
        for (; at > 0 && to[at - 1] > moving; at--)
            to[at] = to[at - 1];
        to[at] = moving;
    }
}

/* Where most words lie. What lies beyond goes to the first and the last bucket. */
typedef struct main_range {
    uint64_t low, high;
    unsigned shift; /* words of a bucket agree in what is above, counted from `low` */
} main_range;

static inline uint64_t bucket_of(const main_range *range, uint64_t word)
{
    const uint64_t late = word > range->low ? word : range->low;
    return ((late < range->high ? late : range->high) - range->low) >> range->shift;
}

/* By a sample, for a few words far away from the others (meetings that began long ago) would take
 * the buckets from them. */
enum { SAMPLE = 64, SMALL_SAMPLE = 16, SMALL = 1024, BEYOND = 16 };

static main_range find_main_range(const uint64_t *word, uint32_t n)
{
    uint64_t chosen[SAMPLE], sample[SAMPLE];
    const uint32_t n_sample = n < SMALL ? SMALL_SAMPLE : SAMPLE;
    for (uint32_t i = 0; i < n_sample; i++)
        chosen[i] = word[(uint64_t)n * i / n_sample];
    insert(chosen, sample, n_sample);
    const uint64_t low = sample[1], high = sample[n_sample - 2], more = (high - low) / BEYOND;
    main_range range = {low > more ? low - more : 0,
                        high < UINT64_MAX - more ? high + more : UINT64_MAX, 0};
    const unsigned bits = hr_order_bits(n), wanted = hr_order_bits(range.high - range.low);
    range.shift = wanted > bits ? wanted - bits : 0;
    return range;
}

/* One of the buckets at the ends, which may be large: `from` to `to`, without keeping `from`. */
static void sort_end(uint64_t *from, uint64_t *to, uint32_t n, unsigned number_bits)
{
    if (n <= MOST_IN_BUCKET) {
        insert(from, to, n);
        return;
    }
    memcpy(to, from, n * sizeof *to);
    sort_by_digits(to, n, number_bits, from);
}

/* As many buckets as words, about: one pass puts every word near its place, and insertion does the
 * rest. False, with nothing changed, where many words share a bucket. */
static bool sort_by_bucket(uint64_t *word, uint32_t n, unsigned number_bits, uint64_t *work)
{
    const main_range range = find_main_range(word, n);
    const size_t last = (size_t)bucket_of(&range, UINT64_MAX);
    uint64_t *to = work;
    uint32_t *first = (uint32_t *)(work + n);
    memset(first, 0, (last + 1) * sizeof *first);
    for (uint32_t i = 0; i < n; i++)
        first[bucket_of(&range, word[i])]++;
    const uint32_t n_low = first[0], n_high = last > 0 ? first[last] : 0;
    uint32_t sum = 0, largest = 0;
    for (size_t b = 0; b <= last; b++) {
        const uint32_t count = first[b];
        largest = b > 0 && b < last && count > largest ? count : largest;
        first[b] = sum;
        sum += count;
    }
    if (largest > MOST_IN_BUCKET)
        return false;
    for (uint32_t i = 0; i < n; i++)
        to[first[bucket_of(&range, word[i])]++] = word[i];
    sort_end(to, word, n_low, number_bits);
    insert(to + n_low, word + n_low, n - n_low - n_high);
    sort_end(to + (n - n_high), word + (n - n_high), n_high, number_bits);
    return true;
}

void hr_order_words(uint64_t *word, uint32_t n, unsigned number_bits, uint64_t *work)
{
    if (n <= FEW) {
        memcpy(work, word, n * sizeof *word);
        insert(work, word, n);
    } else if (!sort_by_bucket(word, n, number_bits, work)) {
        sort_by_digits(word, n, number_bits, work);
    }
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
