/* What failures cost: users without service, meetings that lose their server. */
#include <math.h>
#include <string.h>

#include "cli/show.h"

/* The mean of one cell at the choice that the answer is about; NaN: it was not measured. */
static hr_status mean_of(hr_show *show, const char *name, unsigned cell, hr_estimate *mean,
                         hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = hr_outcome_find(name);
    hr_estimate *column = NULL;
    *mean = (hr_estimate){.value = (double)NAN};
    if (!hr_show_has(show, outcome))
        return HR_OK;
    HR_TRY(hr_show_column(show, outcome, cell, &column, err));
    *mean = hr_show_mean(show, outcome, column, show->base_choice);
out:
    return st;
}

static hr_status add_number(hr_show *show, const char *name, const char *before, const char *after,
                            hr_words *words, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = hr_outcome_find(name);
    hr_estimate mean;
    HR_TRY(mean_of(show, name, 0, &mean, err));
    if (!isnan(mean.value))
        hr_words_add(words, "%s%s%s", before, hr_show_with_unit(show, outcome, 0, &mean).s, after);
out:
    return st;
}

/* "pool 1.2 % (1-1.4), sign_in 0.3 % (0.2-0.4)": causes that happened. */
static hr_status add_causes(hr_show *show, hr_words *words, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = hr_outcome_find("service_lost");
    const char *before = " (by cause: ";
    for (unsigned i = HR_CAUSE_ANY + 1; i < HR_N_CAUSES; i++) {
        hr_estimate mean;
        HR_TRY(mean_of(show, "service_lost", i, &mean, err));
        if (isnan(mean.value) || mean.is_bound || !(mean.value > 0.0))
            continue;
        hr_words_add(words, "%s%s %s", before, hr_cause_names[i],
                     hr_show_with_unit(show, outcome, i, &mean).s);
        before = ", ";
    }
    if (before[0] == ',')
        hr_words_add(words, ")");
out:
    return st;
}

/* Of the pool that is looked at; nothing where no server fails. */
static hr_status tell_pool(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_words words = {0};
    const unsigned pool = show->schema->pool;
    const bool has_meetings = show->schema->example.meetings != HR_MEETINGS_LEGS;
    if (show->schema->example.failures == NULL ||
        !hr_show_has(show, hr_outcome_find("service_lost")))
        return HR_OK;
    if (pool > 0)
        hr_words_add(&words, "%s%s", show->study->pools[pool].name,
                     show->study->n_choices > 1 ? ", " : "");
    hr_show_name_choice(show, show->base_choice, &words);
    HR_TRY(add_number(show, "service_lost",
                      words.used > 0 ? ": users without service " : "users without service ",
                      " of the time", &words, err));
    HR_TRY(add_causes(show, &words, err));
    HR_TRY(add_number(show, "user_minutes_lost", ", ", "", &words, err));
    HR_TRY(add_number(show, "meetings_lost",
                      has_meetings ? "; meetings that lose their server "
                                   : "; legs that lose their server ",
                      "", &words, err));
    if (has_meetings)
        HR_TRY(add_number(show, "people_lost", ", participants ", "", &words, err));
    hr_show_fact(show, "Failures", words.s);
out:
    return st;
}

hr_status hr_show_failures(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned p = 0; p < show->study->n_pools; p++) {
        hr_show_turn_to(show, p);
        HR_TRY(tell_pool(show, err));
    }
out:
    hr_show_turn_to(show, show->study->target.pool);
    return st;
}
