/* A textbook pool for unit tests: n equal servers, one resource "load", one class, Poisson
 * arrivals, exponential durations of mean 1 h; tests change what they are about.
 */
#ifndef HR_TESTS_POOL_H
#define HR_TESTS_POOL_H

#include "model/configuration.h"

typedef struct hr_pool {
    hr_arena arena;
    hr_configuration configuration;
    hr_source source;
    hr_class class_of_all;
    hr_profile profile;
    hr_kind kind;
    hr_limit limit;
    hr_criterion criterion;
    double no_cost[1], unit_cost[1];
    double ceiling[HR_MAX_SERVERS], weight[HR_MAX_SERVERS];
} hr_pool;

/* rate per hour, capacity in load units; a stationary window of `hours` with 1 busy period. The
 * pool points into itself: do not copy it. Not prepared yet. */
static inline hr_configuration *hr_pool_make(hr_pool *pool, unsigned n_servers, double rate,
                                             double capacity, double hours)
{
    *pool = (hr_pool){.unit_cost = {1.0}};
    for (unsigned j = 0; j < n_servers; j++) {
        pool->ceiling[j] = capacity;
        pool->weight[j] = 1.0 / n_servers;
    }
    const hr_law at_once = {.kind = HR_LAW_CONSTANT, .a = 0.0};
    const hr_law one = {.kind = HR_LAW_CONSTANT, .a = 1.0};
    const hr_law hour = {.kind = HR_LAW_EXPONENTIAL, .a = 3600.0};
    pool->source = (hr_source){.kind = HR_SOURCE_POISSON, .rate = rate / 3600.0};
    pool->kind = (hr_kind){.share = 1.0, .cost = pool->unit_cost};
    pool->profile =
        (hr_profile){.share = 1.0, .cost = pool->no_cost, .n_kinds = 1, .kinds = &pool->kind};
    pool->class_of_all = (hr_class){.name = "all",
                                    .share = 1.0,
                                    .size = one,
                                    .duration = hour,
                                    .n_profiles = 1,
                                    .profiles = &pool->profile};
    pool->limit = (hr_limit){0, HR_LEVEL_FULL, 0, pool->ceiling};
    pool->criterion = (hr_criterion){1, HR_LEVEL_FULL, -1, 0};
    pool->configuration = (hr_configuration){
        .seed = 1,
        .n_servers = n_servers,
        .n_resources = 1,
        .resource = {HR_RESOURCE_LOAD},
        .weight = pool->weight,
        .placement = {.rule = HR_RULE_LEAST_LOADED,
                      .metric = HR_METRIC_RESOURCE + HR_RESOURCE_LOAD,
                      .d = 1},
        .admission_level = HR_LEVEL_FULL,
        .n_sources = 1,
        .sources = &pool->source,
        .n_classes = 1,
        .classes = &pool->class_of_all,
        .join = at_once,
        .session_step = 10.0,
        .n_limits = 1,
        .limits = &pool->limit,
        .n_criteria = 1,
        .criteria = &pool->criterion,
        .start = HR_START_STATIONARY,
        .from = 0.0,
        .length = hours * 3600.0,
        .n_periods = 1,
        .warm_up = 7200.0,
        .n_durations = 1,
        .min_episode = {0.0},
    };
    return &pool->configuration;
}

#endif
