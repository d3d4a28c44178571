/* naive: the yardstick. Model M0 as anybody would first write it in C: one binary heap of
 * departures, one scalar generator, libm's log, double time. Shares no code with Headroom.
 */
#ifndef HR_BENCH_NAIVE_H
#define HR_BENCH_NAIVE_H

#include <stdint.h>

/* What any simulator of the comparison says about the replications that it ran. */
typedef struct naive_result {
    uint64_t n_meetings;
    unsigned n_replications;
    double time_over;         /* sum of the shares of time with any server over the capacity */
    double time_over_squares; /* sum of their squares */
} naive_result;

void naive_add(naive_result *sum, const naive_result *more);

/* `replications` of M0 (METHODS.md, "Benchmark model"), seeded by `seed`; nothing is run and all
 * is 0 when there is no memory. */
naive_result naive_run(unsigned replications, uint64_t seed);

#endif
