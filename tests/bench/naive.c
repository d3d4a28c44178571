#include "naive.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SERVERS = 12, SMALLEST = 2, LARGEST = 500, CAPACITY = 1000, MOST_IN_PROGRESS = 1 << 16 };
#define ARRIVALS_PER_S  (2000.0 / 3600.0)
#define MEAN_DURATION_S 2700.0
#define ZETA_EXPONENT   2.3914 /* mean size 5.000 on 2..500 */
#define FROM_S          (5.0 * 3600.0)
#define TO_S            (15.0 * 3600.0)

typedef struct departure {
    double time;
    int size, server;
} departure;

typedef struct pool {
    departure heap[MOST_IN_PROGRESS];
    int in_progress;
    int load[SERVERS];
    int n_over;
    double over_since, over_time;
    uint64_t random;
    double cumulative[LARGEST + 1];
} pool;

/* PCG32 XSH-RR (O'Neill 2014). */
static uint32_t draw(pool *p)
{
    const uint64_t old = p->random;
    p->random = old * 6364136223846793005u + 1442695040888963407u;
    const uint32_t word = (uint32_t)(((old >> 18) ^ old) >> 27);
    const uint32_t rotate = (uint32_t)(old >> 59);
    return (word >> rotate) | (word << ((32 - rotate) & 31));
}

static double exponential(pool *p, double mean)
{
    return -log((draw(p) + 0.5) * 0x1p-32) * mean;
}

static void make_sizes(pool *p)
{
    double sum = 0.0;
    for (int k = SMALLEST; k <= LARGEST; k++)
        p->cumulative[k] = sum += pow(k, -ZETA_EXPONENT);
    for (int k = SMALLEST; k <= LARGEST; k++)
        p->cumulative[k] /= sum;
}

static int draw_size(pool *p)
{
    const double u = (draw(p) + 0.5) * 0x1p-32;
    int size = SMALLEST; /* most meetings are small: the search is short */
    while (size < LARGEST && u > p->cumulative[size])
        size++;
    return size;
}

static void push(pool *p, departure d)
{
    int i = p->in_progress++;
    for (; i > 0 && p->heap[(i - 1) / 2].time > d.time; i = (i - 1) / 2)
        p->heap[i] = p->heap[(i - 1) / 2];
    p->heap[i] = d;
}

static departure pop(pool *p)
{
    const departure first = p->heap[0];
    const departure last = p->heap[--p->in_progress];
    int i = 0;
    for (int child = 1; child < p->in_progress; child = 2 * i + 1) {
        if (child + 1 < p->in_progress && p->heap[child + 1].time < p->heap[child].time)
            child++;
        if (p->heap[child].time >= last.time)
            break;
        p->heap[i] = p->heap[child];
        i = child;
    }
    p->heap[i] = last;
    return first;
}

static void change(pool *p, double now, int server, int by)
{
    const bool was = p->load[server] > CAPACITY;
    p->load[server] += by;
    const bool is = p->load[server] > CAPACITY;
    if (is && !was && p->n_over++ == 0)
        p->over_since = now;
    if (was && !is && --p->n_over == 0 && now > FROM_S)
        p->over_time += now - fmax(p->over_since, FROM_S);
}

static int least_loaded(const pool *p)
{
    int best = 0;
    for (int j = 1; j < SERVERS; j++)
        if (p->load[j] < p->load[best])
            best = j;
    return best;
}

static uint64_t run_once(pool *p)
{
    uint64_t meetings = 0;
    p->in_progress = p->n_over = 0;
    p->over_time = 0.0;
    for (int j = 0; j < SERVERS; j++)
        p->load[j] = 0;
    double arrival = exponential(p, 1.0 / ARRIVALS_PER_S);
    while (arrival < TO_S) {
        if (p->in_progress > 0 && p->heap[0].time < arrival) {
            const departure d = pop(p);
            change(p, d.time, d.server, -d.size);
            continue;
        }
        const departure d = {arrival + exponential(p, MEAN_DURATION_S), draw_size(p),
                             least_loaded(p)};
        change(p, arrival, d.server, d.size);
        push(p, d);
        meetings++;
        arrival += exponential(p, 1.0 / ARRIVALS_PER_S);
    }
    while (p->in_progress > 0 && p->heap[0].time < TO_S) {
        const departure d = pop(p);
        change(p, d.time, d.server, -d.size);
    }
    if (p->n_over > 0)
        p->over_time += TO_S - fmax(p->over_since, FROM_S);
    return meetings;
}

void naive_add(naive_result *sum, const naive_result *more)
{
    sum->n_meetings += more->n_meetings;
    sum->n_replications += more->n_replications;
    sum->time_over += more->time_over;
    sum->time_over_squares += more->time_over_squares;
}

naive_result naive_run(unsigned replications, uint64_t seed)
{
    naive_result result = {0};
    pool *p = calloc(1, sizeof *p);
    if (p == NULL)
        return result;
    p->random = seed * 0x9E3779B97F4A7C15u + 1;
    make_sizes(p);
    for (unsigned r = 0; r < replications; r++) {
        const uint64_t meetings = run_once(p);
        const double share = p->over_time / (TO_S - FROM_S);
        naive_add(&result, &(naive_result){meetings, 1, share, share * share});
    }
    free(p);
    return result;
}
