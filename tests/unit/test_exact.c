/* Whole pools, from the text of a study to a number: values of tests/oracles/open.json and others
 * worked out by hand, bounds on the right side of them, reasons where nothing is known. */
#include <math.h>

#include "unit/study_text.h"

#include "exact/ceiling.h"
#include "exact/exact.h"

#define HOUR "duration: exponential(1 h), "
#define FOUR                                                                                       \
    "meetings:\n  classes:\n"                                                                      \
    "    - {name: a, share: 30 %, duration: exponential(1 h), size: 1, load: {load: 2}}\n"         \
    "    - {name: b, share: 40 %, duration: exponential(1 h), size: 1, load: {load: 4}}\n"         \
    "    - {name: c, share: 20 %, duration: exponential(1 h), size: 1, load: {load: 6}}\n"         \
    "    - {name: d, share: 10 %, duration: exponential(1 h), size: 1, load: {load: 20}}\n"
#define UNIT  "meetings: {classes: [{" HOUR "size: 1, load: {load: 1}}]}\n"
#define ALIKE "meetings: {classes: [{duration: 1 h, size: 1, load: {load: 1}}]}\n"
#define POOL(servers, ceiling)                                                                     \
    "pool: {servers: " #servers ", ceilings: {load: {full: " #ceiling "}}}\n"
#define RATE(rate)    "arrivals: {sources: [{rate: " #rate " per hour}]}\n"
#define RANDOM        "placement: {rule: random}\n"
#define LEAST         "placement: {rule: least_loaded, metric: load}\n"
#define TARGET(words) "target: {" words "}\n"
#define EMPTY(hours)  "window: {start: empty, from: 0 h, length: " #hours " h}\n"

typedef struct oracle {
    const char *id, *method, *text;
    double value;
} oracle;

static const oracle oracles[] = {
    {"A01", "random_split", POOL(1, 30) RATE(20) UNIT RANDOM TARGET("outcome: time_over"),
     0.013474681279922289},
    {"A07", "random_split", POOL(1, 300) RATE(15) FOUR RANDOM TARGET("outcome: time_over"),
     4.137362154353862e-08},
    {"A12", "gamma_loads",
     POOL(1, 200)
         RATE(12) "meetings: {classes: [{duration: exponential(1 h), size: 1, load: {load: "
                  "exponential(mean 5)}}]}\n" RANDOM TARGET("outcome: time_over"),
     1.8943403682756322e-05},
    {"A17", "pair",
     "pool: {servers: 1, ceilings: {load: {full: 55}, cpu: {full: 50 Mc/s}}}\n" RATE(
         25) "meetings:\n  classes:\n"
             "    - {share: 72 %, duration: exponential(1 h), size: 1, load: {load: 1}}\n"
             "    - {share: 28 %, duration: exponential(1 h), size: 1, load: {load: 3, cpu: 4 "
             "Mc/s}}\n" RANDOM TARGET("outcome: time_over"),
     0.04723235339816946},
    {"A13", "random_split",
     POOL(1, 150) RATE(15) FOUR RANDOM
     "background: {items: [{name: x, resource: load, law: \"normal(mean 30, sd 10)\"}]}\n" TARGET(
         "outcome: time_over"),
     0.10611194318429008},
    {"A18", "campbell",
     POOL(1, 150) RATE(15) FOUR RANDOM
     "observe: {every: 1 h}\n" TARGET("outcome: load_mean, server: 0"),
     81.0},
    {"A19", "campbell",
     POOL(1, 150) RATE(15) FOUR RANDOM
     "observe: {every: 1 h}\n" TARGET("outcome: load_variance, server: 0"),
     822.0},
    {"A21", "random_split",
     POOL(1, 150) RATE(15) FOUR RANDOM TARGET("outcome: episodes_server, server: 0"),
     0.11656203848201972},
    {"B01", "random_split", POOL(4, 150) RATE(48) FOUR RANDOM TARGET("outcome: time_over"),
     0.012289873185322434},
    {"B06", "random_split",
     POOL(8, 150) RATE(96) FOUR RANDOM TARGET("outcome: time_over_at_least, k: 2"),
     0.0002635064636077114},
    {"B07", "random_split",
     POOL(8, 190) RATE(96) FOUR RANDOM
     "background: {items: [{name: x, resource: load, law: \"normal(mean 30, sd 15)\", shared: "
     "yes}]}\n" TARGET("outcome: time_over"),
     0.02227657468642509},
    {"C05", "random_split",
     POOL(1,
          55) "arrivals: {sources: [{kind: sinusoid, rate: 30 per hour, amplitude: 60 %, period: "
              "24 h}]}\n" UNIT RANDOM
              "window: {start: periodic, from: 0 h, length: 24 h}\n" TARGET("outcome: time_over"),
     0.021697030439916994},
    {"C10", "random_split",
     POOL(2, 30) "arrivals: {sources: [{kind: piecewise, edges: [0 h, 1 h, 2 h, 3 h, 4 h, 5 h, 6 "
                 "h], rates: [10 "
                 "per hour, 40 per hour, 60 per hour, 30 per hour, 55 per hour, 20 per hour]}]}\n"
                 "meetings: {classes: [{duration: exponential(0.75 h), size: 1, load: {load: "
                 "1}}]}\n" RANDOM EMPTY(6) TARGET("outcome: server_hours_over"),
     0.013846563034503254},
    {"D08", "random_split",
     POOL(1, 30) "arrivals: {sources: [{kind: poisson_batch, rate: 3 per hour, count: "
                 "geometric(0.25)}]}\n" UNIT RANDOM TARGET("outcome: time_over"),
     0.016742070953438888},
    {"D10", "random_split",
     POOL(1, 30) "arrivals: {sources: [{kind: poisson_batch, rate: 3 per hour, count: "
                 "geometric(0.25)}]}\n"
                 "meetings: {classes: [{duration: 1 h, size: 1, load: {load: 1}}]}\n" RANDOM TARGET(
                     "outcome: time_over"),
     0.04363502510987345},
    {"E03", "loss",
     POOL(1, 200) RATE(120) UNIT
     "placement: {rule: random, admission: chosen_full}\n" TARGET("outcome: blocking_all"),
     6.668416863406293e-12},
    {"E08", "loss",
     POOL(8, 5) RATE(28) UNIT
     "placement: {rule: least_loaded, metric: load, admission: chosen_full}\n" TARGET(
         "outcome: blocking_all"),
     0.006605079458412522},
    {"F01", "chain", POOL(2, 14) RATE(20) UNIT LEAST TARGET("outcome: time_over"),
     0.04102065926336612},
    {"F03", "chain", POOL(2, 24) RATE(20) UNIT LEAST TARGET("outcome: time_over"),
     4.4386256310770783e-08},
    {"F08", "chain", POOL(2, 14) RATE(20) UNIT LEAST TARGET("outcome: episodes"),
     0.2729913512098315},
    {"F14", "chain",
     POOL(3, 9) RATE(15) UNIT
     "placement: {rule: power_of_d, d: 2, metric: load}\n" TARGET("outcome: time_over"),
     0.004623711488071309},
    {"F17", "chain",
     POOL(2, 16) RATE(20) UNIT "placement: {rule: round_robin}\n" TARGET("outcome: time_over"),
     0.0250680264981509},
    {"F19", "chain",
     POOL(8, 22) RATE(80) UNIT
     "placement: {rule: round_robin}\n" TARGET("outcome: time_over_server, server: 0"),
     1.1051472334775404e-06},
    {"F35", "chain",
     POOL(2, 6) RATE(8) "meetings: {classes: [{duration: \"erlang(mean 1 h, stages 2)\", size: 1, "
                        "load: {load: 1}}]}\n" LEAST TARGET("outcome: time_over"),
     0.07844177098021476},
    {"F32", "transient",
     POOL(2,
          12) "arrivals: {sources: [{rate: 6 per hour}, {kind: clock_batch, period: 0.5 h, count: "
              "poisson(8)}]}\n"
              "meetings: {classes: [{duration: exponential(0.5 h), size: 1, load: {load: "
              "1}}]}\n" LEAST EMPTY(2.05) TARGET("outcome: period_overload"),
     0.040663784165116554},
    {"G02", "transient",
     POOL(1, 45) RATE(20) UNIT LEAST EMPTY(8) TARGET("outcome: period_overload"),
     2.8130130371201438e-05},
    {"G09", "scan",
     POOL(1, 14) RATE(8) ALIKE RANDOM EMPTY(2) TARGET("outcome: period_overload, level: full"),
     0.08865951066983957},
    {"G07", "transient",
     POOL(2, 22) RATE(20) UNIT LEAST EMPTY(4) TARGET("outcome: period_overload"),
     9.529401537318321e-06},
    {"I01", "pool_total",
     POOL(8, 150) RATE(96) FOUR LEAST
     "observe: {every: 1 h, total_above: [650]}\n" TARGET("outcome: total_above"),
     0.03967219173883933},
};
enum { N_ORACLES = sizeof oracles / sizeof *oracles };

typedef struct asked {
    hr_study study;
    hr_arena arena, scratch;
    hr_configuration configuration;
    unsigned index[HR_MAX_AXES];
} asked;

/* Where the target's cell is on the axes of its outcome. */
static void find_index(asked *a)
{
    const hr_layout *layout = &a->study.pools[0].layout;
    unsigned cell = a->study.target.cell - layout->first[a->study.target.outcome];
    for (int axis = HR_MAX_AXES; axis-- > 0;) {
        const unsigned n = layout->size[hr_outcomes[a->study.target.outcome].axes[axis]];
        a->index[axis] = cell % n;
        cell /= n;
    }
}

static void ask_for(asked *a, const char *text, hr_exact *answer)
{
    hr_err err = {0};
    *a = (asked){0};
    open_good(&a->study, text, NULL);
    resolve_good(&a->study, 0, 0, &a->arena, &a->configuration);
    find_index(a);
    assert_int_equal(hr_exact_value(&a->configuration, a->study.target.outcome, a->index,
                                    &hr_exact_effort_whole, &a->scratch, answer, &err),
                     HR_OK);
}

static void forget(asked *a)
{
    hr_arena_free(&a->scratch);
    hr_arena_free(&a->arena);
    hr_study_free(&a->study);
}

static void check(const oracle *o, double bias)
{
    asked a;
    hr_exact answer;
    ask_for(&a, o->text, &answer);
    if (answer.is != HR_EXACT_VALUE)
        fail_msg("%s: not known: %s", o->id, answer.why);
    const double error = fabs(answer.value / (o->value * bias) - 1.0);
    if (bias == 1.0 && (error > 2e-9 || error > 20.0 * answer.error + 1e-12))
        fail_msg("%s: %.17g is not %.17g", o->id, answer.value, o->value);
    if (bias != 1.0 && error < 1e-6)
        fail_msg("%s: a value that is wrong by %g passes", o->id, bias);
    assert_string_equal(answer.method, o->method);
    forget(&a);
}

static void values_are_the_oracles(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ORACLES; i++)
        check(&oracles[i], 1.0);
}

static void a_value_that_is_a_little_wrong_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ORACLES; i += 5)
        check(&oracles[i], 1.00001);
}

static void bounds_hold_the_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ORACLES; i++) {
        asked a;
        hr_exact answer;
        hr_exact_list known;
        hr_err err = {0};
        ask_for(&a, oracles[i].text, &answer);
        assert_int_equal(hr_exact_all(&a.configuration, a.study.target.outcome, a.index,
                                      &hr_exact_effort_whole, &a.scratch, &answer, &known, &err),
                         HR_OK);
        for (unsigned k = 0; k < known.n; k++) {
            const double ratio = known.item[k].value / oracles[i].value;
            if (known.item[k].is == HR_EXACT_LOWER)
                assert_true(ratio <= 1.0 + 1e-9);
            if (known.item[k].is == HR_EXACT_UPPER)
                assert_true(ratio >= 1.0 - 1e-9);
            if (known.item[k].is == HR_EXACT_APPROXIMATION)
                assert_true(fabs(ratio - 1.0) < 0.01);
        }
        forget(&a);
    }
}

static void what_is_not_known_has_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {POOL(2, 14) RATE(20) UNIT LEAST TARGET("outcome: meetings_hit"), "no formula"},
        {POOL(2, 14) RATE(20) UNIT LEAST TARGET("outcome: blocking_all"), "nothing is refused"},
        {POOL(1, 14) RATE(8) ALIKE RANDOM EMPTY(3) TARGET("outcome: period_overload"),
         "durations are not exponential"},
        {POOL(2, 14) RATE(20) UNIT
         "placement: {rule: least_loaded, metric: load, report_delay: 10 s}\n" TARGET(
             "outcome: time_over"),
         "depends on what is there"},
        {POOL(2, 14) RATE(20) "meetings: {classes: [{duration: exponential(1 h), size: 4, cost: "
                              "{load: 1}}], join_ramp: "
                              "\"uniform(0 s, 300 s)\"}\n" RANDOM TARGET("outcome: time_over"),
         "join over time"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked a;
        hr_exact answer;
        ask_for(&a, cases[i].text, &answer);
        assert_int_equal(answer.is, HR_EXACT_NOTHING);
        assert_true(isnan(answer.value));
        if (strstr(answer.why, cases[i].why) == NULL)
            fail_msg("\"%s\" is not in: %s", cases[i].why, answer.why);
        forget(&a);
    }
}

#define CLOCK                                                                                      \
    "arrivals: {sources: [{kind: clock_batch, period: 30 min, count: poisson(12),"                 \
    " lateness: 'exponential(mean 2 min)'}]}\n"
#define PERIODIC(hours) "window: {start: periodic, from: 0 h, length: " #hours " h}\n"

/* Late by chance and lasting by chance: the number alive is Poisson, its mean at h hours after an
 * epoch a sum over the epochs before; P(N > 30) by Simpson's rule. */
static double more_than_30(double h)
{
    const double late = 1.0 / 30.0;
    double mean = 0.0, term, sum = 0.0;
    for (int k = 0; k < 200; k++) {
        const double x = h + 0.5 * k;
        mean += 12.0 * (exp(-x) - exp(-x / late)) / (1.0 - late);
    }
    term = exp(-mean);
    for (int n = 1; n < 200; n++) {
        term *= mean / n;
        sum += n > 30 ? term : 0.0;
    }
    return sum;
}

static void meetings_on_the_clock_are_averaged_over_their_period(void **state)
{
    (void)state;
    double expected = 0.0;
    enum { STEPS = 20000 };
    for (int i = 0; i <= STEPS; i++) {
        const double factor = i == 0 || i == STEPS ? 1.0 : i % 2 ? 4.0 : 2.0;
        expected += factor * more_than_30(0.5 * i / STEPS) / (3.0 * STEPS);
    }
    static const char *const windows[] = {PERIODIC(0.5), PERIODIC(4), PERIODIC(1.25)};
    for (int i = 0; i < 3; i++) {
        char text[1024];
        asked a;
        hr_exact answer;
        (void)snprintf(text, sizeof text, "%s%s",
                       POOL(1, 30) CLOCK UNIT RANDOM TARGET("outcome: time_over"), windows[i]);
        ask_for(&a, text, &answer);
        assert_int_equal(answer.is, HR_EXACT_VALUE);
        const bool is_whole = fabs(answer.value / expected - 1.0) < 1e-7;
        if (is_whole != (i < 2)) /* one and a quarter hours hold no whole number of periods */
            fail_msg("%s: %.12g, of a period %.12g", windows[i], answer.value, expected);
        forget(&a);
    }
}

/* P(a walk of so many steps up and down, in random order, that starts at `at` is ever above 6), by
 * going through its steps: no reflection. */
static double climbs(int at, int up, int down)
{
    if (at > 6)
        return 1.0;
    if (up == 0)
        return 0.0;
    const double n = up + down;
    return up / n * climbs(at + 1, up - 1, down) +
           (down > 0 ? down / n * climbs(at - 1, up, down - 1) : 0.0);
}

static double poisson_weight(int n, double mean)
{
    double weight = exp(-mean);
    for (int i = 1; i <= n; i++)
        weight *= mean / i;
    return weight;
}

/* More than 6 in progress, of 4 an hour that last an hour: of the window of an hour `slides` leave
 * and as many enter. */
static double above_6(double slides)
{
    double sum = 0.0;
    for (int i = 0; i < 11; i++) {
        for (int j = 0; j < 20; j++) {
            for (int k = 0; k < 11; k++)
                sum += poisson_weight(i, 4.0 * slides) * poisson_weight(j, 4.0 * (1.0 - slides)) *
                       poisson_weight(k, 4.0 * slides) * climbs(i + j, k, i);
        }
    }
    return sum;
}

static double overload_of(const char *more, const char *method)
{
    char text[1024];
    asked a;
    hr_exact answer;
    (void)snprintf(text, sizeof text, "%s%s",
                   ALIKE RANDOM TARGET("outcome: period_overload, level: full"), more);
    ask_for(&a, text, &answer);
    if (answer.is != HR_EXACT_VALUE)
        fail_msg("%s: %s", more, answer.why);
    assert_string_equal(answer.method, method);
    forget(&a);
    return answer.value;
}

static void meetings_that_all_last_alike_are_a_scan(void **state)
{
    (void)state;
    const double quarter = overload_of(POOL(1, 6) RATE(4) EMPTY(1.25), "scan");
    assert_true(fabs(quarter / above_6(0.25) - 1.0) < 1e-6); /* what is cut off the sums */
    assert_true(fabs(quarter / above_6(0.26) - 1.0) > 1e-3);
    const double in_equilibrium =
        overload_of(POOL(1, 6) RATE(4) "window: {length: 15 min, warm_up: 0 s}\n", "scan");
    assert_true(fabs(in_equilibrium / quarter - 1.0) < 1e-9);
    double above = 1.0;
    for (int n = 0; n <= 6; n++)
        above -= poisson_weight(n, 2.0);
    assert_true(fabs(overload_of(POOL(1, 6) RATE(4) EMPTY(0.5), "transient") / above - 1.0) < 1e-9);
    const double three = overload_of(POOL(3, 6) RATE(12) EMPTY(1.25), "scan");
    assert_true(fabs(three / (1.0 - pow(1.0 - quarter, 3.0)) - 1.0) < 1e-9);
    assert_true(overload_of(POOL(1, 60) RATE(4) EMPTY(2), "scan") < 1e-40);
}

/* The number of multiplications decides, before the first law where it is certain. */
static void too_much_work_is_refused(void **state)
{
    (void)state;
    static const char text[] =
        POOL(1, 30) CLOCK UNIT RANDOM PERIODIC(4) TARGET("outcome: time_over");
    static const double all[] = {1e2, 1e3, 3e3, 1e6};
    asked a;
    hr_exact answer;
    ask_for(&a, text, &answer);
    for (int i = 0; i < 4; i++) {
        hr_err err = {0};
        hr_exact_effort effort = hr_exact_effort_whole;
        effort.all = all[i];
        hr_arena_reset(&a.scratch);
        assert_int_equal(hr_exact_value(&a.configuration, a.study.target.outcome, a.index, &effort,
                                        &a.scratch, &answer, &err),
                         HR_OK);
        assert_int_equal(answer.is, i < 3 ? HR_EXACT_NOTHING : HR_EXACT_VALUE);
        assert_true(i == 3 || strstr(answer.why, "more work than is allowed") != NULL);
    }
    forget(&a);
}

static void work_is_counted_before_it_is_done(void **state)
{
    (void)state;
    hr_exact_meter meter = {.least = 10.0};
    hr_exact_effort effort = {.work = 100.0, .points = 10, .all = 500.0, .meter = &meter};
    const char *why = NULL;
    assert_false(hr_exact_may(&effort, 1.0, 60.0, &why));
    assert_true(meter.spent <= 0.0);
    assert_true(hr_exact_may(&effort, 1.0, 50.0, &why));
    assert_true(meter.spent >= 50.0 && meter.spent <= 50.0);
    meter.least = 0.0;
    assert_false(hr_exact_may(&effort, 11.0, 1.0, &why));
    assert_false(hr_exact_may(&effort, 1.0, 101.0, &why));
    assert_true(hr_exact_may(&effort, 10.0, 100.0, &why));
}

/* A20: 270 are needed for 1e-6. */
static void the_needed_ceiling_is_the_lowest(void **state)
{
    (void)state;
    asked a;
    hr_exact answer;
    hr_err err = {0};
    hr_needed_ceiling needed;
    ask_for(&a, POOL(1, 150) RATE(15) FOUR RANDOM TARGET("outcome: time_over, at_most: 0.000001"),
            &answer);
    assert_int_equal(hr_needed_ceiling_of(&a.configuration, a.study.target.outcome, a.index, 1e-6,
                                          &hr_exact_effort_whole, &a.scratch, &needed, &err),
                     HR_OK);
    assert_null(needed.why);
    assert_true(needed.ceiling == 270.0);
    assert_true(needed.value <= 1e-6 && needed.below > 1e-6);
    forget(&a);
}

/* With one server all rules are the same; with d = 1 power of d is random. */
static void rules_that_are_the_same_have_the_same_value(void **state)
{
    (void)state;
    static const char *const same[] = {
        POOL(2, 14) RATE(20) UNIT
        "placement: {rule: power_of_d, d: 1, metric: load}\n" TARGET("outcome: time_over"),
        POOL(2, 14) RATE(20) UNIT RANDOM TARGET("outcome: time_over"),
        POOL(2, 14) RATE(20) UNIT
        "placement: {rule: power_of_d, d: 2, metric: load}\n" TARGET("outcome: time_over"),
        POOL(2, 14) RATE(20) UNIT LEAST TARGET("outcome: time_over"),
    };
    for (size_t i = 0; i < 4; i += 2) {
        asked a;
        hr_exact one, other;
        ask_for(&a, same[i], &one);
        forget(&a);
        ask_for(&a, same[i + 1], &other);
        forget(&a);
        assert_true(fabs(one.value / other.value - 1.0) < 1e-8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_the_oracles),
        cmocka_unit_test(a_value_that_is_a_little_wrong_is_found),
        cmocka_unit_test(bounds_hold_the_value),
        cmocka_unit_test(what_is_not_known_has_a_reason),
        cmocka_unit_test(meetings_on_the_clock_are_averaged_over_their_period),
        cmocka_unit_test(meetings_that_all_last_alike_are_a_scan),
        cmocka_unit_test(too_much_work_is_refused),
        cmocka_unit_test(work_is_counted_before_it_is_done),
        cmocka_unit_test(the_needed_ceiling_is_the_lowest),
        cmocka_unit_test(rules_that_are_the_same_have_the_same_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
