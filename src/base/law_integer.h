/* law_integer: the laws on integers and tables, for the files law*.c only. */
#ifndef HR_BASE_LAW_INTEGER_H
#define HR_BASE_LAW_INTEGER_H

#include "base/law.h"

/* Gamma-like kinds: shape and scale. LOGNORMAL: mean and standard deviation of the logarithm. */
typedef struct hr_natural {
    double first, second;
} hr_natural;
hr_natural hr_law_natural(const hr_law *law);

bool hr_integer_kind(hr_law_kind kind); /* GEOMETRIC .. LOGNORMAL_SIZE */
bool hr_table_is_integer(const hr_law *law);

/* E[(X - centre)^power] for PARETO, ZETA, LOGNORMAL_SIZE; power 1 or 2. */
double hr_range_moment(const hr_law *law, double centre, int power);
/* The functions of law.h for TABLE and the integer kinds. */
double hr_integer_quantile(const hr_law *law, double p);
double hr_integer_survival(const hr_law *law, double x);
double hr_integer_excess(const hr_law *law, double t);

#endif
