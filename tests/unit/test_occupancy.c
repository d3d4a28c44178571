/* Means of meetings in progress against closed forms (Eick, Massey and Whitt 1993), and the two
 * ways of one pattern of arrivals against each other. */
#include <math.h>

#include "model/occupancy.h"
#include "study_text.h"

#define CLASSES(duration)                                                                          \
    "pool: {servers: 2, server: {load: 14}}\n"                                                     \
    "meetings: {classes: [{duration: " duration ", cost: {load: 1}}]}\n"
#define HOUR 3600.0

static double mean_at(const char *text, double hours)
{
    hr_study study;
    hr_arena arena = {0};
    hr_configuration configuration;
    open_good(&study, text, NULL);
    resolve_good(&study, 0, 0, &arena, &configuration);
    double sum = 0.0;
    for (unsigned i = 0; i < configuration.n_sources; i++)
        sum += hr_occupancy_mean(&configuration, i, 0, hours * HOUR);
    hr_arena_free(&arena);
    hr_study_free(&study);
    return sum;
}

static void close_to(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * expected))
        fail_msg("%.15g instead of %.15g", value, expected);
}

static void constant_rate(void **state)
{
    (void)state;
    close_to(
        mean_at(
            CLASSES("\"lognormal(mean 2 h, cv 3)\"") "arrivals: {sources: [{rate: 20 per hour}]}",
            5.0),
        40.0, 1e-9);
    /* from empty: a (1 - e^-t) */
    close_to(mean_at(CLASSES("exponential(mean 1 h)") "window: {start: empty}\n"
                                                      "arrivals: {sources: [{rate: 20 per hour}]}",
                     0.75),
             20.0 * (1.0 - exp(-0.75)), 1e-12);
}

#define WAVE                                                                                       \
    "arrivals: {sources: [{kind: sinusoid, rate: 20 per hour, amplitude: 50 %, period: 24 h}]}\n"

static void sinusoid(void **state)
{
    (void)state;
    const double w = 2.0 * 3.14159265358979323846 / 24.0, t = 7.0;
    const double wave = (sin(w * t) - w * cos(w * t)) / (1.0 + w * w);
    close_to(mean_at(CLASSES("exponential(mean 1 h)") "window: {start: periodic}\n" WAVE, t),
             20.0 * (1.0 + 0.5 * wave), 1e-10);
    close_to(mean_at(CLASSES("2 h") "window: {start: periodic}\n" WAVE, t),
             40.0 + 10.0 / w * (cos(w * (t - 2.0)) - cos(w * t)), 1e-12);
    /* a gamma law of two stages: P(D > v) = (1 + 2 v) e^-2v; ages up to 40 h by Simpson's rule */
    double sum = 0.0;
    const int n = 400000;
    for (int i = 0; i <= n; i++) {
        const double v = 40.0 * i / n;
        const double f = (1.0 + 0.5 * sin(w * (t - v))) * (1.0 + 2.0 * v) * exp(-2.0 * v);
        sum += f * (i == 0 || i == n ? 1.0 : i % 2 ? 4.0 : 2.0);
    }
    close_to(
        mean_at(CLASSES("\"erlang(mean 1 h, stages 2)\"") "window: {start: periodic}\n" WAVE, t),
        20.0 * sum * 40.0 / n / 3.0, 1e-10);
}

/* Two rates in turn for ever are one rate when they are the same, and follow the exponential rule
 * of a change when they are not. */
static void pieces(void **state)
{
    (void)state;
    close_to(mean_at(CLASSES("exponential(mean 1 h)") "window: {start: periodic}\narrivals: "
                                                      "{sources: [{kind: piecewise, period: 6 h,"
                                                      " edges: [0 h, 2 h, 6 h], rates: [20 per "
                                                      "hour, 20 per hour]}]}",
                     3.5),
             20.0, 1e-12);
    const double high = exp(-1.5) - exp(-3.5); /* of the rate in (0, 2) seen from 3.5 */
    double seen = 0.0;
    for (int k = 0; k < 12; k++)
        seen += 10.0 * exp(-6.0 * k) * high;
    close_to(mean_at(CLASSES("exponential(mean 1 h)") "window: {start: periodic}\narrivals: "
                                                      "{sources: [{kind: piecewise, period: 6 h,"
                                                      " edges: [0 h, 2 h, 6 h], rates: [30 per "
                                                      "hour, 20 per hour]}]}",
                     3.5),
             20.0 + seen, 1e-12);
}

static void clock_batches(void **state)
{
    (void)state;
    double sum = 0.0;
    for (int k = 0; k < 100; k++)
        sum += 12.0 * exp(-(0.25 + 0.5 * k));
    close_to(
        mean_at(CLASSES("exponential(mean 1 h)") "window: {start: periodic}\narrivals: {sources: "
                                                 "[{kind: clock_batch, period: 30 min,"
                                                 " count: poisson(12)}]}",
                1.25),
        sum, 1e-12);
    /* late by up to six minutes; meetings of exactly 45: of two epochs, one a quarter of an hour
     * ago, the other three quarters */
    close_to(mean_at(CLASSES("45 min") "window: {start: periodic}\narrivals: {sources: [{kind: "
                                       "clock_batch, period: 30 min,"
                                       " count: poisson(12), lateness: 'uniform(0 s, 6 min)'}]}",
                     1.25),
             24.0, 1e-9);
}

#define LATE(lateness)                                                                             \
    "window: {start: periodic}\narrivals: {sources: [{kind: clock_batch, period: 30 min,"          \
    " count: poisson(12), lateness: '" lateness "'}]}\n"

/* The integral of 1 - e^(-v/l) over v from 0 to x. */
static double has_come(double x, double l)
{
    return x > 0.0 ? x + l * expm1(-x / l) : 0.0;
}

/* Late by chance, and lasting by chance: exponential both, P(L <= x < L + D) = (e^(-x/d) -
 * e^(-x/l)) d / (d - l); a uniform law of either has a kink, and the integral of the other's
 * survival. */
static void late_by_chance(void **state)
{
    (void)state;
    for (double t = 1.0; t < 1.5; t += 0.01) {
        double both = 0.0, lasting = 0.0, late = 0.0;
        for (int k = -120; k < 4; k++) {
            const double x = t - 0.5 * k, d = 0.75, l = 1.0 / 30.0;
            if (!(x > 0.0))
                break;
            both += 12.0 * (exp(-x / d) - exp(-x / l)) * d / (d - l);
            lasting +=
                12.0 * (1.0 - exp(-x / l) - (has_come(x - 0.25, l) - has_come(x - 0.75, l)) / 0.5);
            late += 12.0 * d / 0.1 * (exp(-fmax(x - 0.1, 0.0) / d) - exp(-x / d));
        }
        close_to(mean_at(CLASSES("\"uniform(15 min, 45 min)\"") LATE("exponential(mean 2 min)"), t),
                 lasting, 1e-7);
        close_to(mean_at(CLASSES("exponential(mean 45 min)") LATE("exponential(mean 2 min)"), t),
                 both, 1e-7);
        close_to(mean_at(CLASSES("exponential(mean 45 min)") LATE("uniform(0 s, 6 min)"), t), late,
                 1e-7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_rate), cmocka_unit_test(sinusoid),       cmocka_unit_test(pieces),
        cmocka_unit_test(clock_batches), cmocka_unit_test(late_by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
