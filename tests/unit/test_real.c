/* Elementary and special functions: accuracy against long double libm or tabulated values, and
 * the same bits with every compiler.
 *
 * Tables: mpmath 1.2 with 200 bits (loggamma, gammainc, betainc, ncdf; Student's t as a root of
 * betainc), printed with 17 digits. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"

enum { POINTS = 100000 };

/* Point i of a low-discrepancy sequence on (low, high). */
static double spread(int i, double low, double high)
{
    const double golden = 0.6180339887498949;
    const double u = (i + 0.5) * golden;
    return low + (u - floor(u)) * (high - low);
}

/* Distance from the exact value in units of the last place of the exact value. */
static double ulps(double value, long double exact)
{
    const double unit = nextafter(fabs((double)exact), HUGE_VAL) - fabs((double)exact);
    return (double)(fabsl((long double)value - exact) / (long double)unit);
}

static double relative(double value, double exact)
{
    return exact == 0.0 ? fabs(value) : fabs(value / exact - 1.0);
}

/* Largest error of f on (low, high); `power` spreads the points on a logarithmic scale. */
static double worst(double (*f)(double), long double (*exact)(long double), double low, double high,
                    int power)
{
    double largest = 0.0;
    for (int i = 0; i < POINTS; i++) {
        const double x = power ? pow(10.0, spread(i, low, high)) : spread(i, low, high);
        largest = fmax(largest, ulps(f(x), exact((long double)x)));
    }
    return largest;
}

static double negative_log1p(double x)
{
    return hr_log1p(-x);
}

static long double negative_log1pl(long double x)
{
    return log1pl(-x);
}

static void logarithms_are_within_an_ulp(void **state)
{
    (void)state;
    assert_true(worst(hr_log, logl, -307.0, 308.0, 1) < 1.0);
    assert_true(worst(hr_log, logl, 0.5, 2.0, 0) < 1.0);
    assert_true(worst(hr_log, logl, -323.0, -307.0, 1) < 1.0);
    assert_true(worst(hr_log1p, log1pl, -20.0, 15.0, 1) < 1.6);
    assert_true(worst(hr_log1p, log1pl, -0.9, 1.0, 0) < 1.6);
    assert_true(worst(negative_log1p, negative_log1pl, -20.0, -0.01, 1) < 1.6);
    assert_true(hr_log(1.0) == 0.0);
    assert_true(hr_log1p(0.0) == 0.0);
}

static void exponentials_are_within_an_ulp(void **state)
{
    (void)state;
    assert_true(worst(hr_exp, expl, -708.0, 709.7, 0) < 1.0);
    assert_true(worst(hr_exp, expl, -1.0, 1.0, 0) < 1.0);
    assert_true(worst(hr_exp, expl, -745.0, -708.0, 0) <= 1.0);
    assert_true(worst(hr_expm1, expm1l, -45.0, 45.0, 0) < 1.6);
    assert_true(worst(hr_expm1, expm1l, -15.0, 0.0, 1) < 1.6);
    assert_true(hr_exp(0.0) == 1.0);
    assert_true(hr_exp(-746.0) == 0.0 && hr_exp(-1e308) == 0.0 && hr_exp(-HUGE_VAL) == 0.0);
    assert_true(isinf(hr_exp(709.79)) && isinf(hr_exp(1e308)) && isinf(hr_exp(HUGE_VAL)));
    assert_true(hr_expm1(0.0) == 0.0 && hr_expm1(-800.0) == -1.0);
}

/* The measure itself must see an error: the plain product exp(y log x) loses hundreds of ulps. */
static void powers_keep_their_digits(void **state)
{
    (void)state;
    double near = 0.0, far = 0.0, naive = 0.0;
    for (int i = 0; i < POINTS; i++) {
        const double x = pow(10.0, spread(i, -5.0, 5.0));
        const double reach = spread(7 * i + 3, -1.0, 1.0) / fabs(log(x));
        const long double exact = powl((long double)x, (long double)(700.0 * reach));
        near = fmax(
            near, ulps(hr_pow(x, 40.0 * reach), powl((long double)x, (long double)(40.0 * reach))));
        far = fmax(far, ulps(hr_pow(x, 700.0 * reach), exact));
        naive = fmax(naive, ulps(hr_exp(700.0 * reach * hr_log(x)), exact));
    }
    assert_true(near < 4.0);
    assert_true(far < 32.0);
    assert_true(naive > 200.0);
    assert_true(hr_pow(1.0, 1e300) == 1.0 && hr_pow(3.0, 0.0) == 1.0);
    assert_true(isinf(hr_pow(10.0, 400.0)) && hr_pow(10.0, -400.0) == 0.0);
    assert_true(hr_pow(2.0, 10.0) == 1024.0 && hr_pow(10.0, 2.0) == 100.0);
}

static void sine_counts_in_turns(void **state)
{
    (void)state;
    for (int i = 0; i < POINTS; i++) {
        const double x = spread(i, -3.0, 3.0);
        long double r = (long double)x - roundl((long double)x);
        if (fabsl(r) > 0.25L) /* folded, or the reference loses digits near a half */
            r = copysignl(0.5L, r) - r;
        const long double exact = sinl(6.283185307179586476925286766559L * r);
        if (fabsl(exact) > 1e-9L)
            assert_true(ulps(hr_sin_turn(x), exact) < 2.0);
    }
    assert_true(hr_sin_turn(0.0) == 0.0 && hr_sin_turn(0.25) == 1.0);
    assert_true(hr_sin_turn(-0.25) == -1.0 && hr_sin_turn(1000000.75) == -1.0);
    assert_true(fabs(hr_sin_turn(0.5)) < 1e-15);
}

static void normal_tail_keeps_relative_accuracy(void **state)
{
    (void)state;
    static const double table[][2] = {
        {-38, 2.8854283510039645e-316}, {-20, 2.7536241186062337e-89},
        {-8, 6.2209605742717839e-16},   {-5, 2.8665157187919391e-07},
        {-2.5, 0.0062096653257761349},  {-1.6, 0.054799291699557981},
        {-1.4, 0.080756659233771066},   {-1, 0.15865525393145705},
        {-0.3, 0.38208857781104738},    {0, 0.5},
        {0.3, 0.61791142218895267},     {1, 0.84134474606854293},
        {2.5, 0.99379033467422384},     {6, 0.9999999990134123},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const double tolerance = table[i][1] < 1e-307 ? 1e-7 : 1e-14; /* subnormal */
        assert_true(relative(hr_normal_cdf(table[i][0]), table[i][1]) < tolerance);
    }
    assert_true(hr_normal_cdf(-40.0) == 0.0 && hr_normal_cdf(40.0) == 1.0);
    for (int i = 0; i < 2000; i++) {
        const double z = spread(i, -37.0, 8.0);
        const double exact = (double)(0.5L * erfcl(-(long double)z / sqrtl(2.0L)));
        assert_true(relative(hr_normal_cdf(z), exact) < 1e-14);
    }
}

static void normal_quantile_inverts_the_distribution(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        const double p = i % 2 ? spread(i, 0.0, 1.0) : pow(10.0, spread(i, -300.0, 0.0));
        const double z = hr_normal_quantile(p);
        const long double cdf = 0.5L * erfcl(-(long double)z / sqrtl(2.0L));
        const long double density =
            expl(-0.5L * (long double)z * (long double)z) / sqrtl(2.0L * 3.14159265358979323846L);
        const double error = (double)((cdf - (long double)p) / density);
        assert_true(fabs(error) < 4e-15 * fmax(1.0, fabs(z)));
    }
    assert_true(hr_normal_quantile(0.5) == 0.0);
    assert_true(relative(hr_normal_quantile(0.975), 1.9599639845400545) < 1e-15);
    /* either side of the far tail's border, and of the middle's */
    assert_true(hr_normal_quantile(0x1.7ffffp-36) < hr_normal_quantile(0x1.80001p-36));
    assert_true(hr_normal_quantile(0.0749999) < hr_normal_quantile(0.0750001));
}

static void gamma_functions_match_the_table(void **state)
{
    (void)state;
    static const double logs[][2] = {
        {0.001, 6.9071788853838534}, {0.1, 2.252712651734206},   {0.5, 0.57236494292470008},
        {1.5, -0.12078223763524522}, {2.5, 0.28468287047291918}, {7.3, 7.1478925230222483},
        {14.9, 24.924132002217277},  {15.1, 25.458999750992664}, {100, 359.1342053695754},
        {10000, 82099.717496442376}, {1e8, 1742068066.1038346},
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++)
        assert_true(fabs(hr_lgamma(logs[i][0]) - logs[i][1]) < 2e-14 * fmax(1.0, logs[i][1]));
    static const double table[][4] = {
        /* a, x, P, Q */
        {0.01, 0.001, 0.93857065252612903, 0.061429347473871014},
        {0.5, 0.2, 0.47291074313446191, 0.52708925686553809},
        {0.5, 3, 0.98569412156457037, 0.01430587843542964},
        {1, 1, 0.63212055882855767, 0.36787944117144233},
        {2.5, 0.1, 0.00088613878881244263, 0.9991138612111875},
        {2.5, 10, 0.99875026943696865, 0.0012497305630313753},
        {10, 4, 0.008132242796933864, 0.99186775720306619},
        {10, 10, 0.54207028552814784, 0.45792971447185221},
        {10, 30, 0.99999287824913718, 7.1217508628155767e-06},
        {100, 80, 0.017108313035133115, 0.98289168696486684},
        {100, 101, 0.5528962934345113, 0.44710370656548876},
        {100, 150, 0.99999407545966457, 5.9245403354839159e-06},
        {1000, 1100, 0.99894067674607001, 0.0010593232539299773},
        {1000, 900, 0.00054990226571178288, 0.99945009773428817},
        {1e5, 1e5, 0.50042052211036514, 0.4995794778896348},
        {1e5, 99000, 0.00075741992117476793, 0.99924258007882527},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_true(relative(hr_gamma_p(table[i][0], table[i][1]), table[i][2]) < 2e-13);
        assert_true(relative(hr_gamma_q(table[i][0], table[i][1]), table[i][3]) < 2e-13);
    }
    assert_true(hr_gamma_p(2.0, 0.0) == 0.0 && hr_gamma_q(2.0, 0.0) == 1.0);
}

static void beta_matches_the_table(void **state)
{
    (void)state;
    static const double table[][4] = {
        /* a, b, x, I */
        {0.5, 0.5, 0.3, 0.36901011956554536},
        {1, 1, 0.25, 0.25},
        {2, 3, 0.1, 0.0523},
        {2, 3, 0.9, 0.9963},
        {5, 1000, 0.002, 0.053196346463265376},
        {5, 1000, 0.02, 0.9999860898102263},
        {300, 200, 0.55, 0.011853654379737195},
        {300, 200, 0.7, 0.99999895030147568},
        {1, 99999, 1e-5, 0.63211871942062192},
        {50, 99951, 3e-4, 0.00051784297935712298},
        {1000, 1e6, 1.05e-3, 0.94508565626290486},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_true(relative(hr_beta_p(table[i][0], table[i][1], table[i][2]), table[i][3]) <
                    1e-12);
    assert_true(hr_beta_p(2.0, 3.0, 0.0) == 0.0 && hr_beta_p(2.0, 3.0, 1.0) == 1.0);
}

/* Inverses are checked against their own functions, which the tables check. */
static void inverses_give_the_probability_back(void **state)
{
    (void)state;
    for (int i = 0; i < 4000; i++) {
        const double a = pow(10.0, spread(i, -1.0, 4.0));
        const double b = pow(10.0, spread(3 * i + 1, -1.0, 4.0));
        const double u = spread(5 * i + 2, 0.0, 1.0);
        const double p = i % 3 == 0   ? u
                         : i % 3 == 1 ? pow(10.0, -9.0 * u)
                                      : 1.0 - pow(10.0, -9.0 * u);
        const double x = hr_gamma_p_inverse(a, p);
        if (x > 1e-300)
            assert_true(relative(p < 0.5 ? hr_gamma_p(a, x) : hr_gamma_q(a, x),
                                 p < 0.5 ? p : 1.0 - p) < 1e-10);
        const double y = hr_beta_p_inverse(a, b, p);
        if (y > 1e-300 && y < 1.0 - 1e-6)
            assert_true(relative(p < 0.5 ? hr_beta_p(a, b, y) : hr_beta_p(b, a, 1.0 - y),
                                 p < 0.5 ? p : 1.0 - p) < 1e-9);
    }
    assert_true(hr_gamma_p_inverse(0.001, 1e-6) == 0.0); /* about 1e-6000 */
    assert_true(hr_beta_p_inverse(3.0, 4.0, 0.0) == 0.0 && hr_beta_p_inverse(3.0, 4.0, 1.0) == 1.0);
    assert_true(relative(hr_gamma_p_inverse(1.0, 0x1p-33), 0x1p-33) < 1e-9);
}

static void student_matches_the_table(void **state)
{
    (void)state;
    static const double table[][3] = {
        /* p, degrees, t */
        {0.975, 1, 12.706204736174694},      {0.975, 2, 4.3026527297494619},
        {0.975, 5, 2.5705818356363146},      {0.995, 10, 3.1692726726169509},
        {0.9, 30, 1.3104150253913958},       {0.999999, 3, 103.29946777942897},
        {0.975, 99, 1.9842169515864172},     {0.975, 999, 1.9623414611334495},
        {0.995, 1999, 2.5782910195219233},   {0.975, 2000, 1.9611508260994377},
        {0.9999, 2500, 3.7245395161911561},  {0.6, 7, 0.26316686135202277},
        {0.975, 100000, 1.9599877075346093},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const double t = hr_student_quantile(table[i][0], table[i][1]);
        assert_true(relative(t, table[i][2]) < 1e-11);
        assert_true(relative(hr_student_quantile(1.0 - table[i][0], table[i][1]), -table[i][2]) <
                    1e-9);
    }
    assert_true(hr_student_quantile(0.5, 3.0) == 0.0);
}

/* One number for the bits of every function on a fixed grid: gcc and clang, every instruction
 * set and every library must agree on it. FROZEN, as the streams are. */
static void the_bits_are_frozen(void **state)
{
    (void)state;
    enum { GRID = 2000 };
    static uint64_t bits[GRID][10];
    for (int i = 0; i < GRID; i++) {
        const double p = (i + 0.5) / GRID, a = 0.05 * (i + 1), x = a * (0.5 + p);
        const double value[10] = {hr_log(x),
                                  hr_exp(x - 50.0),
                                  hr_log1p(p - 0.5),
                                  hr_expm1(x - 50.0),
                                  hr_pow(x, p * 7.0),
                                  hr_sin_turn(x),
                                  hr_normal_cdf(8.0 * p - 6.0),
                                  hr_normal_quantile(p),
                                  hr_gamma_p_inverse(a, p),
                                  hr_student_quantile(p, i + 1.0) + hr_beta_p_inverse(a, x, p) +
                                      hr_lgamma(x)};
        memcpy(bits[i], value, sizeof value);
    }
    const uint64_t digest = hr_hash(&bits[0][0], sizeof bits / sizeof bits[0][0]);
    if (digest != UINT64_C(0x3b1d60f68e58ff03))
        fail_msg("digest of all bits is %016llx", (unsigned long long)digest);
}

/* Means and first terms around the places where the formulas change. */
static void poisson_weights_are_those_of_the_functions(void **state)
{
    (void)state;
    enum { MOST = 700 };
    static const double mean[] = {0x1p-40, 0.3, 1.0, 14.0, 99.5, 1234.5, 59000.0};
    static const double first[] = {0.0, 1.0, 13.0, 14.0, 15.0, 58000.0};
    static double weight[MOST];
    for (size_t m = 0; m < sizeof mean / sizeof *mean; m++) {
        for (size_t f = 0; f < sizeof first / sizeof *first; f++) {
            const size_t n = f % 2 == 0 ? MOST : 9;
            hr_poisson_weights(mean[m], first[f], n, weight);
            for (size_t i = 0; i < n; i++) {
                const double k = first[f] + (double)i;
                const double alone = hr_exp(k * hr_log(mean[m]) - mean[m] - hr_lgamma(k + 1.0));
                assert_memory_equal(&weight[i], &alone, sizeof alone);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithms_are_within_an_ulp),
        cmocka_unit_test(exponentials_are_within_an_ulp),
        cmocka_unit_test(powers_keep_their_digits),
        cmocka_unit_test(sine_counts_in_turns),
        cmocka_unit_test(normal_tail_keeps_relative_accuracy),
        cmocka_unit_test(normal_quantile_inverts_the_distribution),
        cmocka_unit_test(gamma_functions_match_the_table),
        cmocka_unit_test(beta_matches_the_table),
        cmocka_unit_test(inverses_give_the_probability_back),
        cmocka_unit_test(student_matches_the_table),
        cmocka_unit_test(poisson_weights_are_those_of_the_functions),
        cmocka_unit_test(the_bits_are_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
