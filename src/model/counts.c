#include "model/counts.h"

#include <string.h>

#include "model/joint.h"
#include "model/prepared.h"

/* One row per array: where its pointer is and how many items it holds. */
#define ARRAYS(X)                                                                                  \
    X(time_with, c *(n + 1))                                                                       \
    X(server_time, c *n)                                                                           \
    X(episodes, c)                                                                                 \
    X(server_episodes, c *n)                                                                       \
    X(ended, c)                                                                                    \
    X(lasting, c *d)                                                                               \
    X(periods_hit, c *d)                                                                           \
    X(anatomy, c *HR_N_ANATOMY)                                                                    \
    X(first_over, c *r)                                                                            \
    X(meetings_hit, c *d)                                                                          \
    X(people_hit, c *d)                                                                            \
    X(person_time_over, c)                                                                         \
    X(offered, k)                                                                                  \
    X(refused, k)                                                                                  \
    X(peak, r *n)                                                                                  \
    X(load_time, r)                                                                                \
    X(excess, (configuration)->n_limits)                                                           \
    X(background_time, r)                                                                          \
    X(n_snapshots, t)                                                                              \
    X(over_with, t *c *(n + 1))                                                                    \
    X(server_over, t *c *n)                                                                        \
    X(load, t *r *n)                                                                               \
    X(load_square, t *r *n)                                                                        \
    X(load_shifted, t *r *n)                                                                       \
    X(largest, t *r)                                                                               \
    X(total_above, t *h)                                                                           \
    X(fits, t *p)                                                                                  \
    X(fits_somewhere, t *p)                                                                        \
    X(fits_everywhere, t *p)                                                                       \
    X(fits_servers, t *p)                                                                          \
    X(stranded, t *p)                                                                              \
    X(nowhere, t *p)

#define SHAPES(configuration)                                                                      \
    const size_t c = (configuration)->n_criteria, n = (configuration)->n_servers;                  \
    const size_t r = (configuration)->n_resources, d = (configuration)->n_durations;               \
    const size_t k = (configuration)->n_classes, t = (configuration)->prepared->n_slots;           \
    const size_t h = (configuration)->n_thresholds;                                                \
    const size_t p = HR_N_LEVELS * (size_t)(configuration)->n_probes

hr_status hr_counts_init(hr_counts *counts, const hr_configuration *configuration, hr_arena *arena,
                         hr_err *err)
{
    hr_status st = HR_OK;
    SHAPES(configuration);
    static const hr_joint nothing;
    *counts = (hr_counts){.needs = HR_NEEDS_ALL, .joint = &nothing};
#define TAKE(name, items) HR_TAKE(counts->name, arena, items);
    ARRAYS(TAKE)
#undef TAKE
out:
    return st;
}

void hr_counts_clear(hr_counts *counts, const hr_configuration *configuration)
{
    SHAPES(configuration);
#define CLEAR(name, items) memset(counts->name, 0, (items) * sizeof *counts->name);
    ARRAYS(CLEAR)
#undef CLEAR
    counts->meetings_ended = counts->people_ended = counts->person_time = 0;
    counts->joins_offered = counts->joins_refused = 0;
    counts->servers_linked = counts->meetings_moved = 0;
    counts->meetings_lost = counts->people_lost = counts->person_time_lost = 0;
    memset(counts->service_lost, 0, sizeof counts->service_lost);
    counts->resilient = counts->inserted_hit = 0;
    counts->collision_periods = counts->collision_time = 0;
    counts->throttled_periods = counts->rejected_periods = counts->throttled_time = 0;
    counts->backlog_time = 0;
    if (counts->stretches != NULL)
        hr_stretches_clear(counts->stretches);
}
