/* endings: how many of n sessions end within a step, Binomial(n, 1 - survive) from one word.
 *
 * The answer is defined by sequential inversion in doubles. Its count grows with the word, so that
 * for each n it is one table of the last words of every count, which is made when n is first met
 * and kept from replication to replication.
 */
#ifndef HR_INPUT_ENDINGS_H
#define HR_INPUT_ENDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "model/prepared.h"

/* As the tables of hr_sampler; the entry's number is the count. Rows are many, and which is next is
 * random: each is in as few lines of the cache as can be. */
enum { HR_ENDINGS_GUIDE_BITS = 6, HR_ENDINGS_GUIDES = 1 << HR_ENDINGS_GUIDE_BITS };
typedef struct hr_endings_row {
    uint8_t guide[HR_ENDINGS_GUIDES];
    uint32_t threshold[];
} hr_endings_row;

/* Begin with {0}; free the arena. */
typedef struct hr_endings {
    hr_arena arena;
    double survive; /* whose rows these are */
    uint32_t n_rows;
    const hr_endings_row **row; /* [n_rows] NULL: not made */
} hr_endings;

/* Make ready for `item`: rows are kept while `survive` stays the same. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_endings_begin(hr_endings *endings, const hr_prepared_background *item,
                                         hr_err *err);
/* The same as hr_endings_of for a count whose row may be missing: makes the row, or does without
 * where rows are too long, or too many. */
uint32_t hr_endings_search(hr_endings *endings, const hr_prepared_background *item, uint32_t n,
                           uint32_t word);

/* Of n < item->n_survive_all sessions, those that end. Local; `endings` is made ready for `item`.
 */
static inline uint32_t hr_endings_of(hr_endings *endings, const hr_prepared_background *item,
                                     uint32_t n, uint32_t word)
{
    const hr_endings_row *row = n < endings->n_rows ? endings->row[n] : NULL;
    if (row == NULL)
        return hr_endings_search(endings, item, n, word);
    uint32_t count = row->guide[word >> (32 - HR_ENDINGS_GUIDE_BITS)];
    count += word > row->threshold[count]; /* this or the next, most often: no branch for these */
    while (word > row->threshold[count])
        count++;
    return count;
}

#endif
