/* activity: rates of what users and devices do under the values of a study, and the processor work
 * that follows from them.
 *
 * Catalogue: model/activity.h. The busy hour's rate of an activity is users x share x rate, times
 * population.peak.peer_to_peer where it is between two users; what meetings and calls bring follows
 * from the study's arrivals and population.voice. Work is rate x work per event; activities whose
 * work is a part of a cost per participant, call or user add none.
 */
#ifndef HR_STUDY_ACTIVITY_H
#define HR_STUDY_ACTIVITY_H

#include "model/activity.h"
#include "study/params.h"
#include "study/study.h"

/* Is the processor work of background the sum over activities (background.from)? */
bool hr_activities_count(const hr_params *params);
/* Is the activity on top of whatever background.from says: nobody's until a study states its rate?
 */
bool hr_activity_is_extra(hr_activity_id activity);
/* Work of the activities that count (all, or the extra ones alone) on the servers of `role`, Mc/s
 * of all of them together in the busy hour of an ordinary day (busyness 1), for `users` logged in.
 * front_end: the first pool, whatever its role; it also takes what is BY_ALL where the deployment
 * has no servers for it. */
double hr_activities_cpu(const hr_params *params, double users, hr_role_id role);

/* One activity in a configuration. */
typedef struct hr_activity_load {
    hr_activity_id activity;
    hr_role_id role;    /* the pool that carries it here */
    unsigned n_servers; /* of that pool */
    double rate;        /* events per second, all servers */
    double cpu;         /* Mc of one event; NaN: inside another cost */
} hr_activity_load;

/* What users ask of a configuration. */
typedef struct hr_demand {
    bool has_population; /* else the rest is empty */
    bool is_counted;     /* the work of the activities is the background's */
    double users;        /* logged in, all servers */
    double calls;        /* in progress, all of them (erlangs), bypassed ones too */
    double crossing;     /* of them, those whose media does not bypass the servers */
    unsigned n_activities;
    hr_activity_load activity[HR_N_ACTIVITIES]; /* of pools that are there, in the table's order */
} hr_demand;

/* The demand of configuration `index`, whose first pool is `first`; day 0 where days differ.
 * Local; thread-safe. */
HR_MUST_CHECK hr_status hr_study_demand(const hr_study *study, uint64_t index,
                                        const hr_configuration *first, hr_demand *demand,
                                        hr_err *err);

#endif
