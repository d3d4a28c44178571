#include "exact/average.h"

#include <math.h>
#include <stdlib.h>

#include "exact/instant.h"
#include "model/prepared.h"

#define GOAL     1e-10 /* relative, of the whole integral */
#define ACCEPTED 1e-7
enum { MOST_EDGES = 4096, MOST_HALVINGS = 12, POINTS = 15 };

/* ---- where the integrand may jump or bend */

typedef struct edge_list {
    double from, to;
    size_t n;
    double *at; /* [MOST_EDGES] */
} edge_list;

static void add_edge(edge_list *edges, double t)
{
    if (t > edges->from && t < edges->to && edges->n < MOST_EDGES)
        edges->at[edges->n++] = t;
}

/* A jump of the arrivals, and what it does when meetings of constant durations end. */
static void add_jump(const hr_configuration *c, edge_list *edges, double t)
{
    add_edge(edges, t);
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_law *law = &c->classes[k].duration;
        if (law->kind == HR_LAW_CONSTANT)
            add_edge(edges, t + law->a);
        if (law->kind == HR_LAW_UNIFORM) {
            add_edge(edges, t + law->a);
            add_edge(edges, t + law->b);
        }
        for (size_t i = 0; law->kind == HR_LAW_TABLE && i < law->n; i++)
            add_edge(edges, t + law->value[i]);
    }
}

/* The longest time back from which a jump can be felt as a jump. */
static double longest_constant(const hr_configuration *c)
{
    double longest = 0.0;
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_law *law = &c->classes[k].duration;
        if (law->kind == HR_LAW_CONSTANT)
            longest = fmax(longest, law->a);
        if (law->kind == HR_LAW_UNIFORM)
            longest = fmax(longest, law->b);
        for (size_t i = 0; law->kind == HR_LAW_TABLE && i < law->n; i++)
            longest = fmax(longest, law->value[i]);
    }
    return longest;
}

static void add_epochs(const hr_configuration *c, edge_list *edges, double first, double period)
{
    const double back = edges->from - longest_constant(c);
    for (double k = floor((back - first) / period); first + k * period < edges->to; k += 1.0)
        add_jump(c, edges, first + k * period);
}

static void add_pieces(const hr_configuration *c, edge_list *edges, const hr_source *source)
{
    for (unsigned i = 0; i <= source->n_pieces; i++) {
        if (source->period > 0.0)
            add_epochs(c, edges, source->edges[i], source->period);
        else
            add_jump(c, edges, source->edges[i]);
    }
}

static int by_time(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void find_edges(const hr_configuration *c, edge_list *edges)
{
    for (unsigned s = 0; s < c->n_sources; s++) {
        const hr_source *source = &c->sources[s];
        if (source->kind == HR_SOURCE_PIECEWISE)
            add_pieces(c, edges, source);
        if (source->kind == HR_SOURCE_CLOCK_BATCH && hr_law_is_constant(&source->lateness))
            add_epochs(c, edges, source->offset + hr_law_mean(&source->lateness), source->period);
        else if (source->kind == HR_SOURCE_CLOCK_BATCH)
            add_epochs(c, edges, source->offset, source->period);
        if (source->is_late)
            add_jump(c, edges, source->begins);
    }
    if (c->start == HR_START_EMPTY)
        add_jump(c, edges, 0.0);
    qsort(edges->at, edges->n, sizeof *edges->at, by_time);
}

/* ---- Gauss and Kronrod */

static const double node[8] = {
    0.991455371120812639206854697526329, 0.949107912342758524526189684047851,
    0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
    0.586087235467691130294144691693502, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0.0};
static const double kronrod[8] = {
    0.022935322010529224963732008058970, 0.063092092629978553290700663189204,
    0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
    0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714};
/* of the odd nodes */
static const double gauss[4] = {
    0.129484966168869693270611432679082, 0.279705391489276667901467771423780,
    0.381830050505118944950369775488975, 0.417959183673469387755102040816327};

typedef struct integrating {
    const hr_averaging *averaging;
    unsigned n_times;
    double sum[HR_MOST_AVERAGED];
    double error; /* of the first, absolute */
    const char *why;
} integrating;

static hr_status one_panel(integrating *o, double from, double to, double *fine, double *coarse,
                           hr_err *err)
{
    hr_status st = HR_OK;
    const hr_averaging *a = o->averaging;
    const double middle = 0.5 * (from + to), half = 0.5 * (to - from);
    for (unsigned v = 0; v < a->n; v++)
        fine[v] = 0.0;
    *coarse = 0.0;
    for (int i = 0; i < POINTS && o->why == NULL; i++) {
        const int at = i < 8 ? i : 14 - i;
        double value[HR_MOST_AVERAGED] = {0.0};
        HR_TRY(a->at(a->context, middle + (i < 8 ? -half : half) * node[at], value, &o->why, err));
        for (unsigned v = 0; v < a->n; v++)
            fine[v] += half * kronrod[at] * value[v];
        if (at % 2 == 1)
            *coarse += half * gauss[at / 2] * value[0];
    }
    o->n_times += POINTS;
out:
    return st;
}

/* Halve until both rules agree on the panel's part of the whole. */
static hr_status integrate(integrating *o, double from, double to, unsigned halvings, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_averaging *a = o->averaging;
    double fine[HR_MOST_AVERAGED] = {0.0}, coarse = 0.0;
    if (o->why != NULL)
        return HR_OK;
    HR_TRY(one_panel(o, from, to, fine, &coarse, err));
    const double difference = fabs(fine[0] - coarse);
    /* 7 points agree with 15 long after 15 are right: the classical power of QUADPACK */
    const double x = fine[0] > 0.0 ? 200.0 * difference / fine[0] : 0.0;
    const double error = fine[0] > 0.0 ? fine[0] * fmin(1.0, x * sqrt(x)) : difference;
    if (error > GOAL * (o->sum[0] + fine[0]) && halvings > 0 && o->n_times < a->effort->times) {
        HR_TRY(integrate(o, from, 0.5 * (from + to), halvings - 1, err));
        return integrate(o, 0.5 * (from + to), to, halvings - 1, err);
    }
    for (unsigned v = 0; v < a->n; v++)
        o->sum[v] += fine[v];
    o->error += error;
out:
    return st;
}

static bool is_multiple(double length, double period)
{
    const double n = length / period;
    return n > 0.5 && fabs(n - floor(n + 0.5)) < 1e-12 * n;
}

/* The longest period that all arrivals have, of which the window holds several; else 0. */
static double common_period(const hr_configuration *c)
{
    double longest = 0.0;
    for (unsigned s = 0; s < c->n_sources; s++) {
        const hr_source *source = &c->sources[s];
        const bool is_steady =
            source->kind == HR_SOURCE_POISSON || source->kind == HR_SOURCE_POISSON_BATCH;
        if (source->is_late || (!is_steady && !(source->period > 0.0)))
            return 0.0;
        longest = is_steady ? longest : fmax(longest, source->period);
    }
    for (unsigned s = 0; s < c->n_sources && longest > 0.0; s++) {
        const hr_source *source = &c->sources[s];
        if (source->kind != HR_SOURCE_POISSON && source->kind != HR_SOURCE_POISSON_BATCH &&
            !is_multiple(longest, source->period))
            return 0.0;
    }
    return c->start != HR_START_EMPTY && longest > 0.0 && is_multiple(c->length, longest) ? longest
                                                                                          : 0.0;
}

static hr_status over_window(const hr_averaging *averaging, hr_arena *arena, double *mean,
                             double *error, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = averaging->configuration;
    integrating o = {.averaging = averaging};
    const double period = common_period(c), length = period > 0.0 ? period : c->length;
    edge_list edges = {.from = c->from, .to = c->from + length};
    HR_TAKE(edges.at, arena, MOST_EDGES);
    find_edges(c, &edges);
    hr_exact_meter *meter = averaging->effort->meter;
    double from = edges.from;
    for (size_t i = 0; i <= edges.n && o.why == NULL; i++) {
        const double to = i < edges.n ? edges.at[i] : edges.to;
        if (meter != NULL)
            meter->least = POINTS * (double)(edges.n + 1 - i);
        if (to > from)
            HR_TRY(integrate(&o, from, to, MOST_HALVINGS, err));
        from = to;
    }
    if (o.why == NULL && o.error > ACCEPTED * o.sum[0])
        o.why = "it changes too much over the window";
    *why = o.why;
    for (unsigned v = 0; v < averaging->n; v++)
        mean[v] = o.sum[v] / length;
    *error = o.sum[0] > 0.0 ? o.error / o.sum[0] : 0.0;
out:
    return st;
}

static hr_status over_snapshots(const hr_averaging *averaging, double *mean, const char **why,
                                hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = averaging->configuration;
    unsigned n = 0;
    hr_exact_meter *meter = averaging->effort->meter;
    for (double t = c->from; t < c->from + c->length && *why == NULL; n++) {
        double value[HR_MOST_AVERAGED] = {0.0};
        if (n >= averaging->effort->times) {
            *why = "there are too many snapshots, each with a law of its own";
            return HR_OK;
        }
        if (meter != NULL)
            meter->least = ceil((c->from + c->length - t) / c->observe_every);
        HR_TRY(averaging->at(averaging->context, t, value, why, err));
        for (unsigned v = 0; v < averaging->n; v++)
            mean[v] += (value[v] - mean[v]) / (n + 1.0);
        t = c->from + (n + 1.0) * c->observe_every;
    }
out:
    return st;
}

hr_status hr_average(const hr_averaging *averaging, hr_arena *arena, double *mean, double *error,
                     const char **why, hr_err *err)
{
    const hr_configuration *c = averaging->configuration;
    for (unsigned v = 0; v < averaging->n; v++)
        mean[v] = 0.0;
    *error = 0.0;
    if (hr_instant_is_constant(c) || averaging->when == HR_WHEN_INSTANT)
        return averaging->at(averaging->context,
                             averaging->when == HR_WHEN_INSTANT ? averaging->time : c->from, mean,
                             why, err);
    if (averaging->when == HR_WHEN_SNAPSHOTS)
        return over_snapshots(averaging, mean, why, err);
    return over_window(averaging, arena, mean, error, why, err);
}
