/* scenarios_lanes: what the copies of the scenarios kernel for an instruction set share; for files
 * that are compiled once for each.
 */
#ifndef HR_KERNEL_SCENARIOS_LANES_H
#define HR_KERNEL_SCENARIOS_LANES_H

#include <stdint.h>

#include "input/input.h"

/* Lengths of loops are known to the compiler where functions are one with their caller. */
#define HR_INLINE __attribute__((always_inline)) static inline

/* As many lanes as fill a register with narrow keys. */
#if defined(__AVX512BW__)
enum { HR_SCENARIOS_LANES = 32 };
#elif defined(__AVX2__)
enum { HR_SCENARIOS_LANES = 16 };
#else
enum { HR_SCENARIOS_LANES = 8 };
#endif

/* All bits for lanes whose bit is set, else 0. In one loop: what is written in halves cannot be
 * read as a whole soon after. */
HR_INLINE void hr_scenarios_spread(uint32_t lanes, int16_t *out)
{
#define HR_HALF                                                                                    \
    1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000
    static const uint16_t bit[HR_MAX_SHARING] = {HR_HALF, 0x8000, HR_HALF, 0x8000};
#undef HR_HALF
    const uint16_t low = (uint16_t)lanes, high = (uint16_t)(lanes >> 16);
#pragma omp simd
    for (int l = 0; l < HR_SCENARIOS_LANES; l++)
        out[l] = (bit[l] & (l < 16 ? low : high)) != 0 ? -1 : 0;
}

#endif
