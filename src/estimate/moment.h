/* moment: differences of products of 128-bit sums, formed exactly before they are rounded.
 *
 * n * sum(x y) - sum(x) * sum(y) may need 192 + bits and cancels nearly all of them when the
 * spread is small; every rank must round it alike, whatever its compiler makes of long double.
 */
#ifndef HR_ESTIMATE_MOMENT_H
#define HR_ESTIMATE_MOMENT_H

#include <stdint.h>

#include "model/tally.h"

/* a * b - c * d, exact to the last integer, then rounded to double. */
double hr_moment_difference(hr_u128 a, hr_u128 b, hr_u128 c, hr_u128 d);

#endif
