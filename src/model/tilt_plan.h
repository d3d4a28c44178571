/* tilt_plan: the parts from which hr_tilt_plan makes a tilt. Private to model/.
 */
#ifndef HR_MODEL_TILT_PLAN_H
#define HR_MODEL_TILT_PLAN_H

#include <math.h>

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

/* Where a meeting's server follows from its own word (random placement) or from its number (round
 * robin), servers fill by themselves: there the rare event is one server's. Everywhere else it is
 * the pool's. */
bool hr_tilt_is_by_server(const hr_configuration *c);
/* Must durations lean, because epochs are not Poisson? */
bool hr_tilt_is_lasting(const hr_configuration *c);
bool hr_tilt_has_batches(const hr_configuration *c); /* at random times */
/* Why there is no tilt, whatever is rare; NULL when there may be one. */
const char *hr_tilt_unsuited(const hr_configuration *c, const hr_tilt_aim *aim);

/* Share of the class's meetings that are of the stratum: exact, in words of 2^-32. */
static inline double hr_tilt_share(const hr_tilt_stratum *stratum)
{
    return (double)stratum->n_words * 0x1p-32;
}

/* Of the meetings of a class that are alive: sums over its strata of e^s - 1, and of e^s times the
 * load and its square. */
struct hr_tilt_moments {
    double more, first, second;
};

/* The planner at work. */
typedef struct hr_tilt_planning {
    const hr_configuration *c;
    const hr_prepared *p;
    const hr_tilt_aim *aim;
    hr_arena *arena;
    hr_tilt *tilt;
    unsigned n_groups; /* meetings fall into so many groups: those of a server each, or one */
    bool by_server;
    bool lasting;                    /* durations lean, not arrivals, */
    bool hastens;                    /* or these too */
    unsigned n_ages;                 /* of these, at the busiest instant: */
    double *age, *started;           /* [n_ages] s; mean number of meetings that started then */
    double *last;                    /* [n_ages * n_classes] share of them that last so long */
    struct hr_tilt_moments *moments; /* [n_classes] a moment's */
    double *alive;                   /* [n_checks * n_classes] mean meetings in progress */
    double *batched;       /* NULL, or the same of batches at random times, which are among them */
    const double *survive; /* [n_cells * HR_QUADRATURE_NODES * n_classes] chance to last so long */
    unsigned busiest;      /* check with the most load */
    hr_tilt_cut cut;
    /* Large meetings: one alone takes much of a server's room. They do not lean with the others: a
     * component has `n_large` of them more than in truth or, where they may come in batches, they
     * lean by `large_lean`, the same for all. */
    double large_from; /* load; infinite where such meetings are no rarity */
    unsigned n_large;
    double large_lean;
    double large_alive, large_load; /* in the mean: number, load of one */
    double *weight;                 /* [n_strata] scratch */
    double effort;                  /* for the component to be added, beside its group's, */
    double *share;                  /* and of all of them: of replications */
    double noise; /* variance of the servers' background, see hr_tilt_cumulants_of */
    hr_tick *check;
    unsigned n_checks, step_bits;
    /* of each group: lowest and highest ceiling aimed at, base units of the cut's resource */
    double low[HR_MAX_SERVERS], high[HR_MAX_SERVERS];
} hr_tilt_planning;

/* K(theta) = ln E exp(theta load) of a group at the busiest instant, and its derivatives; `own`:
 * the second one as if all meetings came by themselves. */
typedef struct hr_tilt_cumulants {
    double k, first, second, own;
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
/* Servers that a group's meetings are for. */
static inline double hr_tilt_servers(const hr_tilt_planning *plan)
{
    return plan->by_server ? 1.0 : (double)plan->c->n_servers;
}
double hr_tilt_lean_of(const hr_tilt_planning *plan, double theta, const hr_tilt_stratum *stratum);
hr_tilt_cumulants hr_tilt_cumulants_of(const hr_tilt_planning *plan, unsigned g, double theta);
/* Mean number of meetings of class k that are alive at check u and do not come in batches. */
static inline double hr_tilt_alone(const hr_tilt_planning *plan, unsigned u, unsigned k)
{
    const size_t i = u * (size_t)plan->c->n_classes + k;
    return plan->alive[i] - (plan->batched != NULL ? plan->batched[i] : 0.0);
}
/* Mean number of large meetings alive since the check before u, see tilt.h, of all groups; each
 * counts with its stratum's weight, unless that is NULL. `starts`: of those that started then. */
double hr_tilt_large_since(const hr_tilt_planning *plan, unsigned u, const double *weight,
                           bool starts);
/* theta at which the tilted mean load of group g is x; 0 when x is no more than the mean. */
double hr_tilt_theta_for(const hr_tilt_planning *plan, unsigned g, double x);
/* Load X of all meetings of a group that are not large, at the busiest instant, by the saddlepoint:
 * with theta the load is about normal, of mean x. */
enum {
    HR_TILT_POINTS = 64,
    HR_TILT_MOST_HELD = 3, /* large ones that a server can hold beside the mean, see HARD_TO_FIT */
    HR_TILT_MOST_LARGE = HR_TILT_MOST_HELD * HR_MAX_SERVERS + 2
};
typedef struct hr_tilt_crowd {
    unsigned group;
    double mean, sigma;                /* in truth */
    double x[HR_TILT_POINTS];          /* ascending from the mean to the highest ceiling: */
    double log_chance[HR_TILT_POINTS]; /* ln P(X > x), */
    double beyond[HR_TILT_POINTS];     /* E[X - x | X > x] */
} hr_tilt_crowd;
hr_tilt_crowd hr_tilt_crowd_of(const hr_tilt_planning *plan, unsigned g);
/* Which meetings are large: plan->large_from and what belongs to it. */
void hr_tilt_find_large(hr_tilt_planning *plan);
/* Of the last large meeting of k >= 1, which puts a server over the mean of its ceilings, that add
 * up to `ceilings`: */
typedef struct hr_tilt_last {
    double beside; /* what the other meetings load then, in the mean */
    double chance; /* of all this, about, by the Poisson law of the number of large ones */
    double effort; /* that times the root of 1 + CV^2 of who is drawn for it: what is to be shared
                      out in proportion to this (Neyman 1934) has the least variance */
} hr_tilt_last;
/* and weight[n_strata]: how likely the last one is to do it by its load, relative to the best. */
hr_tilt_last hr_tilt_last_of(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd,
                             double ceilings, unsigned k, double *weight);
/* The effort for a crowd alone. */
double hr_tilt_effort_without(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd,
                              double ceilings);
/* chance[k], of k large ones: below the number returned, which is 1 where none are large. */
unsigned hr_tilt_chances_with(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd,
                              double ceilings, double chance[HR_TILT_MOST_LARGE]);
/* The same of the highest ceilings, of any group and number. */
double hr_tilt_chance_of_large(const hr_tilt_planning *plan);
/* Instants that the weights look at, and what is alive there. HR_ERR_MEMORY, as below. */
HR_MUST_CHECK hr_status hr_tilt_choose_checks(hr_tilt_planning *plan, hr_err *err);
HR_MUST_CHECK hr_status hr_tilt_find_alive(hr_tilt_planning *plan, hr_err *err);
/* The same, quickly, for arrivals that come evenly, of which there are no more at any instant. */
HR_MUST_CHECK hr_status hr_tilt_find_even(hr_tilt_planning *plan, hr_err *err);
/* What batches bring, where there are any: their laws, and who is alive of them; */
HR_MUST_CHECK hr_status hr_tilt_find_clusters(hr_tilt_planning *plan, hr_err *err);
void hr_tilt_cluster_cumulants(const hr_tilt_planning *plan, unsigned g, double theta,
                               hr_tilt_cumulants *to);
/* theta up to which generating functions are finite; infinite without batches. */
double hr_tilt_cluster_most(const hr_tilt_planning *plan, unsigned g);
/* of a component with its leans: out->batches, */
HR_MUST_CHECK hr_status hr_tilt_cluster_lean(const hr_tilt_planning *plan, double share,
                                             hr_tilt_component *out, hr_err *err);
/* the part of Lambda(u) that is theirs, of each instant, added to lambda[n_checks], */
void hr_tilt_cluster_lambda(const hr_tilt_planning *plan, const hr_tilt_component *component,
                            double *lambda);
/* and the mean numbers of tries, by source and cell: tries[n * n_cells]. */
void hr_tilt_cluster_tries(const hr_tilt_planning *plan, const hr_tilt_component *component,
                           double *tries);
/* Cut by the resource whose ceilings give way first; *chance: of the rarest ceiling aimed at, to be
 * exceeded at the busiest instant, about. */
HR_MUST_CHECK hr_status hr_tilt_choose_resource(hr_tilt_planning *plan, double *chance,
                                                hr_err *err);
/* Are all ceilings aimed at below the mean load? */
bool hr_tilt_is_common(const hr_tilt_planning *plan);
/* The same of a tilt of durations: alive is found from the ages of what was started, which are
 * listed for one instant at a time. */
HR_MUST_CHECK hr_status hr_tilt_lasting_find(hr_tilt_planning *plan, hr_err *err);
void hr_tilt_lasting_list(hr_tilt_planning *plan, unsigned check);
hr_tilt_cumulants hr_tilt_lasting_cumulants(const hr_tilt_planning *plan, unsigned g, double theta);
/* tilt->control, where the target has one that is known; all components are there. HR_ERR_MEMORY.
 */
HR_MUST_CHECK hr_status hr_tilt_make_control(hr_tilt_planning *plan, hr_err *err);
/* Can arrivals lean too? */
bool hr_tilt_may_hasten(const hr_configuration *configuration);
/* The component's pace, number and kind, as its leans ask for; those of one in the list before it
 * whose leans are the same. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilt_make_pace(const hr_tilt_planning *plan,
                                          const hr_tilt_component *list, hr_tilt_component *out,
                                          hr_err *err);

#endif
