#include "exact/functional.h"

#include <math.h>

#include "exact/split.h"
#include "model/prepared.h"

bool hr_functional_is_known(hr_quantity_kind kind)
{
    return kind != HR_QUANTITY_PERIOD_OVER && kind != HR_QUANTITY_NOWHERE &&
           kind != HR_QUANTITY_LOAD_VARIANCE;
}

static bool is_probe(hr_quantity_kind kind)
{
    return kind >= HR_QUANTITY_FITS && kind <= HR_QUANTITY_FITS_NOWHERE;
}

static bool is_of_server(hr_quantity_kind kind)
{
    return kind == HR_QUANTITY_SERVER_OVER || kind == HR_QUANTITY_EPISODES_SERVER ||
           kind == HR_QUANTITY_LENGTH_SERVER || kind == HR_QUANTITY_LOAD_MEAN;
}

/* Does the number need the other servers at the same moment? */
static bool is_of_pool(hr_quantity_kind kind)
{
    return kind == HR_QUANTITY_ANY_OVER || kind == HR_QUANTITY_AT_LEAST_OVER ||
           kind == HR_QUANTITY_EPISODES || kind == HR_QUANTITY_LENGTH ||
           kind == HR_QUANTITY_LARGEST_LOAD || kind == HR_QUANTITY_TOTAL_ABOVE ||
           kind == HR_QUANTITY_FITS_SOMEWHERE || kind == HR_QUANTITY_FITS_EVERYWHERE ||
           kind == HR_QUANTITY_MISPLACED || kind == HR_QUANTITY_FITS_NOWHERE;
}

static double ceiling_of(const hr_functional *f, unsigned j)
{
    const hr_configuration *c = f->chain->model.configuration;
    const hr_quantity *q = &f->quantity;
    const unsigned r = f->chain->model.resource;
    double lowest = HUGE_VAL;
    if (!is_probe(q->kind))
        return hr_quantity_ceiling(c, q->criterion, r, j);
    for (unsigned l = 0; l < c->n_limits; l++) {
        if (c->limits[l].level == (int)q->level)
            lowest = fmin(lowest, c->prepared->ceiling[l * c->n_servers + j]);
    }
    return lowest - (double)c->prepared->probe[q->probe * c->n_resources + r];
}

hr_status hr_functional_make(const hr_chain *chain, const hr_quantity *quantity, hr_arena *arena,
                             hr_functional *functional, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_chain_model *m = &chain->model;
    const hr_configuration *c = m->configuration;
    hr_functional *f = functional;
    *f = (hr_functional){
        .chain = chain, .quantity = *quantity, .is_alone = m->n_servers < c->n_servers};
    f->room = hr_room_of(c, m->resource, why);
    HR_TAKE(f->ceiling, arena, m->n_servers);
    for (unsigned j = 0; j < m->n_servers; j++)
        f->ceiling[j] = ceiling_of(f, j) + f->room.ceiling;
    const hr_quantity_kind kind = quantity->kind;
    const bool moves = kind >= HR_QUANTITY_EPISODES && kind <= HR_QUANTITY_LENGTH_SERVER;
    if (f->room.is_random && (moves || is_probe(kind)))
        *why = "background is random";
    if (f->room.is_random && f->room.is_shared && m->n_servers > 1)
        *why = "servers share random background";
    if (f->is_alone && is_of_pool(kind))
        *why = "the servers' numbers depend on each other";
    if (is_of_server(kind) && m->is_sorted && m->n_servers > 1 &&
        c->placement.ties == HR_TIES_LOWEST)
        *why = "ties go to the lowest server";
    if (f->is_alone && (kind == HR_QUANTITY_FITS || kind == HR_QUANTITY_FITS_SERVERS ||
                        kind == HR_QUANTITY_DOES_NOT_FIT))
        *why = "the servers' numbers depend on each other";
out:
    return st;
}

/* Is server j over, or how probably? */
static double over(const hr_functional *f, size_t state, unsigned j)
{
    const double load = (double)hr_chain_load(f->chain, state, j);
    if (f->room.is_random)
        return hr_room_taken(&f->room, f->ceiling[j] - load);
    return load > f->ceiling[j] ? 1.0 : 0.0;
}

/* Mean of a server's number: of the one asked for, or of any of equals. */
static double of_server(const hr_functional *f, const double *value)
{
    const hr_chain_model *m = &f->chain->model;
    const bool is_mean = m->is_sorted || m->cycle > 1;
    double sum = 0.0;
    if (!is_mean)
        return value[f->quantity.server];
    for (unsigned j = 0; j < m->n_servers; j++)
        sum += value[j];
    return sum / m->n_servers;
}

static double probe(const hr_functional *f, size_t state, const double *fits)
{
    const hr_chain_model *m = &f->chain->model;
    double chance[HR_CHAIN_MOST_CELLS], chosen = 0.0, some = 0.0, all = 1.0, sum = 0.0;
    double missing = 0.0;
    hr_chain_choose(m, f->chain->count + state * f->chain->n_cells, 0, 0, chance);
    for (unsigned j = 0; j < m->n_servers; j++) {
        chosen += chance[j] * fits[j];
        missing += chance[j] * (1.0 - fits[j]);
        some = fmax(some, fits[j]);
        all = fmin(all, fits[j]);
        sum += fits[j];
    }
    switch (f->quantity.kind) {
    case HR_QUANTITY_FITS:
        return chosen;
    case HR_QUANTITY_FITS_SOMEWHERE:
        return some;
    case HR_QUANTITY_FITS_EVERYWHERE:
        return all;
    case HR_QUANTITY_FITS_SERVERS:
        return sum / m->n_servers;
    case HR_QUANTITY_DOES_NOT_FIT:
        return missing;
    case HR_QUANTITY_FITS_NOWHERE:
        return 1.0 - some;
    default:
        return some - chosen;
    }
}

double hr_functional_at(const hr_functional *functional, size_t state)
{
    const hr_functional *f = functional;
    const hr_chain_model *m = &f->chain->model;
    const hr_quantity *q = &f->quantity;
    double value[HR_CHAIN_MOST_CELLS], load[HR_CHAIN_MOST_CELLS], total = 0.0, largest = 0.0;
    double exactly[HR_CHAIN_MOST_CELLS + 1], sum = 0.0;
    for (unsigned j = 0; j < m->n_servers; j++) {
        load[j] = (double)hr_chain_load(f->chain, state, j);
        value[j] = over(f, state, j);
        total += load[j];
        largest = fmax(largest, load[j]);
        sum += value[j];
    }
    switch (q->kind) {
    case HR_QUANTITY_SERVER_OVER:
    case HR_QUANTITY_LENGTH_SERVER:
        return of_server(f, value);
    case HR_QUANTITY_LOAD_MEAN:
        return of_server(f, load);
    case HR_QUANTITY_SERVERS_OVER:
    case HR_QUANTITY_SERVER_HOURS:
        return f->is_alone ? sum * m->cycle : sum;
    case HR_QUANTITY_AT_LEAST_OVER:
        hr_split_count(value, m->n_servers, exactly);
        sum = 0.0;
        for (unsigned k = q->at_least; k <= m->n_servers; k++)
            sum += exactly[k];
        return sum;
    case HR_QUANTITY_LARGEST_LOAD:
        return largest;
    case HR_QUANTITY_UTILISATION:
        return f->is_alone ? total * m->cycle : total;
    case HR_QUANTITY_TOTAL_ABOVE:
        return total > (double)m->configuration->prepared->threshold[q->threshold] ? 1.0 : 0.0;
    default:
        break;
    }
    if (is_probe(q->kind)) {
        for (unsigned j = 0; j < m->n_servers; j++)
            value[j] = load[j] <= f->ceiling[j] ? 1.0 : 0.0;
        return probe(f, state, value);
    }
    return hr_split_any(value, m->n_servers);
}

double hr_functional_begins(const hr_functional *functional, size_t state, double arrivals)
{
    const hr_functional *f = functional;
    const hr_chain_model *m = &f->chain->model;
    const bool is_any =
        f->quantity.kind == HR_QUANTITY_EPISODES || f->quantity.kind == HR_QUANTITY_LENGTH;
    double rate = 0.0, is_over = 0.0;
    for (unsigned j = 0; j < m->n_servers; j++)
        is_over = fmax(is_over, over(f, state, j));
    if (is_any && is_over > 0.0)
        return 0.0;
    for (unsigned k = 0; k < m->n_kinds; k++) {
        double chance[HR_CHAIN_MOST_CELLS];
        const double load = (double)m->type[m->kind[k].type].load;
        hr_chain_choose(m, f->chain->count + state * f->chain->n_cells, (int64_t)load,
                        m->kind[k].reserve, chance);
        for (unsigned j = 0; j < m->n_servers; j++) {
            const double now = (double)hr_chain_load(f->chain, state, j);
            const bool crosses = now <= f->ceiling[j] && now + load > f->ceiling[j];
            const bool counts = is_any || m->is_sorted || m->cycle > 1 || j == f->quantity.server;
            rate += crosses && counts ? m->kind[k].share * chance[j] : 0.0;
        }
    }
    if (!is_any && (m->is_sorted || m->cycle > 1))
        rate /= m->n_servers;
    return arrivals * rate;
}

double hr_functional_refuses(const hr_functional *functional, size_t state, int class)
{
    const hr_chain_model *m = &functional->chain->model;
    double refused = 0.0, asked = 0.0;
    for (unsigned k = 0; k < m->n_kinds; k++) {
        double chance[HR_CHAIN_MOST_CELLS], given = 0.0;
        if (class >= 0 && m->kind[k].class != (unsigned)class)
            continue;
        hr_chain_choose(m, functional->chain->count + state * functional->chain->n_cells,
                        m->type[m->kind[k].type].load, m->kind[k].reserve, chance);
        for (unsigned j = 0; j < m->n_servers; j++)
            given += chance[j];
        asked += m->kind[k].share;
        refused += m->kind[k].share * fmax(1.0 - given, 0.0);
    }
    return asked > 0.0 ? refused / asked : 0.0;
}
