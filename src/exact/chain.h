/* chain: a small pool as a Markov chain, for rules that look at what is there.
 *
 * A state is how many meetings of each type every server has. Durations are exponential, or made of
 * exponential stages (then a type is a stage), arrivals Poisson. Equal servers are sorted, because
 * the rule does not tell them apart; round robin turns the servers so that the next one is first.
 */
#ifndef HR_EXACT_CHAIN_H
#define HR_EXACT_CHAIN_H

#include <stdbool.h>

#include "exact/compound.h"

/* A meeting in a stage of its duration. */
typedef struct hr_chain_type {
    int64_t load; /* steps of the one resource */
    double people;
    double rate; /* 1/s at which the stage ends */
    int next;    /* type that it becomes, -1: the meeting is over */
} hr_chain_type;

/* Meetings that arrive. */
typedef struct hr_chain_kind {
    unsigned class, type; /* in which they begin */
    double share;         /* of all arrivals */
    int64_t reserve;      /* steps that admission wants free besides */
} hr_chain_kind;

enum { HR_CHAIN_MOST_TYPES = 16, HR_CHAIN_MOST_CELLS = 64 };

typedef struct hr_chain_model {
    const hr_configuration *configuration;
    unsigned resource;
    unsigned
        n_servers;  /* of the state; 1 of a pool whose servers take turns and are looked at alone */
    unsigned cycle; /* servers that take turns; 1: no turns in the state */
    bool is_sorted; /* servers are equal: only how many are in which state counts */
    unsigned n_types;
    hr_chain_type type[HR_CHAIN_MOST_TYPES];
    unsigned n_kinds;
    hr_chain_kind kind[HR_CHAIN_MOST_TYPES];
    bool refuses;      /* has admission: else nothing is refused but for: */
    unsigned most;     /* meetings in the chain; others are turned away */
    double *admission; /* [n_servers] ceiling in steps that admission asks for */
} hr_chain_model;

/* States and what leads from one to another. A state's row of `arrive` are probabilities of an
 * arrival; what is missing to 1 leaves the state as it is. */
typedef struct hr_chain_rows {
    uint32_t *start; /* [n_states + 1] */
    uint32_t *to;
    double *weight;
} hr_chain_rows;

typedef struct hr_chain {
    hr_chain_model model;
    unsigned n_cells; /* bytes of a state: servers times types, and the turn */
    size_t n_states;  /* the empty pool is state 0 */
    const uint8_t *count;
    unsigned *total;      /* [n_states] meetings */
    hr_chain_rows arrive; /* probabilities */
    hr_chain_rows leave;  /* rates, 1/s */
} hr_chain;

/* Types, kinds and rules of a configuration with one resource; `*why` where it is no chain.
 * `alone`: only one server's own number matters, which makes a smaller chain of round robin.
 * `horizon` s: what lasts longer for sure does not end. `most` is not set. */
HR_MUST_CHECK hr_status hr_chain_model_of(const hr_configuration *configuration, bool alone,
                                          double horizon, const hr_exact_effort *effort,
                                          hr_arena *arena, hr_chain_model *model, const char **why,
                                          hr_err *err);
/* All states that can be reached from the empty pool; `*why` when there are more than
 * effort->states. */
HR_MUST_CHECK hr_status hr_chain_make(const hr_chain_model *model, const hr_exact_effort *effort,
                                      hr_arena *arena, hr_chain *chain, const char **why,
                                      hr_err *err);
/* Load of server j in a state, steps. */
int64_t hr_chain_load(const hr_chain *chain, size_t state, unsigned j);
/* Probability that a meeting of load `load` which arrives in the state is given to server j, into
 * chance [n_servers]; sums to less than 1 where it is refused. `count` is the state's cells. */
void hr_chain_choose(const hr_chain_model *model, const uint8_t *count, int64_t load,
                     int64_t reserve, double *chance);

#endif
