#include "exact/split.h"

#include <math.h>

#include "base/real.h"
#include "exact/load_at.h"

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static int64_t whole(double steps)
{
    return steps < 0.0 ? 0 : (int64_t)smaller(floor(steps), 0x1p60);
}

/* One lattice for all servers of the weight of server j, as far as the highest of their ceilings
 * needs; random background takes its mean of it. */
static hr_status make_lattice(const hr_load_asked *asked, int64_t above,
                              const hr_exact_effort *effort, hr_arena *arena,
                              const hr_lattice **made, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    hr_lattice *lattice = NULL;
    HR_TAKE(lattice, arena, 1);
    HR_TRY(hr_load_at(asked, above, effort, arena, lattice, why, err));
    *made = lattice;
out:
    return st;
}

static int64_t reach(const hr_configuration *c, const double *ceiling, const hr_room *background,
                     unsigned j)
{
    double highest = ceiling[j];
    const double taken =
        background->is_random ? background->factor * hr_law_mean(&background->law) : 0.0;
    for (unsigned i = j; i < c->n_servers; i++)
        highest = is_same(c->weight[i], c->weight[j]) ? fmax(highest, ceiling[i]) : highest;
    return whole(highest + background->ceiling - taken);
}

hr_status hr_split_make(const hr_load_asked *asked, const double *ceiling,
                        const hr_exact_effort *effort, hr_arena *arena, hr_split *split,
                        const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = asked->configuration;
    const hr_lattice **load = NULL;
    hr_room *room = NULL;
    HR_TAKE(load, arena, c->n_servers);
    HR_TAKE(room, arena, c->n_servers);
    const hr_room background = hr_room_of(c, asked->loads->resource, why);
    for (unsigned j = 0; j < c->n_servers && *why == NULL; j++) {
        hr_load_asked own = *asked;
        own.weight = c->n_servers == 1 ? 1.0 : c->weight[j];
        room[j] = background;
        room[j].ceiling += ceiling[j];
        for (unsigned i = 0; i < j && load[j] == NULL; i++) {
            if (is_same(c->weight[i], c->weight[j]))
                load[j] = load[i];
        }
        if (load[j] == NULL)
            HR_TRY(make_lattice(&own, reach(c, ceiling, &background, j), effort, arena, &load[j],
                                why, err));
    }
    *split = (hr_split){c->n_servers, load, room};
out:
    return st;
}

/* ---- how many are over */

void hr_split_count(const double *probability, unsigned n, double *exactly)
{
    exactly[0] = 1.0;
    for (unsigned j = 0; j < n; j++) {
        const double p = probability[j];
        exactly[j + 1] = 0.0;
        for (unsigned k = j + 1; k > 0; k--)
            exactly[k] = exactly[k] * (1.0 - p) + exactly[k - 1] * p;
        exactly[0] *= 1.0 - p;
    }
}

double hr_split_any(const double *probability, unsigned n)
{
    double log_none = 0.0;
    for (unsigned j = 0; j < n; j++) {
        if (probability[j] >= 1.0)
            return 1.0;
        log_none += hr_log1p(-probability[j]);
    }
    return -hr_expm1(log_none);
}

double hr_split_over_server(const hr_split *split, unsigned j)
{
    return hr_room_over(&split->room[j], split->load[j]);
}

static bool are_alike(const hr_split *split)
{
    for (unsigned j = 1; j < split->n; j++) {
        if (split->load[j] != split->load[0] ||
            !is_same(split->room[j].ceiling, split->room[0].ceiling))
            return false;
    }
    return true;
}

/* Given shared background that leaves room for k points of the lattice and not for more, a server
 * is over with the same probability on all: the law of the background is cut into these cells. */
static hr_status mix_over(const hr_split *split, hr_arena *arena, double *exactly, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_room *room = &split->room[0];
    const hr_lattice *load = split->load[0];
    const double span = (double)load->span;
    double *p = NULL, *cell = NULL, *tail = NULL;
    HR_TAKE(p, arena, split->n);
    HR_TAKE(cell, arena, split->n + 1);
    HR_TRY(hr_lattice_tails(load, arena, &tail, err));
    for (unsigned k = 0; k <= split->n; k++)
        exactly[k] = 0.0;
    /* room < 0, then room in [k span, (k + 1) span) */
    double before = hr_room_taken(room, room->ceiling);
    exactly[split->n] = before;
    for (size_t k = 0; k < load->n; k++) {
        const double here =
            k + 1 < load->n ? hr_room_taken(room, room->ceiling - (double)(k + 1) * span) : 1.0;
        for (unsigned j = 0; j < split->n; j++)
            p[j] = tail[k];
        hr_split_count(p, split->n, cell);
        for (unsigned i = 0; i <= split->n; i++)
            exactly[i] += (here - before) * cell[i];
        before = here;
    }
out:
    return st;
}

hr_status hr_split_over(const hr_split *split, hr_arena *arena, double *exactly, const char **why,
                        hr_err *err)
{
    hr_status st = HR_OK;
    double *p = NULL;
    if (split->room[0].is_random && split->room[0].is_shared && split->n > 1) {
        if (!are_alike(split)) {
            *why = "unequal servers share random background";
            return HR_OK;
        }
        return mix_over(split, arena, exactly, err);
    }
    HR_TAKE(p, arena, split->n);
    for (unsigned j = 0; j < split->n; j++)
        p[j] = j > 0 && split->load[j] == split->load[j - 1] &&
                       is_same(split->room[j].ceiling, split->room[j - 1].ceiling)
                   ? p[j - 1]
                   : hr_split_over_server(split, j);
    hr_split_count(p, split->n, exactly);
out:
    return st;
}

/* E max = sum over x of P(max > x). Servers of one law have one array of tails. */
hr_status hr_split_largest(const hr_split *split, hr_arena *arena, double *largest, hr_err *err)
{
    hr_status st = HR_OK;
    double **tail = NULL;
    size_t n = 0;
    HR_TAKE(tail, arena, split->n);
    for (unsigned j = 0; j < split->n; j++) {
        n = split->load[j]->n > n ? split->load[j]->n : n;
        if (j > 0 && split->load[j] == split->load[j - 1])
            tail[j] = tail[j - 1];
        else
            HR_TRY(hr_lattice_tails(split->load[j], arena, &tail[j], err));
    }
    *largest = 0.0;
    for (size_t k = 0; k < n; k++) {
        double none = 1.0;
        for (unsigned j = 0; j < split->n; j++)
            none *= k < split->load[j]->n ? 1.0 - tail[j][k] : 1.0;
        *largest += (1.0 - none) * (double)split->load[0]->span;
    }
out:
    return st;
}
