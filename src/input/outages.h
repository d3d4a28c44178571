/* outages: which servers go out and come back when, and what else happens to the pool as a whole.
 * They come from outside: nothing that the pool does makes them likelier.
 */
#ifndef HR_INPUT_OUTAGES_H
#define HR_INPUT_OUTAGES_H

#include "input/store.h"

typedef enum hr_outage_kind {
    HR_OUTAGE_OUT,     /* the server goes out, */
    HR_OUTAGE_BACK,    /* and one reason for being out ends; */
    HR_OUTAGE_DRAIN,   /* the server drains, */
    HR_OUTAGE_DRAINED, /* and this ends */
    HR_OUTAGE_WITNESS_OUT,
    HR_OUTAGE_WITNESS_BACK,
    HR_OUTAGE_PARTNER_LOST,
    HR_OUTAGE_TAKE_OVER,
} hr_outage_kind;

typedef struct hr_outage {
    hr_tick tick;
    hr_outage_kind kind;
    unsigned server;
} hr_outage;

/* All of a replication in order of time, up to the end of the window, into store->outages; `n` of
 * them. What holds from the beginning comes first, with ticks up to input->begin.
 * Errors  HR_ERR_MEMORY, HR_ERR_DATA. */
HR_MUST_CHECK hr_status hr_outages_draw(const hr_writing *writing, const hr_outage **outages,
                                        uint32_t *n, hr_err *err);

#endif
