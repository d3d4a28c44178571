/* bench: Headroom's input + replay against the naive heap, on model M0, in one run.
 *
 * The two are timed in turn, so that a machine that changes speed changes it for both; quoted are
 * minima and medians of ns per meeting and their ratio. Also checks that both agree on the answer
 * (difference within 5 joint standard errors), so that nobody is fast by being wrong.
 *
 * Usage: bench STUDY [REPEATS [REPLICATIONS]]
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "input/input.h"
#include "kernel/scalar.h"
#include "model/counts.h"
#include "naive.h"
#include "study/study.h"

enum { MOST_REPEATS = 1000 };

typedef struct subject {
    hr_study study;
    hr_arena arena;
    hr_configuration configuration;
    hr_counts counts;
    hr_input input;
    hr_scratch *scratch;
    const hr_vector *vector;
} subject;

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static hr_status open_subject(subject *s, const char *path, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_vector_choose(getenv("HEADROOM_ISA"), &s->vector, err));
    HR_TRY(hr_study_open(&s->study, path, NULL, 0, err));
    HR_TRY(hr_study_configuration(&s->study, NULL, 0, 0, &s->arena, &s->configuration, err));
    HR_TRY(hr_counts_init(&s->counts, &s->configuration, &s->arena, err));
    HR_TRY(hr_scratch_new(&s->scratch, err));
out:
    return st;
}

/* The same numbers as naive_run, replications first .. first + n. */
static hr_status run_subject(subject *s, unsigned first, unsigned n, naive_result *result,
                             hr_err *err)
{
    hr_status st = HR_OK;
    *result = (naive_result){0};
    for (unsigned r = first; r < first + n; r++) {
        HR_TRY(hr_input_write(&s->input, &s->configuration, r, s->vector, err));
        HR_TRY(hr_scalar(&s->configuration, &s->input, s->vector, s->scratch, &s->counts, err));
        uint64_t over = 0;
        for (unsigned k = 1; k <= s->configuration.n_servers; k++)
            over += s->counts.time_with[k];
        const double share = (double)over / (double)(s->input.to - s->input.from);
        result->n_meetings += s->input.n_meetings;
        result->time_over += share / n;
        result->time_over_squares += share * share;
    }
out:
    return st;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_row(const char *name, double *ns, int n, double reference)
{
    qsort(ns, (size_t)n, sizeof *ns, compare);
    printf("%-22s %8.1f %8.1f %8.1f   %5.2f\n", name, ns[0], ns[n / 2], ns[n - 1],
           reference / ns[0]);
}

int main(int argc, char **argv)
{
    static double naive_ns[MOST_REPEATS];
    static double ours_ns[MOST_REPEATS];
    if (argc < 2) {
        fprintf(stderr, "usage: bench STUDY [REPEATS [REPLICATIONS]]\n");
        return HR_ERR_USAGE;
    }
    const int repeats = argc > 2 ? atoi(argv[2]) : 20;
    const unsigned n = argc > 3 ? (unsigned)atoi(argv[3]) : 10;
    subject s = {0};
    hr_err err = {0};
    if (repeats < 1 || repeats > MOST_REPEATS || n < 1)
        return HR_ERR_USAGE;
    if (open_subject(&s, argv[1], &err) != HR_OK) {
        fprintf(stderr, "bench: %s\n", err.message);
        return (int)err.status;
    }
    naive_result sum[2] = {{0}};
    for (int i = 0; i < repeats; i++) {
        naive_result r[2];
        const double t0 = now_s();
        r[0] = naive_run(n, (uint64_t)i + 1);
        const double t1 = now_s();
        if (run_subject(&s, (unsigned)i * n, n, &r[1], &err) != HR_OK) {
            fprintf(stderr, "bench: %s\n", err.message);
            return (int)err.status;
        }
        const double t2 = now_s();
        naive_ns[i] = 1e9 * (t1 - t0) / (double)r[0].n_meetings;
        ours_ns[i] = 1e9 * (t2 - t1) / (double)r[1].n_meetings;
        for (int k = 0; k < 2; k++) {
            sum[k].time_over += r[k].time_over / repeats;
            sum[k].time_over_squares += r[k].time_over_squares;
        }
    }
    printf("ns per meeting              min   median      max   speed (min naive / min)\n");
    const double reference =
        (qsort(naive_ns, (size_t)repeats, sizeof *naive_ns, compare), naive_ns[0]);
    print_row("naive heap", naive_ns, repeats, reference);
    print_row(s.vector->name, ours_ns, repeats, reference);
    double variance = 0.0;
    for (int k = 0; k < 2; k++) {
        const double total = (double)n * repeats;
        variance +=
            (sum[k].time_over_squares / total - sum[k].time_over * sum[k].time_over) / total;
    }
    const double z = (sum[1].time_over - sum[0].time_over) / sqrt(variance);
    printf("time with any server over: naive %.5f, headroom %.5f (z = %+.2f)\n", sum[0].time_over,
           sum[1].time_over, z);
    hr_scratch_free(s.scratch);
    hr_input_free(&s.input);
    hr_arena_free(&s.arena);
    hr_study_free(&s.study);
    return fabs(z) <= 5.0 ? 0 : 1;
}
