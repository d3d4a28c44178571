/* What stands below the answer: who was over first, the ceilings, the rule of thumb, trust. */
#include <math.h>
#include <string.h>

#include "cli/demand.h"
#include "cli/show.h"
#include "cli/values.h"
#include "study/thumb.h"

/* ---- first over */

hr_status hr_show_first_over(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = hr_outcome_find("first_over");
    const unsigned first = hr_show_like_target(show, outcome, NULL);
    const hr_configuration *example = &show->schema->example;
    hr_words words = {0};
    bool has_any = false;
    if (!hr_show_has(show, outcome) || example->n_resources < 2 ||
        first == hr_layout_cells(show->schema->layout, outcome))
        return st;
    for (unsigned r = 0; r < example->n_resources; r++) {
        hr_estimate *column;
        HR_TRY(hr_show_column(show, outcome, first + r, &column, err));
        const hr_estimate mean = hr_show_mean(show, outcome, column, show->base_choice);
        if (isnan(mean.value) || mean.is_bound || mean.value <= 0.0)
            continue;
        hr_words_add(&words, "%s%s %s", has_any ? ", " : "",
                     hr_resources[example->resource[r]].name,
                     hr_show_with_unit(show, outcome, first + r, &mean).s);
        has_any = true;
    }
    if (has_any) {
        hr_words_add(&words, " of episodes");
        hr_show_fact(show, "First over", words.s);
    }
out:
    return st;
}

/* ---- ceilings */

/* Smallest and largest ceiling of a limit over the servers. */
static void range_of_limit(const hr_configuration *example, unsigned l, double *low, double *high)
{
    const double *ceiling = example->limits[l].ceiling;
    *low = *high = ceiling[0];
    for (unsigned j = 1; j < example->n_servers; j++) {
        *low = ceiling[j] < *low ? ceiling[j] : *low;
        *high = ceiling[j] > *high ? ceiling[j] : *high;
    }
}

void hr_show_ceilings(hr_show *show)
{
    const hr_configuration *example = &show->schema->example;
    hr_words words = {0};
    bool varies = false;
    for (unsigned r = 0; r < example->n_resources; r++) {
        bool has_any = false;
        for (unsigned l = 0; l < example->n_limits; l++) {
            double low, high;
            if (example->limits[l].resource != r || example->limits[l].level < 0)
                continue;
            range_of_limit(example, l, &low, &high);
            if (!has_any)
                hr_words_add(&words, "%s%s", words.used > 0 ? "; " : "",
                             hr_resources[example->resource[r]].name);
            hr_words_add(&words, "%s %s %s", has_any ? "," : "",
                         hr_level_names[example->limits[l].level], hr_text_number(low).s);
            if (high > low)
                hr_words_add(&words, " to %s", hr_text_number(high).s);
            has_any = true;
        }
        if (has_any && strcmp(hr_resources[example->resource[r]].unit, "1") != 0)
            hr_words_add(&words, " %s", hr_resources[example->resource[r]].unit);
    }
    for (size_t a = 0; a < show->study->n_axes; a++)
        varies = varies || strncmp(show->study->axes[a].path, "pool.", 5) == 0;
    if (words.used == 0)
        return;
    hr_words_add(&words, "; per server, before background");
    if (varies && show->study->n_configurations > 1)
        hr_words_add(&words, ", in configuration 0");
    hr_show_fact(show, "Ceilings", words.s);
}

/* ---- rule of thumb */

struct thumb {
    double least, most; /* servers that the rule gives */
    uint64_t n_enough;  /* worlds in which the choice has at least that many */
    double per_server;  /* users */
    uint64_t n_same;    /* worlds in which it has exactly that many; show->some has them */
};

/* False when the study has no population, hence no rule. */
static hr_status ask_rule(hr_show *show, struct thumb *thumb, bool *has_rule, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = show->study;
    *thumb = (struct thumb){.least = HUGE_VAL};
    for (uint64_t w = 0; w < study->n_worlds; w++) {
        const uint64_t index = w * study->n_choices + show->base_choice;
        hr_thumb rules[HR_N_THUMBS];
        HR_TRY(hr_study_thumbs(study, index, rules, has_rule, err));
        if (!*has_rule)
            return HR_OK;
        const hr_thumb *rule = &rules[0];
        thumb->per_server = rule->per_server;
        thumb->least = fmin(thumb->least, rule->least);
        thumb->most = fmax(thumb->most, rule->most);
        thumb->n_enough += rule->servers >= rule->least;
        if (rule->servers >= rule->least && rule->servers <= rule->most &&
            !isnan(show->headline[index].value))
            show->some[thumb->n_same++] = show->headline[index];
    }
out:
    return st;
}

hr_status hr_show_rule_of_thumb(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    struct thumb thumb;
    bool has_rule = false;
    hr_words words = {0};
    const unsigned outcome = show->study->target.outcome;
    HR_TRY(ask_rule(show, &thumb, &has_rule, err));
    if (!has_rule)
        return st;
    if (hr_demand_lacks_memory(&show->schema->example))
        hr_show_fact(show, "Memory", HR_NO_MEMORY);
    hr_words_add(&words, "one server per %s users gives %s",
                 hr_text_count((uint64_t)thumb.per_server).s, hr_text_number(thumb.least).s);
    if (thumb.most > thumb.least)
        hr_words_add(&words, " to %s", hr_text_number(thumb.most).s);
    hr_words_add(&words, " servers");
    if (show->study->n_worlds > 1)
        hr_words_add(&words, "; this choice has that many in %.0f %% of worlds",
                     100.0 * (double)thumb.n_enough / (double)show->study->n_worlds);
    if (show->study->n_worlds > 1 && thumb.n_same > 1) {
        const hr_estimate mean = hr_show_mean_of(show, outcome, thumb.n_same);
        hr_words_add(&words, "; where it has exactly that many, %s is %s",
                     hr_outcomes[outcome].name,
                     hr_show_with_unit(show, outcome, hr_show_target_cell(show), &mean).s);
    }
    hr_show_fact(show, "Rule of thumb", words.s);
out:
    return st;
}

/* ---- exact */

static void add_methods(const hr_show *show, hr_words *words)
{
    const char *last = NULL;
    for (uint64_t i = 0; i < show->study->n_configurations; i++) {
        const char *method = show->exact_method[i];
        if (method == NULL || (last != NULL && strcmp(method, last) == 0))
            continue;
        if (last != NULL && strstr(words->s, method) != NULL)
            continue;
        hr_words_add(words, "%s%s", last == NULL ? "" : ", ", method);
        last = method;
    }
}

/* Of one configuration the value, of many how often the interval holds it. */
void hr_show_exact(hr_show *show)
{
    const hr_study *study = show->study;
    const unsigned outcome = study->target.outcome;
    uint64_t n_known = 0, n_held = 0, one = 0;
    hr_words words = {0}, methods = {0};
    for (uint64_t i = 0; i < study->n_configurations; i++) {
        const hr_estimate *e = &show->headline[i];
        if (isnan(show->exact[i]))
            continue;
        one = i;
        n_known++;
        n_held += show->exact[i] >= e->lower && show->exact[i] <= e->upper;
    }
    if (n_known == 0)
        return;
    add_methods(show, &methods);
    const hr_text value = hr_text_number(show->exact[one] * hr_show_factor(outcome));
    const hr_text unit = hr_show_blank_unit(show, outcome, hr_show_target_cell(show));
    if (n_known == 1)
        hr_words_add(&words, "%s is %s%s, by %s; the interval %s it", hr_outcomes[outcome].name,
                     value.s, unit.s, methods.s, n_held == 1 ? "holds" : "misses");
    else
        hr_words_add(&words, "known of %s of %s configurations, by %s; the interval holds it in %s",
                     hr_text_count(n_known).s, hr_text_count(study->n_configurations).s, methods.s,
                     hr_text_count(n_held).s);
    hr_show_fact(show, "Exact", words.s);
}

/* ---- trust */

static void add_shares(hr_words *words, uint64_t n_unseen, uint64_t n_exhausted, uint64_t n)
{
    if (n_unseen > 0)
        hr_words_add(words, "; %.0f %% of configurations never saw it",
                     100.0 * (double)n_unseen / (double)n);
    if (n_exhausted > 0)
        hr_words_add(words, "; %.0f %% used up precision.at_most before they were precise",
                     100.0 * (double)n_exhausted / (double)n);
}

/* Last of all: how far the numbers can be trusted, and what they rest on. */
hr_status hr_show_trust(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = show->study;
    uint64_t least = UINT64_MAX, most = 0, n_exhausted = 0, n_unseen = 0, n_assumed = 0;
    hr_words words = {0};
    const hr_values assumptions = {study, show->base_choice, true};
    for (uint64_t i = 0; i < study->n_configurations; i++) {
        least = show->replications[i] < least ? show->replications[i] : least;
        most = show->replications[i] > most ? show->replications[i] : most;
        n_exhausted += show->verdict[i] == HR_EXHAUSTED;
        n_unseen += show->headline[i].hits == 0;
    }
    hr_words_add(&words, "%s, %s",
                 show->n_tilted == 0                         ? "plain engine"
                 : show->n_tilted == study->n_configurations ? "tilted engine"
                                                             : "plain and tilted engine",
                 hr_text_count(least).s);
    if (most > least)
        hr_words_add(&words, " to %s", hr_text_count(most).s);
    hr_words_add(&words, " replications in %s configuration",
                 study->n_configurations == 1 ? "the" : "each");
    if (study->n_configurations == 1)
        hr_words_add(&words, "%s", n_exhausted > 0 ? ", all that precision.at_most allows" : "");
    else
        add_shares(&words, n_unseen, n_exhausted, study->n_configurations);
    hr_words_add(&words, "; a configuration's intervals hold at %s, as looks are paid for",
                 hr_show_confidence(show, true).s);
    if (n_exhausted > 0)
        hr_words_add(&words,
                     ". Next: headroom run ... --set \"precision.at_most=%llu replications\"",
                     4 * (unsigned long long)study->precision.at_most);
    hr_show_fact(show, "Trust", words.s);
    HR_TRY(hr_values_count(&assumptions, &n_assumed, err));
    fprintf(show->out, "digest %s  headroom %s", hr_text_digest(show->result.provenance.digest).s,
            show->result.version);
    if (n_assumed > 0)
        fprintf(show->out, "  %s assumptions: --assumptions", hr_text_count(n_assumed).s);
    fputc('\n', show->out);
out:
    return st;
}

hr_status hr_show_assumptions(hr_show *show, hr_err *err)
{
    const hr_values assumptions = {show->study, show->base_choice, true};
    return hr_values_print(&assumptions, show->out, show->width, err);
}
