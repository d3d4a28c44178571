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
#define UNIT "meetings: {classes: [{" HOUR "size: 1, load: {load: 1}}]}\n"
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
        cmocka_unit_test(the_needed_ceiling_is_the_lowest),
        cmocka_unit_test(rules_that_are_the_same_have_the_same_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
