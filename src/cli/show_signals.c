/* The published signals of overload that a study has ceilings for: how likely each is, pool by
 * pool. */
#include <math.h>
#include <string.h>

#include "cli/forecast.h"
#include "cli/show.h"
#include "cli/table.h"
#include "model/signal.h"

/* What has been found so far. */
typedef struct hr_seen_signals {
    hr_table table; /* those that were seen: */
    unsigned n;
    hr_words unseen; /* names of the others, pool by pool: */
    const char *last_pool;
    hr_words erlang; /* what Erlang's B says of calls */
} hr_seen_signals;

/* The criterion that is this ceiling alone; n_criteria when the pool has none. */
static unsigned criterion_of(const hr_configuration *c, const hr_signal *signal)
{
    unsigned k = 0;
    for (; k < c->n_criteria; k++) {
        const uint64_t limits = c->criteria[k].limits;
        const hr_limit *limit = &c->limits[__builtin_ctzll(limits)];
        if ((limits & (limits - 1)) == 0 && limit->level == (int)signal->level &&
            c->resource[limit->resource] == signal->resource)
            break;
    }
    return k;
}

/* The outcome that says how likely a signal is: nobody is refused where nothing is. */
static unsigned likely_of(const hr_configuration *c, const hr_signal *signal)
{
    const unsigned outcome = hr_outcome_find(signal->likely);
    const bool refuses = c->admission != HR_ADMISSION_NONE;
    return hr_outcomes[outcome].pair == hr_outcomes[hr_outcome_find("blocking_all")].pair &&
                   !refuses
               ? hr_outcome_find("period_overload")
               : outcome;
}

/* The mean over worlds of `outcome` for the criterion, any length of an episode; no number where it
 * was not measured. */
static hr_status ask(hr_show *show, unsigned outcome, unsigned criterion, hr_estimate *mean,
                     hr_err *err)
{
    hr_status st = HR_OK;
    hr_estimate *column = NULL;
    *mean = (hr_estimate){.value = (double)NAN};
    if (!hr_show_has(show, outcome))
        return HR_OK;
    const hr_axis *axes = hr_outcomes[outcome].axes;
    const unsigned *size = show->schema->layout->size;
    const unsigned cell = axes[0] == HR_AXIS_CRITERION ? criterion * size[axes[1]] : 0;
    HR_TRY(hr_show_column(show, outcome, cell, &column, err));
    *mean = hr_show_mean(show, outcome, column, show->base_choice);
out:
    return st;
}

static void print_estimate(const hr_estimate *mean, const char *what, hr_text *text)
{
    (void)snprintf(text->s, sizeof text->s, "-");
    if (isnan(mean->value))
        return;
    const hr_text number = hr_text_estimate(mean, 100.0);
    (void)snprintf(text->s, sizeof text->s, "%.40s%s", number.s, what);
}

/* Servers that try each other's calls are one bundle, so Erlang's B holds for it whatever the
 * durations: its mean over worlds, at the mean number of calls and legs; NaN where the counter is
 * not what refuses. */
static hr_status expected_blocking(const hr_show *show, unsigned pool, const hr_signal *signal,
                                   double *blocking, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const hr_study *study = show->study;
    *blocking = 0.0;
    for (uint64_t w = 0; w < study->n_worlds; w++) {
        hr_configuration c = {0};
        double offered = 0.0, ports = 0.0;
        hr_arena_reset(&arena);
        HR_TRY(hr_study_pool(study, NULL, pool, w * study->n_choices + show->base_choice, 0, &arena,
                             &c, err));
        for (unsigned l = 0; l < c.n_limits; l++) {
            const hr_limit *limit = &c.limits[l];
            if (!hr_configuration_limit_is_at(&c, l, c.admission_level))
                continue;
            if (c.resource[limit->resource] != signal->resource || c.n_background > 0)
                *blocking = (double)NAN; /* another ceiling refuses, or calls are on the grid */
            offered = hr_configuration_mean_load(&c, limit->resource);
            for (unsigned j = 0; j < c.n_servers; j++)
                ports += floor(limit->ceiling[j]);
        }
        *blocking += hr_forecast_erlang_b(offered, ports) / (double)study->n_worlds;
    }
out:
    hr_arena_free(&arena);
    return st;
}

static hr_status add_erlang(hr_show *show, unsigned pool, const hr_signal *signal,
                            hr_seen_signals *seen, hr_err *err)
{
    hr_status st = HR_OK;
    double blocking = 0.0;
    HR_TRY(expected_blocking(show, pool, signal, &blocking, err));
    if (!isnan(blocking))
        hr_words_add(&seen->erlang, "%s%s %% of calls at the mean load of %s",
                     seen->erlang.used > 0 ? "; " : "", hr_text_number(100.0 * blocking).s,
                     show->study->pools[pool].name);
out:
    return st;
}

static void add_unseen(hr_seen_signals *seen, const char *pool, const char *name)
{
    if (pool == seen->last_pool)
        hr_words_add(&seen->unseen, ", %s", name);
    else
        hr_words_add(&seen->unseen, "%s%s %s", seen->unseen.used > 0 ? "; " : "", pool, name);
    seen->last_pool = pool;
}

static hr_status add_signal(hr_show *show, unsigned number, const hr_signal *signal,
                            hr_seen_signals *seen, hr_err *err)
{
    hr_status st = HR_OK;
    const char *pool = show->study->pools[number].name;
    const hr_configuration *c = &show->schema->example;
    const unsigned criterion = criterion_of(c, signal);
    hr_estimate likely = {0}, share = {.value = (double)NAN};
    hr_text of_periods, of_time;
    if (criterion == c->n_criteria)
        return HR_OK;
    const unsigned outcome = likely_of(c, signal);
    HR_TRY(ask(show, outcome, criterion, &likely, err));
    if (signal->share[0] != '\0')
        HR_TRY(ask(show, hr_outcome_find(signal->share), criterion, &share, err));
    if (isnan(likely.value) && isnan(share.value))
        return HR_OK;
    if (!(likely.value > 0.0 && !likely.is_bound) && !(share.value > 0.0 && !share.is_bound)) {
        add_unseen(seen, pool, signal->name);
        return HR_OK;
    }
    const bool is_of_calls = hr_outcomes[outcome].estimator == HR_ESTIMATOR_RATIO;
    print_estimate(&likely, is_of_calls ? " of calls" : "", &of_periods);
    if (is_of_calls)
        HR_TRY(add_erlang(show, number, signal, seen, err));
    print_estimate(&share, "", &of_time);
    seen->n++;
    HR_TRY(hr_table_add(&seen->table,
                        (const char *const[]){pool, signal->name, of_periods.s, of_time.s}, err));
out:
    return st;
}

/* A Standard Edition server is a Front End with everything on it. */
static bool is_of(const hr_study *study, unsigned pool, const hr_signal *signal)
{
    const hr_role_id role = study->pools[pool].role;
    return signal->is_modelled && (role == signal->role || (role == HR_ROLE_standard_edition &&
                                                            signal->role == HR_ROLE_front_end));
}

static void print_seen(const hr_show *show, const hr_seen_signals *seen)
{
    hr_words title = {0};
    if (seen->n > 0) {
        hr_words_add(&title,
                     "Signals of overload (headroom list signals), %% of busy periods and of time");
        if (show->study->n_choices > 1) {
            hr_words_add(&title, ", ");
            hr_show_name_choice(show, show->base_choice, &title);
        }
        fputc('\n', show->out);
        hr_text_wrap(show->out, title.s, 0, 0, show->width);
        hr_table_print(&seen->table, show->out, 1, show->width);
    }
    if (seen->erlang.used > 0)
        hr_show_fact(show, "Erlang's B", seen->erlang.s);
    if (seen->unseen.used > 0) {
        if (seen->n == 0)
            fputc('\n', show->out);
        hr_show_fact(show, "Never seen", seen->unseen.s);
    }
}

hr_status hr_show_signals(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    static const char *const headings[] = {"pool", "signal", "periods", "time"};
    const hr_study *study = show->study;
    hr_seen_signals seen = {0};
    HR_TRY(hr_table_init(&seen.table, &show->arena, "llll", 2, headings, err));
    for (unsigned p = 0; p < study->n_pools; p++) {
        hr_show_turn_to(show, p);
        for (unsigned i = 0; i < hr_n_signals; i++) {
            if (is_of(study, p, &hr_signals[i]))
                HR_TRY(add_signal(show, p, &hr_signals[i], &seen, err));
        }
    }
    print_seen(show, &seen);
out:
    hr_show_turn_to(show, study->target.pool);
    return st;
}
