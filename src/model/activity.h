/* activity: the catalogue of what users and devices do, as events with rates.
 *
 * Made from activity.def. `headroom list activities` prints it; a study overrides a row with
 * `activity.<name>.share`, `.rate`, `.number` and `.cpu`. Work that counts while something lasts
 * is in workload.h; an activity costs work per event, so it loads a server only times its rate.
 */
#ifndef HR_MODEL_ACTIVITY_H
#define HR_MODEL_ACTIVITY_H

#include "model/role.h"

typedef enum hr_activity_id {
#define HR_ACTIVITY(name, ...)         HR_ACTIVITY_##name,
#define HR_ACTIVITY_PER(name, ...)     HR_ACTIVITY_##name,
#define HR_ACTIVITY_OF_ALL(name, ...)  HR_ACTIVITY_##name,
#define HR_ACTIVITY_INSIDE(name, ...)  HR_ACTIVITY_##name,
#define HR_ACTIVITY_DERIVED(name, ...) HR_ACTIVITY_##name,
#include "model/activity.def"
    HR_N_ACTIVITIES
} hr_activity_id;

/* What an activity's events are counted by. */
typedef enum hr_activity_by {
    HR_ACTIVITY_BY_EVERYBODY, /* users logged in */
    HR_ACTIVITY_BY_MOBILE,    /* of them, those on mobile devices */
    HR_ACTIVITY_BY_REMOTE,    /* those outside */
    HR_ACTIVITY_BY_CHAT,      /* those connected to Persistent Chat */
    HR_ACTIVITY_BY_ACTIVITY,  /* events of another activity */
    HR_ACTIVITY_BY_ALL,       /* the deployment as a whole */
    HR_ACTIVITY_BY_MEETINGS,  /* meetings that start */
    HR_ACTIVITY_BY_JOINS,     /* participants who join */
    HR_ACTIVITY_BY_NOTICES,   /* pairs of participants of a meeting */
    HR_ACTIVITY_BY_CALLS,     /* calls that begin */
    HR_ACTIVITY_BY_EXTRA_CALLS,
    HR_N_ACTIVITY_BY
} hr_activity_by;
/* In words: "user", "mobile user", ... */
extern const char *const hr_activity_by_names[HR_N_ACTIVITY_BY];

typedef enum hr_activity_peak {
    HR_ACTIVITY_STEADY,       /* the busy hour is as the day's mean */
    HR_ACTIVITY_PEER_TO_PEER, /* population.peak.peer_to_peer times it */
} hr_activity_peak;

/* A published ceiling of events holds for all servers together or for one. */
typedef enum hr_activity_scope { HR_ACTIVITY_POOL, HR_ACTIVITY_SERVER } hr_activity_scope;

typedef struct hr_activity {
    const char *name; /* as in `activity.<name>.rate` */
    hr_role_id role;  /* where it is carried */
    hr_activity_by by;
    hr_activity_id of; /* BY_ACTIVITY: whose events; an earlier row */
    hr_activity_peak peak;
    double share;       /* of the group, 0..1; 1 where there is no group */
    double rate;        /* 1/s of one of them, mean of a working day; BY_ACTIVITY: events of one */
    const char *source; /* of share and rate */
    const char *inside; /* NULL, or the cost of which the work is a part: no work of its own */
    double cpu;         /* Mc of one event, [U] */
    double low, high;   /* plausible range of cpu */
    const char *doc;
} hr_activity;
extern const hr_activity hr_activities[HR_N_ACTIVITIES];

typedef struct hr_activity_ceiling {
    hr_activity_id activity;
    hr_activity_scope scope;
    double rate; /* events per second */
    const char *source;
    const char *doc;
} hr_activity_ceiling;

/* The published ceiling of an activity; NULL when there is none. */
const hr_activity_ceiling *hr_activity_ceiling_find(hr_activity_id activity);

#endif
