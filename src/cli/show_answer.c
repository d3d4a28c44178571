/* The first lines of the answer: what was asked, the sentence, one row per choice. */
#include <math.h>
#include <string.h>

#include "cli/show.h"
#include "cli/table.h"

enum { MOST_CHOICES = 60, MOST_AXES = 8 };

static void add_plural(hr_words *words, const char *before, uint64_t n, const char *word)
{
    hr_words_add(words, "%s%s %s%s", before, hr_text_count(n).s, word, n == 1 ? "" : "s");
}

static void print_title(const hr_show *show)
{
    const hr_study *study = show->study;
    hr_words line = {0};
    uint64_t replications = 0;
    for (uint64_t i = 0; i < study->n_configurations; i++)
        replications += show->replications[i];
    hr_words_add(&line, "%s", study->name);
    add_plural(&line, "  ", study->n_worlds, "world");
    add_plural(&line, " x ", study->n_choices, "choice");
    add_plural(&line, " = ", study->n_configurations, "configuration");
    add_plural(&line, ", ", replications, "replication");
    hr_text_wrap(show->out, line.s, 0, 0, show->width);
    if (study->question[0] != '\0')
        hr_text_wrap(show->out, study->question, 0, 0, show->width);
    fputc('\n', show->out);
}

/* ---- the sentence */

/* Resources that criterion `c` watches: "cpu or network_out". */
static void add_resources(hr_words *words, const hr_configuration *example, unsigned c)
{
    uint64_t seen = 0;
    for (unsigned l = 0; l < example->n_limits; l++) {
        const unsigned r = example->limits[l].resource;
        if ((example->criteria[c].limits >> l & 1) == 0 || (seen >> r & 1) != 0)
            continue;
        hr_words_add(words, "%s%s", seen == 0 ? "" : " or ",
                     hr_resources[example->resource[r]].name);
        seen |= (uint64_t)1 << r;
    }
}

/* "period_overload (level target, cpu or network_out, min_episode 60 s)" */
static void add_target(hr_words *words, const hr_show *show)
{
    const unsigned outcome = show->study->target.outcome, cell = hr_show_target_cell(show);
    hr_label labels[HR_MAX_LABELS];
    unsigned index[HR_MAX_AXES];
    const unsigned n = hr_cell_labels(&show->schema, outcome, cell, labels);
    hr_words_add(words, "%s", hr_outcomes[outcome].name);
    hr_schema_index(&show->schema, outcome, cell, index);
    for (unsigned i = 0; i < n; i++) {
        hr_words_add(words, "%s", i == 0 ? " (" : ", ");
        if (strcmp(labels[i].key, "resource") == 0 &&
            hr_outcomes[outcome].axes[0] == HR_AXIS_CRITERION)
            add_resources(words, &show->schema.example, index[0]);
        else
            hr_words_add(words, "%s %s", labels[i].key, hr_label_text(&labels[i]).s);
    }
    hr_words_add(words, "%s", n > 0 ? ")" : "");
    if (show->study->target.has_threshold)
        hr_words_add(words, " at most %s%s",
                     hr_text_number(hr_show_factor(outcome) * show->study->target.at_most).s,
                     hr_show_blank_unit(show, outcome, cell).s);
}

/* "MISSED in 76 % of worlds (71-81), undecided in 24 %, met in none." */
static void print_verdict(const hr_show *show, const hr_spread *spread)
{
    static const char *const upper_case[] = {"MISSED", "MET", "UNDECIDED"};
    static const char *const lower_case[] = {"missed", "met", "undecided"};
    const uint64_t count[] = {spread->missed, spread->met, spread->undecided};
    hr_words line = {0};
    unsigned first = 0;
    for (unsigned i = 1; i < 3; i++)
        first = count[i] > count[first] ? i : first;
    hr_words_add(&line, "%s", upper_case[first]);
    if (show->study->n_worlds > 1) {
        double lower = 0.0, upper = 1.0;
        hr_clopper_pearson(count[first], spread->n, 1.0 - show->confidence, &lower, &upper);
        hr_words_add(&line, " in %.0f %% of worlds (%s)",
                     100.0 * (double)count[first] / (double)spread->n,
                     hr_text_range(lower, upper, 100.0).s);
    }
    for (unsigned i = 0; show->study->n_worlds > 1 && i < 3; i++) {
        if (i != first && count[i] == 0)
            hr_words_add(&line, ", %s in none", lower_case[i]);
        else if (i != first)
            hr_words_add(&line, ", %s in %.0f %%", lower_case[i],
                         100.0 * (double)count[i] / (double)spread->n);
    }
    hr_words_add(&line, ".");
    fputs(show->is_bold ? "\033[1m" : "", show->out);
    hr_text_wrap(show->out, line.s, 0, 0, show->width);
    fputs(show->is_bold ? "\033[0m" : "", show->out);
}

static void add_numbers(hr_words *words, const hr_show *show, const hr_spread *spread)
{
    const unsigned outcome = show->study->target.outcome;
    const double factor = hr_show_factor(outcome);
    const hr_text unit = hr_show_blank_unit(show, outcome, hr_show_target_cell(show));
    const hr_estimate mean = hr_show_mean(show, show->headline, show->base_choice);
    if (show->study->n_worlds == 1) {
        hr_words_add(words, " It is %s%s.", hr_text_value(&mean, factor).s, unit.s);
        if (!mean.is_bound)
            hr_words_add(words, " Between %s with %.4g %% confidence.",
                         hr_text_range(mean.lower, mean.upper, factor).s, 100.0 * show->confidence);
    } else {
        hr_words_add(words,
                     " The middle world has %s%s, nine in ten worlds %s%s; the mean is %s%s.",
                     hr_text_number(factor * spread->quantile[2]).s, unit.s,
                     hr_text_range(spread->quantile[0], spread->quantile[4], factor).s, unit.s,
                     hr_text_estimate(&mean, factor).s, unit.s);
    }
}

/* The column of `meetings_hit` beside the target; NULL when it is the target or not there. */
static hr_status meetings_column(hr_show *show, hr_estimate **column, hr_err *err)
{
    const unsigned outcome = hr_outcome_find("meetings_hit");
    *column = NULL;
    if (!hr_show_has(show, outcome) || outcome == show->study->target.outcome)
        return HR_OK;
    const unsigned cell = hr_show_like_target(show, outcome, NULL);
    if (cell == hr_layout_cells(&show->study->layout, outcome))
        return HR_OK;
    return hr_show_column(show, outcome, cell, column, err);
}

hr_status hr_show_sentence(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_words words = {0};
    hr_estimate *hit = NULL;
    const hr_target *target = &show->study->target;
    const hr_spread spread = hr_show_spread(show, show->headline, show->base_choice, target);
    print_title(show);
    if (target->has_threshold && spread.n > 0)
        print_verdict(show, &spread);
    hr_show_name_choice(show, show->base_choice, &words);
    hr_words_add(&words, "%sAsked: ", words.used > 0 ? ". " : "");
    add_target(&words, show);
    hr_words_add(&words, ", the %s.", hr_outcomes[target->outcome].doc);
    if (spread.n > 0)
        add_numbers(&words, show, &spread);
    HR_TRY(meetings_column(show, &hit, err));
    if (hit != NULL) {
        const hr_estimate mean = hr_show_mean(show, hit, show->base_choice);
        hr_words_add(&words, " Of all meetings %s %% met such an overload.",
                     hr_text_estimate(&mean, 100.0).s);
    }
    hr_text_wrap(show->out, words.s, 0, 0, show->width);
out:
    return st;
}

/* ---- one row per choice */

struct columns {
    bool has_verdicts, has_worlds;
    hr_estimate *meetings_hit; /* NULL: not shown */
};

/* "76 (71-81)" percent of worlds. */
static hr_text share_of_worlds(const hr_show *show, uint64_t count, uint64_t n)
{
    hr_estimate share = {.value = n > 0 ? (double)count / (double)n : (double)NAN};
    hr_clopper_pearson(count, n, 1.0 - show->confidence, &share.lower, &share.upper);
    return hr_text_estimate(&share, 100.0);
}

static hr_status begin_table(hr_show *show, const struct columns *columns, hr_table *table,
                             hr_err *err)
{
    const unsigned outcome = show->study->target.outcome;
    const hr_text unit = hr_show_unit(show, outcome, hr_show_target_cell(show));
    const char *heading[HR_MAX_COLUMNS];
    char headline[128];
    unsigned n = 0;
    for (size_t axis = 0; axis < show->n_choice_axes && axis < MOST_AXES; axis++)
        heading[n++] = hr_show_short_name(show->study->axes[axis].path);
    const unsigned n_keys = n;
    snprintf(headline, sizeof headline, "%s%s%s", hr_outcomes[outcome].name,
             unit.s[0] == '\0' ? "" : ", ", unit.s);
    if (columns->has_verdicts) {
        heading[n++] = "missed, %";
        heading[n++] = "undecided";
    }
    heading[n++] = headline;
    if (columns->has_worlds)
        heading[n++] = "median";
    if (columns->meetings_hit != NULL)
        heading[n++] = "meetings hit, %";
    return hr_table_init(table, &show->arena, &"llllllllllllllll"[16 - n], n_keys, heading, err);
}

static hr_status add_choice(hr_show *show, const struct columns *columns, uint64_t choice,
                            hr_table *table, hr_err *err)
{
    const hr_target *target = &show->study->target;
    const double factor = hr_show_factor(target->outcome);
    const char *cell[HR_MAX_COLUMNS];
    hr_text text[5];
    unsigned n = 0, n_text = 0;
    const hr_spread spread = hr_show_spread(show, show->headline, choice, target);
    const hr_estimate mean = hr_show_mean(show, show->headline, choice);
    for (size_t axis = 0; axis < show->n_choice_axes && axis < MOST_AXES; axis++)
        cell[n++] = hr_show_label(show, axis, choice);
    if (columns->has_verdicts) {
        text[n_text++] = share_of_worlds(show, spread.missed, spread.n);
        text[n_text++] = share_of_worlds(show, spread.undecided, spread.n);
    }
    text[n_text++] = hr_text_estimate(&mean, factor);
    if (columns->has_worlds)
        text[n_text++] = hr_text_number(factor * spread.quantile[2]);
    if (columns->meetings_hit != NULL) {
        const hr_estimate hit = hr_show_mean(show, columns->meetings_hit, choice);
        text[n_text++] = hr_text_estimate(&hit, 100.0);
    }
    for (unsigned i = 0; i < n_text; i++)
        cell[n++] = text[i].s;
    return hr_table_add(table, cell, err);
}

hr_status hr_show_choices(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_table table;
    const bool has_worlds = show->study->n_worlds > 1;
    struct columns columns = {.has_verdicts = show->study->target.has_threshold && has_worlds,
                              .has_worlds = has_worlds};
    if (show->study->n_choices == 1)
        return st;
    HR_TRY(meetings_column(show, &columns.meetings_hit, err));
    HR_TRY(begin_table(show, &columns, &table, err));
    for (uint64_t c = 0; c < show->study->n_choices && c < MOST_CHOICES; c++)
        HR_TRY(add_choice(show, &columns, c, &table, err));
    fprintf(show->out, "\n%s, intervals at %.4g %%\n",
            has_worlds ? "Over the worlds of each choice" : "Each choice",
            100.0 * show->confidence);
    hr_table_print(&table, show->out, 1, show->width);
    if (show->study->n_choices > MOST_CHOICES)
        fprintf(show->out, " ... and %s more choices: --csv has all\n",
                hr_text_count(show->study->n_choices - MOST_CHOICES).s);
out:
    return st;
}
