/* tilting: another writer of input, see model/tilt.h: further meetings alive at an instant, and the
 * weight of the replication. Steps of hr_input_write, which do nothing where there is no tilt.
 */
#ifndef HR_INPUT_TILTING_H
#define HR_INPUT_TILTING_H

#include "input/store.h"
#include "model/tilt.h"

/* A meeting that the true laws did not draw. */
typedef struct hr_further {
    uint32_t word; /* of its mark's sampler */
    uint32_t pick;
    uint16_t stratum;
} hr_further;

typedef struct hr_tilting {
    const hr_tilt *tilt; /* NULL: nothing to do */
    hr_further *further; /* [n_further] */
    hr_start_row *row;   /* [n_further] their starts, until these are put in */
    uint32_t n_further;
    hr_tick at;        /* the instant drawn */
    uint16_t *stratum; /* [n_meetings] of each meeting */
} hr_tilting;

/* No further meetings yet; weight 1. */
void hr_tilting_begin(hr_tilting *tilting, const hr_tilt *tilt, hr_input *input);
/* Draw the component and its further meetings into the starts. HR_ERR_MEMORY, HR_ERR_DATA. */
HR_MUST_CHECK hr_status hr_tilting_add(const hr_writing *writing, hr_err *err);
/* The meetings are in order: participants and words of the further ones, strata of all whose mark
 * is their participants. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilting_mark(const hr_writing *writing, hr_err *err);
/* Words of random loads: put in those of the further meetings, find the strata of all whose mark is
 * the load of this resource. */
void hr_tilting_force(const hr_writing *writing, unsigned resource, uint32_t *words);
/* All marks are known: input->weight. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilting_weigh(const hr_writing *writing, hr_err *err);

#endif
