/* connections: which server the users in service are connected to, as the balancer has spread them.
 *
 * A connection stays where it is until its server goes out or it is made anew: once for every user
 * in 1 / renewals seconds, and by whoever signs in. New ones go to any server that is up, or to
 * those that have the fewest, which a hardware balancer prefers [S:hlb]: then a server that is back
 * gets all of them until it has as many as the others [S:perfmon]. Users are many, so shares flow.
 */
#ifndef HR_INPUT_CONNECTIONS_H
#define HR_INPUT_CONNECTIONS_H

#include "model/configuration.h"

typedef struct hr_connections {
    hr_balance balance;
    double renewals; /* of a connection, 1/s */
    unsigned n_servers, n_up, n_open;
    bool is_up[HR_MAX_SERVERS];
    bool is_open[HR_MAX_SERVERS]; /* to new ones: up, and not draining while another is open
                                     [S:drain] */
    double share[HR_MAX_SERVERS]; /* of all connections; they add up to 1 while there are any */
} hr_connections;

/* Alike on all servers, which are up. */
hr_connections hr_connections_begin(const hr_failures *failures, unsigned n_servers);
/* Servers are as `state` says, and have been for so long that the balancer has evened them out. */
void hr_connections_settle(hr_connections *connections, const uint8_t *state);
/* From now on they are as `state` says. The share of connections that goes with a server. */
double hr_connections_lose(hr_connections *connections, const uint8_t *state);
/* `seconds` pass, in which `new_users` sign in beside the `users` who are connected, in any unit.
 * into: NULL or [n_servers] of that unit: who connected where, renewals among them. */
void hr_connections_pass(hr_connections *connections, double users, double new_users,
                         double seconds, double *into);
/* Are the servers that are up so alike that time changes nothing? */
bool hr_connections_are_even(const hr_connections *connections);

#endif
