#include "model/occupancy.h"

#include <math.h>

#include "base/quadrature.h"
#include "base/real.h"
#include "model/prepared.h"

static const double TURN = 6.28318530717958647692528676655900577;
#define NEGLIGIBLE 1e-12 /* of the mean duration: older meetings count for nothing */

bool hr_occupancy_is_poisson(const hr_source *source)
{
    return source->kind == HR_SOURCE_POISSON || source->kind == HR_SOURCE_SINUSOID ||
           source->kind == HR_SOURCE_PIECEWISE ||
           (source->kind == HR_SOURCE_CLOCK_BATCH && source->count.kind == HR_LAW_POISSON);
}

static double seconds_of(hr_tick tick)
{
    return ((double)tick - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
}

/* Meetings of one class and source, seen at one instant. */
typedef struct seen {
    const hr_source *source;
    const hr_law *duration;
    double oldest; /* age of the oldest possible meeting; infinite without a beginning */
} seen;

/* Mean time that a meeting is of an age in [young, old]. */
static double between(const seen *s, double young, double old)
{
    const double from = fmax(young, 0.0), to = fmin(old, s->oldest);
    if (!(to > from))
        return 0.0;
    const double rest = isinf(to) ? 0.0 : hr_law_mean_excess(s->duration, to);
    return hr_law_mean_excess(s->duration, from) - rest;
}

/* Age that hardly any meeting reaches. */
static double limit_of_age(const seen *s)
{
    const double mean = hr_law_mean(s->duration);
    double age = mean;
    while (age < s->oldest && hr_law_mean_excess(s->duration, age) > NEGLIGIBLE * mean)
        age *= 2.0;
    return fmin(age, s->oldest);
}

static double of_pieces(const seen *s, double t)
{
    const hr_source *source = s->source;
    const double last = source->edges[source->n_pieces], limit = limit_of_age(s);
    double sum = 0.0, shift = 0.0;
    if (source->period > 0.0)
        shift = ceil((t - source->edges[0]) / source->period) * source->period;
    for (;; shift -= source->period) {
        for (unsigned i = 0; i < source->n_pieces; i++)
            sum += source->rates[i] *
                   between(s, t - (source->edges[i + 1] + shift), t - (source->edges[i] + shift));
        if (!(source->period > 0.0) || t - (last + shift) > limit)
            break;
    }
    return sum;
}

/* ---- sinusoids: the integral of sin(2 pi (t - v) / period + phase) P(D > v) over ages v */

static double sine_at(const hr_source *source, double time)
{
    return hr_sin_turn(time / source->period + source->phase / TURN);
}

static double cosine_at(const hr_source *source, double time)
{
    return hr_sin_turn(time / source->period + source->phase / TURN + 0.25);
}

/* Durations of a table: each lasts exactly. */
static double sine_of_values(const seen *s, double t)
{
    const bool is_one = s->duration->kind == HR_LAW_CONSTANT;
    const size_t n = is_one ? 1 : s->duration->n;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double age = fmin(is_one ? s->duration->a : s->duration->value[i], s->oldest);
        const double area = cosine_at(s->source, t - age) - cosine_at(s->source, t);
        sum += (is_one ? 1.0 : s->duration->share[i]) * area * s->source->period / TURN;
    }
    return sum;
}

/* By quadrature on panels that grow from the youngest age on, because some laws have no slope
 * there, up to an eighth of the period. */
static double sine_by_panels(const seen *s, double t)
{
    const double limit = limit_of_age(s), mean = hr_law_mean(s->duration);
    double sum = 0.0, width;
    for (double from = 0.0; from < limit; from += width) {
        width = fmin(fmin(fmax(from, mean * 0x1p-20), s->source->period / 8.0), limit - from);
        width = fmin(width, fmax(mean / 4.0, from / 4.0));
        const double middle = from + 0.5 * width;
        for (int i = 0; i < HR_QUADRATURE_NODES; i++) {
            const double age = middle + 0.5 * width * hr_quadrature_node[i];
            sum += 0.5 * width * hr_quadrature_weight[i] * sine_at(s->source, t - age) *
                   hr_law_survival(s->duration, age);
        }
        if (!(from + width > from))
            break;
    }
    return sum;
}

static double of_sinusoid(const seen *s, double t)
{
    const hr_source *source = s->source;
    const bool is_table = s->duration->kind == HR_LAW_CONSTANT || s->duration->kind == HR_LAW_TABLE;
    const double wave = is_table ? sine_of_values(s, t) : sine_by_panels(s, t);
    return source->rate * (between(s, 0.0, HUGE_VAL) + source->amplitude * wave);
}

/* ---- clock batches */

/* P(D > age), and of a meeting that has started. */
static double lasts(const seen *s, double age)
{
    return age >= 0.0 && age <= s->oldest ? hr_law_survival(s->duration, age) : 0.0;
}

/* Where lateness and duration are continuous: the integral of P(D > x - L) over the probability p
 * of L from `from` to `to`, by panels of Gauss and Legendre's rule in v with
 * p = from + (to - from) v^4 (35 - 84 v + 70 v^2 - 20 v^3), which is flat at both ends, where a
 * quantile may be infinite or without a slope. A smooth function of x, as averages over time need.
 */
enum { COMING = 6 * HR_QUADRATURE_NODES, COME = 3 * HR_QUADRATURE_NODES };
enum { MOST_KINKS = 3, CELLS = 384 };

typedef struct late_node {
    double rest;   /* 1 - p on [0, 1] */
    double p;      /* whichever of both is the smaller is accurate */
    double weight; /* they sum to 1 */
} late_node;

static double flat_step(double v)
{
    return v * v * v * v * (35.0 + v * (-84.0 + v * (70.0 - 20.0 * v)));
}

static void make_nodes(late_node *node, int n)
{
    const int panels = n / HR_QUADRATURE_NODES;
    for (int panel = 0; panel < panels; panel++) {
        for (int i = 0; i < HR_QUADRATURE_NODES; i++, node++) {
            const double v = (panel + 0.5 + 0.5 * hr_quadrature_node[i]) / panels, w = 1.0 - v;
            node->p = flat_step(v);
            node->rest = flat_step(w);
            node->weight = 70.0 * v * v * v * w * w * w * hr_quadrature_weight[i] / panels;
        }
    }
}

static double late_at(const hr_law *late, const late_node *node, double from, double to)
{
    const double p = node->p < 0.5 ? from + (to - from) * node->p : to - (to - from) * node->rest;
    return hr_law_quantile(late, fmin(fmax(p, 0x1p-1022), 1.0 - 0x1p-53));
}

/* Durations at which P(D > age) has a kink, ascending. */
static int kinks_of(const hr_law *d, double *kink)
{
    if (d->kind != HR_LAW_UNIFORM && d->kind != HR_LAW_LOG_UNIFORM && d->kind != HR_LAW_TRIANGULAR)
        return 0;
    kink[0] = d->a;
    kink[1] = d->b;
    kink[2] = d->c;
    return d->kind == HR_LAW_TRIANGULAR ? 3 : 2;
}

/* Of a meeting whose epoch was x ago, to be alive, in parts between kinks. */
static double by_nodes(const seen *s, double x, const late_node *node)
{
    const hr_law *late = &s->source->lateness;
    double kink[MOST_KINKS], sum = 0.0;
    int n = kinks_of(s->duration, kink);
    const double first = isinf(s->oldest) ? 0.0 : 1.0 - hr_law_survival(late, x - s->oldest);
    const double last = 1.0 - hr_law_survival(late, x);
    for (double from = first, to; from < last; from = to) {
        to = n > 0 ? fmin(fmax(1.0 - hr_law_survival(late, x - kink[n - 1]), from), last) : last;
        n -= n > 0;
        for (int i = 0; i < COMING && to > from; i++)
            sum += (to - from) * node[i].weight * lasts(s, x - late_at(late, &node[i], from, to));
        if (!(to < last))
            break;
    }
    return sum;
}

/* The same where one of both has a law on integers, at the middles of equally likely cells. */
static double by_cells(const seen *s, double x)
{
    double sum = 0.0;
    for (int i = 0; i < CELLS; i++)
        sum += lasts(s, x - hr_law_quantile(&s->source->lateness, (i + 0.5) / CELLS));
    return sum / CELLS;
}

/* Nodes of the rule, fewer where everybody has come, and the latenesses there. */
typedef struct late_rule {
    late_node coming[COMING];
    late_node come[COME];
    double late[COME];
    double high; /* all latenesses are below it: everybody has come */
    bool is_smooth, has_kinks;
} late_rule;

static late_rule rule_of(const seen *s, double high)
{
    const hr_law *late = &s->source->lateness;
    double unused[MOST_KINKS];
    late_rule rule = {.high = high};
    rule.is_smooth = !hr_law_is_integer(late) && !hr_law_is_integer(s->duration);
    rule.has_kinks = kinks_of(s->duration, unused) > 0;
    make_nodes(rule.coming, COMING);
    make_nodes(rule.come, COME);
    for (int i = 0; i < COME; i++)
        rule.late[i] = rule.is_smooth ? late_at(late, &rule.come[i], 0.0, 1.0) : 0.0;
    return rule;
}

static double by_rule(const seen *s, double x, const late_rule *rule)
{
    double sum = 0.0;
    if (!rule->is_smooth)
        return by_cells(s, x);
    if (x < rule->high || rule->has_kinks || !isinf(s->oldest))
        return by_nodes(s, x, rule->coming);
    for (int i = 0; i < COME; i++)
        sum += rule->come[i].weight * lasts(s, x - rule->late[i]);
    return sum;
}

/* P(lateness <= x < lateness + duration): of a meeting whose epoch was x ago, to be alive. */
static double is_alive(const seen *s, double x, const late_rule *rule)
{
    const hr_law *late = &s->source->lateness, *d = s->duration;
    double sum = 0.0;
    if (late->kind == HR_LAW_CONSTANT)
        return lasts(s, x - late->a);
    if (late->kind == HR_LAW_TABLE) {
        for (size_t i = 0; i < late->n; i++)
            sum += late->share[i] * lasts(s, x - late->value[i]);
        return sum;
    }
    if (d->kind == HR_LAW_CONSTANT || d->kind == HR_LAW_TABLE) {
        const size_t n = d->kind == HR_LAW_CONSTANT ? 1 : d->n;
        for (size_t i = 0; i < n; i++) {
            const double age = fmin(n == 1 && d->n == 0 ? d->a : d->value[i], s->oldest);
            sum += (d->n == 0 ? 1.0 : d->share[i]) *
                   (hr_law_survival(late, x - age) - hr_law_survival(late, x));
        }
        return sum;
    }
    return by_rule(s, x, rule);
}

static double of_clock(const seen *s, double t, bool is_empty, double begin)
{
    const hr_source *source = s->source;
    const hr_law *late = &source->lateness;
    const bool is_constant = hr_law_is_constant(late);
    const double low = is_constant ? hr_law_mean(late) : hr_law_quantile(late, 0x1p-40);
    const double high = is_constant ? low : hr_law_quantile(late, 1.0 - 0x1p-40);
    const double limit = limit_of_age(s);
    const late_rule rule = rule_of(s, high);
    double sum = 0.0;
    for (double k = floor((t - low - source->offset) / source->period);; k -= 1.0) {
        const double epoch = source->offset + k * source->period;
        if (t - epoch > limit + high || (is_empty && epoch < begin))
            break;
        sum += is_alive(s, t - epoch, &rule);
    }
    return hr_law_mean(&source->count) * sum;
}

/* Meetings of the class alive at t if they lasted as `duration` says. */
static double mean_lasting(const hr_configuration *configuration, unsigned source, unsigned class,
                           const hr_law *duration, double t)
{
    const hr_prepared_source *prepared = &configuration->prepared->sources[source];
    const bool has_past =
        configuration->start != HR_START_EMPTY && prepared->first <= configuration->prepared->begin;
    const double first = seconds_of(prepared->first);
    const seen s = {&configuration->sources[source], duration, has_past ? HUGE_VAL : t - first};
    const double share = configuration->classes[class].share;
    if (!(s.oldest >= 0.0))
        return 0.0;
    switch (s.source->kind) {
    case HR_SOURCE_POISSON:
        return share * s.source->rate * between(&s, 0.0, HUGE_VAL);
    case HR_SOURCE_SINUSOID:
        return share * of_sinusoid(&s, t);
    case HR_SOURCE_PIECEWISE:
        return share * of_pieces(&s, t);
    case HR_SOURCE_CLOCK_BATCH:
        return share * of_clock(&s, t, configuration->start == HR_START_EMPTY, first);
    case HR_SOURCE_POISSON_BATCH:
    case HR_SOURCE_SINGLE_BATCH:
    case HR_N_SOURCE_KINDS:
        break;
    }
    return 0.0;
}

double hr_occupancy_mean(const hr_configuration *configuration, unsigned source, unsigned class,
                         double t)
{
    return mean_lasting(configuration, source, class, &configuration->classes[class].duration, t);
}

/* Who has just started is who would still be there if all lasted that long. */
double hr_occupancy_starts(const hr_configuration *configuration, unsigned source, unsigned class,
                           double from, double to)
{
    const hr_law all_alike = {.kind = HR_LAW_CONSTANT, .a = to - from};
    return to > from ? mean_lasting(configuration, source, class, &all_alike, to) : 0.0;
}
