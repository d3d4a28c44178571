/* quadrature: nodes of a rule for integrals of smooth functions.
 */
#ifndef HR_BASE_QUADRATURE_H
#define HR_BASE_QUADRATURE_H

/* Gauss and Legendre's rule of eight points on [-1, 1] (Abramowitz and Stegun 1964, table 25.4):
 * exact for polynomials of degree 15. */
enum { HR_QUADRATURE_NODES = 8 };
extern const double hr_quadrature_node[HR_QUADRATURE_NODES];
extern const double hr_quadrature_weight[HR_QUADRATURE_NODES];

#endif
