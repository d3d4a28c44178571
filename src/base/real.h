/* real: elementary and special functions that give the same bits everywhere.
 *
 * Anything that can reach a tally, a weight or a stopping decision uses these and never libm,
 * whose results differ between versions and instruction sets. Built from + - * / and sqrt
 * (exact in IEEE 754) with -ffp-contract=off. Accuracy is stated per function and tested
 * against long double libm.
 */
#ifndef HR_BASE_REAL_H
#define HR_BASE_REAL_H

#include <stddef.h>

double hr_log(double x);           /* x > 0 finite; within 1 ulp */
double hr_exp(double x);           /* infinite above 709.78, 0 below -745.2; within 1 ulp */
double hr_log1p(double x);         /* x > -1; within 1.6 ulp */
double hr_expm1(double x);         /* within 1.6 ulp */
double hr_pow(double x, double y); /* x > 0; within 4 ulp for results in e^-40..e^40, 32 beyond */
double hr_sin_turn(double x);      /* sin(2 pi x), x in turns, |x| < 2^40; within 2 ulp */

/* Relative accuracy about 1e-14 around the middle of a law, 1e-12 in far tails. */
double hr_lgamma(double x); /* x > 0; absolute 2e-14 near its zeros */
/* out[i] <- hr_exp(k * hr_log(mean) - mean - hr_lgamma(k + 1)), k = first + i whole, mean > 0: the
 * same bits, faster for many. */
void hr_poisson_weights(double mean, double first, size_t n, double *out);
double hr_normal_cdf(double z);                 /* relative accuracy also in the lower tail */
double hr_normal_quantile(double p);            /* 0 < p < 1; Wichura 1988, AS 241 */
double hr_gamma_p(double a, double x);          /* regularised lower incomplete gamma P(a, x) */
double hr_gamma_q(double a, double x);          /* 1 - P, relative accuracy in the tail */
double hr_gamma_p_inverse(double a, double p);  /* x with P(a, x) = p; 0 where it underflows */
double hr_beta_p(double a, double b, double x); /* regularised incomplete beta I_x(a, b) */
double hr_beta_p_inverse(double a, double b, double p);
double hr_student_quantile(double p, double degrees); /* degrees >= 1 */

#endif
