#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/law.h"
#include "base/law_integer.h"
#include "base/memo.h"
#include "base/real.h"
#include "base/stream.h"

typedef struct entry {
    double value, weight;
} entry;

static int by_value(const void *left, const void *right)
{
    const double a = ((const entry *)left)->value, b = ((const entry *)right)->value;
    return (a > b) - (a < b);
}

static bool is_ascending(const entry *e, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (e[i].value < e[i - 1].value)
            return false;
    return true;
}

/* Thresholds: entry i owns the words from floor(2^32 cum[i-1]) to floor(2^32 cum[i]) - 1, so its
 * probability is right to 2^-32. Entries of no probability own no word: a leading one is hidden
 * by the guide, a later one repeats the threshold before it, and the last entry that has any
 * owns all that rounding left over. */
static void set_thresholds(const entry *e, size_t n, uint32_t *threshold, uint16_t *guide,
                           unsigned guide_shift)
{
    double total = 0.0, sum = 0.0;
    size_t last = 0, first = n;
    for (size_t i = 0; i < n; i++) {
        total += e[i].weight;
        if (e[i].weight > 0.0)
            last = i;
    }
    for (size_t i = 0; i < n; i++) {
        sum += e[i].weight;
        const double share = sum / total; /* rounding may have taken it above 1 */
        const int64_t words = (int64_t)((share < 1.0 ? share : 1.0) * 0x1p32);
        if (words >= 1 && first == n)
            first = i;
        threshold[i] = i >= last ? UINT32_MAX : words >= 1 ? (uint32_t)(words - 1) : 0;
    }
    if (first == n || first > last)
        first = last;
    for (size_t cell = 0, i = first; cell <= UINT32_MAX >> guide_shift; cell++) {
        while (threshold[i] < (uint32_t)cell << guide_shift)
            i++;
        guide[cell] = (uint16_t)i;
    }
}

/* Few words should share a cell of the guide with two thresholds, and tables be quick to make. */
enum { MANY_ENTRIES = 64, GUIDE_BITS = 8, LONG_GUIDE_BITS = 11 };

/* Sort the entries by value and make the tables of the sampler. */
static hr_status make_table(hr_sampler *sampler, entry *e, size_t n, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    double *value = NULL;
    uint32_t *threshold = NULL;
    uint16_t *guide = NULL;
    const unsigned guide_bits = n < MANY_ENTRIES ? GUIDE_BITS : LONG_GUIDE_BITS;
    HR_TAKE(value, arena, n);
    HR_TAKE(threshold, arena, n);
    HR_TAKE(guide, arena, (size_t)1 << guide_bits);
    if (!is_ascending(e, n)) /* most tables are */
        qsort(e, n, sizeof *e, by_value);
    for (size_t i = 0; i < n; i++)
        value[i] = e[i].value;
    sampler->guide_shift = 32 - guide_bits;
    set_thresholds(e, n, threshold, guide, sampler->guide_shift);
    sampler->n = n;
    sampler->value = value;
    sampler->threshold = threshold;
    sampler->guide = guide;
out:
    return st;
}

static hr_status fill_table(hr_sampler *sampler, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    size_t n = sampler->law.n;
    const double *value = sampler->law.value, *share = sampler->law.share;
    entry *e = NULL;
    double total = 0.0;
    if (sampler->law.kind != HR_LAW_HYPEREXPONENTIAL)
        HR_TRY(hr_law_tabulate(&sampler->law, arena, &n, &value, &share, err));
    HR_TAKE(e, arena, n);
    for (size_t i = 0; i < n; i++) {
        e[i] = (entry){value[i], share[i] * (sampler->weighted ? value[i] : 1.0)};
        if (!(e[i].weight >= 0.0))
            return HR_FAIL(err, HR_ERR_DATA, "a duration must not be negative, but %g can occur",
                           value[i]);
        total += e[i].weight;
    }
    if (!(total > 0.0))
        return HR_FAIL(err, HR_ERR_DATA, "a duration must not always be 0");
    HR_TRY(make_table(sampler, e, n, arena, err));
out:
    return st;
}

/* Laws of longer tables are not looked for. */
enum { WORDS_KEPT = 128 };

static hr_status table_sampler(hr_sampler *sampler, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t key[1 + WORDS_KEPT];
    key[0] = sampler->weighted;
    const size_t n_words = hr_law_words(&sampler->law, &key[1], WORDS_KEPT);
    const size_t bytes = (1 + n_words) * sizeof *key;
    hr_sampler *kept = NULL;
    const hr_sampler *known =
        n_words > 0 ? hr_memo_find(arena, HR_MEMO_LAW_TABLE, key, bytes) : NULL;
    if (known == NULL) {
        HR_TRY(fill_table(sampler, arena, err));
        HR_TAKE(kept, arena, 1);
        *kept = *sampler;
        if (n_words > 0)
            HR_TRY(hr_memo_keep(arena, HR_MEMO_LAW_TABLE, key, bytes, kept, err));
        known = kept;
    }
    sampler->n = known->n;
    sampler->value = known->value;
    sampler->threshold = known->threshold;
    sampler->guide = known->guide;
    sampler->guide_shift = known->guide_shift;
out:
    return st;
}

static bool is_table(hr_law_kind kind)
{
    return kind == HR_LAW_TABLE || kind == HR_LAW_HYPEREXPONENTIAL || hr_integer_kind(kind);
}

hr_status hr_sampler_init(hr_sampler *sampler, const hr_law *law, hr_arena *arena, hr_err *err)
{
    *sampler = (hr_sampler){.law = *law};
    if (is_table(law->kind))
        return table_sampler(sampler, arena, err);
    if (law->kind == HR_LAW_LOG_UNIFORM) {
        sampler->p0 = hr_log(law->b / law->a);
        return HR_OK;
    }
    const hr_natural natural = hr_law_natural(law);
    sampler->p0 = natural.first;
    sampler->p1 = natural.second;
    return HR_OK;
}

/* Weighting by x: gamma and Erlang gain a stage, the log-normal moves by the variance of its
 * logarithm, the rest changes in hr_sampler_draw or in the table. */
hr_status hr_law_length_biased(const hr_law *law, hr_arena *arena, hr_sampler *sampler, hr_err *err)
{
    *sampler = (hr_sampler){.law = *law, .weighted = true};
    if (is_table(law->kind))
        return table_sampler(sampler, arena, err);
    const hr_natural natural = hr_law_natural(law);
    sampler->p1 = natural.second;
    switch (law->kind) {
    case HR_LAW_CONSTANT:
    case HR_LAW_UNIFORM:
        if (!(law->a >= 0.0 && hr_law_mean(law) > 0.0))
            return HR_FAIL(err, HR_ERR_DATA, "a duration must be positive, not %g", law->a);
        return HR_OK;
    case HR_LAW_EXPONENTIAL:
    case HR_LAW_ERLANG:
    case HR_LAW_GAMMA:
        sampler->p0 = natural.first + 1.0;
        return HR_OK;
    case HR_LAW_LOGNORMAL:
        sampler->p0 = natural.first + natural.second * natural.second;
        return HR_OK;
    default:
        return HR_FAIL(err, HR_ERR_DATA,
                       "durations may be constant, uniform, exponential, erlang, gamma, lognormal, "
                       "hyperexponential, mix or a law on integers");
    }
}

/* The branch from the word, the time in it from the word's place among those of the branch. */
static double draw_mixture(const hr_sampler *sampler, uint32_t word)
{
    const size_t i = hr_sampler_index(sampler, word);
    const bool is_first = i == sampler->guide[0];
    const double begin = is_first ? 0.0 : (double)sampler->threshold[i - 1] + 1.0;
    const double width = (double)sampler->threshold[i] + 1.0 - begin;
    const double u = ((double)word - begin + 0.5) / width;
    return sampler->value[i] * (sampler->weighted ? hr_gamma_p_inverse(2.0, u) : -hr_log(u));
}

static double draw_uniform(const hr_sampler *sampler, double u)
{
    const double low = sampler->law.a, high = sampler->law.b;
    if (!sampler->weighted)
        return low + u * (high - low);
    const double x = sqrt(low * low + u * (high * high - low * low));
    return fmin(fmax(x, low), high);
}

static double draw_log_uniform(const hr_sampler *sampler, double u)
{
    const double x = sampler->law.a * hr_exp(u * sampler->p0);
    return fmin(fmax(x, sampler->law.a), sampler->law.b);
}

double hr_sampler_draw(const hr_sampler *sampler, uint32_t word)
{
    const double u = hr_uniform(word);
    switch (sampler->law.kind) {
    case HR_LAW_CONSTANT:
        return sampler->law.a;
    case HR_LAW_UNIFORM:
        return draw_uniform(sampler, u);
    case HR_LAW_LOG_UNIFORM:
        return draw_log_uniform(sampler, u);
    case HR_LAW_EXPONENTIAL:
        if (!sampler->weighted)
            return sampler->p1 * -hr_log(u);
        return sampler->p1 * hr_gamma_p_inverse(sampler->p0, u);
    case HR_LAW_ERLANG:
    case HR_LAW_GAMMA:
        return sampler->p1 * hr_gamma_p_inverse(sampler->p0, u);
    case HR_LAW_LOGNORMAL:
        return hr_exp(sampler->p0 + sampler->p1 * hr_normal_quantile(u));
    case HR_LAW_TRIANGULAR:
    case HR_LAW_NORMAL:
        return hr_law_quantile(&sampler->law, u);
    case HR_LAW_HYPEREXPONENTIAL:
        return draw_mixture(sampler, word);
    default:
        return sampler->value[hr_sampler_index(sampler, word)];
    }
}

void hr_sampler_fill(const hr_sampler *sampler, const uint32_t *word, size_t n,
                     const hr_vector *vector, double *out)
{
    const hr_law_kind kind = sampler->law.kind;
    if (kind == HR_LAW_EXPONENTIAL && !sampler->weighted) {
        vector->exponential(word, n, out);
        for (size_t i = 0; i < n; i++)
            out[i] *= sampler->p1;
    } else if (kind == HR_LAW_LOGNORMAL) {
        vector->lognormal(word, n, sampler->p0, sampler->p1, out);
    } else if (kind == HR_LAW_UNIFORM && !sampler->weighted) {
        for (size_t i = 0; i < n; i++)
            out[i] = draw_uniform(sampler, hr_uniform(word[i]));
    } else if (sampler->n > 0 && kind != HR_LAW_HYPEREXPONENTIAL) {
        for (size_t i = 0; i < n; i++)
            out[i] = sampler->value[hr_sampler_index(sampler, word[i])];
    } else {
        for (size_t i = 0; i < n; i++)
            out[i] = hr_sampler_draw(sampler, word[i]);
    }
}
