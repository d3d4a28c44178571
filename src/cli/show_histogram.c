/* The picture: how many worlds have which headline. */
#include <math.h>
#include <string.h>

#include "cli/show.h"

enum { MOST_CLASSES = 12, BAR = 40 };

/* Class i holds what is above bound[i-1] and at most bound[i]; class 0 what was never seen. */
struct classes {
    unsigned n;
    double bound[MOST_CLASSES];
    uint64_t count[MOST_CLASSES];
    double greatest_unseen; /* largest upper bound of those never seen */
};

/* Probabilities spread over orders of magnitude: classes that a planner can name. */
static void classes_of_shares(struct classes *classes)
{
    static const double bound[] = {0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 0.6, 0.9, 1.0};
    classes->n = sizeof bound / sizeof *bound;
    memcpy(classes->bound, bound, sizeof bound);
}

/* Anything else: ten equal classes up to the largest value. */
static void classes_of_numbers(struct classes *classes, double greatest)
{
    classes->n = 11;
    for (unsigned i = 0; i < classes->n; i++)
        classes->bound[i] = greatest * i / 10.0;
}

static void sort_in(struct classes *classes, const hr_estimate *estimate)
{
    if (isnan(estimate->value))
        return;
    unsigned i = 0;
    if (estimate->value > 0.0)
        i = 1;
    else
        classes->greatest_unseen = fmax(classes->greatest_unseen, estimate->upper);
    while (i > 0 && i + 1 < classes->n && estimate->value > classes->bound[i])
        i++;
    classes->count[i]++;
}

static void print_classes(const hr_show *show, const struct classes *classes, double factor,
                          const char *unit)
{
    uint64_t most = 1;
    for (unsigned i = 0; i < classes->n; i++)
        most = classes->count[i] > most ? classes->count[i] : most;
    for (unsigned i = 0; i < classes->n; i++) {
        char label[64];
        if (i == 0)
            snprintf(label, sizeof label, "never seen");
        else
            snprintf(label, sizeof label, "to %.20s%.20s",
                     hr_text_number(factor * classes->bound[i]).s, unit);
        fprintf(show->out, " %-14s ", label);
        hr_show_bar(show, (double)classes->count[i] / (double)most, BAR);
        fprintf(show->out, " %s\n", hr_text_count(classes->count[i]).s);
    }
}

hr_status hr_show_histogram(hr_show *show, hr_err *err)
{
    (void)err;
    const hr_study *study = show->study;
    const unsigned outcome = study->target.outcome;
    const double factor = hr_show_factor(outcome);
    const bool is_share = factor > 1.0;
    struct classes classes = {0};
    double greatest = 0.0;
    if (study->n_worlds < 4)
        return HR_OK;
    for (uint64_t w = 0; w < study->n_worlds; w++)
        greatest = fmax(greatest, show->headline[w * study->n_choices + show->base_choice].value);
    if (is_share)
        classes_of_shares(&classes);
    else
        classes_of_numbers(&classes, greatest);
    for (uint64_t w = 0; w < study->n_worlds; w++)
        sort_in(&classes, &show->headline[w * study->n_choices + show->base_choice]);
    hr_words heading = {0};
    char unit[32];
    hr_words_add(&heading, "Worlds by %s%s", hr_outcomes[outcome].name,
                 study->n_choices > 1 ? ": " : "");
    hr_show_name_choice(show, show->base_choice, &heading);
    fputc('\n', show->out);
    hr_text_wrap(show->out, heading.s, 0, 0, show->width);
    snprintf(unit, sizeof unit, "%s", is_share ? " %" : "");
    print_classes(show, &classes, factor, unit);
    if (classes.count[0] > 0)
        fprintf(show->out, " never seen means less than %s%s each\n",
                hr_text_number(factor * classes.greatest_unseen).s, unit);
    return HR_OK;
}
