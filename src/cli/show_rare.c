/* How a rare target was seen: what the weights of tilted configurations say about themselves. */
#include <math.h>
#include <string.h>

#include "cli/known.h"
#include "cli/show.h"
#include "estimate/diagnosis.h"
#include "estimate/weighted.h"

/* Over the configurations that were tilted. */
typedef struct summary {
    uint64_t n, n_unreliable;
    double variation[2], largest[2], effective[2], control_gain[2]; /* least and most */
    hr_diagnosis last;
} summary;

static void stretch(double range[2], double value, bool is_first)
{
    range[0] = is_first ? value : fmin(range[0], value);
    range[1] = is_first ? value : fmax(range[1], value);
}

static void add(summary *s, const hr_diagnosis *d)
{
    stretch(s->variation, d->variation, s->n == 0);
    stretch(s->largest, d->largest_share, s->n == 0);
    stretch(s->effective, d->effective, s->n == 0);
    stretch(s->control_gain, d->control_gain, s->n == 0);
    s->n++;
    s->n_unreliable += d->is_unreliable;
    s->last = *d;
}

static hr_status diagnose_all(hr_show *show, summary *s, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_tally tally;
    const hr_target *target = &show->study->target;
    HR_TRY(hr_tally_init(&tally, show->study->n_cells, &arena, err));
    for (uint64_t i = 0; i < show->study->n_configurations; i++) {
        HR_TRY(hr_result_tally(&show->result, i, &tally, err));
        const hr_diagnosis d = hr_diagnose(&tally, &hr_outcomes[target->outcome], target->cell);
        if (d.is_weighted)
            add(s, &d);
    }
out:
    hr_arena_free(&arena);
    return st;
}

static void add_range(hr_words *words, const char *before, const double range[2], double factor,
                      const char *after)
{
    if (range[1] > range[0])
        hr_words_add(words, "%s%.3g to %.3g%s", before, factor * range[0], factor * range[1],
                     after);
    else
        hr_words_add(words, "%s%.3g%s", before, factor * range[0], after);
}

/* "rung 1 45 %, rung 2 54 %, true laws 0.3 %" */
static void add_shares(hr_words *words, const hr_diagnosis *d)
{
    hr_words_add(words, "; the estimate comes");
    for (unsigned r = 0; r + 1 < HR_MOST_RUNGS; r++) {
        if (d->share[r] > 0.0)
            hr_words_add(words, " %.2g %% from rung %u,", 100.0 * d->share[r], r + 1);
    }
    hr_words_add(words, " %.2g %% from the true laws", 100.0 * d->share[HR_MOST_RUNGS - 1]);
}

/* Bounds and approximations of the target, which need no simulation, beside its estimate: "at least
 * 2.4e-05 % (pigeonhole)". */
static hr_status show_bounds(hr_show *show, hr_err *err)
{
    static const char *const how[HR_N_EXACT_IS] = {
        [HR_EXACT_LOWER] = "at least ",
        [HR_EXACT_UPPER] = "at most ",
        [HR_EXACT_APPROXIMATION] = "about ",
    };
    hr_status st = HR_OK;
    const hr_target *target = &show->study->target;
    const unsigned cell = hr_show_target_cell(show);
    const hr_exact_effort effort = hr_exact_effort_beside(1.0);
    hr_known_view view = {
        .study = show->study, .schema = &show->schemas[target->pool], .effort = &effort};
    hr_exact answer;
    hr_words words = {0};
    HR_TRY(hr_known_turn_to(&view, 0, err));
    HR_TRY(hr_known_cell(&view, target->outcome, cell, &answer, err));
    for (unsigned i = 0; i < view.known.n; i++) {
        const hr_exact *item = &view.known.item[i];
        if (how[item->is] == NULL)
            continue;
        const hr_text value = hr_text_number(item->value * hr_show_factor(target->outcome));
        hr_words_add(&words, "%s%s%s%s (%s)", words.used > 0 ? ", " : "", how[item->is], value.s,
                     hr_show_blank_unit(show, target->outcome, cell).s, item->method);
    }
    if (words.used > 0)
        hr_show_fact(show, "Beside it", words.s);
out:
    hr_known_free(&view);
    return st;
}

hr_status hr_show_rare(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_words words = {0};
    summary s = {0};
    const uint64_t n = show->study->n_configurations;
    if (!hr_result_is_tilted(&show->result))
        return HR_OK;
    HR_TRY(diagnose_all(show, &s, err));
    show->n_tilted = s.n;
    if (n > 1)
        hr_words_add(&words,
                     "%llu of %llu configurations from tilted input: ", (unsigned long long)s.n,
                     (unsigned long long)n);
    else
        hr_words_add(&words, "from tilted input: mean likelihood ratio %.4f +- %.4f (1 in truth), ",
                     s.last.weight, s.last.weight_error);
    add_range(&words, "squared coefficient of variation ", s.variation, 1.0, "");
    add_range(&words, ", worth ", s.effective, 1.0, " replications of equal weight");
    add_range(&words, ", largest share of one replication ", s.largest, 100.0, " %");
    if (s.control_gain[1] > 1.0)
        add_range(&words, ", variance less by the pool's load as a control ", s.control_gain, 1.0,
                  " times");
    if (n == 1)
        add_shares(&words, &s.last);
    if (s.n_unreliable > 0 && n > 1)
        hr_words_add(&words, "; %llu UNRELIABLE", (unsigned long long)s.n_unreliable);
    else if (s.n_unreliable > 0)
        hr_words_add(&words, "; UNRELIABLE");
    hr_words_add(&words,
                 ". A number with ? is unreliable and decides nothing: fewer than %d hits, "
                 "more than %.0f %% of it from one replication, or a mean ratio that is "
                 "off",
                 HR_WEIGHTED_HITS, 100.0 * HR_WEIGHTED_SHARE);
    hr_show_fact(show, "Rare", words.s);
    if (n == 1 && isnan(show->exact[0]))
        HR_TRY(show_bounds(show, err));
out:
    return st;
}
