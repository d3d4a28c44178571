#include "exact/pair.h"

#include <math.h>
#include <stdlib.h>

#include "base/panjer.h"
#include "base/real.h"
#include "exact/saddlepoint.h"
#include "model/prepared.h"

#define NEGLIGIBLE -40.0 /* log of what may be left out of the second tail */

static const char *decline(const hr_configuration *c)
{
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_class *class = &c->classes[k];
        for (unsigned p = 0; p < class->n_profiles; p++) {
            if (class->profiles[p].n_kinds != 1)
                return "participants of several kinds load several resources";
        }
        for (unsigned r = 0; class->load != NULL && r < c->n_resources; r++) {
            if (!hr_law_is_constant(&class->load[r]))
                return "meetings load several resources at random";
        }
    }
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (c->resource[r] == HR_RESOURCE_LARGE_MEETINGS)
            return "large meetings are counted";
    }
    return NULL;
}

/* Load of a meeting of this size on one resource. */
static int64_t load_of(const hr_configuration *c, unsigned k, unsigned p, double size, unsigned r)
{
    const hr_prepared_class *class = &c->prepared->classes[k];
    const hr_law *law = c->classes[k].load == NULL ? NULL : &c->classes[k].load[r];
    const int64_t random =
        law == NULL ? 0 : (int64_t)(hr_law_mean(law) * c->prepared->steps[r] + 0.5);
    return class->profiles[p].cost[r] + class->profiles[p].kind_cost[r] * (int64_t)size + random;
}

static size_t most_jumps(const hr_configuration *c, size_t n_sizes, unsigned k)
{
    return n_sizes * c->classes[k].n_profiles;
}

static hr_status grow(hr_pair_jumps *jumps, size_t more, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_pair_jumps now = *jumps;
    HR_TAKE(now.load[0], arena, jumps->n + more);
    HR_TAKE(now.load[1], arena, jumps->n + more);
    HR_TAKE(now.share, arena, jumps->n + more);
    HR_TAKE(now.class, arena, jumps->n + more);
    for (size_t i = 0; i < jumps->n; i++) {
        now.load[0][i] = jumps->load[0][i];
        now.load[1][i] = jumps->load[1][i];
        now.share[i] = jumps->share[i];
        now.class[i] = jumps->class[i];
    }
    *jumps = now;
out:
    return st;
}

hr_status hr_pair_jumps_make(const hr_configuration *configuration, const unsigned resource[2],
                             hr_arena *arena, hr_pair_jumps *jumps, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = configuration;
    *jumps = (hr_pair_jumps){0};
    *why = decline(c);
    for (unsigned k = 0; k < c->n_classes && *why == NULL; k++) {
        size_t n = 0;
        const double *value = NULL, *share = NULL;
        HR_TRY(hr_law_tabulate(&c->classes[k].size, arena, &n, &value, &share, err));
        HR_TRY(grow(jumps, most_jumps(c, n, k), arena, err));
        for (size_t i = 0; i < n; i++) {
            const bool is_own =
                value[i] >= c->from_size && (c->below_size == 0 || value[i] < c->below_size);
            for (unsigned p = 0; p < c->classes[k].n_profiles && is_own; p++) {
                const int64_t first = load_of(c, k, p, value[i], resource[0]);
                const int64_t second = load_of(c, k, p, value[i], resource[1]);
                if (first == 0 && second == 0)
                    continue;
                jumps->load[0][jumps->n] = first;
                jumps->load[1][jumps->n] = second;
                jumps->share[jumps->n] = share[i] * c->classes[k].profiles[p].share;
                jumps->class[jumps->n++] = (uint16_t)k;
                jumps->span[0] = hr_panjer_span(jumps->span[0], first);
                jumps->span[1] = hr_panjer_span(jumps->span[1], second);
            }
        }
    }
    for (int r = 0; r < 2; r++)
        jumps->span[r] = jumps->span[r] == 0 ? 1 : jumps->span[r];
out:
    return st;
}

/* ---- one resource of the two */

typedef struct one_jump {
    int64_t load;
    double mean;
} one_jump;

static int by_load(const void *a, const void *b)
{
    const one_jump *x = a, *y = b;
    if (x->load != y->load)
        return x->load > y->load ? 1 : -1;
    return (x->mean > y->mean) - (x->mean < y->mean);
}

static hr_status marginal(const hr_pair_jumps *jumps, const double *mean, int r, hr_arena *arena,
                          hr_jumps *one, hr_err *err)
{
    hr_status st = HR_OK;
    one_jump *all = NULL;
    int64_t *load = NULL;
    double *sum = NULL;
    size_t n = 0, kept = 0;
    HR_TAKE(all, arena, jumps->n);
    HR_TAKE(load, arena, jumps->n);
    HR_TAKE(sum, arena, jumps->n);
    for (size_t i = 0; i < jumps->n; i++) {
        if (jumps->load[r][i] > 0)
            all[n++] = (one_jump){jumps->load[r][i], mean[i]};
    }
    qsort(all, n, sizeof *all, by_load);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || all[i].load != load[kept - 1])
            load[kept++] = all[i].load;
        sum[kept - 1] += all[i].mean;
    }
    *one = (hr_jumps){kept, load, sum, jumps->span[r]};
out:
    return st;
}

/* ---- both */

typedef struct grid {
    size_t n[2];
    double *f; /* [n[0] * n[1]] */
} grid;

/* f(k, l) from what is before it; f(0, 0) = 1. */
static double recur(const hr_pair_jumps *jumps, const double *mean, const grid *g, size_t k,
                    size_t l)
{
    double sum = 0.0;
    const int by = k > 0 ? 0 : 1;
    for (size_t i = 0; i < jumps->n; i++) {
        const size_t b = (size_t)(jumps->load[0][i] / jumps->span[0]);
        const size_t c = (size_t)(jumps->load[1][i] / jumps->span[1]);
        if (b <= k && c <= l)
            sum += (double)(by == 0 ? b : c) * mean[i] * g->f[(k - b) * g->n[1] + l - c];
    }
    return sum / (double)(by == 0 ? k : l);
}

/* Points of the second resource that are needed: Chernoff, as in hr_compound. */
static double points_needed(const hr_jumps *second, int64_t above, double log_least)
{
    double n = floor((double)above / (double)second->span) + 2.0;
    while (n < 1e9 && hr_saddlepoint_chernoff(second, n * (double)second->span) > log_least)
        n += 4.0 + floor(n / 16.0);
    return n;
}

hr_status hr_pair_over(const hr_pair_jumps *jumps, const double *alive, const int64_t above[2],
                       const hr_exact_effort *effort, hr_arena *arena, double *over,
                       const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    hr_jumps first, second;
    hr_lattice lattice;
    double *mean = NULL, all = 0.0;
    grid g = {0};
    HR_TAKE(mean, arena, jumps->n);
    for (size_t i = 0; i < jumps->n; i++) {
        mean[i] = alive[jumps->class[i]] * jumps->share[i];
        all += mean[i];
    }
    if (above[0] < 0 || above[1] < 0) {
        *over = 1.0;
        return HR_OK;
    }
    HR_TRY(marginal(jumps, mean, 0, arena, &first, err));
    HR_TRY(marginal(jumps, mean, 1, arena, &second, err));
    HR_TRY(hr_compound(&first, above[0], effort, arena, &lattice, why, err));
    if (*why != NULL || second.n == 0 || all > 690.0) {
        *why = *why == NULL && all > 690.0 ? "too many meetings for two resources at once" : *why;
        *over = hr_lattice_tail(&lattice, above[0]);
        return HR_OK;
    }
    const double least = fmin(hr_saddlepoint_log_tail(&second, above[1]), 0.0) + NEGLIGIBLE;
    const double n[2] = {floor((double)above[0] / (double)jumps->span[0]) + 1.0,
                         points_needed(&second, above[1], least)};
    if (!hr_exact_may(effort, n[0] * n[1], n[0] * n[1] * (double)jumps->n, why))
        return HR_OK;
    g.n[0] = (size_t)n[0];
    g.n[1] = (size_t)n[1];
    HR_TAKE(g.f, arena, g.n[0] * g.n[1]);
    for (size_t k = 0; k < g.n[0]; k++) {
        for (size_t l = 0; l < g.n[1]; l++)
            g.f[k * g.n[1] + l] = k + l == 0 ? hr_exp(-all) : recur(jumps, mean, &g, k, l);
    }
    *over = hr_lattice_tail(&lattice, above[0]);
    for (size_t k = 0; k < g.n[0]; k++) {
        for (size_t l = (size_t)(above[1] / jumps->span[1]) + 1; l < g.n[1]; l++)
            *over += g.f[k * g.n[1] + l];
    }
    *over = fmin(*over, 1.0);
out:
    return st;
}
