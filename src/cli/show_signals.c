/* The published signals of overload that a study has ceilings for: how likely each is, pool by
 * pool. */
#include <math.h>
#include <string.h>

#include "cli/show.h"
#include "cli/table.h"
#include "model/signal.h"

/* What has been found so far. */
typedef struct hr_seen_signals {
    hr_table table; /* those that were seen: */
    unsigned n;
    hr_words unseen; /* names of the others */
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

static hr_status add_signal(hr_show *show, const char *pool, const hr_signal *signal,
                            hr_seen_signals *seen, hr_err *err)
{
    hr_status st = HR_OK;
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
        hr_words_add(&seen->unseen, "%s%s of %s", seen->unseen.used > 0 ? ", " : "", signal->name,
                     pool);
        return HR_OK;
    }
    print_estimate(&likely,
                   hr_outcomes[outcome].axes[0] == HR_AXIS_NONE &&
                           hr_outcomes[outcome].estimator == HR_ESTIMATOR_RATIO
                       ? " of calls"
                       : "",
                   &of_periods);
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
    return signal->is_modelled &&
           (strcmp(study->pools[pool].name, hr_roles[signal->role].name) == 0 ||
            (pool == 0 && signal->role == HR_ROLE_front_end));
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
                HR_TRY(add_signal(show, study->pools[p].name, &hr_signals[i], &seen, err));
        }
    }
    print_seen(show, &seen);
out:
    hr_show_turn_to(show, study->target.pool);
    return st;
}
