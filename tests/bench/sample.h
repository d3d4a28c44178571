/* sample: one measured number, written at once as a line of tab-separated words; report.py makes
 * statistics and tables of them. Also the clock, and a probe that tells how quiet the machine is.
 */
#ifndef HR_BENCH_SAMPLE_H
#define HR_BENCH_SAMPLE_H

#include "naive.h"

/* Whose number it is. No word may hold a tab. */
typedef struct sample_place {
    const char *section, *name, *isa, *parameter, *unit;
} sample_place;

/* Processor time of this thread, s: a neighbour who takes the core does not count as our time. */
double sample_cpu_s(void);

typedef struct sample_clocks {
    double wall, cpu;
} sample_clocks;
sample_clocks sample_read_clocks(void);
/* `naive_ns`: what a meeting cost the naive program at the same moment. */
void sample_write(const sample_place *place, double value, double naive_ns);
/* There is no such number; the unit says why not. */
void sample_write_missing(const sample_place *place);
/* The answer that goes with the speed. */
void sample_write_answer(const sample_place *place, const naive_result *answer);
/* Time a fixed loop of integer operations that touches no memory, and write its time; write also
 * how many times its processor time this thread has taken by the wall since `start`. */
void sample_probe(const char *section, sample_clocks start, double naive_ns);

#endif
