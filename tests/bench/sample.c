#define _POSIX_C_SOURCE 200809L
#include "sample.h"

#include <stdio.h>
#include <time.h>

enum { PROBE_STEPS = 1 << 20 };

static double read_clock(clockid_t clock)
{
    struct timespec t = {0};
    (void)clock_gettime(clock, &t); /* cannot fail with these clocks */
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double sample_cpu_s(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

sample_clocks sample_read_clocks(void)
{
    return (sample_clocks){read_clock(CLOCK_MONOTONIC), sample_cpu_s()};
}

void sample_write(const sample_place *place, double value, double naive_ns)
{
    printf("sample\t%s\t%s\t%s\t%s\t%s\t%.6g\t%.6g\n", place->section, place->name, place->isa,
           place->parameter, place->unit, value, naive_ns);
}

void sample_write_missing(const sample_place *place)
{
    printf("missing\t%s\t%s\t%s\t%s\t%s\n", place->section, place->name, place->isa,
           place->parameter, place->unit);
}

void sample_write_answer(const sample_place *place, const naive_result *answer)
{
    printf("answer\t%s\t%s\t%s\t%s\t%u\t%.17g\t%.17g\n", place->section, place->name, place->isa,
           place->parameter, answer->n_replications, answer->time_over, answer->time_over_squares);
}

void sample_probe(const char *section, sample_clocks start, double naive_ns)
{
    /* Each step of the generator needs the one before: as fast as the clock of the core. */
    volatile uint64_t sink = 0;
    uint64_t x = 1;
    const double begun = sample_cpu_s();
    for (int i = 0; i < PROBE_STEPS; i++)
        x = x * 6364136223846793005u + 1442695040888963407u;
    const sample_clocks now = sample_read_clocks();
    sink = x;
    (void)sink;
    sample_write(&(sample_place){section, "probe", "-", "integer loop", "ns per step"},
                 1e9 * (now.cpu - begun) / PROBE_STEPS, naive_ns);
    sample_write(&(sample_place){section, "probe", "-", "wall / processor time", "1"},
                 (now.wall - start.wall) / (now.cpu - start.cpu), naive_ns);
}
