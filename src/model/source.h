/* source: how meetings start. A configuration has several, independent of each other.
 */
#ifndef HR_MODEL_SOURCE_H
#define HR_MODEL_SOURCE_H

#include <stdbool.h>

#include "base/law.h"
#include "model/placement.h"

enum { HR_MAX_SOURCES = 8 };

typedef enum hr_source_kind {
    HR_SOURCE_POISSON,   /* rate */
    HR_SOURCE_SINUSOID,  /* rate (1 + amplitude sin(2 pi t / period + phase)) */
    HR_SOURCE_PIECEWISE, /* rates[i] on [edges[i], edges[i+1]), 0 outside (repeats with `period`) */
    HR_SOURCE_POISSON_BATCH, /* epochs at rate, each a batch of size `count` */
    HR_SOURCE_CLOCK_BATCH,   /* epochs at offset + k period, each `count` meetings, each late */
    HR_SOURCE_SINGLE_BATCH,  /* `count` meetings at `offset` */
    HR_N_SOURCE_KINDS
} hr_source_kind;
extern const hr_policy_row hr_source_rows[HR_N_SOURCE_KINDS];

typedef struct hr_source {
    hr_source_kind kind;
    double rate;      /* 1/s: mean rate, or rate of batches */
    double amplitude; /* sinusoid: 0..1 */
    double period;    /* s; piecewise: 0 = does not repeat */
    double phase;     /* radians */
    double offset;    /* s of study time */
    unsigned n_pieces;
    const double *edges; /* [n_pieces + 1] s, ascending */
    const double *rates; /* [n_pieces] 1/s */
    hr_law count;        /* batch kinds: POISSON, CONSTANT or any integer law */
    hr_law lateness;     /* clock batch: s added to the clock time; CONSTANT 0 = punctual */
    bool is_late;        /* silent before this study time, s: */
    double begins;       /* what it would have brought by then is not there */
    /* NULL: drawn at its own rate. Else drawn as this one, of which hr_source_share are kept:
     * so configurations of different rates see the same meetings. */
    const struct hr_source *candidates;
} hr_source;

/* The share of the starts of `candidates` which, kept independently of each other, are those of
 * `source` (Kingman 1993, "Poisson Processes", section 5.1); NaN when the two differ in more than
 * their rate, when `candidates` is the slower one, and for batches of other than Poisson counts. */
double hr_source_share(const hr_source *source, const hr_source *candidates);

#endif
