/* laws: one or two of every kind, with awkward cases, for test_law.c and test_sampler.c. */
#ifndef HR_TEST_LAWS_H
#define HR_TEST_LAWS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/law.h"

static const double mix_value[] = {60.0, 4.0, 11.0, 6.0, 250.0};
static const double mix_share[] = {0.05, 0.6, 0.15, 0.2, 0.0};
static const double branch_mean[] = {600.0, 5400.0, 60.0};
static const double branch_share[] = {0.7, 0.25, 0.05};

static const hr_law laws[] = {
    {.kind = HR_LAW_CONSTANT, .a = 7.5},
    {.kind = HR_LAW_UNIFORM, .a = 2.0, .b = 5.0},
    {.kind = HR_LAW_UNIFORM, .a = 0.0, .b = 300.0},
    {.kind = HR_LAW_LOG_UNIFORM, .a = 0.1, .b = 40.0},
    {.kind = HR_LAW_TRIANGULAR, .a = 1.0, .b = 2.0, .c = 7.0},
    {.kind = HR_LAW_TRIANGULAR, .a = 1.0, .b = 1.0, .c = 3.0},
    {.kind = HR_LAW_EXPONENTIAL, .a = 2700.0},
    {.kind = HR_LAW_ERLANG, .a = 2700.0, .b = 4.0},
    {.kind = HR_LAW_ERLANG, .a = 3.0, .b = 1.0},
    {.kind = HR_LAW_GAMMA, .a = 1.0, .b = 0.15},
    {.kind = HR_LAW_GAMMA, .a = 5.0, .b = 2.0},
    {.kind = HR_LAW_NORMAL, .a = 100.0, .b = 15.0},
    {.kind = HR_LAW_LOGNORMAL, .a = 2700.0, .b = 0.8},
    {.kind = HR_LAW_HYPEREXPONENTIAL, .n = 3, .value = branch_mean, .share = branch_share},
    {.kind = HR_LAW_TABLE, .n = 5, .value = mix_value, .share = mix_share},
    {.kind = HR_LAW_GEOMETRIC, .a = 0.25},
    {.kind = HR_LAW_GEOMETRIC, .a = 1.0},
    {.kind = HR_LAW_POISSON, .a = 3.5},
    {.kind = HR_LAW_POISSON, .a = 1000.0},
    {.kind = HR_LAW_POISSON, .a = 0.0},
    {.kind = HR_LAW_PARETO, .a = 20.0, .b = 4.29, .c = 250.0},
    {.kind = HR_LAW_ZETA, .a = 2.0, .b = 2.3914, .c = 500.0},
    {.kind = HR_LAW_LOGNORMAL_SIZE, .a = 2.0, .b = 250.0, .c = 1.6, .d = 0.8},
};
enum { N_LAWS = sizeof laws / sizeof laws[0], GRID = 1 << 14 };

static const char *name_of(hr_law_kind kind)
{
    for (size_t i = 0; i < hr_n_law_rows; i++)
        if (hr_law_rows[i].kind == kind)
            return hr_law_rows[i].name;
    return "?";
}

static void assert_near(const hr_law *law, double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%s: %.12g is not within %g of %.12g", name_of(law->kind), value, tolerance,
                 expected);
}

static inline bool has_density(const hr_law *law)
{
    return law->kind != HR_LAW_CONSTANT && law->kind <= HR_LAW_HYPEREXPONENTIAL;
}

#endif
