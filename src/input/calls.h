/* calls: telephone calls one by one beside the legs of a pool.
 */
#ifndef HR_INPUT_CALLS_H
#define HR_INPUT_CALLS_H

#include "input/store.h"

typedef struct hr_call_row {
    hr_tick end;
    uint32_t tie, pick;
} hr_call_row;

/* In the order in which they are drawn; memory of the input that is being written. */
typedef struct hr_calls {
    hr_tick *start;   /* [n] in store->reals */
    hr_call_row *row; /* [n] in store->initial; loads are written there later */
    uint32_t n;
} hr_calls;

/* Has the pool calls one by one, class and source 1? */
bool hr_calls_happen(const hr_configuration *pool);
/* Have both pools the same ones, if their first pools have the same seed and group? */
bool hr_calls_are_same(const hr_configuration *a, const hr_configuration *b);
/* Draw the calls of a pool where they happen, those in progress when its time begins among them:
 * Poisson starts, durations of their own law, drawn from streams of all pools in common, which are
 * those of the first pool, each call kept or not by a word of its own, so that pools share the
 * calls that cross both. `calls` is `{0}`.
 * Errors  HR_ERR_MEMORY; HR_ERR_DATA: more than 2^31. */
HR_MUST_CHECK hr_status hr_calls_draw(hr_calls *calls, const hr_writing *writing,
                                      const hr_configuration *first, hr_err *err);
/* Put them among the legs, which are in order and have room for them: by start, behind the legs of
 * the same tick, those of one tick as they were drawn.
 * Errors  HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_calls_add(const hr_calls *calls, hr_input *legs, hr_err *err);

#endif
