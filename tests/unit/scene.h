/* One server whose meetings are given one by one, for counts that can be worked out on paper. */
#ifndef HR_TESTS_UNIT_SCENE_H
#define HR_TESTS_UNIT_SCENE_H

#include <string.h>

#include "kernel/replay.h"
#include "model/counts.h"
#include "model/prepared.h"
#include "unit/pool.h"
#include "unit/study_text.h"

enum { MOST = 8, MC = 10000 };                     /* steps of one Mc/s */
#define S(seconds)  ((hr_tick)((seconds)*65536.0)) /* ticks */
#define AT(seconds) (HR_TICK_ZERO + S(seconds))

/* One server of 100 Mc/s, empty at 0, a window [from, to) s with four busy periods; meetings of any
 * load, in start order. */
typedef struct scene {
    hr_pool pool;
    hr_input input;
    hr_counts counts;
    hr_tick start[MOST], end[MOST];
    uint16_t class_of[MOST], profile[MOST], sessions[MOST];
    uint32_t size[MOST], word[MOST];
    int64_t load[MOST], ceiling[1], held;
    hr_background calls;
    double call[1];
} scene;

static inline hr_configuration *open_scene(scene *s, double from, double to)
{
    memset(s, 0, sizeof *s);
    hr_configuration *c = hr_pool_make(&s->pool, 1, 1.0, 100.0, 1.0);
    c->resource[0] = HR_RESOURCE_CPU;
    c->placement.metric = HR_METRIC_RESOURCE + HR_RESOURCE_CPU;
    c->start = HR_START_EMPTY;
    c->from = from;
    c->length = to - from;
    c->n_periods = 4;
    c->backlog = (hr_backlog_marks){true, 6.0, 3.0, 12.0};
    c->follows_excess = true;
    return c;
}

static inline void meet(scene *s, double start, double end, int64_t load)
{
    const uint32_t i = s->input.n_meetings++;
    s->start[i] = AT(start);
    s->end[i] = AT(end);
    s->load[i] = load;
}

/* Counts are there until close_scene. */
static inline void play(scene *s)
{
    hr_err err = {0};
    hr_configuration *c = &s->pool.configuration;
    hr_input *in = &s->input;
    hr_scratch *scratch = NULL;
    assert_int_equal(hr_configuration_prepare(c, &s->pool.arena, &err), HR_OK);
    assert_int_equal(hr_counts_init(&s->counts, c, &s->pool.arena, &err), HR_OK);
    assert_int_equal(hr_scratch_new(&scratch, &err), HR_OK);
    s->ceiling[0] = (int64_t)c->prepared->ceiling[0] - s->held;
    in->begin = c->prepared->begin;
    in->from = c->prepared->from;
    in->to = c->prepared->to;
    in->start = s->start, in->end = s->end, in->class_of = s->class_of, in->profile = s->profile;
    in->size = s->size, in->tie = s->word, in->pick = s->word, in->ceiling = s->ceiling;
    in->initial = in->final = s->load, in->sessions = s->sessions;
    assert_int_equal(hr_replay(c, in, scratch, &s->counts, NULL, &err), HR_OK);
    hr_scratch_free(scratch);
}

static inline void close_scene(scene *s)
{
    hr_arena_free(&s->pool.arena);
}

/* Calls in the background take 40 Mc/s each: what is left of 100 for 25 s each is 100, 60, 20, 100.
 */
static inline void add_calls(scene *s)
{
    hr_configuration *c = &s->pool.configuration;
    s->call[0] = 40.0;
    s->calls = (hr_background){.name = "calls",
                               .kind = HR_BACKGROUND_SESSIONS,
                               .sessions = 1.0,
                               .holding = 60.0,
                               .cost = s->call};
    c->n_background = 1;
    c->background = &s->calls;
    c->session_step = 25.0;
    s->input.n_steps = 4;
    memcpy(s->sessions, (const uint16_t[]){0, 1, 2, 0}, 4 * sizeof *s->sessions);
}

#endif
