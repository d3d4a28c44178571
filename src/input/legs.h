/* legs: sessions on another role's servers while they are being written: participants of the first
 * pool's meetings, and calls.
 */
#ifndef HR_INPUT_LEGS_H
#define HR_INPUT_LEGS_H

#include "input/store.h"

/* One session before they are put in order. */
typedef struct hr_leg_row {
    hr_tick end;
    uint32_t number;   /* profile within its class: of the feed's legs */
    uint16_t class_of; /* 0: legs, 1: calls */
    uint32_t tie, pick;
} hr_leg_row;

typedef struct hr_leg_writing {
    const hr_configuration *pool;
    const hr_configuration *first;
    const hr_input *meetings; /* of the first pool */
    hr_tick *start;           /* [n] in store->reals */
    hr_leg_row *row;          /* [n] in store->initial; loads are written there later */
    uint32_t n;
} hr_leg_writing;

/* Add the calls of a pool that has them one by one, those in progress when its time begins among
 * them: Poisson starts, durations of their own law, drawn from streams of all pools in common, each
 * call kept or not by a word of its own, so that pools share the calls that cross both.
 * Errors  HR_ERR_MEMORY; HR_ERR_DATA: more than 2^31. */
HR_MUST_CHECK hr_status hr_write_calls(const hr_writing *writing, hr_leg_writing *legs,
                                       hr_err *err);

#endif
