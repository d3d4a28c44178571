/* Samplers against their laws.
 *
 * A sampler maps one 32-bit word to one draw, so it is mostly tested without chance: over a grid
 * of evenly spaced words its distribution must be the law's to within the grid. The one test with
 * random words has a fixed seed and a false-alarm rate of 1e-6 per law (2 laws). Samplers that
 * are wrong by one per cent are shown to be rejected by both. */
#include <stdlib.h>

#include "laws.h"

#include "base/stream.h"

enum { RANDOM = 1 << 20 };

static hr_arena arena;
static double draw[RANDOM];

/* Linked with --wrap=hr_mem_raw: the system runs out of memory after `calls_left` calls. */
void *__real_hr_mem_raw(size_t bytes);
void *__wrap_hr_mem_raw(size_t bytes);
static long calls_left = -1;

void *__wrap_hr_mem_raw(size_t bytes)
{
    if (calls_left == 0)
        return NULL;
    if (calls_left > 0)
        calls_left--;
    return __real_hr_mem_raw(bytes);
}

static int free_arena(void **state)
{
    (void)state;
    calls_left = -1;
    hr_arena_free(&arena);
    return 0;
}

static void make(hr_sampler *sampler, const hr_law *law)
{
    hr_err err = {0};
    assert_int_equal(hr_law_check(law, &err), HR_OK);
    assert_int_equal(hr_sampler_init(sampler, law, &arena, &err), HR_OK);
}

/* Word i of GRID, evenly spaced over the whole range. */
static uint32_t grid_word(uint32_t i)
{
    return i * (UINT32_MAX / GRID + 1) + (UINT32_MAX / GRID + 1) / 2;
}

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* ---- samplers: the distribution over all words */

/* Largest distance between the sorted draws and the law's distribution function; `weighted`
 * takes P*(X > x) = (E[(X - x)+] + x P(X > x)) / E[X]. */
static double distance(const hr_law *law, size_t n, bool weighted)
{
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double x = draw[i];
        double above = hr_law_survival(law, x);
        if (weighted)
            above = (hr_law_mean_excess(law, x) + x * above) / hr_law_mean(law);
        const double low = (double)i / (double)n, high = ((double)i + 1.0) / (double)n;
        largest = fmax(largest, fmax(1.0 - above - low, high - (1.0 - above)));
    }
    return largest;
}

/* Largest error of the share of any entry. */
static double share_error(const hr_law *law, size_t n, bool weighted)
{
    double largest = 0.0;
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && draw[end] == draw[i])
            end++;
        const double x = draw[i];
        double share = hr_law_survival(law, x - 1e-6) - hr_law_survival(law, x);
        if (weighted)
            share *= x / hr_law_mean(law);
        largest = fmax(largest, fabs((double)(end - i) / (double)n - share));
        i = end;
    }
    return largest;
}

static double grid_error(const hr_sampler *sampler, double factor)
{
    const hr_law *law = &sampler->law;
    for (uint32_t i = 0; i < GRID; i++)
        draw[i] = factor * hr_sampler_draw(sampler, grid_word(i));
    qsort(draw, GRID, sizeof draw[0], ascending);
    return has_density(law) ? distance(law, GRID, sampler->weighted)
                            : share_error(law, GRID, sampler->weighted);
}

static void samplers_have_their_laws(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_LAWS; k++) {
        hr_sampler sampler;
        make(&sampler, &laws[k]);
        assert_near(&laws[k], grid_error(&sampler, 1.0), 0.0, 4.0 / GRID);
    }
}

static void a_sampler_wrong_by_one_per_cent_is_seen(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_LAWS; k++) {
        hr_sampler sampler;
        make(&sampler, &laws[k]);
        if (hr_law_mean(&laws[k]) > 0.0)
            assert_true(grid_error(&sampler, 1.01) > 16.0 / GRID);
    }
}

static bool is_duration(const hr_law *law)
{
    return law->kind != HR_LAW_LOG_UNIFORM && law->kind != HR_LAW_TRIANGULAR &&
           law->kind != HR_LAW_NORMAL && hr_law_mean(law) > 0.0;
}

static void length_biased_samplers_have_the_weighted_law(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_LAWS; k++) {
        if (!is_duration(&laws[k]))
            continue;
        hr_sampler sampler;
        hr_err err = {0};
        assert_int_equal(hr_law_length_biased(&laws[k], &arena, &sampler, &err), HR_OK);
        assert_near(&laws[k], grid_error(&sampler, 1.0), 0.0, 4.0 / GRID);
        double sum = 0.0;
        for (size_t i = 0; i < GRID; i++)
            sum += draw[i];
        const double mean = hr_law_mean(&laws[k]);
        const double expected = (hr_law_variance(&laws[k]) + mean * mean) / mean; /* E[X^2]/E[X] */
        assert_near(&laws[k], sum / GRID, expected, 5e-3 * expected);
        assert_true(grid_error(&sampler, 1.01) > 16.0 / GRID);
    }
}

static void laws_that_are_no_durations_are_refused(void **state)
{
    (void)state;
    static const double negative[] = {-1.0, 2.0}, zero[] = {0.0, 0.0}, half[] = {0.5, 0.5};
    const hr_law bad[] = {
        {.kind = HR_LAW_NORMAL, .a = 100.0, .b = 15.0},
        {.kind = HR_LAW_TRIANGULAR, .a = 1.0, .b = 2.0, .c = 7.0},
        {.kind = HR_LAW_LOG_UNIFORM, .a = 0.1, .b = 40.0},
        {.kind = HR_LAW_CONSTANT, .a = 0.0},
        {.kind = HR_LAW_UNIFORM, .a = -1.0, .b = 4.0},
        {.kind = HR_LAW_TABLE, .n = 2, .value = negative, .share = half},
        {.kind = HR_LAW_TABLE, .n = 2, .value = zero, .share = half},
        {.kind = HR_LAW_POISSON, .a = 0.0},
    };
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        hr_sampler sampler;
        hr_err err = {0};
        assert_int_equal(hr_law_length_biased(&bad[k], &arena, &sampler, &err), HR_ERR_DATA);
        assert_non_null(strstr(err.message, "duration"));
    }
}

/* Monotone in the word: common random numbers stay comparable. */
static void draws_are_finite_and_monotone(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_LAWS; k++) {
        hr_sampler sampler;
        make(&sampler, &laws[k]);
        const double first = hr_sampler_draw(&sampler, 0);
        const double last = hr_sampler_draw(&sampler, UINT32_MAX);
        assert_true(isfinite(first) && isfinite(last));
        assert_true(laws[k].kind == HR_LAW_NORMAL || (first >= 0.0 && last >= 0.0));
        const double direction = last >= first ? 1.0 : -1.0;
        double before = first;
        for (uint32_t i = 0; i < GRID && laws[k].kind != HR_LAW_HYPEREXPONENTIAL; i++) {
            const double x = hr_sampler_draw(&sampler, grid_word(i));
            assert_true(direction * (x - before) >= 0.0);
            before = x;
        }
    }
}

/* ---- tables */

static void table_thresholds_are_exact(void **state)
{
    (void)state;
    hr_sampler sampler;
    make(&sampler, &laws[14]);
    static const double value[] = {4.0, 6.0, 11.0, 60.0, 250.0};
    static const double share[] = {0.6, 0.2, 0.15, 0.05, 0.0};
    assert_int_equal(sampler.n, 5);
    double before = -1.0;
    for (size_t i = 0; i < 5; i++) {
        assert_true(sampler.value[i] == value[i]);
        assert_true(fabs(((double)sampler.threshold[i] - before) - share[i] * 0x1p32) <= 1.0);
        before = (double)sampler.threshold[i];
    }
    for (size_t i = 0; i < 4; i++) { /* both sides of every threshold */
        assert_int_equal(hr_sampler_index(&sampler, sampler.threshold[i]), i);
        if (i < 3)
            assert_int_equal(hr_sampler_index(&sampler, sampler.threshold[i] + 1), i + 1);
    }
}

static void entries_of_no_probability_are_never_drawn(void **state)
{
    (void)state;
    static const double value[] = {0.0, 1.0, 2.0, 3.0, 4.0, 5.0};
    static const double share[] = {0.0, 0.5, 0.0, 0.5 - 1e-12, 1e-12, 0.0};
    const hr_law law = {.kind = HR_LAW_TABLE, .n = 6, .value = value, .share = share};
    hr_sampler sampler;
    make(&sampler, &law);
    unsigned seen[6] = {0};
    for (uint32_t i = 0; i < GRID; i++)
        seen[hr_sampler_index(&sampler, grid_word(i))]++;
    seen[hr_sampler_index(&sampler, 0)]++;
    seen[hr_sampler_index(&sampler, UINT32_MAX)]++;
    seen[hr_sampler_index(&sampler, UINT32_MAX / 2)]++;
    assert_int_equal(seen[0] + seen[2] + seen[5], 0);
    assert_true(seen[1] > GRID / 2 - 2 && seen[3] > GRID / 2 - 2 && seen[4] <= 1);
}

/* ---- the array operations draw what the sampler draws */

static void lanes_draw_what_samplers_draw(void **state)
{
    (void)state;
    hr_sampler exponential, lognormal;
    make(&exponential, &laws[6]);
    make(&lognormal, &laws[12]);
    for (unsigned l = 0; hr_vector_level(l) != NULL; l++)
        for (uint32_t i = 0; i < GRID; i += 7) {
            const uint32_t word = grid_word(i);
            double out = 0.0;
            hr_vector_level(l)->exponential(&word, 1, &out);
            out *= laws[6].a;
            const double one = hr_sampler_draw(&exponential, word);
            assert_memory_equal(&one, &out, sizeof out);
            hr_vector_level(l)->lognormal(&word, 1, lognormal.p0, lognormal.p1, &out);
            const double other = hr_sampler_draw(&lognormal, word);
            assert_memory_equal(&other, &out, sizeof out);
        }
}

/* ---- random words */

/* Kolmogorov-Smirnov: P(sqrt(n) D > x) < 2 exp(-2 x^2) (Massart 1990); 1e-6 at x = 2.694. */
static bool passes_random(const hr_sampler *sampler, uint64_t seed, double factor)
{
    hr_stream stream;
    hr_stream_open(&stream, (hr_stream_id){seed, 0, 0}, HR_PURPOSE_DURATION, 0, hr_vector_level(0));
    for (size_t i = 0; i < RANDOM; i++)
        draw[i] = factor * hr_sampler_draw(sampler, hr_stream_next(&stream));
    qsort(draw, RANDOM, sizeof draw[0], ascending);
    return distance(&sampler->law, RANDOM, false) * sqrt((double)RANDOM) < 2.694;
}

static void random_draws_follow_the_law_and_biased_ones_do_not(void **state)
{
    (void)state;
    static const size_t which[] = {6, 13};
    for (size_t i = 0; i < sizeof which / sizeof which[0]; i++) {
        hr_sampler sampler;
        make(&sampler, &laws[which[i]]);
        assert_true(passes_random(&sampler, i + 1, 1.0));
        assert_false(passes_random(&sampler, i + 1, 1.01));
    }
}

static void without_memory_a_sampler_says_so(void **state)
{
    (void)state;
    const hr_law wide = {.kind = HR_LAW_ZETA, .a = 1.0, .b = 1.5, .c = 60000.0};
    long fails = 0;
    for (long calls = 0; calls < 20; calls++) {
        hr_sampler sampler;
        hr_err err = {0};
        hr_arena_free(&arena);
        calls_left = calls;
        const hr_status st = hr_sampler_init(&sampler, &wide, &arena, &err);
        calls_left = -1;
        if (st == HR_OK)
            break;
        assert_int_equal(st, HR_ERR_MEMORY);
        assert_non_null(strstr(err.message, "no memory"));
        fails++;
    }
    assert_true(fails >= 4); /* every table of the sampler was refused once */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(samplers_have_their_laws, free_arena),
        cmocka_unit_test_teardown(a_sampler_wrong_by_one_per_cent_is_seen, free_arena),
        cmocka_unit_test_teardown(length_biased_samplers_have_the_weighted_law, free_arena),
        cmocka_unit_test_teardown(laws_that_are_no_durations_are_refused, free_arena),
        cmocka_unit_test_teardown(draws_are_finite_and_monotone, free_arena),
        cmocka_unit_test_teardown(table_thresholds_are_exact, free_arena),
        cmocka_unit_test_teardown(entries_of_no_probability_are_never_drawn, free_arena),
        cmocka_unit_test_teardown(lanes_draw_what_samplers_draw, free_arena),
        cmocka_unit_test_teardown(random_draws_follow_the_law_and_biased_ones_do_not, free_arena),
        cmocka_unit_test_teardown(without_memory_a_sampler_says_so, free_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
