/* The first lines of the answer: what was asked, and the sentence. */
#include <math.h>
#include <string.h>

#include "cli/show.h"

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
    hr_words_add(&line, "%s:", study->name);
    add_plural(&line, " ", study->n_worlds, "world");
    add_plural(&line, " x ", study->n_choices, "choice");
    add_plural(&line, " = ", study->n_configurations, "configuration");
    add_plural(&line, ", ", replications, "replication");
    hr_text_wrap(show->out, line.s, 0, 0, show->width);
    if (study->question[0] != '\0')
        hr_text_wrap(show->out, study->question, 0, 0, show->width);
    fputc('\n', show->out);
}

/* ---- the sentence */

/* What "any" stands for: "cpu or network_out". */
static void add_resources(hr_words *words, const char *const *names, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        hr_words_add(words, "%s%s", i == 0 ? "" : " or ", names[i]);
}

/* "period_overload (level target, cpu or network_out, min_episode 60 s)" */
static void add_target(hr_words *words, const hr_show *show)
{
    const unsigned outcome = show->study->target.outcome, cell = hr_show_target_cell(show);
    hr_label labels[HR_MAX_LABELS];
    const char *watched[HR_MAX_RESOURCES];
    const unsigned n = hr_cell_labels(show->schema, outcome, cell, labels);
    const unsigned n_watched = hr_schema_watched(show->schema, outcome, cell, watched);
    hr_words_add(words, "%s", hr_outcomes[outcome].name);
    for (unsigned i = 0; i < n; i++) {
        hr_words_add(words, "%s", i == 0 ? " (" : ", ");
        if (strcmp(labels[i].key, "resource") == 0 && n_watched > 0)
            add_resources(words, watched, n_watched);
        else
            hr_words_add(words, "%s %s", labels[i].key, hr_label_text(&labels[i]).s);
    }
    hr_words_add(words, "%s", n > 0 ? ")" : "");
    const hr_size *size = &show->study->size;
    const bool is_at_least = size->along != HR_SIZE_NOT_ASKED && size->is_at_least;
    if (show->study->target.has_threshold || is_at_least)
        hr_words_add(words, " at %s %s%s", is_at_least ? "least" : "most",
                     hr_text_number(hr_show_factor(outcome) *
                                    (is_at_least ? size->threshold : show->study->target.at_most))
                         .s,
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
        const hr_estimate share = hr_show_share_of_worlds(show, count[first], spread->n);
        hr_words_add(&line, " in %.0f %% of worlds (%s)", 100.0 * share.value,
                     hr_text_range(share.lower, share.upper, 100.0).s);
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
    const unsigned cell = hr_show_target_cell(show);
    const hr_estimate mean = hr_show_mean(show, outcome, show->headline, show->base_choice);
    const double median = spread->quantile[2];
    const hr_estimate middle = {.value = median, .lower = median, .upper = median};
    if (show->study->n_worlds == 1)
        hr_words_add(words, " It is %s.", hr_show_with_unit(show, outcome, cell, &mean).s);
    else
        hr_words_add(
            words, " The middle world has %s, nine in ten worlds %s%s; the mean is %s.",
            hr_show_with_unit(show, outcome, cell, &middle).s,
            hr_text_range(spread->quantile[0], spread->quantile[4], hr_show_factor(outcome)).s,
            hr_show_blank_unit(show, outcome, cell).s,
            hr_show_with_unit(show, outcome, cell, &mean).s);
}

hr_status hr_show_sentence(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_words words = {0};
    hr_estimate *hit = NULL;
    const hr_target *target = &show->study->target;
    const hr_spread spread =
        hr_show_spread(show, target->outcome, show->headline, show->base_choice);
    const bool is_sizing = show->study->size.along == HR_SIZE_CHOICE;
    print_title(show);
    if (target->has_threshold && spread.n > 0 && !is_sizing)
        print_verdict(show, &spread);
    if (show->study->n_choices > 1 && !is_sizing) {
        hr_words_add(&words, "For ");
        hr_show_name_choice(show, show->base_choice, &words);
        hr_words_add(&words, ". ");
    }
    hr_words_add(&words, "Asked: ");
    if (show->study->size.along != HR_SIZE_NOT_ASKED)
        hr_show_size_asked(show, &words);
    add_target(&words, show);
    hr_words_add(&words, ", the %s.", hr_outcomes[target->outcome].doc);
    if (spread.n > 0 && !is_sizing)
        add_numbers(&words, show, &spread);
    if (!is_sizing)
        HR_TRY(hr_show_meetings_hit(show, &hit, err));
    if (hit != NULL) {
        const unsigned meetings = hr_outcome_find("meetings_hit");
        const hr_estimate mean = hr_show_mean(show, meetings, hit, show->base_choice);
        if (isnan(mean.value))
            hr_words_add(&words, " No meeting ended in the window.");
        else
            hr_words_add(&words, " Of all meetings, %s met such an overload.",
                         hr_show_with_unit(show, meetings, 0, &mean).s);
    }
    hr_text_wrap(show->out, words.s, 0, 0, show->width);
out:
    return st;
}
