/* service: how many users are in service, from one change of the pool to the next.
 *
 * Everything is a share of the pool's own users; a partner's users come on top once they are taken
 * over. Users are many, so shares flow: those who must sign in again wait in one queue that the
 * pool serves at a fixed rate [S:perftool], and whoever waits is anybody of those in question.
 */
#ifndef HR_INPUT_SERVICE_H
#define HR_INPUT_SERVICE_H

#include "input/connections.h"

typedef struct hr_service {
    unsigned n_servers, out; /* of them */
    bool has_no_groups;      /* as in hr_failures */
    bool is_running;         /* the pool has its quorum */
    double users;            /* of the pool; 0: not known */
    double homed;            /* those whom this pool is to serve, as are all below */
    double away;             /* a partner's users whom nobody serves yet */
    double signed_in, waiting;
    double endpoints;         /* of a user that sign in */
    double sign_ins;          /* endpoints per second that the pool takes */
    double rate;              /* users who sign in again per second; 0: any number at once */
    double lost[HR_N_CAUSES]; /* users x s without service */
    hr_connections connections;
} hr_service;

/* All servers up, everybody in service. */
hr_service hr_service_begin(const hr_failures *failures, unsigned n_servers);
/* It has been like this for long: nobody waits. state: [n_servers] hr_server_state. */
void hr_service_settle(hr_service *service, const uint8_t *state, bool is_running);
/* `seconds` pass; what they cost counts if `is_measured`. */
void hr_service_pass(hr_service *service, double seconds, bool is_measured);
/* Other servers are out, and the pool runs or not. state: [n_servers] hr_server_state. */
void hr_service_change(hr_service *service, const uint8_t *state, bool is_running);
/* A partner's users are without their pool; this pool is to serve them. */
void hr_service_partner_lost(hr_service *service, double users);
void hr_service_take_over(hr_service *service);
/* Until nobody waits, s. */
double hr_service_queue(const hr_service *service);
/* Nobody waits, and connections are spread as they will stay. */
bool hr_service_is_settled(const hr_service *service);
/* Work of users on a server, of what it is with all servers up and everybody signed in. */
double hr_service_factor(const hr_service *service, unsigned server);
/* Endpoints that sign in per second on each server, beyond what users who are there do anyway, in
 * the next `seconds`: [n_servers]. Below 0 where the balancer sends these elsewhere. */
void hr_service_sign_ins(const hr_service *service, double seconds, double *sign_ins);

#endif
