/* For tests of deployments with several sites: the preset lync-2013/deployment, four Front Ends and
 * an hour, with a few values set. */
#ifndef HR_TESTS_UNIT_SITE_POOLS_H
#define HR_TESTS_UNIT_SITE_POOLS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "input/input.h"
#include "study/study.h"

#define BASE                                                                                       \
    "study: test\nbase: lync-2013/deployment\nwindow: {busy_hours: 1}\n"                           \
    "target: {pool: ~, resources: ~, level: ~}\npool: {servers: 4}\n"
#define SITE "deployment.sites=[{name: munich, users: 5000 per server, servers: 3"

enum { MOST_SETS = 8 };

typedef struct sites {
    hr_study study;
    hr_arena arena;
    hr_configuration first;
    hr_configuration other[HR_MAX_POOLS];
    hr_err err;
} sites;

static inline hr_status try_open(sites *d, uint64_t index, uint64_t day, const char *const *sets)
{
    size_t n = 0;
    *d = (sites){0};
    while (sets[n] != NULL)
        n++;
    hr_status st = hr_study_parse(&d->study, "test", BASE, strlen(BASE), sets, n, &d->err);
    if (st == HR_OK)
        st = hr_study_configuration(&d->study, NULL, index, day, &d->arena, &d->first, &d->err);
    if (st == HR_OK)
        st = hr_study_others(&d->study, &d->first, day, &d->arena, d->other, &d->err);
    return st;
}

static inline void open_sites(sites *d, uint64_t index, uint64_t day, const char *const *sets)
{
    if (try_open(d, index, day, sets) != HR_OK)
        fail_msg("%s", d->err.message);
}
#define SETS(...)                                                                                  \
    (const char *const[MOST_SETS])                                                                 \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define OPEN(d, ...) open_sites((d), 0, 0, SETS(__VA_ARGS__))

static inline void close_sites(sites *d)
{
    hr_study_free(&d->study);
    hr_arena_free(&d->arena);
}

static inline void refused(const char *pattern, const char *const *sets)
{
    sites d;
    if (try_open(&d, 0, 0, sets) == HR_OK)
        fail_msg("accepted: %s", sets[0]);
    if (strstr(d.err.message, pattern) == NULL)
        fail_msg("no '%s' in: %s", pattern, d.err.message);
    close_sites(&d);
}

static inline const hr_configuration *pool(const sites *d, const char *name)
{
    for (unsigned p = 1; p < d->study.n_pools; p++) {
        if (strcmp(d->study.pools[p].name, name) == 0)
            return &d->other[p - 1];
    }
    fail_msg("no pool %s", name);
    return NULL;
}

static inline void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-12 * fabs(expected)))
        fail_msg("%.15g is not %.15g", value, expected);
}

static inline double background(const hr_configuration *c)
{
    return hr_law_mean(&c->background[0].law) * c->n_servers;
}

#endif
