/* law: probability laws by name, and samplers made from them.
 *
 * A law is a plain value. Continuous laws are sampled by inversion of one 32-bit word; laws
 * on integers or on tables by inversion of their cumulative table: one word, one draw, always
 * (monotone in the word, hence good common random numbers).
 */
#ifndef HR_BASE_LAW_H
#define HR_BASE_LAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/vector.h"

typedef enum hr_law_kind {
    HR_LAW_CONSTANT,         /* a */
    HR_LAW_UNIFORM,          /* on [a, b] */
    HR_LAW_LOG_UNIFORM,      /* log is uniform on [log a, log b], 0 < a */
    HR_LAW_TRIANGULAR,       /* on [a, c], mode b */
    HR_LAW_EXPONENTIAL,      /* mean a */
    HR_LAW_ERLANG,           /* mean a, b stages (an integer) */
    HR_LAW_GAMMA,            /* mean a, coefficient of variation b */
    HR_LAW_NORMAL,           /* mean a, standard deviation b */
    HR_LAW_LOGNORMAL,        /* mean a, coefficient of variation b, natural scale */
    HR_LAW_HYPEREXPONENTIAL, /* mixture of exponentials: value[i] a mean, share[i] */
    HR_LAW_TABLE,            /* value[i] with probability share[i] */
    HR_LAW_GEOMETRIC,        /* 1, 2, ...: success probability a */
    HR_LAW_POISSON,          /* 0, 1, ...: mean a */
    HR_LAW_PARETO,           /* integers a..c: P(X >= k) from a power law, exponent b (below) */
    HR_LAW_ZETA,             /* integers a..c: P(k) proportional to k^-b */
    HR_LAW_LOGNORMAL_SIZE,   /* integers a..b: log-normal cell of k, log-mean c, log-sd d */
} hr_law_kind;

/* PARETO: survival(k) = (k/a)^-b before truncation, truncated to [a, c] by conditioning:
 * P(X >= k) = ((k/a)^-b - ((c+1)/a)^-b) / (1 - ((c+1)/a)^-b).
 * LOGNORMAL_SIZE: P(k) proportional to Phi((ln(k+.5)-c)/d) - Phi((ln(k-.5)-c)/d), k = a..b. */
typedef struct hr_law {
    hr_law_kind kind;
    double a, b, c, d;   /* parameters in the order named above */
    size_t n;            /* HYPEREXPONENTIAL, TABLE: entries */
    const double *value; /* borrowed (usually from an arena) */
    const double *share; /* sums to 1 */
} hr_law;

double hr_law_mean(const hr_law *law);
/* The same, worked out once in the arena (memo.h) where that is a long sum. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_law_mean_once(const hr_law *law, hr_arena *arena, double *mean,
                                         hr_err *err);
double hr_law_variance(const hr_law *law);
/* Smallest x with P(X <= x) >= p, 0 < p < 1. */
double hr_law_quantile(const hr_law *law, double p);
double hr_law_survival(const hr_law *law, double x); /* P(X > x) */
/* E[(X - t)+], the mean excess integral; for non-negative laws E[X] at t = 0. */
double hr_law_mean_excess(const hr_law *law, double t);
/* Does the law give only integers? Then hr_law_tabulate applies. */
bool hr_law_is_integer(const hr_law *law);
bool hr_law_is_constant(const hr_law *law);
/* The same kind with the same parameters, tables included. */
bool hr_law_equals(const hr_law *a, const hr_law *b);
/* All that a law is, as words for a key of hr_memo: how many, or 0 when there is not so much room.
 * Laws without a table need 5. */
size_t hr_law_words(const hr_law *law, uint64_t *word, size_t room);
/* A law of a non-negative X weighted by x: P*(dx) = x P(dx) / E[X] (what an observer finds in
 * progress). Duration kinds only: CONSTANT, UNIFORM, EXPONENTIAL, ERLANG, GAMMA, LOGNORMAL,
 * HYPEREXPONENTIAL, TABLE, and integer kinds. Because the weighted uniform, exponential and
 * hyperexponential laws are no laws of this table, the result is a sampler. */
struct hr_sampler;
HR_MUST_CHECK hr_status hr_law_length_biased(const hr_law *law, hr_arena *arena,
                                             struct hr_sampler *sampler, hr_err *err);
/* Values and probabilities of an integer law or a table; each tail of GEOMETRIC and POISSON is
 * cut where less than 2^-40 of probability is left and the rest rescaled. */
HR_MUST_CHECK hr_status hr_law_tabulate(const hr_law *law, hr_arena *arena, size_t *n,
                                        const double **value, const double **share, hr_err *err);

/* A law made ready to draw from. Tables live in the arena given to hr_sampler_init, where samplers
 * of equal laws share them. */
typedef struct hr_sampler {
    hr_law law;
    bool weighted;             /* draws from the length-biased law instead */
    double p0, p1;             /* prepared: LOGNORMAL location and scale as in hr_vector;
                                  EXPONENTIAL, ERLANG, GAMMA shape and scale; LOG_UNIFORM span */
    size_t n;                  /* table laws: entries, those of probability 0 included */
    const double *value;       /* table laws: values, ascending */
    const uint32_t *threshold; /* table laws: entry i is drawn when word <= threshold[i] and not
                                  one from guide[0] on; the last threshold is 2^32 - 1 */
    const uint16_t *guide;     /* table laws: first entry to try for word >> guide_shift */
    unsigned guide_shift;
} hr_sampler;

HR_MUST_CHECK hr_status hr_sampler_init(hr_sampler *sampler, const hr_law *law, hr_arena *arena,
                                        hr_err *err);
double hr_sampler_draw(const hr_sampler *sampler, uint32_t word);
/* out[i] <- hr_sampler_draw(sampler, word[i]), the same bits, faster for many. */
void hr_sampler_fill(const hr_sampler *sampler, const uint32_t *word, size_t n,
                     const hr_vector *vector, double *out);
/* The first entry, from the one that the guide names on, whose threshold is not below the word. In
 * most cases it is the guide's or the next, and it is not known which: hence no branch for these.
 */
static inline size_t hr_table_index(const uint32_t *threshold, const uint16_t *guide,
                                    unsigned guide_shift, uint32_t word)
{
    size_t i = guide[word >> guide_shift];
    i += word > threshold[i];
    while (word > threshold[i])
        i++;
    return i;
}
/* Index of the entry drawn, for table laws; equal to the value for values 0, 1, 2, ... */
static inline size_t hr_sampler_index(const hr_sampler *sampler, uint32_t word)
{
    return hr_table_index(sampler->threshold, sampler->guide, sampler->guide_shift, word);
}

/* The table of named laws: parser, help, `headroom list laws` and the manual read it. */
typedef struct hr_law_row {
    const char *name; /* as written in a study */
    hr_law_kind kind;
    const char *arguments[5]; /* names in order of a, b, c, d; NULL-terminated; the first may be
                                 given without its name. "low"/"high" of uniform both may. */
    const char *doc;
} hr_law_row;
extern const hr_law_row hr_law_rows[];
extern const size_t hr_n_law_rows;

/* The alpha at which ZETA on from..to has this mean (from < mean < to, else NaN). */
double hr_law_zeta_alpha(double from, double to, double mean);

/* Are the parameters in range (e.g. mean > 0, low <= high, shares sum to 1 within 1e-9)?
 * On failure the message names the argument and its range; the caller adds file and key. */
HR_MUST_CHECK hr_status hr_law_check(const hr_law *law, hr_err *err);

#endif
