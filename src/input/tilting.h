/* tilting: another writer of input, see model/tilt.h: further meetings alive at an instant, and the
 * weight of the replication. Steps of hr_input_write, which do nothing where there is no tilt.
 */
#ifndef HR_INPUT_TILTING_H
#define HR_INPUT_TILTING_H

#include "input/store.h"
#include "model/tilt.h"

/* A meeting that the true laws did not draw; one of a batch that does not lean itself has nothing
 * but its class and end. */
typedef struct hr_further {
    hr_tick end;
    uint32_t word; /* of its mark's sampler */
    uint32_t pick;
    uint16_t class, stratum;
    bool leans;
} hr_further;

typedef struct hr_tilting {
    const hr_tilt *tilt; /* NULL: nothing to do */
    hr_further *further; /* [n_further] */
    hr_tick *start;      /* [n_further] */
    uint32_t *place;     /* [n_further] which meetings they are */
    uint32_t n_further;
    hr_tick at;        /* the instant drawn */
    uint16_t *stratum; /* [n_meetings] of each meeting */
} hr_tilting;

/* No further meetings yet; weight 1. */
void hr_tilting_begin(hr_tilting *tilting, const hr_tilt *tilt, hr_input *input);
/* Draw the component and its further meetings, their starts behind or among those there are.
 * HR_ERR_MEMORY, HR_ERR_DATA. */
HR_MUST_CHECK hr_status hr_tilting_add(const hr_writing *writing, hr_err *err);
/* All starts are put in order: place[i] is the number that the i-th had. */
void hr_tilting_find(const hr_writing *writing, const uint32_t *place);
/* All meetings have ends and classes, as if none were a further one: put in those of these. */
void hr_tilting_put(const hr_writing *writing);
/* The meetings are in order and nobody has joined yet: participants and words of the further ones,
 * and input->weight, which follows from starts, ends and marks as they were drawn. Durations of a
 * tilt of durations. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilting_mark(const hr_writing *writing, hr_err *err);
/* Words of random loads of a resource: put in those of the further meetings. */
void hr_tilting_force(const hr_writing *writing, unsigned resource, uint32_t *words);

/* Did the source bring anything then? */
bool hr_tilting_may_start(const hr_writing *writing, const hr_prepared_source *source,
                          hr_tick start);
/* Room for `more` further meetings, */
HR_MUST_CHECK hr_status hr_tilting_room(const hr_writing *writing, uint32_t more, hr_err *err);
/* and one of them, of a stratum of the component's, by a word of its mark. */
void hr_tilting_push(const hr_writing *writing, hr_tick start, hr_tick end, uint16_t stratum,
                     uint32_t mark, uint32_t pick);

#endif
