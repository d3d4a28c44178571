#include "blocks.h"

#include <string.h>

#include "base/law.h"
#include "base/order.h"
#include "base/stream.h"
#include "contestant.h"
#include "sample.h"
#include "study/study.h"

enum {
    N = 1 << 15,  /* items of an array: more than a branch predictor can learn by heart */
    PASSES = 4,   /* over them in one sample */
    SERVERS = 12, /* of M0 */
    KEYS = (SERVERS + HR_VECTOR_PAD - 1) / HR_VECTOR_PAD * HR_VECTOR_PAD,
    EVENTS = 30000, /* departures of a replication of M0 */
    SORTS = 4,
    RESOLVED = 64, /* configurations in one sample */
};

/* What the blocks work on; every block leaves it fit for the next. */
typedef struct bench_data {
    hr_sampler sizes;
    hr_arena arena, day;
    hr_study m0, pool;
    uint32_t word[N];
    double value[N];
    uint64_t tick[N];
    int64_t key[KEYS];
    uint64_t event[EVENTS], sorted[EVENTS], work[HR_ORDER_WORK(EVENTS)];
    hr_stream stream;
    volatile uint64_t sink; /* keeps results alive */
} bench_data;

/* One piece: does its work and returns the number of items that it did; 0 is a failure. */
typedef struct block {
    const char *name, *parameter, *unit;
    bool has_levels; /* does it depend on the instruction set? */
    uint64_t (*run)(bench_data *data, const hr_vector *vector);
} block;

typedef struct piece {
    const block *block;
    bench_data *data;
    const hr_vector *vector;
} piece;

static uint64_t draw(bench_data *d, const hr_vector *vector)
{
    for (int i = 0; i < PASSES; i++)
        vector->pcg32(d->stream.state, d->stream.increment, N / HR_LANES, d->word);
    return (uint64_t)PASSES * N;
}

static uint64_t exponential(bench_data *d, const hr_vector *vector)
{
    for (int i = 0; i < PASSES; i++)
        vector->exponential(d->word, N, d->value);
    return (uint64_t)PASSES * N;
}

static uint64_t lognormal(bench_data *d, const hr_vector *vector)
{
    for (int i = 0; i < PASSES; i++)
        vector->lognormal(d->word, N, 7.0, 0.8, d->value);
    return (uint64_t)PASSES * N;
}

static uint64_t table(bench_data *d, const hr_vector *vector)
{
    for (int i = 0; i < PASSES; i++)
        hr_sampler_fill(&d->sizes, d->word, N, vector, d->value);
    return (uint64_t)PASSES * N;
}

static uint64_t round_ticks(bench_data *d, const hr_vector *vector)
{
    for (int i = 0; i < PASSES; i++)
        vector->round(d->value, N, HR_TICKS_PER_SECOND, 0x1p50, d->tick);
    return (uint64_t)PASSES * N;
}

/* `step` 256: a key is written just before, as by a placement; a wide load then waits for it. */
static uint64_t least_after(bench_data *d, const hr_vector *vector, int64_t step)
{
    uint64_t sum = 0;
    for (int i = 0; i < PASSES * N; i++) {
        if (step != 0)
            d->key[i % SERVERS] += step;
        sum += (uint64_t)vector->least(d->key, KEYS);
    }
    d->sink = sum;
    return (uint64_t)PASSES * N;
}

static uint64_t least_of_old(bench_data *d, const hr_vector *vector)
{
    return least_after(d, vector, 0);
}

static uint64_t least_of_new(bench_data *d, const hr_vector *vector)
{
    return least_after(d, vector, 256);
}

static uint64_t order(bench_data *d, const hr_vector *vector)
{
    (void)vector;
    for (int i = 0; i < SORTS; i++) {
        memcpy(d->sorted, d->event, sizeof d->sorted);
        hr_order_words(d->sorted, EVENTS, hr_order_bits(EVENTS), d->work);
    }
    return (uint64_t)SORTS * EVENTS;
}

static uint64_t resolve(bench_data *d, const hr_study *study)
{
    hr_configuration configuration;
    for (uint64_t i = 0; i < RESOLVED; i++) {
        hr_arena_reset(&d->day);
        /* Without groups: one configuration at a time, as `check` does. */
        if (hr_study_configuration(study, NULL, i % study->n_configurations, i, &d->day,
                                   &configuration, NULL) != HR_OK)
            return 0;
    }
    return RESOLVED;
}

static uint64_t resolve_m0(bench_data *d, const hr_vector *vector)
{
    (void)vector;
    return resolve(d, &d->m0);
}

static uint64_t resolve_pool(bench_data *d, const hr_vector *vector)
{
    (void)vector;
    return resolve(d, &d->pool);
}

static const block blocks[] = {
    {"PCG32", "draw of 32 bits", "ns per draw", true, draw},
    {"exponential", "from a word", "ns per draw", true, exponential},
    {"lognormal", "from a word", "ns per draw", true, lognormal},
    {"table", "sizes of M0", "ns per draw", true, table},
    {"rounding", "seconds to ticks", "ns per value", true, round_ticks},
    {"least", "of 12 keys, settled", "ns per choice", true, least_of_old},
    {"least", "of 12 keys, one just written", "ns per choice", true, least_of_new},
    {"ordering", "30,000 events, copy included", "ns per event", false, order},
    {"resolving", "M0", "ns per configuration", false, resolve_m0},
    {"resolving", "a Front End pool", "ns per configuration", false, resolve_pool},
};
enum { N_BLOCKS = sizeof blocks / sizeof *blocks };

static hr_status take(void *subject, const contest_round *round, hr_err *err)
{
    const piece *p = subject;
    const double begun = sample_cpu_s();
    const uint64_t items = p->block->run(p->data, p->vector);
    const double seconds = sample_cpu_s() - begun;
    if (items == 0)
        return HR_FAIL(err, HR_ERR_DATA, "%s, %s: failed", p->block->name, p->block->parameter);
    if (round->is_recorded)
        sample_write(&(sample_place){"blocks", p->block->name,
                                     p->block->has_levels ? p->vector->name : "-",
                                     p->block->parameter, p->block->unit},
                     1e9 * seconds / (double)items, round->naive_ns);
    return HR_OK;
}

static hr_status prepare(bench_data *d, const char *m0, const char *pool, hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration configuration;
    HR_TRY(hr_study_open(&d->m0, m0, NULL, 0, err));
    HR_TRY(hr_study_open(&d->pool, pool, NULL, 0, err));
    HR_TRY(hr_study_configuration(&d->m0, NULL, 0, 0, &d->arena, &configuration, err));
    HR_TRY(hr_sampler_init(&d->sizes, &configuration.classes[0].size, &d->arena, err));
    hr_stream_open(&d->stream, (hr_stream_id){1, 0, 0}, HR_PURPOSE_ARRIVAL, 0, hr_vector_level(0));
    hr_stream_fill(&d->stream, N / HR_LANES, d->word);
    hr_vector_level(0)->exponential(d->word, N, d->value);
    for (unsigned j = 0; j < KEYS; j++)
        d->key[j] = j < SERVERS ? (int64_t)j : INT64_MAX;
    /* Events of ten hours, evenly, the number in the low bits. */
    const unsigned bits = hr_order_bits(EVENTS);
    for (uint64_t i = 0; i < EVENTS; i++)
        d->event[i] = (((uint64_t)hr_stream_next(&d->stream) % (36000u << 16)) << bits) | i;
out:
    return st;
}

static void release(bench_data *d)
{
    if (d == NULL)
        return;
    hr_arena_free(&d->arena);
    hr_arena_free(&d->day);
    hr_study_free(&d->m0);
    hr_study_free(&d->pool);
    hr_mem_free(d);
}

hr_status blocks_run(const char *m0, const char *pool, const contest_plan *plan, hr_err *err)
{
    hr_status st = HR_OK;
    piece pieces[N_BLOCKS * CONTESTANT_MOST_LEVELS];
    contest_turn turns[N_BLOCKS * CONTESTANT_MOST_LEVELS];
    size_t n = 0;
    bench_data *data = hr_mem_take(1, sizeof *data);
    if (data == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for blocks");
    HR_TRY(prepare(data, m0, pool, err));
    for (int i = 0; i < N_BLOCKS; i++) {
        const unsigned levels = blocks[i].has_levels ? contestant_n_levels() : 1;
        for (unsigned level = 0; level < levels; level++, n++) {
            pieces[n] = (piece){&blocks[i], data, hr_vector_level(level)};
            turns[n] = (contest_turn){take, &pieces[n]};
        }
    }
    HR_TRY(contest_run("blocks", plan, turns, n, err));
out:
    release(data);
    return st;
}
