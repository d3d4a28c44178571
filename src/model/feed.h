/* feed: what another pool than the first gets of the first pool's meetings.
 */
#ifndef HR_MODEL_FEED_H
#define HR_MODEL_FEED_H

#include <stdbool.h>

/* Where a pool's meetings come from. */
typedef enum hr_meetings {
    HR_MEETINGS_OWN,   /* from its own sources and streams */
    HR_MEETINGS_LEGS,  /* none: legs of the first pool's participants, see hr_feed */
    HR_MEETINGS_LARGE, /* the first pool's that are too large for it */
} hr_meetings;

/* Legs: what participants of the first pool's meetings are on the servers of another role.
 * All kinds of participants of the first pool are numbered, as hr_prepared_class.first_kind has it.
 */
typedef struct hr_leg {
    double share; /* of such participants that have one, 0..1 */
    const double
        *cost; /* [n_resources] of this pool, base units, while the participant is present */
} hr_leg;

/* A further site whose participants have legs here too. */
typedef struct hr_guest {
    unsigned pool;      /* its number in the study */
    unsigned first_leg; /* of its kinds, which follow those of the feeders before it */
} hr_guest;

typedef struct hr_feed {
    unsigned n_legs;   /* kinds of all profiles, of all feeders */
    bool has_calls;    /* class and source 1 are calls, one by one, beside the legs */
    const hr_leg *leg; /* [n_legs] */
    unsigned n_guests;
    const hr_guest *guests; /* [n_guests] in order of their pools */
} hr_feed;

#endif
