#include "cli/nearest.h"

#include <string.h>

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions and substitutions that turn `a` into `b` (Levenshtein 1966), computed
 * row by row; texts longer than LONGEST count as far from everything. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    const size_t length_a = strlen(a), length_b = strlen(b);
    if (length_a > LONGEST || length_b > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= length_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            const size_t above = row[j];
            row[j] = least(least(above, row[j - 1]) + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[length_b];
}

const char *hr_nearest(const char *word, hr_name_at name, const void *list)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 3 + 2;
    for (size_t i = 0; name(list, i) != NULL; i++) {
        const char *candidate = name(list, i);
        const size_t d = distance(word, candidate);
        if (d < best_distance && d < strlen(candidate)) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}
