/* Laws as keys of the memo, and the mean that is worked out once. */
#include <string.h>

#include "base/law_integer.h"
#include "base/memo.h"

enum { PARAMETERS = 4 };

size_t hr_law_words(const hr_law *law, uint64_t *word, size_t room)
{
    const double parameter[PARAMETERS] = {law->a, law->b, law->c, law->d};
    const size_t n = 1 + PARAMETERS + 2 * law->n;
    if (n > room)
        return 0;
    word[0] = (uint64_t)law->kind;
    memcpy(&word[1], parameter, sizeof parameter);
    if (law->n > 0) {
        memcpy(&word[1 + PARAMETERS], law->value, law->n * sizeof *law->value);
        memcpy(&word[1 + PARAMETERS + law->n], law->share, law->n * sizeof *law->share);
    }
    return n;
}

hr_status hr_law_mean_once(const hr_law *law, hr_arena *arena, double *mean, hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t key[1 + PARAMETERS];
    double *kept = NULL;
    if (!hr_integer_kind(law->kind)) {
        *mean = hr_law_mean(law);
        return HR_OK;
    }
    const size_t bytes = sizeof *key * hr_law_words(law, key, sizeof key / sizeof *key);
    const double *known = hr_memo_find(arena, HR_MEMO_LAW_MEAN, key, bytes);
    if (known == NULL) {
        HR_TAKE(kept, arena, 1);
        *kept = hr_law_mean(law);
        HR_TRY(hr_memo_keep(arena, HR_MEMO_LAW_MEAN, key, bytes, kept, err));
        known = kept;
    }
    *mean = *known;
out:
    return st;
}
