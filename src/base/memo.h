/* memo: what has been worked out in an arena, found again by the bytes it was worked out from.
 *
 * Configurations resolved into one arena (the choices of a world, the days of a configuration)
 * have most of their parts in common. Whoever makes a part that is a pure function of some values
 * keeps it in the arena's memo under these values, and looks there first. The memo belongs to the
 * arena and is forgotten with what is in it (hr_arena_reset), so that nothing found can be stale;
 * what is found is shared, hence read-only.
 */
#ifndef HR_BASE_MEMO_H
#define HR_BASE_MEMO_H

#include <stddef.h>

#include "base/error.h"
#include "base/mem.h"

/* What a memory is about: keys of different kinds never meet. */
typedef enum hr_memo_kind {
    HR_MEMO_LAW_MEAN,          /* law -> double */
    HR_MEMO_LAW_TABLE,         /* law -> tables of its sampler */
    HR_MEMO_PRESENCE,          /* duration, join -> double: mean presence */
    HR_MEMO_WORLD,             /* world -> numbers drawn for it */
    HR_MEMO_DAILY,             /* law, word -> double: the number drawn for a day */
    HR_MEMO_SURVIVE,           /* chance, length -> its powers */
    HR_MEMO_SOURCES,           /* configuration, day -> its sources */
    HR_MEMO_PROFILES,          /* costs and shares -> profiles of a class */
    HR_MEMO_PREPARED_PROFILES, /* profiles, steps -> the prepared ones */
    HR_MEMO_EXACT_LOADS,       /* configuration, resource -> table of loads */
    HR_MEMO_EXACT_CHAIN,       /* configuration, which chain -> its law in equilibrium */
} hr_memo_kind;

/* What was kept under the key; NULL when nothing was. Local, as below. */
const void *hr_memo_find(const hr_arena *arena, hr_memo_kind kind, const void *key, size_t bytes);
/* Keep `value`, which lives at least as long as what is in the arena, under a copy of the key. A
 * key is kept once; it has no padding.
 * Errors  HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_memo_keep(hr_arena *arena, hr_memo_kind kind, const void *key,
                                     size_t bytes, const void *value, hr_err *err);

#endif
