/* For tests of the Front End pool: the preset lync-2013/front-end with a few values set, and its
 * mean costs. */
#ifndef HR_TESTS_UNIT_FRONT_END_POOL_H
#define HR_TESTS_UNIT_FRONT_END_POOL_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "study/study.h"

enum { MOST_SETS = 20 };
static const char preset[] = "study: test\nbase: lync-2013/front-end\n";

typedef struct pool {
    hr_study study;
    hr_arena arena;
    hr_configuration c;
    hr_err err;
} pool;

/* Open the preset with `sets`, up to a NULL; HR_OK or what was refused. */
static inline hr_status try_open(pool *p, const char *const *sets)
{
    size_t n = 0;
    *p = (pool){0};
    while (sets[n] != NULL)
        n++;
    hr_status st = hr_study_parse(&p->study, "test", preset, strlen(preset), sets, n, &p->err);
    if (st == HR_OK)
        st = hr_study_configuration(&p->study, NULL, 0, 0, &p->arena, &p->c, &p->err);
    return st;
}

static inline void pool_free(pool *p)
{
    hr_study_free(&p->study);
    hr_arena_free(&p->arena);
}

static inline void open_pool(pool *p, const char *const *sets)
{
    if (try_open(p, sets) != HR_OK)
        fail_msg("%s", p->err.message);
}
#define OPEN(p, ...) open_pool((p), (const char *const[MOST_SETS]){__VA_ARGS__, NULL})

static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g is not within %g of %.12g", value, tolerance, expected);
}

static inline unsigned resource(const pool *p, hr_resource_id id)
{
    for (unsigned r = 0; r < p->c.n_resources; r++) {
        if (p->c.resource[r] == id)
            return r;
    }
    fail_msg("no resource %s", hr_resources[id].name);
    return 0;
}

/* Mean over the class's meetings of a cost per meeting and per participant. */
static inline double per_meeting(const pool *p, hr_resource_id id)
{
    const hr_class *class = &p->c.classes[0];
    double cost = 0.0;
    for (unsigned i = 0; i < class->n_profiles; i++)
        cost += class->profiles[i].share * class->profiles[i].cost[resource(p, id)];
    return cost;
}

static inline double per_participant(const pool *p, hr_resource_id id)
{
    const hr_class *class = &p->c.classes[0];
    double cost = 0.0;
    for (unsigned i = 0; i < class->n_profiles; i++) {
        const hr_profile *profile = &class->profiles[i];
        for (unsigned k = 0; k < profile->n_kinds; k++)
            cost +=
                profile->share * profile->kinds[k].share * profile->kinds[k].cost[resource(p, id)];
    }
    return cost;
}

#endif
