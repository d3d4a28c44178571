#include "input/weight.h"

#include <math.h>
#include <string.h>

#include "base/real.h"

#define NEGLIGIBLE                                                                                 \
    (-30.0) /* exponents of terms that change no weight by 1e-9: the density is 0.1 and more */

#define MOST_EXPONENT 1e4 /* no other is near it */

/* The instants: a power of two of ticks from one to the next, so that a shift finds them. */
typedef struct checks {
    hr_tick first;
    unsigned n, bits;
} checks;

static checks checks_of(const hr_tilt *tilt)
{
    return (checks){tilt->check[0], tilt->n_checks, tilt->step_bits};
}

/* Up to it the first instant is the next. */
static inline hr_tick before_first(const checks *c)
{
    return c->first + 1 - ((hr_tick)1 << c->bits);
}

/* The first at or after `tick`; n when there is none. */
static inline unsigned check_after(const checks *c, hr_tick tick)
{
    const int64_t since = (int64_t)(tick - before_first(c));
    const uint64_t u = (uint64_t)(since > 0 ? since : 0) >> c->bits;
    return u < c->n ? (unsigned)u : c->n;
}

static int server_of(const hr_writing *writing, uint32_t pick)
{
    const uint32_t *threshold = writing->prepared->weight;
    unsigned low = 0, high = writing->configuration->n_servers - 1;
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (pick <= threshold[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return (int)low;
}

/* The rows of sums that there are: a component each, or those of a server (of all) in one when they
 * are in proportion. */
static unsigned n_rows(const hr_writing *writing)
{
    const hr_tilt *tilt = writing->tilting->tilt;
    if (!tilt->is_linear)
        return tilt->n_components;
    return tilt->by_server ? writing->configuration->n_servers : 1;
}

/* Beside them a row for each server (for all), of the number of large meetings; none where no
 * component goes by that. */
static unsigned n_number_rows(const hr_writing *writing)
{
    const hr_tilt *tilt = writing->tilting->tilt;
    bool any = false;
    for (unsigned c = 0; c < tilt->n_components; c++)
        any = any || tilt->components[c].n_large > 0;
    return !any ? 0 : tilt->by_server ? writing->configuration->n_servers : 1;
}

/* leaning[row * (n_checks + 1) + u]: by how much the row's sum grows from check u - 1 to u. */
static void add_one(const hr_writing *writing, uint32_t meeting, unsigned from, unsigned to,
                    double *leaning)
{
    const hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    const unsigned stratum = tilting->stratum[meeting];
    const size_t n = tilt->n_checks + 1;
    const int server = tilt->by_server ? server_of(writing, writing->input->pick[meeting]) : -1;
    if (tilt->is_linear) {
        const double load = tilt->strata[stratum].is_large ? 0.0 : tilt->strata[stratum].load;
        double *row = leaning + (server < 0 ? 0 : (size_t)server) * n;
        row[from] += load;
        row[to] -= load;
        return;
    }
    for (unsigned c = 0; c < tilt->n_components; c++) {
        if (tilt->components[c].server != server)
            continue;
        leaning[c * n + from] += tilt->components[c].lean[stratum];
        leaning[c * n + to] -= tilt->components[c].lean[stratum];
    }
}

/* A large meeting is counted at each instant up to which it was alive since the one before; for
 * each component beside that with its weight as the last. */
static void count_large(const hr_writing *writing, uint32_t meeting, unsigned stratum,
                        double *leaning)
{
    const hr_tilt *tilt = writing->tilting->tilt;
    const checks all = checks_of(tilt);
    const unsigned n = tilt->n_checks;
    const unsigned from = check_after(&all, writing->input->start[meeting]);
    const unsigned to = check_after(&all, writing->input->end[meeting]);
    const unsigned end = to < n ? to + 1 : n;
    const int server = tilt->by_server ? server_of(writing, writing->input->pick[meeting]) : -1;
    const size_t n_sums = n_rows(writing), first = n_sums + n_number_rows(writing);
    double *number = leaning + (n_sums + (server < 0 ? 0 : (size_t)server)) * (n + 1);
    if (from == n || to == 0)
        return;
    number[from] += 1.0;
    number[end] -= 1.0;
    for (unsigned c = 0; c < tilt->n_components; c++) {
        const hr_tilt_component *component = &tilt->components[c];
        if (component->n_large == 0 || component->server != server)
            continue;
        double *last = leaning + (first + 2 * (size_t)c) * (n + 1), *begun = last + n + 1;
        last[from] += component->last.weight[stratum];
        last[end] -= component->last.weight[stratum];
        begun[from] += component->last.weight[stratum];
    }
}

static void add_leaning(const hr_writing *writing, double *leaning)
{
    const hr_input *in = writing->input;
    const uint32_t *kept = in->store->kept;
    const checks c = checks_of(writing->tilting->tilt);
    const unsigned n_numbers = n_number_rows(writing);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const unsigned from = check_after(&c, in->start[i]), to = check_after(&c, in->end[i]);
        if (kept != NULL && kept[i] == 0)
            continue;
        if (to > from)
            add_one(writing, i, from, to, leaning);
        const unsigned stratum = writing->tilting->stratum[i];
        if (n_numbers > 0 && writing->tilting->tilt->strata[stratum].is_large)
            count_large(writing, i, stratum, leaning);
    }
}

bool hr_weight_needs_sizes_alone(const hr_writing *writing)
{
    const hr_tilt *tilt = writing->tilting->tilt;
    return tilt->is_linear && !tilt->by_server && tilt->n_classes == 1 &&
           tilt->classes[0].n_marks > 0 && tilt->classes[0].resource < 0 &&
           writing->input->store->starts.n_thinned == 0;
}

enum { BATCH = 512 };

/* The row's loads so far, by instants: what has started, and what has ended since the one before,
 * in two parts, as the next one is often added to the same. */
typedef struct loads {
    int64_t total;
    int64_t *started, *ended[2];
} loads;

static void add_batch(const hr_writing *writing, uint32_t from, uint32_t n, loads *to)
{
    const hr_input *in = writing->input;
    const hr_tilt *tilt = writing->tilting->tilt;
    const uint32_t *units = tilt->classes[0].units, *size = in->size + from;
    const uint32_t least = (uint32_t)tilt->classes[0].least;
    const checks c = checks_of(tilt);
    uint32_t first[BATCH], last[BATCH];
    writing->vector->places(in->start + from, n, before_first(&c), c.bits, c.n, first);
    writing->vector->places(in->end + from, n, before_first(&c), c.bits, c.n, last);
    int64_t total = to->total, *started = to->started, *even = to->ended[0], *odd = to->ended[1];
    for (uint32_t i = 0; i < n; i++) {
        const int64_t load = units[size[i] - least];
        total += load;
        started[first[i]] = total;
        (i % 2 == 0 ? even : odd)[last[i]] += load;
    }
    to->total = total;
}

/* One row, of the load of all, where that follows from the participants. Meetings start in order:
 * so the last to start before an instant says what all have brought. */
static void add_loads(const hr_writing *writing, int64_t *work, double *leaning)
{
    const uint32_t n_meetings = writing->input->n_meetings;
    const unsigned n = writing->tilting->tilt->n_checks;
    loads sums = {0, work, {work + n + 1, work + 2 * (n + 1)}};
    for (uint32_t from = 0; from < n_meetings; from += BATCH) {
        const uint32_t left = n_meetings - from;
        add_batch(writing, from, left < BATCH ? left : BATCH, &sums);
    }
    int64_t started = 0;
    for (unsigned u = 0; u < n; u++) {
        const int64_t now = sums.started[u] > started ? sums.started[u] : started;
        const int64_t more = now - started - sums.ended[0][u] - sums.ended[1][u];
        leaning[u] = (double)more * writing->tilting->tilt->unit;
        started = now;
    }
}

/* The same where strata follow from the participants: of those with many. */
static void add_large(const hr_writing *writing, double *leaning)
{
    const hr_tilt *tilt = writing->tilting->tilt;
    const hr_input *in = writing->input;
    uint32_t least = UINT32_MAX;
    for (unsigned s = tilt->n_strata; s-- > 0;) {
        if (tilt->strata[s].is_large && tilt->strata[s].from < (int64_t)least)
            least = (uint32_t)tilt->strata[s].from;
    }
    const uint32_t n = n_number_rows(writing) > 0 ? in->n_meetings : 0;
    for (uint32_t i = 0; i < n; i++) {
        if (in->size[i] < least)
            continue;
        const unsigned stratum = hr_tilt_stratum_of(tilt, 0, in->size[i]);
        if (tilt->strata[stratum].is_large)
            count_large(writing, i, stratum, leaning);
    }
}

/* ln of last (number - 1) (number - 2) ... over n_large factors, `last` the sum of the weights of
 * `number` meetings; far below all others when there are not so many. */
static double log_ways(double last, double number, unsigned n_large)
{
    double ways = number > 0.5 ? last : 0.0;
    for (unsigned i = 1; i < n_large; i++)
        ways *= fmax(number - i, 0.0);
    return ways > 0.0 ? hr_log(ways) : 2.0 * NEGLIGIBLE - MOST_EXPONENT;
}

/* A component's row of n instants: of S in multiples of the slope, and of large ones: numbers, sums
 * of weights as the last. */
typedef struct row {
    const double *leaning, *number, *last; /* begun: behind these */
    const hr_tilt_last_large *of_last;
    size_t n;
    unsigned n_large;
    double slope, log_scale;
} row;

/* sum over u of exp(slope * S(u) + log_scale), by ways of being met with its large ones; exponents
 * take n of `work`. */
static double sum_of_row(const hr_vector *vector, const row *r, double *work)
{
    double *exponent = work, sum = 0.0, number = 0.0, last = 0.0;
    size_t n_terms = 0;
    for (size_t u = 0; u < r->n; u++) {
        sum += r->leaning[u];
        exponent[n_terms] = r->slope * sum + r->log_scale;
        if (r->n_large > 0) {
            number += r->number[u];
            last += r->last[u];
            const double alive = (1.0 - r->of_last->begins[u]) * last;
            const double begun = r->of_last->more[u] * r->last[r->n + 1 + u];
            exponent[n_terms] += log_ways(alive + begun, number, r->n_large);
        }
        n_terms += exponent[n_terms] > NEGLIGIBLE;
    }
    vector->exp(exponent, n_terms, exponent);
    double density = 0.0;
    for (size_t i = 0; i < n_terms; i++)
        density += exponent[i];
    return density;
}

/* `leaning`: of the load of all. */
static double control_of(const hr_tilt *tilt, const double *leaning)
{
    double load = 0.0, sum = 0.0;
    for (unsigned u = 0; u < tilt->n_checks; u++) {
        load += leaning[u];
        if (u >= tilt->control->first)
            sum += hr_tilt_ramp(tilt->control, load);
    }
    return sum * tilt->control->scale;
}

hr_status hr_weight_write(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tilt *tilt = writing->tilting->tilt;
    const size_t n = tilt->n_checks;
    const size_t n_sums = n_rows(writing), n_numbers = n_number_rows(writing);
    const size_t n_last = n_numbers > 0 ? 2 * tilt->n_components : 0; /* weights as the last */
    const size_t cells = (n_sums + n_numbers + n_last) * (n + 1);
    double *leaning = NULL;
    const size_t n_work = 3 * (n + 1);
    HR_ROOM(leaning, &writing->input->store->leaning, cells + n_work);
    double *work = leaning + cells;
    memset(leaning, 0, (cells + n_work) * sizeof *leaning);
    if (hr_weight_needs_sizes_alone(writing)) {
        add_loads(writing, (int64_t *)work, leaning);
        add_large(writing, leaning);
    } else {
        add_leaning(writing, leaning);
    }
    if (tilt->control != NULL)
        writing->input->control = control_of(tilt, leaning);
    double density = HR_TILT_UNTILTED;
    for (unsigned c = 0; c < tilt->n_components; c++) {
        const hr_tilt_component *component = &tilt->components[c];
        const size_t together = component->server < 0 ? 0 : (size_t)component->server;
        const row r = {
            .leaning = leaning + (tilt->is_linear ? together : c) * (n + 1),
            .number = leaning + (n_sums + together) * (n + 1),
            .last = leaning + (n_sums + n_numbers + 2 * (size_t)c) * (n + 1),
            .of_last = &component->last,
            .n = n,
            .n_large = component->n_large,
            .slope = tilt->is_linear ? component->theta : 1.0,
            .log_scale = component->log_scale,
        };
        density += sum_of_row(writing->vector, &r, work);
    }
    writing->input->weight = 1.0 / density;
out:
    return st;
}
