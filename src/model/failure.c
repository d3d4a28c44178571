#include "model/failure.h"

#include <stddef.h>

const char *const hr_cause_names[HR_N_CAUSES] = {"any", "pool", "routing_group", "sign_in",
                                                 "failover"};

bool hr_failures_happen(const hr_failures *failures)
{
    return failures != NULL &&
           (failures->n_down > 0 || failures->n_out > 0 || failures->every > 0.0 ||
            failures->back_end_for > 0.0 || failures->partner > 0.0);
}

/* ---- quorum */

/* [S:quorum] up to 12 servers; 13 to 16 are of the 2019 version, whose start is published for 16
 * alone [S:sfbha]. One server has nobody to agree with. */
static const hr_quorum quorums[] = {
    {1, 1, 1, 1},  {2, 1, 1, 2},   {3, 3, 2, 3},    {4, 3, 2, 4}, {5, 4, 3, 5},
    {6, 5, 3, 6},  {7, 5, 4, 7},   {8, 6, 4, 7},    {9, 7, 4, 7}, {10, 8, 5, 9},
    {11, 9, 5, 9}, {12, 10, 5, 9}, {16, 12, 7, 12},
};

const hr_quorum *hr_quorum_row(unsigned i)
{
    return i < sizeof quorums / sizeof *quorums ? &quorums[i] : NULL;
}

const hr_quorum *hr_quorum_of(unsigned n_servers)
{
    const hr_quorum *row = NULL;
    for (unsigned i = 0; (row = hr_quorum_row(i)) != NULL; i++) {
        if (row->servers == n_servers)
            break;
    }
    return row;
}

static unsigned count_not_out(const uint8_t *state, unsigned n)
{
    unsigned up = 0;
    for (unsigned j = 0; j < n; j++)
        up += state[j] != HR_SERVER_OUT;
    return up;
}

bool hr_quorum_holds(const hr_quorum *quorum, const uint8_t *state, bool has_witness,
                     bool is_running)
{
    const bool is_even = quorum->voters % 2 == 0;
    const unsigned run = quorum->run + (is_even && !has_witness);
    if (count_not_out(state, quorum->voters) < run)
        return false;
    return is_running || count_not_out(state, quorum->servers) >= quorum->start;
}

/* ---- routing groups */

enum { REPLICAS = 3 };

/* Ways to choose k <= 3 of n. */
static double choose(unsigned n, unsigned k)
{
    double ways = 1.0;
    for (unsigned i = 0; i < k; i++)
        ways = n > i ? ways * (n - i) / (i + 1) : 0.0;
    return ways;
}

double hr_groups_served(unsigned n, unsigned out)
{
    const unsigned up = n - out;
    if (n < REPLICAS)
        return up > 0 ? 1.0 : 0.0;
    return (choose(up, 3) + out * choose(up, 2)) / choose(n, 3);
}

/* Of three replicas on servers that are up, exactly one goes out and it is the primary: a third of
 * those. A group with one replica out already loses itself instead. Of two servers, each is the
 * primary of half the users. */
double hr_groups_displaced(unsigned n, unsigned out, unsigned more)
{
    const unsigned stay = n - out - more;
    if (n < REPLICAS)
        return n == 2 && out == 0 && more == 1 ? 0.5 : 0.0;
    return more * choose(stay, 2) / (3.0 * choose(n, 3));
}
