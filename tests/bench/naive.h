/* naive: the yardstick. Model M0 as anybody would first write it in C: one binary heap of
 * departures, one scalar generator, libm's log, double time. Shares no code with Headroom.
 */
#ifndef HR_BENCH_NAIVE_H
#define HR_BENCH_NAIVE_H

#include <stdint.h>

typedef struct naive_result {
    uint64_t n_meetings;
    double time_over;         /* mean share of time with any server over the capacity */
    double time_over_squares; /* sum over replications of its square */
} naive_result;

/* `replications` of M0 (METHODS.md, "Benchmark model"), seeded by `seed`. */
naive_result naive_run(unsigned replications, uint64_t seed);

#endif
