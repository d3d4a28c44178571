/* For tests of what happens in the Front End pool: days of it, replayed. */
#ifndef HR_TESTS_UNIT_REPLAYED_POOL_H
#define HR_TESTS_UNIT_REPLAYED_POOL_H

#include "kernel/replay.h"
#include "model/counts.h"
#include "unit/front_end_pool.h"

typedef struct replayed {
    hr_input input;
    hr_counts counts;
    hr_scratch *scratch;
} replayed;

/* Day `day` of the pool by the reference, into `r`, which is all zeros before the first one. */
static inline void run(pool *p, replayed *r, uint64_t day)
{
    const hr_vector *vector = NULL;
    if (hr_vector_choose(NULL, &vector, &p->err) != HR_OK ||
        hr_input_write(&r->input, &p->c, day, vector, &p->err) != HR_OK ||
        (r->scratch == NULL && hr_scratch_new(&r->scratch, &p->err) != HR_OK) ||
        hr_counts_init(&r->counts, &p->c, &p->arena, &p->err) != HR_OK ||
        hr_replay(&p->c, &r->input, r->scratch, &r->counts, NULL, &p->err) != HR_OK)
        fail_msg("%s", p->err.message);
}

static inline void end(pool *p, replayed *r)
{
    hr_input_free(&r->input);
    hr_scratch_free(r->scratch);
    pool_free(p);
}

#endif
