/* tilt_plan: the parts from which hr_tilt_plan makes a tilt. Private to model/.
 */
#ifndef HR_MODEL_TILT_PLAN_H
#define HR_MODEL_TILT_PLAN_H

#include "model/prepared.h"
#include "model/tilt.h"

/* Meetings cut into strata by what they load on one resource. */
typedef struct hr_tilt_cut {
    unsigned resource;
    unsigned n_classes, n_strata;
    hr_tilt_class *classes;     /* [n_classes] */
    hr_tilt_stratum *strata;    /* [n_strata] */
    uint16_t *class_of_stratum; /* [n_strata] */
    double unit;                /* of loads */
} hr_tilt_cut;

/* Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilt_cut_make(const hr_configuration *configuration, unsigned resource,
                                         hr_arena *arena, hr_tilt_cut *cut, hr_err *err);

/* Share of the class's meetings that are of the stratum: exact, in words of 2^-32. */
static inline double hr_tilt_share(const hr_tilt_stratum *stratum)
{
    return (double)stratum->n_words * 0x1p-32;
}

/* The planner at work. */
typedef struct hr_tilt_planning {
    const hr_configuration *c;
    const hr_prepared *p;
    const hr_tilt_aim *aim;
    hr_arena *arena;
    hr_tilt *tilt;
    unsigned n_groups; /* meetings fall into so many groups: those of a server each, or one */
    bool by_server;
    bool lasting;          /* durations lean, not arrivals, */
    bool hastens;          /* or these too */
    unsigned n_ages;       /* of these, at the busiest instant: */
    double *age, *started; /* [n_ages] s; mean number of meetings that started then */
    double *last;          /* [n_ages * n_classes] share of them that last so long */
    double *alive;         /* [n_checks * n_classes] mean meetings in progress */
    unsigned busiest;      /* check with the most load */
    hr_tilt_cut cut;
    /* Large meetings: one alone takes much of a server's room. They do not lean with the others but
     * by `large_lean`, the same for all, so that a component has so many of them or none more than
     * in truth. */
    double large_from; /* load; infinite where such meetings are no rarity */
    double large_lean;
    double large_alive, large_load; /* in the mean: number, load of one */
    hr_tick *check;
    unsigned n_checks, step_bits;
    /* of each group: lowest and highest ceiling aimed at, base units of the cut's resource */
    double low[HR_MAX_SERVERS], high[HR_MAX_SERVERS];
} hr_tilt_planning;

/* K(theta) = ln E exp(theta load) of a group at the busiest instant, and its derivatives. */
typedef struct hr_tilt_cumulants {
    double k, first, second;
} hr_tilt_cumulants;

#define HR_TILT_MOST_LEAN 12.0 /* a meeting is no more than e^12 times as frequent */

static inline double hr_tilt_seconds(hr_tick tick)
{
    return ((double)tick - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
}
/* Share of the meetings that group g gets. */
static inline double hr_tilt_group_share(const hr_tilt_planning *plan, unsigned g)
{
    if (plan->lasting && plan->by_server)
        return 1.0 / plan->c->n_servers;
    return plan->by_server ? plan->c->weight[g] : 1.0;
}
double hr_tilt_lean_of(const hr_tilt_planning *plan, double theta, const hr_tilt_stratum *stratum);
hr_tilt_cumulants hr_tilt_cumulants_of(const hr_tilt_planning *plan, unsigned g, double theta);
/* theta at which the tilted mean load of group g is x; 0 when x is no more than the mean. */
double hr_tilt_theta_for(const hr_tilt_planning *plan, unsigned g, double x);
enum { HR_TILT_MOST_LARGE = 2 };
/* Load of the other meetings at which one of k large ones, each on a server of its own while there
 * are any, overloads its server. */
double hr_tilt_beside_large(const hr_tilt_planning *plan, unsigned g, unsigned k);
/* Instants that the weights look at, and what is alive there. HR_ERR_MEMORY, as below. */
HR_MUST_CHECK hr_status hr_tilt_choose_checks(hr_tilt_planning *plan, hr_err *err);
HR_MUST_CHECK hr_status hr_tilt_find_alive(hr_tilt_planning *plan, hr_err *err);
/* The same, quickly, for arrivals that come evenly, of which there are no more at any instant. */
HR_MUST_CHECK hr_status hr_tilt_find_even(hr_tilt_planning *plan, hr_err *err);
/* Cut by the resource whose ceilings give way first; *chance: of the rarest ceiling aimed at, to be
 * exceeded at the busiest instant, about. */
HR_MUST_CHECK hr_status hr_tilt_choose_resource(hr_tilt_planning *plan, double *chance,
                                                hr_err *err);
/* The same of a tilt of durations: alive is found from the ages of what was started, which are
 * listed for one instant at a time. */
HR_MUST_CHECK hr_status hr_tilt_lasting_find(hr_tilt_planning *plan, hr_err *err);
void hr_tilt_lasting_list(hr_tilt_planning *plan, unsigned check);
hr_tilt_cumulants hr_tilt_lasting_cumulants(const hr_tilt_planning *plan, unsigned g, double theta);
/* Can arrivals lean too? */
bool hr_tilt_may_hasten(const hr_configuration *configuration);
/* The component's pace, number and kind, as its leans ask for; those of one in the list before it
 * whose leans are the same. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilt_make_pace(const hr_tilt_planning *plan,
                                          const hr_tilt_component *list, hr_tilt_component *out,
                                          hr_err *err);

#endif
