#include "input/connections.h"

#include <math.h>
#include <string.h>

#include "base/real.h"

/* Servers that differ by less than this part of their mean are alike. */
#define ALIKE 1e-3

/* Alike on all servers that are up. */
static void even_out(hr_connections *c)
{
    for (unsigned j = 0; j < c->n_servers; j++)
        c->share[j] = c->is_up[j] ? 1.0 / c->n_up : 0.0;
}

static void look(hr_connections *c, const uint8_t *state)
{
    c->n_up = c->n_open = 0;
    for (unsigned j = 0; j < c->n_servers; j++) {
        c->is_up[j] = state[j] != HR_SERVER_OUT;
        c->is_open[j] = state[j] == HR_SERVER_UP;
        c->n_up += c->is_up[j];
        c->n_open += c->is_open[j];
    }
    if (c->n_open > 0)
        return;
    memcpy(c->is_open, c->is_up, sizeof c->is_open);
    c->n_open = c->n_up;
}

static double total(const hr_connections *c)
{
    double sum = 0.0;
    for (unsigned j = 0; j < c->n_servers; j++)
        sum += c->share[j];
    return sum;
}

static void scale(hr_connections *c, double factor)
{
    for (unsigned j = 0; j < c->n_servers; j++)
        c->share[j] *= factor;
}

hr_connections hr_connections_begin(const hr_failures *failures, unsigned n_servers)
{
    hr_connections c = {.balance = failures->balance,
                        .renewals = failures->renewals,
                        .n_servers = n_servers,
                        .n_up = n_servers,
                        .n_open = n_servers};
    for (unsigned j = 0; j < n_servers; j++)
        c.is_up[j] = c.is_open[j] = true;
    even_out(&c);
    return c;
}

void hr_connections_settle(hr_connections *connections, const uint8_t *state)
{
    look(connections, state);
    even_out(connections);
}

double hr_connections_lose(hr_connections *connections, const uint8_t *state)
{
    double lost = 0.0;
    look(connections, state);
    for (unsigned j = 0; j < connections->n_servers; j++) {
        lost += connections->is_up[j] ? 0.0 : connections->share[j];
        connections->share[j] = connections->is_up[j] ? connections->share[j] : 0.0;
    }
    const double left = total(connections);
    if (left > 0.0)
        scale(connections, 1.0 / left);
    if (connections->balance == HR_BALANCE_EVENLY)
        even_out(connections);
    return lost;
}

/* The common height that the lowest servers reach when `more` is poured over those that are open.
 */
static double find_level(const hr_connections *c, double more)
{
    double level = HUGE_VAL;
    unsigned below = 0, before;
    do {
        double sum = more;
        before = below;
        below = 0;
        for (unsigned j = 0; j < c->n_servers; j++) {
            const bool is_below = c->is_open[j] && c->share[j] < level;
            sum += is_below ? c->share[j] : 0.0;
            below += is_below;
        }
        level = below > 0 ? sum / below : level;
    } while (below != before);
    return level;
}

void hr_connections_pass(hr_connections *connections, double users, double new_users,
                         double seconds, double *into)
{
    hr_connections *c = connections;
    const double all = users + new_users;
    for (unsigned j = 0; into != NULL && j < c->n_servers; j++)
        into[j] = 0.0;
    if (!(all > 0.0) || c->n_up == 0)
        return;
    scale(c, users / all * hr_exp(-c->renewals * seconds));
    const double more = 1.0 - total(c);
    const bool is_fewest = c->balance == HR_BALANCE_TO_FEWEST && more > 0.0;
    const double level = is_fewest ? find_level(c, more) : 0.0;
    for (unsigned j = 0; j < c->n_servers; j++) {
        const double to_fewest = fmax(0.0, level - c->share[j]);
        const double gets = !c->is_open[j] ? 0.0 : is_fewest ? to_fewest : more / c->n_open;
        c->share[j] += gets;
        if (into != NULL)
            into[j] = gets * all;
    }
    if (c->balance == HR_BALANCE_EVENLY)
        even_out(c);
}

bool hr_connections_are_even(const hr_connections *connections)
{
    const double mean = 1.0 / connections->n_up;
    for (unsigned j = 0; connections->renewals > 0.0 && j < connections->n_servers; j++) {
        if (connections->is_up[j] && fabs(connections->share[j] - mean) > ALIKE * mean)
            return false;
    }
    return true;
}
