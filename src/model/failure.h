/* failure: servers that are out, and what the published rules say of the users who were on them.
 *
 * Every user belongs to a routing group with three replicas on three servers, all triples alike;
 * one replica is the primary, where the user is served, and the next one takes over when its server
 * is out. A group that lost two of three serves nobody until a server is back
 * [S:quorum][S:topochg]. Below the quorum the remaining servers stop all services [S:quorum].
 */
#ifndef HR_MODEL_FAILURE_H
#define HR_MODEL_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/law.h"

typedef enum hr_server_state {
    HR_SERVER_UP,
    HR_SERVER_DRAINS, /* keeps what it has, gets no new meeting [S:drain] */
    HR_SERVER_OUT
} hr_server_state;

/* Why users have no service. */
typedef enum hr_cause {
    HR_CAUSE_ANY,
    HR_CAUSE_POOL,     /* too few servers: all services have stopped */
    HR_CAUSE_GROUP,    /* their routing group lost two of three replicas */
    HR_CAUSE_SIGN_IN,  /* they wait for their turn to sign in again */
    HR_CAUSE_FAILOVER, /* their own pool is lost and its partner has not taken over yet */
    HR_N_CAUSES
} hr_cause;
extern const char *const hr_cause_names[HR_N_CAUSES];

#define HR_USERS_ONE 0x1p14 /* fixed point of a share of a pool's users */

/* Which servers go out. */
typedef enum hr_which { HR_WHICH_RANDOM, HR_WHICH_LAST, HR_WHICH_FIRST } hr_which;

/* How users' connections find their servers. */
typedef enum hr_balance {
    HR_BALANCE_EVENLY,    /* alike on all that are up, at any time */
    HR_BALANCE_AT_RANDOM, /* new ones on any that is up; they stay there [S:dnslb] */
    HR_BALANCE_TO_FEWEST  /* new ones where there are fewest; they stay there [S:hlb] */
} hr_balance;

typedef struct hr_failures {
    unsigned n_down; /* servers out from before the beginning to after the end */
    unsigned n_out;  /* others out for a while: */
    double out_at;   /* s of study time */
    double out_for;  /* s */
    double notice;   /* s before out_at in which they drain; 0: they fail */
    hr_which which;
    double every;  /* s: mean up time of every server between failures of its own; 0: none */
    hr_law repair; /* s */
    hr_law rejoin; /* s after which a participant who lost the meeting's server is back */

    bool has_quorum;    /* the published table holds */
    bool has_no_groups; /* no replicas: whoever loses a server is served by any that is up */
    double users;     /* of one server with all servers up; 0: not known, service is not counted */
    double endpoints; /* that sign in, of one user */
    double sign_ins;  /* endpoints per second that the pool takes; 0: any number at once */
    double sign_in_work; /* Mc for one */
    hr_balance balance;
    double renewals; /* sign-ins of a user in service, 1/s: connections that are made anew */

    double back_end_at, back_end_for; /* s; back_end_for 0: the Back End stays */
    bool has_mirror;                  /* with a witness: it takes over by itself */
    double mirror_after;              /* s until it has */
    double resilient_after;           /* s after which a pool without Back End is resilient only */

    double partner;      /* users of the paired pool, in users of this one; 0: it stays */
    double partner_at;   /* s of study time at which that pool is lost */
    double failover_for; /* s until this pool takes its users */
} hr_failures;

/* Can anything fail at all? NULL cannot. */
bool hr_failures_happen(const hr_failures *failures);

/* A row of the published table: servers of a pool, those needed for the first start and to keep
 * running, of the first `voters` servers [S:quorum][S:sfbha]. */
typedef struct hr_quorum {
    unsigned servers, start, run, voters;
} hr_quorum;
/* Rows in order of servers; NULL past the last. */
const hr_quorum *hr_quorum_row(unsigned i);
/* The row of a pool of so many servers; NULL: none is published. */
const hr_quorum *hr_quorum_of(unsigned n_servers);
/* Does a pool keep running (`is_running`), or start? Servers count that are not out. With an even
 * number of voters the Back End's database is the witness that makes the majority: without it one
 * more server is needed [D] of [S:quorum]. */
bool hr_quorum_holds(const hr_quorum *quorum, const uint8_t *state, bool has_witness,
                     bool is_running);

/* Share of users whose group serves them with `out` of n servers out, whichever: two of three
 * replicas are up; of pools of one or two servers, any replica is. */
double hr_groups_served(unsigned n_servers, unsigned out);
/* Share of users who lose the server that serves them, but not their group, when `more` servers go
 * out besides `out`. */
double hr_groups_displaced(unsigned n_servers, unsigned out, unsigned more);

#endif
