#include "input/endings.h"

#include <math.h>
#include <string.h>

#include "base/stream.h"

/* Rows have a few entries more than the mean, which is 100 at most: 8 standard deviations. */
#define MOST_MEAN 100.0
enum { MOST_ENTRIES = 256, MOST_BYTES = 1 << 20 };

/* Chance of `ended + 1` endings among n, given that of `ended`. */
static double next_chance(double chance, double odds, uint32_t n, uint32_t ended)
{
    return chance * (odds * (double)(n - ended) / (double)(ended + 1));
}

static double odds_of(const hr_prepared_background *item)
{
    return (1.0 - item->survive) / item->survive;
}

/* The definition: FROZEN. */
static uint32_t invert(const hr_prepared_background *item, uint32_t n, uint32_t word)
{
    const double odds = odds_of(item);
    double chance = item->survive_all[n];
    double below = hr_uniform(word) - chance;
    uint32_t ended = 0;
    while (below >= 0.0 && ended < n) {
        chance = next_chance(chance, odds, n, ended);
        below -= chance;
        ended++;
    }
    return ended;
}

/* Whether there is a last word that gives at most `count`, and which. Rounding decides about the
 * words next to 2^32 times the probability, so the definition itself is asked; it never decreases
 * from word to word, because no rounded subtraction does. */
static bool find_last(const hr_prepared_background *item, uint32_t n, uint32_t count,
                      double probability, uint32_t *last)
{
    const double guess = floor(probability * 0x1p32);
    uint32_t word = guess < 0x1p32 ? (uint32_t)guess : UINT32_MAX;
    while (word < UINT32_MAX && invert(item, n, word + 1) <= count)
        word++;
    while (word > 0 && invert(item, n, word) > count)
        word--;
    *last = word;
    return invert(item, n, word) <= count;
}

/* Thresholds up to the count that every other word gives; how many, or 0 when they are too many. A
 * count that no word gives has the threshold 0 and is hidden by the guide. */
static size_t find_thresholds(const hr_prepared_background *item, uint32_t n,
                              uint32_t threshold[MOST_ENTRIES], size_t *first)
{
    const double odds = odds_of(item);
    double chance = item->survive_all[n], sum = chance;
    *first = 0;
    for (uint32_t count = 0; count < MOST_ENTRIES; count++) {
        if (!find_last(item, n, count, sum, &threshold[count])) {
            threshold[count] = 0;
            *first = count + 1;
        }
        if (threshold[count] == UINT32_MAX)
            return count + 1;
        chance = next_chance(chance, odds, n, count);
        sum += chance;
    }
    return 0;
}

/* NULL where there is no room for the row. */
static const hr_endings_row *make_row(hr_endings *endings, const hr_prepared_background *item,
                                      uint32_t n)
{
    uint32_t threshold[MOST_ENTRIES];
    size_t first = 0;
    if (endings->arena.total > MOST_BYTES)
        return NULL;
    const size_t n_entries = find_thresholds(item, n, threshold, &first);
    const size_t bytes = sizeof(hr_endings_row) + n_entries * sizeof *threshold;
    hr_endings_row *row = n_entries > 0 ? hr_arena_take(&endings->arena, 1, bytes) : NULL;
    if (row == NULL)
        return NULL;
    memcpy(row->threshold, threshold, n_entries * sizeof *threshold);
    for (uint32_t part = 0, i = (uint32_t)first; part < HR_ENDINGS_GUIDES; part++) {
        while (threshold[i] < part << (32 - HR_ENDINGS_GUIDE_BITS))
            i++;
        row->guide[part] = (uint8_t)i;
    }
    return row;
}

static uint32_t least(uint32_t n, double few)
{
    return few < n ? (uint32_t)few : n;
}

hr_status hr_endings_begin(hr_endings *endings, const hr_prepared_background *item, hr_err *err)
{
    hr_status st = HR_OK;
    const double few = MOST_MEAN / (1.0 - item->survive);
    const uint32_t n = least(item->n_survive_all, few);
    const bool is_same = !(endings->survive < item->survive || endings->survive > item->survive);
    if (is_same && endings->n_rows >= n)
        return HR_OK;
    hr_arena_reset(&endings->arena);
    endings->n_rows = 0;
    endings->survive = item->survive;
    HR_TAKE(endings->row, &endings->arena, n + n / 2); /* other days have more */
    endings->n_rows = least(n + n / 2, few);
out:
    return st;
}

uint32_t hr_endings_search(hr_endings *endings, const hr_prepared_background *item, uint32_t n,
                           uint32_t word)
{
    if (n < endings->n_rows)
        endings->row[n] = make_row(endings, item, n);
    return invert(item, n, word);
}
