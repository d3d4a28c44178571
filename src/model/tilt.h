/* tilt: how input is drawn so that rare overload is common, and what a replication then weighs.
 *
 * A replication is drawn from the true laws with probability HR_TILT_UNTILTED; else from one
 * component: an instant u is drawn and, among the meetings alive at u, one of a kind that leans by
 * s is e^s times as frequent as in truth. All else is as in truth. Because the numbers alive at u
 * are Poisson (occupancy.h), that is the true input plus an independent Poisson number of further
 * meetings alive at u, and the density of the whole mixture against the truth is known exactly:
 *
 *   dQ/dP = untilted + sum_c share_c sum_u g_c(u) exp(S_c(u) - Lambda_c(u)),
 *
 * S_c(u) the sum of the leans of all meetings alive at u, Lambda_c(u) = ln E exp(S_c(u)), g_c the
 * law of the instant. Large meetings, one of which overloads a server that others hardly fill, do
 * not lean: a component brings k of them more. One is the last, with which the server goes over. It
 * counts with a weight v by its load and has, with chance b, begun since the instant before u, or
 * is alive at any time since then, as the others are. The density has the factor
 *   (b B / E B + (1 - b) V / E V) (N - 1) (N - 2) ... (N - k + 1) / (E N)^(k - 1)
 * beside, N the number of large ones alive since the instant before, V the sum of their weights, B
 * of those that began: so many times as often as in truth are they met with k of them marked
 * (Mecke's formula). What overlaps, however shortly, is met at some instant. With g_c proportional
 * to exp(Lambda_c) E V (E N)^(k - 1) the exponents simplify: every term of component c has the same
 * factor, exp(log_scale). A replication counts with the inverse, the likelihood ratio (Szechtman
 * and Glynn 2002 for a fixed time; Owen and Zhou 2000 for mixtures: no more than 1 /
 * HR_TILT_UNTILTED). It depends on what was drawn before any server is chosen and on nothing else,
 * so it is right for every rule, refusal, ceiling and cost.
 */
#ifndef HR_MODEL_TILT_H
#define HR_MODEL_TILT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/law.h"
#include "model/configuration.h"
#include "model/tilt_cluster.h"

/* Share of the replications that are drawn from the true laws: no weight exceeds its inverse. They
 * are one, at random, of each HR_TILT_TURN that follow each other (stratified: every single one is
 * drawn from the mixture, and weights average to 1 more closely than if they were independent). */
enum { HR_TILT_TURN = 8 };
#define HR_TILT_UNTILTED (1.0 / HR_TILT_TURN)

typedef enum hr_rare_engine { HR_RARE_AUTO, HR_RARE_PLAIN, HR_RARE_TILTED } hr_rare_engine;

/* What is to be seen: filled by the study floor. */
typedef struct hr_tilt_aim {
    hr_rare_engine engine;
    uint64_t criteria;  /* bit k: criterion k may be the rare event */
    bool is_probe;      /* the event is that one more meeting, of any probe's load, does not fit */
    bool is_everywhere; /* on no server */
    int server;         /* the one server that the target is about, -1: any */
    bool is_share_of_time; /* the target is the share of time that any server is over */
    bool is_at_times;      /* seen at the observed times alone, else all over the window */
    const char *unsuited;  /* NULL, or why the target is no overload that could be aimed at */
} hr_tilt_aim;

enum {
    HR_TILT_MOST_RUNGS = 7,    /* components of one server, or of the pool */
    HR_TILT_MOST_STRATA = 96,  /* of one class */
    HR_TILT_MOST_CHECKS = 384, /* instants */
    HR_TILT_MOST_MARKS = 4096, /* in a table */
};

/* Meetings of a class whose mark (participants or random load) lies in one range lean alike. */
typedef struct hr_tilt_stratum {
    int64_t from; /* least mark; the range ends where the next stratum begins */
    uint32_t
        first_word; /* of the class's sampler: words first_word .. + n_words give these marks */
    uint64_t n_words;
    double load;    /* base units of the resource aimed at, of such a meeting in the mean, */
    uint32_t units; /* as a multiple of the tilt's unit: sums of these are exact */
    bool is_large;  /* a rarity, counted by number: see hr_tilt_component */
} hr_tilt_stratum;

typedef struct hr_tilt_class {
    unsigned first, n;       /* its strata */
    int resource;            /* whose random load is the mark; -1: participants are */
    bool descends;           /* words are counted from the last */
    int64_t least;           /* the table of marks from here on, where they are few: */
    unsigned n_marks;        /* 0: there is none */
    const uint16_t *of_mark; /* [n_marks] stratum */
    const uint32_t *units;   /* [n_marks] its load, 0 of large ones */
} hr_tilt_class;

/* Arrivals lean beside durations: by their age at the instant, in cells, they are 1 + more times as
 * frequent as in truth, of those since `begin`. */
typedef struct hr_tilt_pace {
    unsigned n, age_bits;    /* cells of 2^age_bits ticks */
    const double *more;      /* [n] */
    const double *logarithm; /* [n] ln(1 + more) */
    const double *expected;  /* [n_checks] mean number of further arrivals */
} hr_tilt_pace;

/* How a component leans in batches, see tilt_cluster.h: of their meetings, by class and stratum,
 * and of whole ones, by the cell of their age. */
typedef struct hr_tilt_clustering {
    const double *more;       /* [n_classes] E[e^s] - 1 of a meeting alive at the instant */
    const double *up_to;      /* [n_strata] E[e^s - 1] of the class up to here, from its first on */
    const double *most_batch; /* [n * n_cells] G(1 + m) - 1 at the youngest age */
} hr_tilt_clustering;

/* One of the further large meetings of a component is the last, with which a server goes over: it
 * has begun since the instant before, or it is just alive. */
#define HR_TILT_BEGINS 0.9
typedef struct hr_tilt_last_large {
    const double *weight;     /* [n_strata] by which it is of a stratum, beside the true law */
    const double *begins;     /* [n_checks] chance to have begun, */
    const double *more;       /* [n_checks] and that times the mean weight of those who are alive
                                 over that of those who have begun */
    hr_sampler alive, starts; /* index as `large` has it */
} hr_tilt_last_large;

typedef struct hr_tilt_component {
    unsigned rung;      /* below HR_MOST_RUNGS - 1, see tally.h */
    int server;         /* whose meetings lean, placed at random: -1 all do */
    double theta;       /* s = theta times the stratum's load, but for the most that s may be */
    const double *lean; /* [n_strata] s >= 0 */
    const hr_tilt_pace *pace; /* NULL: arrivals are as in truth */
    double log_scale;         /* ln(share_c / sum over u of exp(Lambda_c(u))) */
    hr_tilt_clustering batches;
    unsigned n_large; /* so many further large meetings alive since the instant before u, neither
                         more nor fewer (they do not lean then), and what they are, as `kind` */
    hr_sampler large; /* has it: all but one, */
    hr_tilt_last_large last;
    hr_sampler number; /* of further meetings, batches or arrivals, that are tried */
    hr_sampler kind;   /* index: (source * n_strata) + stratum, then (batches * n_cells) + cell; of
                          an arrival: its age's cell */
    hr_sampler when;   /* index of the instant */
} hr_tilt_component;

/* A control: the load of all meetings, offered or not, at the instants in the window, on a ramp
 * from 0 at `from` to 1 at `to`, averaged over these and divided by the mean of that in truth,
 * which is known (Panjer's recursion). So times the weight it has mean 1, and it goes up and down
 * with the time that servers are over (estimate/weighted.h). */
typedef struct hr_tilt_control {
    double from, to; /* in units of load */
    unsigned first;  /* instants check[first] .. check[n_checks - 1] are in the window */
    double scale;    /* 1 / (their number x the mean) */
} hr_tilt_control;

typedef struct hr_tilt {
    unsigned n_classes, n_strata;
    const hr_tilt_class *classes;     /* [n_classes] */
    const hr_tilt_stratum *strata;    /* [n_strata], class by class */
    const uint16_t *class_of_stratum; /* [n_strata] */
    unsigned n_components;
    const hr_tilt_component *components;
    hr_sampler component; /* index, of those that are tilted */
    unsigned n_checks;
    const hr_tick *check; /* [n_checks] ascending instants u, all simulated, */
    unsigned step_bits;   /* 2^step_bits ticks from one to the next */
    double unit;          /* of loads: a power of two */
    bool lasting;         /* durations lean; `number` and `kind` of components are used for `pace`
                             alone, and log_scale is share_c g_c(u), the same for all u */
    bool counts_turns;    /* the past has its turns too, see input/turns.h */
    const hr_tilt_clusters *clusters; /* NULL: there are no batches at random times */
    const hr_tilt_control *control;   /* NULL: there is none */
    bool is_linear; /* s is nowhere cut off: theta times the load, but for large ones, 0 */
    bool by_server; /* components of single servers, met by their pick or, lasting, in turn */
} hr_tilt;

/* Plan the tilt of a prepared configuration. *tilt is NULL where input stays drawn from the true
 * laws, and *why (never NULL) says in either case what decided. Memory from `arena`. Local; a
 * function of its arguments alone. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilt_plan(const hr_configuration *configuration, const hr_tilt_aim *aim,
                                     hr_arena *arena, const hr_tilt **tilt, const char **why,
                                     hr_err *err);
static inline double hr_tilt_ramp(const hr_tilt_control *control, double load)
{
    const double up = (load - control->from) / (control->to - control->from);
    return up <= 0.0 ? 0.0 : up >= 1.0 ? 1.0 : up;
}
/* The rung that a replication of this component counts for (tally.h). */
unsigned hr_tilt_rung(const hr_tilt *tilt, uint32_t component);
/* The stratum of a meeting of class `class` with this mark; the second where there is no table. */
unsigned hr_tilt_search_stratum(const hr_tilt *tilt, unsigned class, int64_t mark);
static inline unsigned hr_tilt_stratum_of(const hr_tilt *tilt, unsigned class, int64_t mark)
{
    const hr_tilt_class *row = &tilt->classes[class];
    const uint64_t place = (uint64_t)(mark - row->least);
    return place < row->n_marks ? row->of_mark[place] : hr_tilt_search_stratum(tilt, class, mark);
}

#endif
