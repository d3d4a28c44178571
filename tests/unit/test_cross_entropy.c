/* A plan against cross-entropy (Rubinstein and Kroese 2004): components whose leans, shares and
 * laws of the last large meeting are fitted to the replications that overload, as a pilot run
 * would.
 *
 * Replications are drawn by the plan. In one half of those with overload a mixture of the plan's
 * form is fitted by expectation and maximisation: each weighs what it counts for, and is of each
 * component and instant by so much as its density is theirs. What the fitted one would do is known
 * from the other half, by the same replications: E[x^2] under it is E[x w'], w' the weight that it
 * would have given. So is that of a plan that is bent on purpose, which must be found out. The
 * refit is best of three, of more and more parameters; it gains no more than MOST_GAIN in a squared
 * coefficient of variation, or planning should do what it does. */
#include <math.h>
#include <stdlib.h>

#include "input/input.h"
#include "kernel/kernel.h"
#include "model/occupancy.h"
#include "model/tilt.h"
#include "study_text.h"

#define MOST_GAIN   1.3
#define LEAST_SHARE 0.01
enum { REPLICATIONS = 3072, ROUNDS = 3, MOST_COMPONENTS = HR_TILT_MOST_RUNGS };

#define PERIOD "observe: {outcomes: [period_overload]}\nrare: {engine: tilted}\n"
#define LOADS  "kinds: [{cost: {load: 1}}]"
#define HOUR   "duration: exponential(mean 1 h)"
#define MANY                                                                                       \
    "size: \"mix(2 at 25 %, 3 at 20 %, 4 at 20 %, 5 at 15 %, 6 at 10 %, 8 at 6 %, 10 at 4 %)\""
#define EIGHT(load)                                                                                \
    PERIOD "pool: {servers: 8, server: {load: " load "}}\nwindow: {start: empty, length: 4 h}\n"   \
           "arrivals: {sources: [{rate: 1000 per hour}]}\n"
#define FOUR(load, rate)                                                                           \
    PERIOD "pool: {servers: 4, server: {load: " load "}}\nwindow: {length: 4 h}\n"                 \
           "arrivals: {sources: [{rate: " rate " per hour}]}\n"
#define HUGE_ONES                                                                                  \
    "meetings: {classes: [{share: 99.98 %, " HOUR ", " MANY ", " LOADS "},"                        \
    "{share: 0.02 %, " HOUR ", size: 1000, " LOADS "}]}\n"

static const struct {
    const char *name, *text;
} pools[] = {
    {"huge ones, 1600", EIGHT("1600") HUGE_ONES},
    {"huge ones, 1700", EIGHT("1700") HUGE_ONES},
    {"huge ones, 2000", EIGHT("2000") HUGE_ONES},
    {"long tail", EIGHT("900") "meetings: {classes: [{" HOUR
                               ", size: \"zeta(from 2, alpha 2.5, to 250)\", " LOADS "}]}\n"},
    {"two kinds",
     FOUR("520", "300") "meetings: {classes: ["
                        "{share: 96 %, duration: exponential(mean 20 min), size: 4, " LOADS
                        "},{share: 4 %, duration: exponential(mean 3 h), size: 25, " LOADS "}]}\n"},
    {"large ones last",
     FOUR("620", "400") "meetings: {classes: ["
                        "{share: 99.95 %, duration: exponential(mean 30 min), "
                        "size: 4, " LOADS "},{share: 0.05 %, "
                        "duration: exponential(mean 2 h), size: 250, " LOADS "}]}\n"},
};

/* ---- mixtures of the plan's form */

typedef struct mixture {
    unsigned n;
    struct {
        double share, begins;
        double lean[HR_TILT_MOST_STRATA], last[HR_TILT_MOST_STRATA]; /* [n_strata] */
    } of[MOST_COMPONENTS];
} mixture;

typedef struct sample {
    const hr_tilt *tilt;
    unsigned n_strata, n_checks;
    double *alive, *since, *starts;  /* [n_checks * n_strata] means: alive, large ones alive since
                                        the  instant before, and started since */
    size_t n;                        /* replications with overload: */
    double *weight;                  /* [n] */
    uint16_t *alive_of, *started_of; /* [n * n_checks * n_strata] the same numbers of each */
} sample;

static mixture plan_of(const sample *s)
{
    mixture m = {.n = s->tilt->n_components};
    assert_true(m.n <= MOST_COMPONENTS && s->n_strata <= HR_TILT_MOST_STRATA);
    for (unsigned c = 0; c < m.n; c++) {
        const hr_tilt_component *component = &s->tilt->components[c];
        m.of[c].begins = HR_TILT_BEGINS;
        for (unsigned i = 0; i < s->n_strata; i++) {
            m.of[c].lean[i] = component->lean[i];
            m.of[c].last[i] = component->n_large > 0 ? component->last.weight[i] : 0.0;
        }
    }
    return m;
}

static void *take(size_t n, size_t size)
{
    void *p = calloc(n + 1, size);
    assert_non_null(p);
    return p;
}

static bool is_large(const sample *s, unsigned i)
{
    return s->tilt->strata[i].is_large;
}

/* By how many ways an instant is met with its large meetings, as in model/tilt.h, times the mean of
 * that; 1 where a component has none. */
static double ways_of(const sample *s, const mixture *m, unsigned c, unsigned u,
                      const uint16_t *alive, const uint16_t *started)
{
    const hr_tilt_component *component = &s->tilt->components[c];
    const double b =
        component->n_large > 0 && component->last.begins[u] > 0.0 ? m->of[c].begins : 0.0;
    double number = 0.0, v = 0.0, begun = 0.0, mean = 0.0, mean_begun = 0.0;
    if (component->n_large == 0)
        return 1.0;
    for (unsigned i = 0; i < s->n_strata; i++) {
        if (!is_large(s, i))
            continue;
        number += alive[i];
        v += alive[i] * m->of[c].last[i];
        begun += started[i] * m->of[c].last[i];
        mean += s->since[u * s->n_strata + i] * m->of[c].last[i];
        mean_begun += s->starts[u * s->n_strata + i] * m->of[c].last[i];
    }
    double ways = (1.0 - b) * v + (b > 0.0 ? b * begun * mean / mean_begun : 0.0);
    for (unsigned k = 1; k < component->n_large; k++)
        ways *= fmax(number - k, 0.0);
    return ways;
}

/* Means of exp(S) ways at each instant over their sum, whose logarithm is returned. */
static double norm_of(const sample *s, const mixture *m, unsigned c, double *g)
{
    double most = -HUGE_VAL, sum = 0.0;
    for (unsigned u = 0; u < s->n_checks; u++) {
        double number = 0.0, last = 0.0;
        g[u] = 0.0;
        for (unsigned i = 0; i < s->n_strata; i++) {
            const size_t at = u * (size_t)s->n_strata + i;
            g[u] += is_large(s, i) ? 0.0 : s->alive[at] * expm1(m->of[c].lean[i]);
            number += is_large(s, i) ? s->since[at] : 0.0;
            last += is_large(s, i) ? s->since[at] * m->of[c].last[i] : 0.0;
        }
        const unsigned n_large = s->tilt->components[c].n_large;
        g[u] += n_large > 0 ? log(last) + (n_large - 1.0) * log(number) : 0.0;
        most = fmax(most, g[u]);
    }
    for (unsigned u = 0; u < s->n_checks; u++)
        sum += g[u] = exp(g[u] - most);
    for (unsigned u = 0; u < s->n_checks; u++)
        g[u] /= sum;
    return most + log(sum);
}

typedef struct norms {
    double log[MOST_COMPONENTS];
    double g[MOST_COMPONENTS][HR_TILT_MOST_CHECKS];
} norms;

static void find_norms(const sample *s, const mixture *m, norms *out)
{
    for (unsigned c = 0; c < m->n; c++)
        out->log[c] = norm_of(s, m, c, out->g[c]);
}

/* dQ/dP of replication r; terms[c * n_checks + u] of it. */
static double density_of(const sample *s, const mixture *m, const norms *n, size_t r, double *terms)
{
    double density = HR_TILT_UNTILTED;
    for (unsigned c = 0; c < m->n; c++) {
        for (unsigned u = 0; u < s->n_checks; u++) {
            const size_t at = (r * s->n_checks + u) * s->n_strata;
            const double ways = ways_of(s, m, c, u, s->alive_of + at, s->started_of + at);
            double sum = -n->log[c];
            for (unsigned i = 0; ways > 0.0 && i < s->n_strata; i++)
                sum += is_large(s, i) ? 0.0 : s->alive_of[at + i] * m->of[c].lean[i];
            terms[c * s->n_checks + u] = ways > 0.0 ? m->of[c].share * ways * exp(sum) : 0.0;
            density += terms[c * s->n_checks + u];
        }
    }
    return density;
}

/* 1 + CV^2 of overload's estimate, from the replications r = first, first + 2, ... */
static double variation(const sample *s, const mixture *m, unsigned first)
{
    static norms n;
    double *terms = take(m->n * (size_t)s->n_checks, sizeof *terms);
    double square = 0.0, sum = 0.0;
    find_norms(s, m, &n);
    for (size_t r = first; r < s->n; r += 2) {
        square += s->weight[r] / density_of(s, m, &n, r, terms);
        sum += s->weight[r];
    }
    free(terms);
    return square * (0.5 * REPLICATIONS) / (sum * sum);
}

/* ---- the fit */

enum { SHARES, LEANS, LAST, N_FITS }; /* each with those before */
#define PRIOR 50.0                    /* meetings that are as the mixture before has them */

/* What replications with overload have, by component: each weighs as much as its density is of it.
 */
typedef struct found {
    double all, begun, still;
    double alive[HR_TILT_MOST_STRATA], last[HR_TILT_MOST_STRATA];
} found;

static void count_last(const sample *s, const mixture *m, unsigned c, unsigned u, size_t at,
                       double part, found *to)
{
    const hr_tilt_component *component = &s->tilt->components[c];
    double v = 0.0, begun = 0.0, mean = 0.0, mean_begun = 0.0;
    for (unsigned i = 0; i < s->n_strata; i++) {
        if (!is_large(s, i))
            continue;
        v += s->alive_of[at + i] * m->of[c].last[i];
        begun += s->started_of[at + i] * m->of[c].last[i];
        mean += s->since[u * s->n_strata + i] * m->of[c].last[i];
        mean_begun += s->starts[u * s->n_strata + i] * m->of[c].last[i];
    }
    const double b = component->last.begins[u] > 0.0 ? m->of[c].begins : 0.0;
    const double more = b > 0.0 ? b * mean / mean_begun : 0.0;
    const double each = part / ((1.0 - b) * v + more * begun);
    to->begun += each * more * begun;
    to->still += each * (1.0 - b) * v;
    for (unsigned i = 0; i < s->n_strata; i++) {
        if (is_large(s, i))
            to->last[i] += each * m->of[c].last[i] *
                           ((1.0 - b) * s->alive_of[at + i] + more * s->started_of[at + i]);
    }
}

static void expect(const sample *s, const mixture *m, const norms *n, unsigned first, found *to)
{
    double *terms = take(m->n * (size_t)s->n_checks, sizeof *terms);
    for (size_t r = first; r < s->n; r += 2) {
        const double each = s->weight[r] / density_of(s, m, n, r, terms);
        for (unsigned c = 0; c < m->n; c++) {
            for (unsigned u = 0; u < s->n_checks; u++) {
                const double part = each * terms[c * s->n_checks + u];
                const size_t at = (r * s->n_checks + u) * s->n_strata;
                if (!(part > 0.0))
                    continue;
                to[c].all += part;
                for (unsigned i = 0; i < s->n_strata; i++)
                    to[c].alive[i] += part * s->alive_of[at + i];
                if (s->tilt->components[c].n_large > 0)
                    count_last(s, m, c, u, at, part, &to[c]);
            }
        }
    }
    free(terms);
}

static void fit_leans(const sample *s, const double *g, const found *of, double *lean)
{
    double now[HR_TILT_MOST_STRATA], all = 0.0;
    for (unsigned i = 0; i < s->n_strata; i++) {
        now[i] = 0.0;
        for (unsigned u = 0; u < s->n_checks && !is_large(s, i); u++)
            now[i] += g[u] * s->alive[u * s->n_strata + i] * exp(lean[i]);
        all += now[i];
    }
    for (unsigned i = 0; i < s->n_strata; i++) {
        if (!is_large(s, i) && now[i] > 0.0)
            lean[i] += log((of->alive[i] / of->all + PRIOR * now[i] / all) /
                           (now[i] * (1.0 + PRIOR / all)));
    }
}

static void fit_last(const sample *s, const double *g, const found *of, double *last)
{
    double most = 0.0;
    for (unsigned i = 0; i < s->n_strata; i++) {
        double mean = 0.0;
        for (unsigned u = 0; u < s->n_checks && is_large(s, i); u++)
            mean += g[u] * s->since[u * s->n_strata + i];
        last[i] = mean > 0.0 ? of->last[i] / mean : 0.0;
        most = fmax(most, last[i]);
    }
    for (unsigned i = 0; i < s->n_strata; i++)
        last[i] = is_large(s, i) ? fmax(last[i] / most, 0.02) : 0.0;
}

static void maximise(const sample *s, unsigned fits, const norms *n, const found *of, mixture *m)
{
    double sum = 0.0;
    for (unsigned c = 0; c < m->n; c++)
        sum += m->of[c].share = fmax(of[c].all, LEAST_SHARE * of[0].all);
    for (unsigned c = 0; c < m->n; c++) {
        m->of[c].share *= (1.0 - HR_TILT_UNTILTED) / sum;
        if (!(of[c].all > 0.0))
            continue;
        if (fits >= LEANS)
            fit_leans(s, n->g[c], &of[c], m->of[c].lean);
        if (of[c].begun > 0.0)
            m->of[c].begins = of[c].begun / (of[c].begun + of[c].still);
        if (fits >= LAST && s->tilt->components[c].n_large > 0)
            fit_last(s, n->g[c], &of[c], m->of[c].last);
    }
}

static mixture fit(const sample *s, const mixture *from, unsigned fits, unsigned first)
{
    static norms n;
    mixture m = *from;
    for (int round = 0; round < ROUNDS; round++) {
        found of[MOST_COMPONENTS] = {{0}};
        find_norms(s, &m, &n);
        expect(s, &m, &n, first, of);
        maximise(s, fits, &n, of, &m);
    }
    return m;
}

/* ---- replications of a plan */

static unsigned check_after(const hr_tilt *tilt, hr_tick tick)
{
    const hr_tick step = (hr_tick)1 << tilt->step_bits;
    const hr_tick u = tick <= tilt->check[0] ? 0 : (tick - tilt->check[0] + step - 1) / step;
    return u < tilt->n_checks ? (unsigned)u : tilt->n_checks;
}

static void count(const sample *s, const hr_input *in, uint16_t *alive, uint16_t *started)
{
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const unsigned stratum = hr_tilt_stratum_of(s->tilt, in->class_of[i], in->size[i]);
        const unsigned from = check_after(s->tilt, in->start[i]);
        unsigned to = check_after(s->tilt, in->end[i]);
        if (is_large(s, stratum)) { /* since the instant before */
            if (from == s->n_checks || to == 0)
                continue;
            started[from * s->n_strata + stratum]++;
            to += to < s->n_checks;
        }
        for (unsigned u = from; u < to; u++)
            alive[u * s->n_strata + stratum]++;
    }
}

static double seconds_at(const sample *s, unsigned u)
{
    return ((double)s->tilt->check[u] - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
}

static void find_means(const hr_configuration *c, sample *s)
{
    for (size_t at = 0; at < s->n_checks * (size_t)s->n_strata; at++) {
        const unsigned u = (unsigned)(at / s->n_strata), i = (unsigned)(at % s->n_strata);
        const double share = (double)s->tilt->strata[i].n_words * 0x1p-32;
        const double from = seconds_at(s, u > 0 ? u - 1 : 0), to = seconds_at(s, u);
        for (unsigned k = 0; k < c->n_sources; k++) {
            const unsigned class = s->tilt->class_of_stratum[i];
            s->alive[at] += share * hr_occupancy_mean(c, k, class, to);
            s->starts[at] += share * hr_occupancy_starts(c, k, class, from, to);
            s->since[at] += share * hr_occupancy_mean(c, k, class, from);
        }
        s->since[at] += s->starts[at];
    }
}

/* Replications with overload, drawn by the configuration's plan. */
static sample draw(const hr_configuration *c, hr_arena *arena)
{
    const hr_vector *vector = hr_vector_level(0);
    const hr_kernel *kernel = hr_kernel_for(NULL, c, NULL);
    sample s = {.tilt = c->tilt, .n_strata = c->tilt->n_strata, .n_checks = c->tilt->n_checks};
    const size_t cells = s.n_checks * (size_t)s.n_strata;
    hr_input in = {0};
    hr_counts counts;
    hr_scratch *scratch = NULL;
    hr_err err = {0};
    s.alive = take(3 * cells, sizeof *s.alive);
    s.since = s.alive + cells;
    s.starts = s.since + cells;
    s.weight = take(REPLICATIONS, sizeof *s.weight);
    s.alive_of = take(2 * REPLICATIONS * cells, sizeof *s.alive_of);
    s.started_of = s.alive_of + REPLICATIONS * cells;
    find_means(c, &s);
    assert_int_equal(hr_scratch_new(&scratch, &err), HR_OK);
    assert_int_equal(hr_counts_init(&counts, c, arena, &err), HR_OK);
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        const hr_lane lane = {c, &in, &counts};
        assert_int_equal(hr_input_write(&in, c, r, vector, &err), HR_OK);
        assert_int_equal(kernel->replay(&lane, 1, vector, scratch, &err), HR_OK);
        if (counts.periods_hit[0] == 0)
            continue;
        s.weight[s.n] = in.weight;
        count(&s, &in, s.alive_of + s.n * cells, s.started_of + s.n * cells);
        s.n++;
    }
    hr_input_free(&in);
    hr_scratch_free(scratch);
    return s;
}

/* Shares of the plan's components are what is left of its density. */
static void find_shares(const sample *s, mixture *m)
{
    static norms n;
    find_norms(s, m, &n);
    for (unsigned c = 0; c < m->n; c++)
        m->of[c].share = exp(s->tilt->components[c].log_scale + n.log[c]);
}

/* Both halves' variation by what `of` makes of the other one. */
static double both(const sample *s, const mixture *m, int fits)
{
    double sum = 0.0;
    for (unsigned half = 0; half < 2; half++) {
        const mixture other = fits >= 0 ? fit(s, m, (unsigned)fits, 1 - half) : *m;
        sum += variation(s, &other, half);
    }
    return 0.5 * sum;
}

static void compare(const char *name, const sample *s)
{
    static norms n;
    mixture plan = plan_of(s), bent;
    double *terms = take(MOST_COMPONENTS * (size_t)s->n_checks, sizeof *terms), best = HUGE_VAL;
    find_shares(s, &plan);
    find_norms(s, &plan, &n);
    for (size_t r = 0; r < s->n; r++) /* these formulas are the program's */
        assert_true(fabs(s->weight[r] * density_of(s, &plan, &n, r, terms) - 1.0) < 1e-6);
    bent = plan;
    for (unsigned c = 0; c < plan.n; c++) {
        bent.of[c].share = (1.0 - HR_TILT_UNTILTED) / plan.n;
        bent.of[c].begins = 0.5;
        bent.of[c].lean[0] = 0.0;
    }
    const double planned = both(s, &plan, -1), off = both(s, &bent, -1);
    unsigned n_large = 0;
    for (unsigned i = 0; i < s->n_strata; i++)
        n_large += is_large(s, i);
    for (int fits = 0; fits < (n_large > 1 ? N_FITS : LAST); fits++) {
        const double fitted = both(s, &plan, fits);
        print_message("  %-16s %zu hits, CV2 %.2f, fitted %d %.2f\n", name, s->n, planned - 1.0,
                      fits, fitted - 1.0);
        best = fmin(best, fitted);
    }
    print_message("  %-16s gain %.2f, of bent %.2f\n", name, planned / best, off / best);
    if (!(planned <= MOST_GAIN * best))
        fail_msg("%s: 1 + CV^2 of %g, and %g by cross-entropy", name, planned, best);
    if (!(off > MOST_GAIN * best))
        fail_msg("%s: a bent plan passes: 1 + CV^2 of %g, and %g", name, off, best);
    free(terms);
}

static void cross_entropy_gains_little(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
        hr_study study;
        hr_arena arena = {0}, room = {0};
        hr_configuration configuration;
        hr_err err = {0};
        open_good(&study, pools[i].text, NULL);
        resolve_good(&study, 0, 0, &arena, &configuration);
        assert_int_equal(hr_study_tilt(&study, &configuration, &arena, &err), HR_OK);
        if (configuration.tilt == NULL) {
            fail_msg("%s: %s", pools[i].name, configuration.tilt_why);
            return;
        }
        sample s = draw(&configuration, &room);
        compare(pools[i].name, &s);
        free(s.alive);
        free(s.weight);
        free(s.alive_of);
        hr_arena_free(&arena);
        hr_arena_free(&room);
        hr_study_free(&study);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cross_entropy_gains_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
