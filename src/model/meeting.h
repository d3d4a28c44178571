/* meeting: kinds of meetings: how large, how long, what their participants use and cost. Part of a
 * configuration, filled by the study floor; all memory is the configuration's.
 */
#ifndef HR_MODEL_MEETING_H
#define HR_MODEL_MEETING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/law.h"

/* What a participant uses: bits. The first four are the modalities of a meeting. */
enum {
    HR_AUDIO = 1,
    HR_SHARING = 2,
    HR_VIDEO = 4,
    HR_DATA = 8,
    HR_N_MODALITY_SETS = 16,
    HR_PHONES = 16,   /* hears by phone */
    HR_PRESENTS = 32, /* shares an application instead of viewing it */
};

/* Kind of participant within a profile (voice over IP, dial-in, ...): drawn independently. */
typedef struct hr_kind {
    double share;       /* of the profile's participants; shares sum to 1 */
    const double *cost; /* [n_resources] base units per participant present */
    unsigned uses;      /* bits above; 0 where a study gives costs alone */
    double shown;       /* kbit/s of the application that is watched */
} hr_kind;

/* What a meeting asks servers for one by one where media are placed apart [S:ocscore]. */
typedef enum hr_medium {
    HR_MEDIUM_FOCUS, /* signalling and roster: on the organiser's server, placed by no rule */
    HR_MEDIUM_MESSAGES,
    HR_MEDIUM_AV,
    HR_MEDIUM_SHARING,
    HR_MEDIUM_DATA,
    HR_MEDIUM_LAST = HR_MEDIUM_DATA
} hr_medium;

/* Modality profile of a meeting: what its participants use. Where media are placed apart it has
 * parts, the Focus first: profiles of the class beyond its n_profiles, with the profile's own
 * kinds, whose costs sum to its. */
typedef struct hr_profile {
    double share;       /* of the class's meetings; shares sum to 1; of a part: 0 */
    const double *cost; /* [n_resources] base units per meeting, from start to end */
    unsigned n_kinds;   /* >= 1 */
    const hr_kind *kinds;
    unsigned first_part, n_parts; /* 0 parts where meetings are placed as a whole */
    hr_medium medium;             /* of a part */
} hr_profile;

typedef struct hr_class {
    const char *name;
    double share;               /* of arriving meetings; shares sum to 1 */
    hr_law size;                /* participants, an integer law >= 0 */
    hr_law duration;            /* s, non-negative */
    const hr_law *load;         /* NULL or [n_resources]: further random load per meeting */
    const double *reserve;      /* NULL or [n_resources]: headroom this class must leave free */
    unsigned n_profiles;        /* >= 1 */
    unsigned n_parts;           /* of all profiles */
    const hr_profile *profiles; /* [n_profiles], then [n_parts] */
    bool is_kept; /* the profiles are in the arena's memo: an equal pointer means equal profiles */
} hr_class;

/* One more meeting on top of those that come, a class of its own with share 0. */
typedef struct hr_inserted {
    unsigned class_of;
    uint32_t size;   /* participants; 0: it does not come */
    double at;       /* s of study time: when it is scheduled */
    double duration; /* s */
} hr_inserted;

#endif
