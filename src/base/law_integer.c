#include "base/law_integer.h"

#include <math.h>

#include "base/real.h"

/* Table entries are numbered by 16 bits in hr_sampler. */
enum { MOST_ENTRIES = 65535 };

bool hr_integer_kind(hr_law_kind kind)
{
    return kind >= HR_LAW_GEOMETRIC && kind <= HR_LAW_LOGNORMAL_SIZE;
}

bool hr_table_is_integer(const hr_law *law)
{
    for (size_t i = 0; i < law->n; i++)
        if (law->value[i] != floor(law->value[i]))
            return false;
    return true;
}

/* ---- PARETO, ZETA, LOGNORMAL_SIZE: a finite range and a weight per integer */

static double range_last(const hr_law *law)
{
    return law->kind == HR_LAW_LOGNORMAL_SIZE ? law->b : law->c;
}

/* Cell of k under the log-normal, from the side where the difference keeps its digits. */
static double lognormal_cell(const hr_law *law, double k)
{
    const double low = (hr_log(k - 0.5) - law->c) / law->d;
    const double high = (hr_log(k + 0.5) - law->c) / law->d;
    return low > 0.0 ? hr_normal_cdf(-low) - hr_normal_cdf(-high)
                     : hr_normal_cdf(high) - hr_normal_cdf(low);
}

static double range_weight(const hr_law *law, double k)
{
    if (law->kind == HR_LAW_ZETA)
        return hr_pow(k / law->a, -law->b);
    if (law->kind == HR_LAW_PARETO) /* (k/a)^-b - ((k+1)/a)^-b */
        return -hr_pow(k / law->a, -law->b) * hr_expm1(-law->b * hr_log1p(1.0 / k));
    return lognormal_cell(law, k);
}

double hr_range_moment(const hr_law *law, double centre, int power)
{
    double sum = 0.0, total = 0.0;
    for (double k = range_last(law); k >= law->a; k -= 1.0) { /* small terms first */
        const double weight = range_weight(law, k), d = k - centre;
        total += weight;
        sum += weight * (power == 1 ? d : d * d);
    }
    return sum / total;
}

/* ---- quantile, survival, excess */

/* Smallest value with P(X <= value) >= p among unsorted entries. */
static double table_quantile(const hr_law *law, double p)
{
    double best = HUGE_VAL, largest = -HUGE_VAL;
    for (size_t i = 0; i < law->n; i++) {
        const double v = law->value[i];
        if (law->share[i] <= 0.0)
            continue;
        largest = fmax(largest, v);
        if (v < best && 1.0 - hr_integer_survival(law, v) >= p)
            best = v;
    }
    return best < HUGE_VAL ? best : largest;
}

static double range_quantile(const hr_law *law, double p)
{
    const double last = range_last(law);
    double total = 0.0, sum = 0.0, k = law->a;
    for (double i = law->a; i <= last; i += 1.0)
        total += range_weight(law, i);
    for (; k < last; k += 1.0) {
        sum += range_weight(law, k);
        if (sum >= p * total)
            break;
    }
    return k;
}

/* Walk from a guess to the smallest integer k >= least with P(X > k) <= 1 - p. */
static double walk_quantile(const hr_law *law, double p, double guess, double least)
{
    double k = fmax(floor(guess), least);
    while (k > least && hr_integer_survival(law, k - 1.0) <= 1.0 - p)
        k -= 1.0;
    while (hr_integer_survival(law, k) > 1.0 - p)
        k += 1.0;
    return k;
}

double hr_integer_quantile(const hr_law *law, double p)
{
    if (law->kind == HR_LAW_TABLE)
        return table_quantile(law, p);
    if (law->kind == HR_LAW_GEOMETRIC)
        return law->a == 1.0 ? 1.0 : walk_quantile(law, p, hr_log1p(-p) / hr_log1p(-law->a), 1.0);
    if (law->kind == HR_LAW_POISSON)
        return walk_quantile(law, p, law->a + sqrt(law->a) * hr_normal_quantile(p), 0.0);
    return range_quantile(law, p);
}

static double table_sum(const hr_law *law, double above, int power)
{
    double sum = 0.0;
    for (size_t i = 0; i < law->n; i++)
        if (law->value[i] > above)
            sum += law->share[i] * (power == 0 ? 1.0 : law->value[i] - above);
    return sum;
}

/* Sum of weight * (k - t)^power over k > t, over the sum of all weights. */
static double range_sum(const hr_law *law, double t, int power)
{
    double sum = 0.0, total = 0.0;
    for (double k = range_last(law); k >= law->a; k -= 1.0) {
        const double weight = range_weight(law, k);
        total += weight;
        if (k > t)
            sum += weight * (power == 0 ? 1.0 : k - t);
    }
    return sum / total;
}

double hr_integer_survival(const hr_law *law, double x)
{
    const double k = floor(x);
    switch (law->kind) {
    case HR_LAW_TABLE:
        return table_sum(law, x, 0);
    case HR_LAW_GEOMETRIC:
        if (k < 1.0)
            return 1.0;
        return law->a == 1.0 ? 0.0 : hr_exp(k * hr_log1p(-law->a));
    case HR_LAW_POISSON:
        if (k < 0.0)
            return 1.0;
        return law->a == 0.0 ? 0.0 : hr_gamma_p(k + 1.0, law->a);
    default:
        return range_sum(law, x, 0);
    }
}

/* E[(X - t)+] = (k + 1 - t) P(X > k) + P(X > k+1) + P(X > k+2) + ... with k = floor(t). */
static double geometric_excess(const hr_law *law, double t)
{
    const double k = floor(t), over = hr_integer_survival(law, k);
    return (k + 1.0 - t) * over + over * (1.0 - law->a) / law->a;
}

/* E[X; X > k] = mean P(X >= k). */
static double poisson_excess(const hr_law *law, double t)
{
    const double k = floor(t);
    return fmax(law->a * hr_integer_survival(law, k - 1.0) - t * hr_integer_survival(law, k), 0.0);
}

double hr_integer_excess(const hr_law *law, double t)
{
    switch (law->kind) {
    case HR_LAW_TABLE:
        return table_sum(law, t, 1);
    case HR_LAW_GEOMETRIC:
        return geometric_excess(law, t);
    case HR_LAW_POISSON:
        return poisson_excess(law, t);
    default:
        return range_sum(law, t, 1);
    }
}

/* Mean of ZETA decreases in alpha: bisection to the last bit of a bracket that always works. */
double hr_law_zeta_alpha(double from, double to, double mean)
{
    hr_law law = {.kind = HR_LAW_ZETA, .a = from, .c = to};
    if (!(mean > from && mean < to))
        return (double)NAN;
    double low = -64.0, high = 64.0;
    for (int i = 0; i < 200; i++) {
        law.b = 0.5 * (low + high);
        if (law.b <= low || law.b >= high)
            break;
        if (hr_law_mean(&law) > mean)
            low = law.b;
        else
            high = law.b;
    }
    return law.b;
}

/* ---- tables of values and shares */

/* First and last integer worth tabulating: less than 2^-40 is left outside each infinite tail. */
static void support(const hr_law *law, double *first, double *last)
{
    *first = law->a;
    *last = range_last(law);
    if (law->kind == HR_LAW_GEOMETRIC) {
        *first = 1.0;
        *last = law->a == 1.0 ? 1.0 : ceil(-28.0 / hr_log1p(-law->a));
    } else if (law->kind == HR_LAW_POISSON) {
        const double reach = 8.0 * sqrt(law->a); /* Chernoff: both beyond 2^-40 */
        *first = floor(fmax(law->a - reach, 0.0));
        *last = law->a == 0.0 ? 0.0 : ceil(law->a + reach + 28.0);
    }
}

/* Weight of k, up to a factor that is the same for all k. */
static double integer_weight(const hr_law *law, double k)
{
    if (law->kind == HR_LAW_GEOMETRIC)
        return law->a == 1.0 ? 1.0 : hr_exp((k - 1.0) * hr_log1p(-law->a));
    if (law->kind == HR_LAW_POISSON)
        return 1.0; /* mean 0: the others all at once */
    return range_weight(law, k);
}

static hr_status tabulate_integers(const hr_law *law, hr_arena *arena, size_t *n,
                                   const double **value, const double **share, hr_err *err)
{
    hr_status st = HR_OK;
    double first, last, total = 0.0, *v = NULL, *p = NULL;
    support(law, &first, &last);
    const size_t count = (size_t)(last - first) + 1;
    HR_TAKE(v, arena, count);
    HR_TAKE(p, arena, count);
    const bool is_poisson = law->kind == HR_LAW_POISSON && law->a > 0.0;
    if (is_poisson)
        hr_poisson_weights(law->a, first, count, p);
    for (size_t i = count; i-- > 0;) {
        v[i] = first + (double)i;
        p[i] = is_poisson ? p[i] : integer_weight(law, v[i]);
        total += p[i];
    }
    for (size_t i = 0; i < count; i++)
        p[i] /= total;
    *n = count;
    *value = v;
    *share = p;
out:
    return st;
}

hr_status hr_law_tabulate(const hr_law *law, hr_arena *arena, size_t *n, const double **value,
                          const double **share, hr_err *err)
{
    hr_status st = HR_OK;
    double *one = NULL;
    if (hr_integer_kind(law->kind))
        return tabulate_integers(law, arena, n, value, share, err);
    if (law->kind == HR_LAW_TABLE) {
        *n = law->n;
        *value = law->value;
        *share = law->share;
        return HR_OK;
    }
    if (law->kind != HR_LAW_CONSTANT)
        return HR_FAIL(err, HR_ERR_BUG, "only a law on integers or a table can be tabulated");
    HR_TAKE(one, arena, 2);
    one[0] = law->a;
    one[1] = 1.0;
    *n = 1;
    *value = &one[0];
    *share = &one[1];
out:
    return st;
}
