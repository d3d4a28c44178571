/* How much is needed: what a sizing study has found, in sentences or in a table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show_size.h"
#include "cli/table.h"
#include "study/size.h"

enum { MOST_ROWS = 60, MOST_NAMED = 3, MOST_LISTED = 24 };

hr_status hr_show_sizing_init(hr_show_sizing *s, hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    *s = (hr_show_sizing){.show = show, .study = show->study, .n = show->study->size.n_candidates};
    HR_TAKE(s->sized, &show->arena, hr_size_rows(s->study) * s->n);
    HR_TRY(hr_result_sizes(&show->result, s->sized, err));
out:
    return st;
}

/* ---- words */

/* What is sought: "servers", "users", "probe size". */
static const char *noun(const hr_study *study)
{
    if (study->size.along == HR_SIZE_PROBE)
        return "meeting";
    return study->size.along == HR_SIZE_CAPACITY ? "factor on all ceilings"
                                                 : hr_show_short_name(study->size.vary);
}

static bool is_number(const char *label)
{
    char *end = NULL;
    (void)strtod(label, &end);
    return end != label && *end == '\0';
}

static bool is_one(const hr_show_sizing *s, size_t i)
{
    const char *label = hr_size_label(s->study, i);
    char *end = NULL;
    const double number = strtod(label, &end);
    return s->study->size.along != HR_SIZE_CHOICE || end == label ||
           (number >= 1.0 && number <= 1.0);
}

/* "8 servers", "80000 users", "a meeting of 250", "1.2 times the ceilings", "rule least_loaded". */
static void add_name(const hr_show_sizing *s, size_t i, hr_words *words)
{
    const char *label = hr_size_label(s->study, i), *short_name = noun(s->study);
    const size_t length = strlen(short_name);
    const bool drops_s = is_one(s, i) && length > 1 && short_name[length - 1] == 's';
    if (s->study->size.along == HR_SIZE_PROBE)
        hr_words_add(words, "a meeting of %s", label);
    else if (s->study->size.along == HR_SIZE_CAPACITY)
        hr_words_add(words, "%s times the ceilings", label);
    else if (is_number(label))
        hr_words_add(words, "%s %.*s", label, (int)(length - drops_s), short_name);
    else if (label[0] >= '0' && label[0] <= '9')
        hr_words_add(words, "%s", label);
    else
        hr_words_add(words, "%s %s", short_name, label);
}

static const char *verb(const hr_show_sizing *s, size_t i, bool is_met)
{
    const bool one = is_one(s, i);
    if (!is_met)
        return one ? "fails" : "fail";
    if (s->study->size.find_largest)
        return one ? "is safe" : "are safe";
    return one ? "suffices" : "suffice";
}

/* "0.6 (0.4-0.8)" and, of exact bounds, "exactly 0.6", "at most 0.9", "at least 1.2". */
static hr_text number_of(const hr_show_sizing *s, const hr_sized *sized)
{
    hr_text text;
    const hr_estimate *e = &sized->estimate;
    const double factor = hr_show_factor(s->study->target.outcome);
    const bool is_bound = sized->verdict == HR_BOUND_MET || sized->verdict == HR_BOUND_MISSED;
    const bool is_upper = (sized->verdict == HR_BOUND_MET) != s->study->size.is_at_least;
    if (!is_bound)
        return hr_text_estimate(e, factor);
    if (!isnan(e->value))
        snprintf(text.s, sizeof text.s, "exactly %.60s", hr_text_number(factor * e->value).s);
    else
        snprintf(text.s, sizeof text.s, "at %s %.60s", is_upper ? "most" : "least",
                 hr_text_number(factor * (is_upper ? e->upper : e->lower)).s);
    return text;
}

static void add_number(const hr_show_sizing *s, const hr_sized *sized, hr_words *words)
{
    const unsigned outcome = s->study->target.outcome, cell = hr_show_target_cell(s->show);
    if (sized->verdict == HR_BOUND_MET || sized->verdict == HR_BOUND_MISSED)
        hr_words_add(words, "%s%s", number_of(s, sized).s,
                     hr_show_blank_unit(s->show, outcome, cell).s);
    else
        hr_words_add(words, "%s", hr_show_with_unit(s->show, outcome, cell, &sized->estimate).s);
}

/* "8 servers suffice: 0.6 % (0.4-0.8)" */
static void add_statement(const hr_show_sizing *s, uint64_t row, size_t i, bool is_met,
                          hr_words *words)
{
    add_name(s, i, words);
    hr_words_add(words, " %s: ", verb(s, i, is_met));
    add_number(s, hr_show_candidate(s, row, i), words);
}

static hr_text threshold(const hr_show_sizing *s)
{
    hr_text text;
    const unsigned outcome = s->study->target.outcome;
    snprintf(text.s, sizeof text.s, "at %s %.24s%.24s",
             s->study->size.is_at_least ? "least" : "most",
             hr_text_number(hr_show_factor(outcome) * s->study->size.threshold).s,
             hr_show_blank_unit(s->show, outcome, hr_show_target_cell(s->show)).s);
    return text;
}

void hr_show_size_asked(const hr_show *show, hr_words *words)
{
    const hr_size *size = &show->study->size;
    hr_words_add(words, "%s, the %s of %s values with ", size->vary,
                 size->find_largest ? "largest" : "smallest", hr_text_count(size->n_candidates).s);
}

/* ---- one row, in sentences */

static void add_undecided(const hr_show_sizing *s, uint64_t row, size_t i, hr_words *words)
{
    const hr_sized *sized = hr_show_candidate(s, row, i);
    hr_words_add(words, " ");
    add_name(s, i, words);
    if (sized->verdict == HR_NEAR)
        hr_words_add(words, ": within a factor of %s of the threshold, ",
                     hr_text_number(s->study->size.indifference).s);
    else
        hr_words_add(words, ": undecided after %s replications, ",
                     hr_text_count(sized->estimate.n).s);
    add_number(s, sized, words);
    hr_words_add(words, ".");
}

/* "8 servers suffice: ...; 7 servers fail: ...", and what is known at the ends of the row. */
static void add_answer(const hr_show_sizing *s, uint64_t row, const hr_row_state *state,
                       hr_words *words)
{
    if (state->met == s->n && state->missed == s->n) {
        hr_words_add(words, "Nothing that was asked for is enough; even ");
        add_statement(s, row, s->n - 1, false, words);
    } else if (state->met == 0) {
        hr_words_add(words, "The first that was asked for is enough; ");
        add_statement(s, row, 0, true, words);
    } else {
        if (state->met < s->n)
            add_statement(s, row, state->met, true, words);
        else
            hr_words_add(words, "Nothing that was asked for is surely enough");
        hr_words_add(words, "; ");
        if (state->missed > 0)
            add_statement(s, row, state->missed - 1, false, words);
        else
            hr_words_add(words, "nothing that was asked for surely fails");
    }
    hr_words_add(words, ".");
}

static void add_contradiction(const hr_show_sizing *s, uint64_t row, const hr_row_state *state,
                              hr_words *words)
{
    hr_words_add(words, "NOT MONOTONE: ");
    add_statement(s, row, state->met, true, words);
    hr_words_add(words, ", though ");
    add_statement(s, row, state->missed - 1, false, words);
    hr_words_add(words, ". If %s helps the other way round, ask for size.find: %s.", noun(s->study),
                 s->study->size.find_largest ? "smallest" : "largest");
}

static void print_sentence(const hr_show_sizing *s, uint64_t row)
{
    hr_show *show = s->show;
    const hr_row_state state = hr_sized_state(s->study, s->sized, row);
    hr_words words = {0}, more = {0};
    if (state.contradicts)
        add_contradiction(s, row, &state, &words);
    else
        add_answer(s, row, &state, &words);
    fputs(show->is_bold ? "\033[1m" : "", show->out);
    hr_text_wrap(show->out, words.s, 0, 0, show->width);
    fputs(show->is_bold ? "\033[0m" : "", show->out);
    unsigned n_named = 0;
    for (size_t i = state.missed; i < state.met && !state.contradicts; i++) {
        if (hr_show_candidate(s, row, i)->verdict == HR_SPARED)
            continue;
        if (n_named++ < MOST_NAMED)
            add_undecided(s, row, i, &more);
    }
    if (n_named > MOST_NAMED)
        hr_words_add(&more, " And %u more.", n_named - MOST_NAMED);
    if (n_named > 0)
        hr_text_wrap(show->out, more.s, 0, 0, show->width);
}

/* ---- one row, candidate by candidate */

static const char *found(const hr_sized *sized)
{
    switch (sized->verdict) {
    case HR_MET:
        return "meets it";
    case HR_MISSED:
        return "fails";
    case HR_NEAR:
        return "near";
    case HR_BOUND_MET:
        return "meets it, by an exact bound";
    case HR_BOUND_MISSED:
        return "fails, by an exact bound";
    case HR_SPARED:
        return "follows from others";
    default:
        return "undecided";
    }
}

/* What was simulated, and of what bounds settle the two next to the answer. */
static bool is_listed(const hr_show_sizing *s, const hr_row_state *state, uint64_t row, size_t i)
{
    const hr_verdict verdict = hr_show_candidate(s, row, i)->verdict;
    if (verdict == HR_BOUND_MET || verdict == HR_BOUND_MISSED)
        return i == state->met || i + 1 == state->missed;
    return verdict != HR_SPARED;
}

static hr_status print_candidates(const hr_show_sizing *s, uint64_t row, hr_err *err)
{
    hr_status st = HR_OK;
    hr_table table;
    hr_words title = {0};
    const unsigned outcome = s->study->target.outcome;
    const hr_row_state state = hr_sized_state(s->study, s->sized, row);
    unsigned n_listed = 0;
    hr_words_add(&title, "%s, %s", hr_outcomes[outcome].name,
                 hr_show_unit(s->show, outcome, hr_show_target_cell(s->show)).s);
    const char *const headings[] = {noun(s->study), title.s, "replications", "found"};
    HR_TRY(hr_table_init(&table, &s->show->arena, "llrl", 1, headings, err));
    for (size_t i = 0; i < s->n; i++) {
        const hr_sized *sized = hr_show_candidate(s, row, i);
        if (!is_listed(s, &state, row, i) || n_listed++ >= MOST_LISTED)
            continue;
        const hr_text number = number_of(s, sized);
        const hr_text replications = hr_text_count(sized->estimate.n);
        const char *const cell[] = {hr_size_label(s->study, i), number.s, replications.s,
                                    found(sized)};
        HR_TRY(hr_table_add(&table, cell, err));
    }
    fputc('\n', s->show->out);
    hr_table_print(&table, s->show->out, 1, s->show->width);
    if (n_listed < s->n)
        fprintf(s->show->out, " %s more follow from these\n", hr_text_count(s->n - n_listed).s);
out:
    return st;
}

/* ---- many rows, in a table */

unsigned hr_show_sizing_keys(const hr_show_sizing *s, size_t axis[HR_SIZING_KEYS])
{
    unsigned n = 0;
    for (size_t a = 0; a < s->show->n_choice_axes && n < HR_SIZING_KEYS; a++) {
        if (s->study->size.along != HR_SIZE_CHOICE || a != s->study->size.axis)
            axis[n++] = a;
    }
    return n;
}

/* The candidate, or the two between which it lies: `surely` meets it, all before `at_least` fail.
 */
static hr_text needed(const hr_show_sizing *s, size_t at_least, size_t surely)
{
    hr_text text;
    if (at_least == s->n)
        snprintf(text.s, sizeof text.s, "none");
    else if (surely == s->n)
        snprintf(text.s, sizeof text.s, "undecided");
    else if (at_least == surely)
        snprintf(text.s, sizeof text.s, "%.60s%s", hr_size_label(s->study, surely),
                 surely > 0                    ? ""
                 : s->study->size.find_largest ? " or more"
                                               : " or less");
    else
        snprintf(text.s, sizeof text.s, "%.30s to %.30s", hr_size_label(s->study, at_least),
                 hr_size_label(s->study, surely));
    return text;
}

enum { OF_WORLD = 3, OF_WORLDS = 3 };

/* One world: what is needed, its number, and that of the last candidate that fails. */
static void tell_row(const hr_show_sizing *s, uint64_t row, hr_text text[OF_WORLD])
{
    const hr_row_state state = hr_sized_state(s->study, s->sized, row);
    const hr_text none = {"-"};
    for (int i = 1; i < OF_WORLD; i++)
        text[i] = none;
    if (state.contradicts) {
        text[0] = (hr_text){"not monotone"};
        return;
    }
    text[0] = needed(s, state.missed, state.met);
    if (state.met < s->n)
        text[1] = number_of(s, hr_show_candidate(s, row, state.met));
    if (state.missed > 0)
        snprintf(text[2].s, sizeof text[2].s, "%.30s: %.38s",
                 hr_size_label(s->study, state.missed - 1),
                 number_of(s, hr_show_candidate(s, row, state.missed - 1)).s);
}

/* The first candidate that is enough in a share of worlds: of `end[w]`, each world's own. */
static size_t enough_in(const size_t *end, uint64_t n_worlds, size_t n, double share)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t count = 0;
        for (uint64_t w = 0; w < n_worlds; w++)
            count += end[w] <= i;
        if ((double)count >= share * (double)n_worlds)
            return i;
    }
    return n;
}

/* Over worlds: what is enough in half of them, in nine of ten, in all. */
static hr_status tell_worlds(const hr_show_sizing *s, uint64_t group, uint64_t n_groups,
                             hr_text text[OF_WORLDS], hr_err *err)
{
    static const double share[OF_WORLDS] = {0.5, 0.9, 1.0};
    hr_status st = HR_OK;
    hr_arena arena = {0};
    size_t *missed = NULL, *met = NULL;
    const uint64_t n_worlds = s->study->n_worlds;
    HR_TAKE(missed, &arena, n_worlds);
    HR_TAKE(met, &arena, n_worlds);
    for (uint64_t w = 0; w < n_worlds; w++) {
        const hr_row_state state = hr_sized_state(s->study, s->sized, w * n_groups + group);
        missed[w] = state.contradicts ? 0 : state.missed;
        met[w] = state.contradicts ? s->n : state.met;
    }
    for (int i = 0; i < OF_WORLDS; i++)
        text[i] = needed(s, enough_in(missed, n_worlds, s->n, share[i]),
                         enough_in(met, n_worlds, s->n, share[i]));
out:
    hr_arena_free(&arena);
    return st;
}

static void name_columns(const hr_show_sizing *s, hr_text title[OF_WORLD])
{
    const hr_study *study = s->study;
    const char *outcome = hr_outcomes[study->target.outcome].name;
    const hr_text unit = hr_show_unit(s->show, study->target.outcome, hr_show_target_cell(s->show));
    if (study->n_worlds > 1) {
        snprintf(title[0].s, sizeof title[0].s, "%.30s in half of worlds", noun(study));
        title[1] = (hr_text){"in nine of ten"};
        title[2] = (hr_text){"in all"};
        return;
    }
    snprintf(title[0].s, sizeof title[0].s, "%s %.40s",
             study->size.find_largest ? "largest" : "smallest", noun(study));
    snprintf(title[1].s, sizeof title[1].s, "%.40s, %.20s", outcome, unit.s);
    title[2] = (hr_text){"fails"};
}

static hr_status print_rows(const hr_show_sizing *s, hr_err *err)
{
    hr_status st = HR_OK;
    hr_table table;
    size_t axis[HR_SIZING_KEYS];
    hr_text text[OF_WORLD];
    const char *cell[HR_SIZING_KEYS + OF_WORLD];
    const unsigned n_keys = hr_show_sizing_keys(s, axis);
    const uint64_t n_groups = hr_size_rows(s->study) / s->study->n_worlds;
    name_columns(s, text);
    for (unsigned k = 0; k < n_keys; k++)
        cell[k] = hr_show_short_name(s->study->axes[axis[k]].path);
    for (int i = 0; i < OF_WORLD; i++)
        cell[n_keys + (unsigned)i] = text[i].s;
    HR_TRY(hr_table_init(&table, &s->show->arena, &"lllllllllll"[HR_SIZING_KEYS - n_keys], n_keys,
                         cell, err));
    for (uint64_t g = 0; g < n_groups && g < MOST_ROWS; g++) {
        const uint64_t choice = hr_size_configuration(s->study, g, 0) % s->study->n_choices;
        for (unsigned k = 0; k < n_keys; k++)
            cell[k] = hr_show_label(s->show, axis[k], choice);
        if (s->study->n_worlds > 1)
            HR_TRY(tell_worlds(s, g, n_groups, text, err));
        else
            tell_row(s, g, text);
        HR_TRY(hr_table_add(&table, cell, err));
    }
    hr_table_print(&table, s->show->out, 1, s->show->width);
    if (n_groups > MOST_ROWS)
        fprintf(s->show->out, " ... and %s more rows: --json has all\n",
                hr_text_count(n_groups - MOST_ROWS).s);
out:
    return st;
}

static void print_confidence(const hr_show_sizing *s, bool is_one_row)
{
    hr_words words = {0};
    hr_words_add(&words,
                 "Asked is %s. What is said %s holds with %.4g %% confidence or more, all "
                 "of it together; intervals are those of the tests.",
                 threshold(s).s, is_one_row ? "here" : "of a row",
                 100.0 * s->study->precision.confidence);
    hr_text_wrap(s->show->out, words.s, 0, 0, s->show->width);
}

hr_status hr_show_size(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_show_sizing s;
    if (show->study->size.along == HR_SIZE_NOT_ASKED)
        return HR_OK;
    HR_TRY(hr_show_sizing_init(&s, show, err));
    const bool is_one_row = hr_size_rows(s.study) == 1;
    fputc('\n', show->out);
    if (is_one_row) {
        print_sentence(&s, 0);
        HR_TRY(print_candidates(&s, 0, err));
        fputc('\n', show->out);
    } else {
        HR_TRY(print_rows(&s, err));
    }
    print_confidence(&s, is_one_row);
out:
    return st;
}
