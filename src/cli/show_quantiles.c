/* Quantiles, from how often marks are exceeded: the largest load of a busy period, over its
 * ceiling, exceeds f as often as ceilings scaled by f are exceeded, and so does the busiest
 * server's at any time; episodes are longer than d as often as `episodes_lasting` says. So marks
 * bracket the quantiles, background and all. */
#include <math.h>

#include "cli/show.h"

static const double quantiles[] = {0.50, 0.90, 0.95, 0.99};
enum { N_QUANTILES = sizeof quantiles / sizeof *quantiles };

/* What has quantiles. */
static const struct source {
    const char *member; /* in JSON */
    const char *outcome;
    bool is_length; /* its marks are window.min_episodes, in s; else observe.capacity */
    const char *fact, *words;
} sources[] = {
    {"peaks", "period_overload_scaled", false, "Peaks",
     "busiest server of a busy period, of its ceiling"},
    {"loads", "time_over_scaled", false, "Loads", "busiest server at any time, of its ceiling"},
    {"lengths", "episodes_lasting", true, "Lengths", "episodes with some server over"},
};
enum { N_SOURCES = sizeof sources / sizeof *sources };

/* Where a quantile lies for sure, as far as each mark's interval goes; NaN: no mark tells. */
typedef struct bracket {
    double above, at_most;
} bracket;

/* The mark with estimate `e` of what exceeds it: which side of each quantile is it on? */
static void narrow(bracket found[N_QUANTILES], double mark, const hr_estimate *e)
{
    for (int q = 0; q < N_QUANTILES; q++) {
        const double beyond = 1.0 - quantiles[q];
        if (e->upper <= beyond && !(found[q].at_most <= mark))
            found[q].at_most = mark;
        if (e->lower > beyond && !(found[q].above >= mark))
            found[q].above = mark;
    }
}

static size_t count_marks(const hr_show *show, const struct source *source)
{
    return source->is_length ? show->schema->example.n_durations : show->study->n_capacity_factors;
}

/* Number `i`, and the cell that says how often it is exceeded: over a scaled ceiling for however
 * long, or on the servers that the target is about. */
static double find_mark(const hr_show *show, const struct source *source, unsigned outcome,
                        size_t i, unsigned *cell)
{
    const hr_configuration *example = &show->schema->example;
    if (source->is_length) {
        const double length = example->min_episode[i];
        const hr_cell_wish wish = {show->level, NULL, length, (double)NAN};
        *cell = hr_show_like_target(show, outcome, &wish);
        return length;
    }
    const size_t n = show->study->n_capacity_factors;
    *cell = (unsigned)(i * hr_layout_cells(show->schema->layout, outcome) / n);
    return show->study->capacity_factors[i];
}

/* Of the base choice; false where the outcome was not asked for, or not at this level. */
static hr_status find(hr_show *show, const struct source *source, bracket found[N_QUANTILES],
                      bool *has_any, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = hr_outcome_find(source->outcome);
    const bool is_there = hr_show_has(show, outcome);
    *has_any = false;
    for (int q = 0; q < N_QUANTILES; q++)
        found[q] = (bracket){(double)NAN, (double)NAN};
    for (size_t i = 0; is_there && i < count_marks(show, source); i++) {
        hr_estimate *column;
        unsigned cell;
        const double mark = find_mark(show, source, outcome, i, &cell);
        if (cell == hr_layout_cells(show->schema->layout, outcome))
            continue; /* of no level that is looked at */
        *has_any = true;
        HR_TRY(hr_show_column(show, outcome, cell, &column, err));
        const hr_estimate mean = hr_show_mean(show, outcome, column, show->base_choice);
        if (!mean.is_unreliable)
            narrow(found, mark, &mean);
    }
out:
    return st;
}

static void say_mark(const struct source *source, double mark, hr_words *words)
{
    hr_words_add(words, "%s",
                 source->is_length ? hr_text_seconds(mark).s : hr_text_number(100.0 * mark).s);
}

static void say(const struct source *source, int q, const bracket *b, hr_words *words)
{
    const char *unit = source->is_length ? "" : " %";
    hr_words_add(words, "%s P%.0f ", q == 0 ? "" : ",", 100.0 * quantiles[q]);
    if (isnan(b->above) && isnan(b->at_most)) {
        hr_words_add(words, "not known");
        return;
    }
    if (isnan(b->at_most))
        hr_words_add(words, "above ");
    if (!isnan(b->above))
        say_mark(source, b->above, words);
    if (!isnan(b->at_most)) {
        hr_words_add(words, isnan(b->above) ? "at most " : " to ");
        say_mark(source, b->at_most, words);
    }
    hr_words_add(words, "%s", unit);
}

hr_status hr_show_quantiles(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    for (int i = 0; i < N_SOURCES; i++) {
        bracket found[N_QUANTILES];
        hr_words words = {0};
        bool has_any = false;
        HR_TRY(find(show, &sources[i], found, &has_any, err));
        if (!has_any)
            continue;
        hr_words_add(&words, "%s%s", sources[i].words, show->study->n_choices > 1 ? ", " : "");
        hr_show_name_choice(show, show->base_choice, &words);
        hr_words_add(&words, ":");
        for (int q = 0; q < N_QUANTILES; q++)
            say(&sources[i], q, &found[q], &words);
        hr_show_fact(show, sources[i].fact, words.s);
    }
out:
    return st;
}

hr_status hr_show_quantiles_json(hr_show *show, hr_json *json, hr_err *err)
{
    hr_status st = HR_OK;
    for (int i = 0; i < N_SOURCES; i++) {
        bracket found[N_QUANTILES];
        bool has_any = false;
        HR_TRY(find(show, &sources[i], found, &has_any, err));
        if (!has_any)
            continue;
        hr_json_array(json, sources[i].member);
        for (int q = 0; q < N_QUANTILES; q++) {
            hr_json_object(json, NULL);
            hr_json_number(json, "quantile", quantiles[q]);
            hr_json_number(json, "above", found[q].above);
            hr_json_number(json, "at_most", found[q].at_most);
            hr_json_end_object(json);
        }
        hr_json_end_array(json);
    }
out:
    return st;
}
