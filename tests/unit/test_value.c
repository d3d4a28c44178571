/* Values: numbers, units and laws as they are written. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "study/call.h"
#include "study/span.h"
#include "study/unit.h"

static const hr_meaning of_time = {.dimension = HR_DIMENSION_TIME};
static const hr_meaning of_number = {.dimension = HR_DIMENSION_NUMBER};
static const hr_meaning of_fraction = {.dimension = HR_DIMENSION_FRACTION};
static const hr_meaning of_cpu = {.dimension = HR_DIMENSION_CPU};

static hr_quantity quantity_of(const char *text, hr_meaning meaning)
{
    hr_quantity quantity;
    hr_err err = {0};
    if (hr_quantity_parse(hr_span_of(text), meaning, &quantity, &err) != HR_OK)
        fail_msg("%s: %s", text, err.message);
    return quantity;
}

static void refuse_quantity(const char *text, hr_dimension dimension, const char *said)
{
    hr_quantity quantity;
    hr_err err = {0};
    const hr_meaning meaning = {.dimension = dimension};
    assert_int_equal(hr_quantity_parse(hr_span_of(text), meaning, &quantity, &err), HR_ERR_DATA);
    if (strstr(err.message, said) == NULL)
        fail_msg("%s: \"%s\" is not in: %s", text, said, err.message);
}

/* ---- numbers */

static void numbers_are_read_up_to_their_end(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        double number;
    } cases[] = {
        {"12", 2, 12.0},    {"-1.5e3 s", 6, -1500.0},
        {".5", 2, 0.5},     {"5.", 2, 5.0},
        {"+7", 2, 7.0},     {"1e", 1, 1.0},
        {"1e+", 1, 1.0},    {"0.1x", 3, 0.1},
        {"2e-3%", 4, 2e-3}, {"0.7575757575757576", 18, 0.7575757575757576},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double number = -1.0;
        assert_int_equal(hr_span_number(hr_span_of(cases[i].text), &number), cases[i].length);
        assert_true(number == cases[i].number);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",    "-",     ".",  "e5", "inf",
                                        "nan", "1e999", "x1", " 1", "--1"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double number;
        assert_int_equal(hr_span_number(hr_span_of(cases[i]), &number), 0);
    }
    char many_digits[100];
    double number;
    memset(many_digits, '1', sizeof many_digits);
    assert_int_equal(hr_span_number((hr_span){many_digits, sizeof many_digits}, &number), 0);
    assert_int_equal(hr_span_number(hr_span_of("0x10"), &number), 1); /* reads the 0 alone */
}

static void near_words_are_found_and_far_ones_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *word, *best;
    } cases[] = {{"servrs", "servers"}, {"serevrs", "servers"}, {"SERVERS", "servers"},
                 {"rte", "rate"},       {"weather", NULL},      {"x", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hr_guess guess = hr_guess_for(hr_span_of(cases[i].word));
        hr_guess_offer(&guess, "rate");
        hr_guess_offer(&guess, "servers");
        if (cases[i].best == NULL)
            assert_null(guess.best);
        else
            assert_string_equal(guess.best, cases[i].best);
    }
}

static void canonical_text_has_single_blanks(void **state)
{
    (void)state;
    hr_arena arena = {0};
    assert_string_equal(hr_span_canonical(hr_span_of("  4 \t per\n  hour "), &arena), "4 per hour");
    assert_string_equal(hr_span_canonical(hr_span_of(" "), &arena), "");
    hr_arena_free(&arena);
}

/* ---- units */

static void units_convert_to_the_base_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        hr_dimension dimension;
        double number;
    } cases[] = {
        {"45 min", HR_DIMENSION_TIME, 2700.0},
        {"4h", HR_DIMENSION_TIME, 14400.0},
        {"30 ms", HR_DIMENSION_TIME, 0.03},
        {"1 day", HR_DIMENSION_TIME, 86400.0},
        {"-2 min", HR_DIMENSION_TIME, -120.0},
        {"4 per hour", HR_DIMENSION_RATE, 4.0 / 3600.0},
        {"12 per second", HR_DIMENSION_RATE, 12.0},
        {"6 /h", HR_DIMENSION_RATE, 6.0 / 3600.0},
        {"27120 Mc/s", HR_DIMENSION_CPU, 27120.0},
        {"2.26 Gc/s", HR_DIMENSION_CPU, 2260.0},
        {"32 GiB", HR_DIMENSION_MEMORY, 32768.0},
        {"32 GB", HR_DIMENSION_MEMORY, 32e9 / 1048576.0},
        {"1 Gbit/s", HR_DIMENSION_BANDWIDTH, 1e6},
        {"1.1 MB/s", HR_DIMENSION_BANDWIDTH, 8800.0},
        {"5 %", HR_DIMENSION_FRACTION, 0.05},
        {"0.8", HR_DIMENSION_FRACTION, 0.8},
        {"90 deg", HR_DIMENSION_ANGLE, 1.5707963267948966},
        {"0.25 turn", HR_DIMENSION_ANGLE, 1.5707963267948966},
        {"80000", HR_DIMENSION_USERS, 80000.0},
        {"12", HR_DIMENSION_COUNT, 12.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const hr_quantity q =
            quantity_of(cases[i].text, (hr_meaning){.dimension = cases[i].dimension});
        if (fabs(q.number - cases[i].number) > 1e-12 * fabs(cases[i].number))
            fail_msg("%s: %.17g", cases[i].text, q.number);
        assert_int_equal(q.form, HR_FORM_PLAIN);
    }
}

static void forms_are_kept(void **state)
{
    (void)state;
    hr_quantity q = quantity_of("6660 per server", (hr_meaning){.dimension = HR_DIMENSION_USERS});
    assert_int_equal(q.form, HR_FORM_PER_SERVER);
    assert_true(q.number == 6660.0);
    q = quantity_of("30 % at 6660 users", of_cpu);
    assert_int_equal(q.form, HR_FORM_AT_USERS);
    assert_true(q.is_percent && q.number == 0.3 && q.at == 6660.0);
    q = quantity_of("13 Mbit/s at 6660 users", (hr_meaning){.dimension = HR_DIMENSION_BANDWIDTH});
    assert_int_equal(q.form, HR_FORM_AT_USERS);
    assert_true(!q.is_percent && q.number == 13000.0);
    q = quantity_of("80 %",
                    (hr_meaning){.dimension = HR_DIMENSION_RESOURCE, .resource = HR_RESOURCE_CPU});
    assert_int_equal(q.form, HR_FORM_PERCENT);
    q = quantity_of("375 participants", (hr_meaning){.dimension = HR_DIMENSION_RESOURCE,
                                                     .resource = HR_RESOURCE_PARTICIPANTS});
    assert_true(q.number == 375.0);
    q = quantity_of("8 replications",
                    (hr_meaning){.dimension = HR_DIMENSION_COUNT, .noun = "replications"});
    assert_true(q.number == 8.0);
}

static void result_units_say_the_form(void **state)
{
    (void)state;
    hr_arena arena = {0};
    hr_quantity q = quantity_of("30 % at 6660 users", of_cpu);
    assert_string_equal(hr_quantity_unit(&q, &arena), "% at 6660 users");
    q = quantity_of("45 min", of_time);
    assert_string_equal(hr_quantity_unit(&q, &arena), "min");
    assert_true(q.scale == 60.0);
    q = quantity_of("3", of_number);
    assert_string_equal(hr_quantity_unit(&q, &arena), "1");
    hr_arena_free(&arena);
}

static void a_missing_or_wrong_unit_has_a_remedy(void **state)
{
    (void)state;
    refuse_quantity("4", HR_DIMENSION_TIME, "needs a unit of time, e.g. \"4 h\"");
    refuse_quantity("0", HR_DIMENSION_TIME, "needs a unit of time");
    refuse_quantity("4 kg", HR_DIMENSION_TIME, "\"kg\" is no unit of time");
    refuse_quantity("20 Mbps", HR_DIMENSION_BANDWIDTH, "write Mbit/s");
    refuse_quantity("2260 MHz", HR_DIMENSION_CPU, "write Mc/s");
    refuse_quantity("100 Mc", HR_DIMENSION_CPU, "write Mc/s");
    refuse_quantity("5 %", HR_DIMENSION_NUMBER, "cannot follow");
    refuse_quantity("5 %", HR_DIMENSION_TIME, "no unit of time");
    refuse_quantity("1.5", HR_DIMENSION_COUNT, "whole number");
    refuse_quantity("80 users per hour", HR_DIMENSION_RATE, "no unit of rate");
    refuse_quantity("30 % at no users", HR_DIMENSION_CPU, "needs a number of users");
    refuse_quantity("30 % at 0 users", HR_DIMENSION_CPU, "needs a number of users");
    refuse_quantity("4 h h", HR_DIMENSION_TIME, "no unit of time");
    refuse_quantity("", HR_DIMENSION_TIME, "needs a time");
    refuse_quantity("nan s", HR_DIMENSION_TIME, "needs a time");
}

/* ---- laws */

static hr_law law_of(const char *text, hr_meaning meaning, hr_arena *arena)
{
    hr_call call;
    hr_law law = {0};
    hr_err err = {0};
    if (hr_call_parse(hr_span_of(text), meaning, &call, arena, &err) != HR_OK ||
        hr_call_law(&call, &law, &err) != HR_OK)
        fail_msg("%s: %s", text, err.message);
    return law;
}

static void refuse_law(const char *text, hr_meaning meaning, const char *said)
{
    hr_arena arena = {0};
    hr_call call;
    hr_law law;
    hr_err err = {0};
    hr_status st = hr_call_parse(hr_span_of(text), meaning, &call, &arena, &err);
    if (st == HR_OK)
        st = hr_call_law(&call, &law, &err);
    assert_int_equal(st, HR_ERR_DATA);
    if (strstr(err.message, said) == NULL)
        fail_msg("%s: \"%s\" is not in: %s", text, said, err.message);
    hr_arena_free(&arena);
}

static void assert_law(hr_law law, hr_law_kind kind, double a, double b, double c)
{
    assert_int_equal(law.kind, kind);
    assert_true(fabs(law.a - a) <= 1e-12 * fabs(a));
    assert_true(fabs(law.b - b) <= 1e-12 * fabs(b));
    assert_true(fabs(law.c - c) <= 1e-12 * fabs(c));
}

static void laws_take_named_arguments(void **state)
{
    (void)state;
    hr_arena arena = {0};
    assert_law(law_of("45 min", of_time, &arena), HR_LAW_CONSTANT, 2700, 0, 0);
    assert_law(law_of("lognormal(mean 45 min, cv 0.8)", of_time, &arena), HR_LAW_LOGNORMAL, 2700,
               0.8, 0);
    assert_law(law_of("lognormal(cv 80 %, mean 45 min)", of_time, &arena), HR_LAW_LOGNORMAL, 2700,
               0.8, 0);
    assert_law(law_of("exponential(3 min)", of_time, &arena), HR_LAW_EXPONENTIAL, 180, 0, 0);
    assert_law(law_of("uniform(30 min, 60 min)", of_time, &arena), HR_LAW_UNIFORM, 1800, 3600, 0);
    assert_law(law_of("pareto(from 20, alpha 4.29, to 250)", of_number, &arena), HR_LAW_PARETO, 20,
               4.29, 250);
    assert_law(law_of("normal(mean 30, sd 10)", of_number, &arena), HR_LAW_NORMAL, 30, 10, 0);
    assert_law(law_of("normal(mean 30, cv 50 %)", of_number, &arena), HR_LAW_NORMAL, 30, 15, 0);
    assert_law(law_of("normal(cv 5 %)", of_fraction, &arena), HR_LAW_NORMAL, 1, 0.05, 0);
    assert_law(law_of("gamma(shape 16, scale 1.25)", of_number, &arena), HR_LAW_GAMMA, 20, 0.25, 0);
    assert_law(law_of("erlang(mean 1 h, stages 3)", of_time, &arena), HR_LAW_ERLANG, 3600, 3, 0);
    assert_law(law_of("geometric(success 0.25)", of_number, &arena), HR_LAW_GEOMETRIC, 0.25, 0, 0);
    hr_arena_free(&arena);
}

static void zeta_is_found_by_its_mean(void **state)
{
    (void)state;
    hr_arena arena = {0};
    const hr_law law = law_of("zeta(from 2, mean 5, to 500)", of_number, &arena);
    assert_int_equal(law.kind, HR_LAW_ZETA);
    assert_true(fabs(hr_law_mean(&law) - 5.0) < 1e-9);
    assert_true(fabs(law.b - 2.3914) < 1e-4);
    hr_arena_free(&arena);
}

static void mixes_are_values_at_shares(void **state)
{
    (void)state;
    hr_arena arena = {0};
    hr_law law = law_of("mix(4 at 85 %, 6 at 10 %, 11 at 5 %)", of_number, &arena);
    assert_int_equal(law.kind, HR_LAW_TABLE);
    assert_int_equal(law.n, 3);
    assert_true(fabs(hr_law_mean(&law) - 4.55) < 1e-12);
    law = law_of("hyperexponential(mean 15 min at 80 %, mean 4 h at 0.2)", of_time, &arena);
    assert_int_equal(law.kind, HR_LAW_HYPEREXPONENTIAL);
    assert_true(law.value[1] == 14400.0 && law.share[0] == 0.8);
    hr_arena_free(&arena);
}

static void a_spread_of_nothing_is_the_mean(void **state)
{
    (void)state;
    hr_arena arena = {0};
    assert_law(law_of("gamma(mean 1, cv 0 %)", of_number, &arena), HR_LAW_CONSTANT, 1, 0, 0);
    assert_law(law_of("lognormal(mean 45 min, cv 0)", of_time, &arena), HR_LAW_CONSTANT, 2700, 0,
               0);
    hr_arena_free(&arena);
}

static void wrong_laws_are_refused_with_the_reason(void **state)
{
    (void)state;
    refuse_law("lognormel(mean 45 min, cv 0.8)", of_time, "did you mean lognormal?");
    refuse_law("lognormal(mean 45 min)", of_time, "cv is missing");
    refuse_law("lognormal(mean 45 min, cv 0.8, cv 0.9)", of_time, "cv is given twice");
    refuse_law("lognormal(mean 45, cv 0.8)", of_time, "needs a unit of time");
    refuse_law("lognormal(mean 45 min, sd 3 min)", of_time, "no argument of lognormal");
    refuse_law("lognormal(mean 45 min, 0.8)", of_time, "no argument of lognormal");
    refuse_law("lognormal(mean -45 min, cv 0.8)", of_time, "mean must be above 0");
    refuse_law("normal(mean 3, sd 1, cv 2)", of_number, "not both");
    refuse_law("normal(sd 1 min)", of_time, "mean is missing");
    refuse_law("gamma(mean 1, shape 3, scale 2)", of_number, "not both");
    refuse_law("zeta(from 2, mean 1, to 500)", of_number, "between from and to");
    refuse_law("uniform(2, 1)", of_number, "at least low");
    refuse_law("uniform(1, 2, 3)", of_number, "no argument of uniform");
    refuse_law("uniform(15 % at 6660 users, 40 % at 7000 users)", of_cpu, "written alike");
    refuse_law("uniform(15 % at 6660 users, 40 %)", of_cpu, "written alike");
    refuse_law("mix(4 at 85 %, 6 at 10 %)", of_number, "sum to 1");
    refuse_law("mix(4, 6)", of_number, "value at share");
    refuse_law("mix()", of_number, "entries");
    refuse_law("mix(uniform(1, 2) at 100 %)", of_number, "inside a law");
    refuse_law("uniform(1, 2", of_number, "not closed");
    refuse_law("pareto(from 20, alpha 4.29, to 2.5)", of_number, "whole number");
}

static void one_argument_can_be_rewritten(void **state)
{
    (void)state;
    hr_arena arena = {0};
    hr_err err = {0};
    const char *text = NULL;
    static const struct {
        const char *text, *name, *with, *then;
    } cases[] = {
        {"lognormal(mean 45 min, cv 0.8)", "mean", "1 h", "lognormal(mean 1 h, cv 0.8)"},
        {"uniform(1, 2)", "high", "3", "uniform(1, 3)"},
        {"exponential(3 min)", "mean", "4 min", "exponential(4 min)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(hr_call_replace(cases[i].text, hr_span_of(cases[i].name), cases[i].with,
                                         &text, &arena, &err),
                         HR_OK);
        assert_string_equal(text, cases[i].then);
    }
    assert_int_equal(
        hr_call_replace("exponential(3 min)", hr_span_of("cv"), "1", &text, &arena, &err),
        HR_ERR_DATA);
    assert_non_null(strstr(err.message, "has no argument \"cv\""));
    hr_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_up_to_their_end),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(near_words_are_found_and_far_ones_are_not),
        cmocka_unit_test(canonical_text_has_single_blanks),
        cmocka_unit_test(units_convert_to_the_base_unit),
        cmocka_unit_test(forms_are_kept),
        cmocka_unit_test(result_units_say_the_form),
        cmocka_unit_test(a_missing_or_wrong_unit_has_a_remedy),
        cmocka_unit_test(laws_take_named_arguments),
        cmocka_unit_test(zeta_is_found_by_its_mean),
        cmocka_unit_test(mixes_are_values_at_shares),
        cmocka_unit_test(a_spread_of_nothing_is_the_mean),
        cmocka_unit_test(wrong_laws_are_refused_with_the_reason),
        cmocka_unit_test(one_argument_can_be_rewritten),
    };
    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
