/* scalar_state: one replay by the scalar kernel. Its events are compiled once per instruction set
 * (scalar_level.c), the rest once (scalar.c).
 */
#ifndef HR_KERNEL_SCALAR_STATE_H
#define HR_KERNEL_SCALAR_STATE_H

#include "kernel/events.h"
#include "kernel/seen.h"
#include "kernel/stays.h"

typedef struct hr_scalar_state {
    hr_replaying *replay;
    hr_scratch *scratch; /* of the replay, as what follows: at hand for every event */
    const hr_input *input;
    unsigned n_servers, n_resources;
    const struct hr_scalar_level *level;
    hr_events events;
    hr_event_lists next; /* what is next of each */
    uint64_t due;        /* tick and kind of the next quiet event */
    hr_tick next_step;   /* absolute ticks; far when there is none */
    hr_tick next_snapshot, next_report;
    uint32_t step, snapshot, turn;
    bool measuring;
    bool counts_hits;     /* as in hr_needs */
    bool counts_peaks;    /* once measuring */
    bool is_corrected;    /* by what is in flight */
    bool is_placed;       /* beforehand: at random, all of a meeting at once, nobody is refused */
    const uint16_t *kind; /* of each meeting, where is_placed and those of a kind are alike: of one
                             participant, as legs; else NULL */
    int64_t *row; /* [2 * n_kinds * S] where they are: what one takes away at its end, and adds */
    const hr_vector *vector;
    hr_seen seen;
    int64_t own[HR_MAX_RESOURCES]; /* all ones for a resource, 0 in the padding */
    hr_stays stays;
} hr_scalar_state;

/* What is quietly due before the event at `time`. */
void hr_scalar_catch_up(hr_scalar_state *at, uint64_t time);

/* The copy for an instruction set. */
typedef struct hr_scalar_level {
    void (*run)(hr_scalar_state *at); /* all events of the lists */
    /* hr_stepping_step */
    void (*step)(hr_replaying *replay, hr_tick now, uint32_t step);
} hr_scalar_level;
extern const hr_scalar_level hr_scalar_baseline, hr_scalar_avx2, hr_scalar_avx512;

#endif
