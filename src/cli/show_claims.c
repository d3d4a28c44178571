/* Claims, each with its verdict, and what one more meeting would find. */
#include <math.h>
#include <string.h>

#include "cli/show.h"
#include "cli/table.h"

enum { MOST_CHOICES = 12, INDENT = 13 };

/* ---- claims */

typedef enum claim_verdict { HOLDS, FAILS, UNDECIDED } claim_verdict;
static const char *const verdict_words[] = {"HOLDS", "FAILS", "UNDECIDED"};
static const char *const in_words[] = {"holds", "fails", "undecided"};

/* Only a reliable interval that lies wholly on one side of the bound decides. */
static claim_verdict judge(const hr_claim *claim, const hr_estimate *estimate)
{
    const bool is_below = estimate->upper <= claim->bound;
    const bool is_above = estimate->lower >= claim->bound;
    if (isnan(estimate->value) || is_below == is_above || !hr_estimate_decides(estimate))
        return UNDECIDED;
    return is_below == claim->is_upper ? HOLDS : FAILS;
}

/* Worlds of the choice in which the claim comes out as `as`. */
static uint64_t count_worlds(const hr_show *show, const hr_claim *claim, const hr_estimate *column,
                             uint64_t choice, claim_verdict as)
{
    uint64_t n = 0;
    for (uint64_t w = 0; w < show->study->n_worlds; w++)
        n += judge(claim, &column[w * show->study->n_choices + choice]) == as;
    return n;
}

/* "servers 12: 99.2 % (98.6-99.8), asked at least 99 %; in worlds: holds 95 %, fails 1 %, undecided
 * 4 %" */
static void print_claim_choice(const hr_show *show, const hr_claim *claim,
                               const hr_estimate *column, uint64_t choice)
{
    const hr_study *study = show->study;
    const unsigned cell = claim->cell - show->schema->layout->first[claim->outcome];
    const double factor = hr_show_factor(claim->outcome);
    const hr_text unit = hr_show_blank_unit(show, claim->outcome, cell);
    const hr_estimate mean = hr_show_mean(show, claim->outcome, column, choice);
    const claim_verdict verdict = judge(claim, &mean);
    hr_words words = {0};
    if (study->n_choices > 1) {
        hr_show_name_choice(show, choice, &words);
        hr_words_add(&words, ": ");
    }
    hr_words_add(
        &words, "%s, asked at %s %s%s", hr_show_with_unit(show, claim->outcome, cell, &mean).s,
        claim->is_upper ? "most" : "least", hr_text_number(factor * claim->bound).s, unit.s);
    for (int as = HOLDS; study->n_worlds > 1 && as <= UNDECIDED; as++)
        hr_words_add(&words, "%s%s %.0f %%", as == HOLDS ? "; in worlds: " : ", ", in_words[as],
                     100.0 * (double)count_worlds(show, claim, column, choice, (claim_verdict)as) /
                         (double)study->n_worlds);
    fprintf(show->out, "  %-*s", INDENT - 2, verdict_words[verdict]);
    hr_text_wrap(show->out, words.s, INDENT, INDENT, show->width);
}

/* What the claim is about, where its sentence does not say: "(fits, level full, size 4)". */
static void print_claim_title(const hr_show *show, const hr_claim *claim)
{
    hr_label labels[HR_MAX_LABELS];
    hr_words words = {0};
    const unsigned cell = claim->cell - show->schema->layout->first[claim->outcome];
    const unsigned n = hr_cell_labels(show->schema, claim->outcome, cell, labels);
    hr_words_add(&words, "%s (%s", claim->say == NULL ? "Claim" : claim->say,
                 hr_outcomes[claim->outcome].name);
    for (unsigned i = 0; i < n; i++)
        hr_words_add(&words, ", %s %s", labels[i].key, hr_label_text(&labels[i]).s);
    hr_words_add(&words, ")");
    hr_text_wrap(show->out, words.s, 0, 2, show->width);
}

hr_status hr_show_claims(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = show->study;
    for (size_t i = 0; i < study->n_claims; i++) {
        const hr_claim *claim = &study->claims[i];
        hr_estimate *column;
        hr_show_turn_to(show, claim->pool);
        HR_TRY(hr_show_column(show, claim->outcome,
                              claim->cell - show->schema->layout->first[claim->outcome], &column,
                              err));
        fputs(i == 0 ? "\nClaims\n" : "", show->out);
        print_claim_title(show, claim);
        for (uint64_t c = 0; c < study->n_choices && c < MOST_CHOICES; c++)
            print_claim_choice(show, claim, column, c);
    }
out:
    hr_show_turn_to(show, study->target.pool);
    return st;
}

/* ---- probes */

static const char *const probe_names[] = {"fits", "misplaced", "stranded", "nowhere"};
enum { N_PROBE_OUTCOMES = sizeof probe_names / sizeof *probe_names };

/* The level that was asked for if probes know it, else the highest that has numbers. */
static hr_status probe_level(hr_show *show, const char **level, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned fits = hr_outcome_find("fits");
    *level = NULL;
    for (int l = HR_N_LEVELS - 1; l >= 0; l--) {
        const hr_cell_wish wish = {hr_level_names[l], NULL, (double)NAN, (double)NAN};
        const unsigned cell = hr_show_like_target(show, fits, &wish);
        hr_estimate *column;
        HR_TRY(hr_show_column(show, fits, cell, &column, err));
        const bool has_numbers = !isnan(column[show->base_choice].value);
        if (has_numbers && show->level != NULL && strcmp(show->level, hr_level_names[l]) == 0)
            *level = hr_level_names[l];
        if (has_numbers && *level == NULL)
            *level = hr_level_names[l];
    }
out:
    return st;
}

static hr_status probe_row(hr_show *show, const char *level, double size, hr_table *table,
                           hr_err *err)
{
    hr_status st = HR_OK;
    hr_text text[N_PROBE_OUTCOMES + 1];
    const char *cell[N_PROBE_OUTCOMES + 1];
    text[0] = hr_text_number(size);
    cell[0] = text[0].s;
    for (int i = 0; i < N_PROBE_OUTCOMES; i++) {
        const unsigned outcome = hr_outcome_find(probe_names[i]);
        const hr_cell_wish wish = {level, NULL, (double)NAN, size};
        hr_estimate *column;
        cell[i + 1] = "-";
        if (!hr_show_has(show, outcome))
            continue;
        HR_TRY(
            hr_show_column(show, outcome, hr_show_like_target(show, outcome, &wish), &column, err));
        const hr_estimate mean = hr_show_mean(show, outcome, column, show->base_choice);
        text[i + 1] = hr_text_estimate(&mean, 100.0);
        cell[i + 1] = text[i + 1].s;
    }
    HR_TRY(hr_table_add(table, cell, err));
out:
    return st;
}

hr_status hr_show_probes(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    static const char *const headings[] = {"size", "fits", "misplaced", "stranded", "nowhere"};
    const hr_configuration *example = &show->schema->example;
    hr_table table;
    hr_words title = {0};
    const char *level = NULL;
    if (!hr_show_has(show, hr_outcome_find("fits")))
        return st;
    HR_TRY(probe_level(show, &level, err));
    if (level == NULL)
        return st;
    HR_TRY(hr_table_init(&table, &show->arena, "rllll", 1, headings, err));
    for (unsigned p = 0; p < example->n_probes; p++)
        HR_TRY(probe_row(show, level, example->probes[p].size, &table, err));
    hr_words_add(&title, "One more meeting of this size, level %s, %% of instants%s", level,
                 show->study->n_choices > 1 ? ": " : "");
    hr_show_name_choice(show, show->base_choice, &title);
    fputc('\n', show->out);
    hr_text_wrap(show->out, title.s, 0, 0, show->width);
    hr_table_print(&table, show->out, 1, show->width);
    fputc(' ', show->out);
    hr_text_wrap(show->out,
                 "misplaced: another server had room; stranded: only the pool as a whole had; "
                 "nowhere: not even the pool",
                 1, 1, show->width);
out:
    return st;
}
