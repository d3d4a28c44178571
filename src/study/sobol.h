/* sobol: points that fill the unit cube evenly (Sobol' 1967; direction numbers of Joe and Kuo
 * 2008), with hashed nested uniform scrambling.
 *
 * Point i never depends on how many points are asked for. FROZEN: a design only appends.
 */
#ifndef HR_STUDY_SOBOL_H
#define HR_STUDY_SOBOL_H

#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

enum { HR_SOBOL_DIMENSIONS = 128, HR_SOBOL_BITS = 32 };

typedef struct hr_sobol {
    unsigned n_dimensions;
    uint32_t (*direction)[HR_SOBOL_BITS]; /* [n_dimensions] */
    uint64_t *key;                        /* [n_dimensions] of the scrambling */
} hr_sobol;

/* n_dimensions <= HR_SOBOL_DIMENSIONS. Memory from `arena`. */
HR_MUST_CHECK hr_status hr_sobol_init(hr_sobol *sobol, unsigned n_dimensions, uint64_t seed,
                                      hr_arena *arena, hr_err *err);
/* Coordinate of point `index` (in Gray code order) in 2^-32, before scrambling. */
uint32_t hr_sobol_plain(const hr_sobol *sobol, uint32_t index, unsigned dimension);
/* The same scrambled: uniform on its own, and every elementary interval keeps its count. */
uint32_t hr_sobol_point(const hr_sobol *sobol, uint32_t index, unsigned dimension);

#endif
