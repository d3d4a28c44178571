/* Laws: quantiles, survivals, moments and excesses against each other and against independent
 * sums; what is out of range. */
#include "laws.h"

static hr_arena arena;

static int free_arena(void **state)
{
    (void)state;
    hr_arena_free(&arena);
    return 0;
}

/* ---- the laws themselves */

static void quantile_and_survival_are_inverse(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_LAWS; k++)
        for (int i = 0; i < 200; i++) {
            const double p = (i + 0.5) / 200, x = hr_law_quantile(&laws[k], p);
            if (has_density(&laws[k])) {
                assert_near(&laws[k], hr_law_survival(&laws[k], x), 1.0 - p, 1e-12);
                continue;
            }
            assert_true(hr_law_survival(&laws[k], x) <= 1.0 - p + 1e-15);
            assert_true(hr_law_survival(&laws[k], nextafter(x, -HUGE_VAL)) >= 1.0 - p - 1e-15);
        }
}

/* d/dt E[(X - t)+] = -P(X > t), at t inside, below and above the support. */
static void mean_excess_falls_by_the_survival(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_LAWS; k++) {
        const hr_law *law = &laws[k];
        const double mean = hr_law_mean(law), sd = sqrt(hr_law_variance(law));
        for (int i = -20; i <= 60; i++) {
            const double t = floor(mean + 0.1 * i * (sd + 1.0)) + 0.25, h = 1e-4 * (sd + 1.0);
            const double fall = hr_law_mean_excess(law, t) - hr_law_mean_excess(law, t + h);
            const double survival =
                has_density(law) ? hr_law_survival(law, t + 0.5 * h) : hr_law_survival(law, t);
            if (has_density(law) || floor(t) == floor(t + h))
                assert_near(law, fall / h, survival, 1e-6);
        }
        assert_near(law, hr_law_mean_excess(law, mean - 50.0 * sd - 1000.0), 50.0 * sd + 1000.0,
                    1e-9 * (50.0 * sd + 1000.0));
        assert_true(hr_law_mean_excess(law, mean + 1000.0 * sd + 1e6) < 1e-9);
    }
}

/* Mean and variance as averages over quantiles; what a grid of 16,384 misses of the tail sets
 * the tolerance. */
static void moments_are_those_of_the_quantiles(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_LAWS; k++) {
        const hr_law *law = &laws[k];
        const int n = has_density(law) ? GRID : GRID / 16;
        double sum = 0.0, square = 0.0;
        const double mean = hr_law_mean(law), variance = hr_law_variance(law);
        for (int i = 0; i < n; i++) {
            const double d = hr_law_quantile(law, (i + 0.5) / n) - mean;
            sum += d;
            square += d * d;
        }
        assert_near(law, sum / n, 0.0, 5e-3 * sqrt(variance));
        assert_near(law, square / n, variance, 0.15 * variance);
    }
}

/* scipy 1.10: sums over the probability functions written out in law.h; means then variances. */
static void moments_match_independent_sums(void **state)
{
    (void)state;
    static const double expected[3][2] = {{25.591047555142, 67.1300107279057},
                                          {4.99981776961041, 156.041604791753},
                                          {7.24608256947947, 42.1095514475961}};
    for (size_t k = 0; k < 3; k++) {
        const hr_law *law = &laws[N_LAWS - 3 + k];
        assert_near(law, hr_law_mean(law), expected[k][0], 1e-9 * expected[k][0]);
        assert_near(law, hr_law_variance(law), expected[k][1], 1e-9 * expected[k][1]);
    }
}

static void tables_sum_to_one_and_have_the_moments(void **state)
{
    (void)state;
    hr_err err = {0};
    for (size_t k = 0; k < N_LAWS; k++) {
        const hr_law *law = &laws[k];
        if (!hr_law_is_integer(law))
            continue;
        size_t n = 0;
        const double *value = NULL, *share = NULL;
        assert_int_equal(hr_law_tabulate(law, &arena, &n, &value, &share, &err), HR_OK);
        double total = 0.0, mean = 0.0;
        for (size_t i = 0; i < n; i++) {
            total += share[i];
            mean += share[i] * value[i];
            const double exact =
                hr_law_survival(law, value[i] - 0.5) - hr_law_survival(law, value[i] + 0.5);
            assert_near(law, share[i], exact, 1e-11);
        }
        assert_near(law, total, 1.0, 1e-12);
        assert_near(law, mean, hr_law_mean(law), 1e-9 * hr_law_mean(law));
    }
    size_t n = 0;
    const double *value = NULL, *share = NULL;
    assert_int_equal(hr_law_tabulate(&laws[6], &arena, &n, &value, &share, &err), HR_ERR_BUG);
}

static void zeta_is_found_by_its_mean(void **state)
{
    (void)state;
    assert_near(&laws[0], hr_law_zeta_alpha(2.0, 500.0, 5.0), 2.3914, 5e-5);
    for (int i = 1; i < 50; i++) {
        const double mean = 2.0 + 498.0 * i / 50;
        const hr_law law = {
            .kind = HR_LAW_ZETA, .a = 2.0, .c = 500.0, .b = hr_law_zeta_alpha(2.0, 500.0, mean)};
        assert_near(&law, hr_law_mean(&law), mean, 1e-9 * mean);
    }
    assert_true(isnan(hr_law_zeta_alpha(2.0, 500.0, 2.0)));
    assert_true(isnan(hr_law_zeta_alpha(2.0, 500.0, 501.0)));
}

static void kinds_know_what_they_are(void **state)
{
    (void)state;
    static const bool integer[N_LAWS] = {
        [14] = 1, [15] = 1, [16] = 1, [17] = 1, [18] = 1, [19] = 1, [20] = 1, [21] = 1, [22] = 1};
    static const bool constant[N_LAWS] = {[0] = 1, [16] = 1, [19] = 1};
    for (size_t k = 0; k < N_LAWS; k++) {
        assert_int_equal(hr_law_is_integer(&laws[k]), integer[k]);
        assert_int_equal(hr_law_is_constant(&laws[k]), constant[k]);
    }
    static const double same[] = {3.0, 3.0, 4.0}, share[] = {0.5, 0.5, 0.0};
    const hr_law one = {.kind = HR_LAW_TABLE, .n = 3, .value = same, .share = share};
    assert_true(hr_law_is_constant(&one));
    const hr_law whole = {.kind = HR_LAW_CONSTANT, .a = 3.0};
    assert_true(hr_law_is_integer(&whole));
}

static void every_kind_has_one_row(void **state)
{
    (void)state;
    assert_int_equal(hr_n_law_rows, HR_LAW_LOGNORMAL_SIZE + 1);
    for (int kind = HR_LAW_CONSTANT; kind <= (int)HR_LAW_LOGNORMAL_SIZE; kind++) {
        const hr_law_row *row = &hr_law_rows[kind];
        assert_int_equal(row->kind, kind);
        assert_true(strlen(row->name) > 0 && strlen(row->doc) > 0);
        assert_null(row->arguments[4]);
        for (int other = 0; other < kind; other++)
            assert_string_not_equal(row->name, hr_law_rows[other].name);
    }
}

/* ---- refusals */

static void parameters_out_of_range_are_named(void **state)
{
    (void)state;
    static const double one[] = {1.0, 2.0}, short_share[] = {0.5, 0.4}, below[] = {-0.5, 1.5};
    static const double zero_mean[] = {0.0, 1.0}, half[] = {0.5, 0.5};
    static const struct {
        hr_law law;
        const char *message;
    } bad[] = {
        {{.kind = HR_LAW_UNIFORM, .a = 2.0, .b = 1.0}, "uniform: high must be at least low, not 1"},
        {{.kind = HR_LAW_LOG_UNIFORM, .a = 0.0, .b = 1.0}, "low must be above 0"},
        {{.kind = HR_LAW_TRIANGULAR, .a = 2.0, .b = 1.0, .c = 3.0}, "mode"},
        {{.kind = HR_LAW_TRIANGULAR, .a = 1.0, .b = 2.0, .c = 1.5}, "high"},
        {{.kind = HR_LAW_EXPONENTIAL, .a = 0.0}, "mean must be above 0"},
        {{.kind = HR_LAW_ERLANG, .a = 1.0, .b = 1.5}, "stages"},
        {{.kind = HR_LAW_GAMMA, .a = 1.0, .b = 0.0}, "cv"},
        {{.kind = HR_LAW_LOGNORMAL, .a = 1.0, .b = 0.0}, "cv"},
        {{.kind = HR_LAW_LOGNORMAL, .a = -1.0, .b = 1.0}, "mean"},
        {{.kind = HR_LAW_NORMAL, .a = 1.0, .b = -1.0}, "sd"},
        {{.kind = HR_LAW_CONSTANT, .a = HUGE_VAL}, "finite"},
        {{.kind = HR_LAW_TABLE, .n = 2, .value = one, .share = short_share},
         "mix: the shares must sum to 1, not 0.9"},
        {{.kind = HR_LAW_TABLE, .n = 2, .value = one, .share = below}, "share"},
        {{.kind = HR_LAW_TABLE, .n = 0}, "entries"},
        {{.kind = HR_LAW_HYPEREXPONENTIAL, .n = 2, .value = zero_mean, .share = half}, "mean"},
        {{.kind = HR_LAW_GEOMETRIC, .a = 0.0}, "success"},
        {{.kind = HR_LAW_POISSON, .a = -1.0}, "mean"},
        {{.kind = HR_LAW_PARETO, .a = 0.0, .b = 2.0, .c = 5.0}, "from"},
        {{.kind = HR_LAW_PARETO, .a = 2.0, .b = 0.0, .c = 5.0}, "alpha"},
        {{.kind = HR_LAW_ZETA, .a = 2.0, .b = 2.0, .c = 1.0}, "to must be"},
        {{.kind = HR_LAW_ZETA, .a = 1.0, .b = 2.0, .c = 1e6}, "to - from"},
        {{.kind = HR_LAW_LOGNORMAL_SIZE, .a = 1.0, .b = 9.0, .c = 1.0, .d = 0.0}, "sigma"},
    };
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        hr_err err = {0};
        assert_int_equal(hr_law_check(&bad[k].law, &err), HR_ERR_DATA);
        if (strstr(err.message, bad[k].message) == NULL)
            fail_msg("'%s' does not say '%s'", err.message, bad[k].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(quantile_and_survival_are_inverse, free_arena),
        cmocka_unit_test_teardown(mean_excess_falls_by_the_survival, free_arena),
        cmocka_unit_test_teardown(moments_are_those_of_the_quantiles, free_arena),
        cmocka_unit_test_teardown(moments_match_independent_sums, free_arena),
        cmocka_unit_test_teardown(tables_sum_to_one_and_have_the_moments, free_arena),
        cmocka_unit_test_teardown(zeta_is_found_by_its_mean, free_arena),
        cmocka_unit_test_teardown(kinds_know_what_they_are, free_arena),
        cmocka_unit_test_teardown(every_kind_has_one_row, free_arena),
        cmocka_unit_test_teardown(parameters_out_of_range_are_named, free_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
