/* Plain tables: all outcomes of one configuration, one outcome of all choices, the headline over
 * groups of a choice or of an unknown.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/nearest.h"
#include "cli/show.h"
#include "cli/table.h"

enum { MOST_ROWS = 200, QUARTERS = 4 };

/* "target any 60 s" */
static hr_words words_of_labels(const hr_label *labels, unsigned n)
{
    hr_words words = {0};
    for (unsigned i = 0; i < n; i++) {
        const bool needs_key = labels[i].text == NULL && labels[i].unit[0] == '\0';
        hr_words_add(&words, "%s%s%s%s", i == 0 ? "" : " ", needs_key ? labels[i].key : "",
                     needs_key ? " " : "", hr_label_text(&labels[i]).s);
    }
    return words;
}

/* ---- all outcomes of one configuration */

static hr_status add_cell(hr_show *show, unsigned outcome, unsigned cell,
                          const hr_estimate *estimate, hr_table *table, hr_err *err)
{
    hr_label labels[HR_MAX_LABELS];
    const unsigned n = hr_cell_labels(show->schema, outcome, cell, labels);
    const hr_words where = words_of_labels(labels, n);
    const hr_text number = hr_text_estimate(estimate, hr_show_factor(outcome));
    const hr_text unit = hr_show_unit(show, outcome, cell);
    const hr_text hits = hr_text_count(estimate->hits);
    const char *row[] = {hr_outcomes[outcome].name, where.s, number.s, unit.s, hits.s};
    return hr_table_add(table, row, err);
}

static hr_status add_outcome(hr_show *show, const hr_show_part *part,
                             const hr_configuration *configuration, const hr_tally *tally,
                             unsigned outcome, hr_table *table, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned cell = 0; cell < hr_layout_cells(show->schema->layout, outcome); cell++) {
        hr_label labels[HR_MAX_LABELS];
        const unsigned n = hr_cell_labels(show->schema, outcome, cell, labels);
        const double alpha = hr_show_alpha(show, configuration->index);
        const hr_estimate estimate =
            hr_show_estimate(show, configuration, tally, outcome, cell, alpha);
        if (hr_show_part_has(part, labels, n) && !isnan(estimate.value))
            HR_TRY(add_cell(show, outcome, cell, &estimate, table, err));
    }
out:
    return st;
}

static hr_status print_coordinates(const hr_show *show, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = show->study;
    for (size_t a = 0; a < study->n_axes; a++) {
        const hr_axis_of_study *axis = &study->axes[a];
        double value = 0.0;
        HR_TRY(hr_study_coordinate(study, a, index, &value, err));
        if (axis->is_choice)
            fprintf(show->out, "  %s = %s\n", axis->path,
                    hr_show_label(show, a, index % study->n_choices));
        else
            fprintf(show->out, "  %s = %s %s\n", axis->path, hr_text_number(value).s,
                    strcmp(axis->unit, "1") == 0 ? "" : axis->unit);
    }
out:
    return st;
}

/* Without admission nothing is refused: "less than 0.1 %" would only confuse. */
static bool is_wanted(const hr_show_part *part, const hr_configuration *configuration,
                      unsigned outcome)
{
    if (part->outcome != hr_n_outcomes)
        return part->outcome == outcome;
    return configuration->admission != HR_ADMISSION_NONE ||
           strncmp(hr_outcomes[outcome].name, "blocking", strlen("blocking")) != 0;
}

hr_status hr_show_configuration(hr_show *show, const hr_show_part *part, hr_err *err)
{
    hr_status st = HR_OK;
    static const char *const headings[] = {"outcome", "of", "value", "unit", "hits"};
    const uint64_t index = part->configuration;
    hr_arena arena = {0};
    hr_configuration configuration = {0};
    hr_tally tally;
    hr_table table;
    HR_TRY(hr_tally_init(&tally, show->study->n_cells, &arena, err));
    HR_TRY(hr_study_pool(show->study, NULL, show->schema->pool, index, 0, &arena, &configuration,
                         err));
    HR_TRY(hr_result_tally(&show->result, index, &tally, err));
    HR_TRY(hr_table_init(&table, &arena, "llllr", 2, headings, err));
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        if (hr_show_has(show, o) && is_wanted(part, &configuration, o))
            HR_TRY(add_outcome(show, part, &configuration, &tally, o, &table, err));
    }
    if (show->study->n_configurations > 1)
        fprintf(show->out, "%s, configuration %llu: ", show->study->name,
                (unsigned long long)index);
    fprintf(show->out, "%s replications, intervals at %s\n",
            hr_text_count(show->replications[index]).s, hr_show_confidence(show, true).s);
    HR_TRY(print_coordinates(show, index, err));
    fputc('\n', show->out);
    hr_table_print(&table, show->out, 0, show->width);
out:
    hr_arena_free(&arena);
    return st;
}

/* ---- one outcome, every choice */

static hr_status add_rows_of_cell(hr_show *show, unsigned outcome, unsigned cell, hr_table *table,
                                  hr_err *err)
{
    hr_status st = HR_OK;
    hr_label labels[HR_MAX_LABELS];
    hr_estimate *column;
    const unsigned n = hr_cell_labels(show->schema, outcome, cell, labels);
    const double factor = hr_show_factor(outcome);
    const hr_words where = words_of_labels(labels, n);
    const hr_text unit = hr_show_unit(show, outcome, cell);
    HR_TRY(hr_show_column(show, outcome, cell, &column, err));
    for (uint64_t c = 0; c < show->study->n_choices && table->n_rows < MOST_ROWS; c++) {
        hr_words choice = {0};
        const hr_spread spread = hr_show_spread(show, outcome, column, c);
        const hr_estimate mean = hr_show_mean(show, outcome, column, c);
        const hr_text number = hr_text_estimate(&mean, factor);
        const hr_text median = hr_text_number(factor * spread.quantile[2]);
        hr_show_name_choice(show, c, &choice);
        const char *row[] = {choice.s, where.s, number.s, spread.n > 1 ? median.s : "", unit.s};
        if (spread.n > 0)
            HR_TRY(hr_table_add(table, row, err));
    }
out:
    return st;
}

/* The mean over the worlds of `choice` minus the base choice, world by world: what the worlds, and
 * with common random numbers their days, have in common is in no difference. */
static hr_estimate difference_of(const hr_show *show, const hr_estimate *column, uint64_t choice)
{
    const hr_study *study = show->study;
    const struct hr_spread_rule rule = {.confidence = show->confidence, .is_signed = true};
    uint64_t n = 0;
    for (uint64_t w = 0; w < study->n_worlds; w++) {
        const hr_estimate *a = &column[w * study->n_choices + choice];
        const hr_estimate *b = &column[w * study->n_choices + show->base_choice];
        if (isnan(a->value) || isnan(b->value))
            continue;
        show->some[n++] =
            (hr_estimate){.value = a->value - b->value,
                          .lower = a->lower - b->upper, /* where all worlds are alike */
                          .upper = a->upper - b->lower,
                          .is_weighted = a->is_weighted || b->is_weighted,
                          .is_unreliable = a->is_unreliable || b->is_unreliable};
    }
    const hr_spread spread = hr_spread_of(&rule, show->some, n, show->scratch);
    return (hr_estimate){.value = spread.mean,
                         .lower = spread.mean_lower,
                         .upper = spread.mean_upper,
                         .n = spread.n,
                         .is_unreliable = spread.n_unreliable > 0};
}

static hr_status add_differences_of_cell(hr_show *show, unsigned outcome, unsigned cell,
                                         hr_table *table, hr_err *err)
{
    hr_status st = HR_OK;
    hr_label labels[HR_MAX_LABELS];
    hr_estimate *column;
    const unsigned n = hr_cell_labels(show->schema, outcome, cell, labels);
    const hr_words where = words_of_labels(labels, n);
    const hr_text unit = hr_show_unit(show, outcome, cell);
    HR_TRY(hr_show_column(show, outcome, cell, &column, err));
    for (uint64_t c = 0; c < show->study->n_choices && table->n_rows < MOST_ROWS; c++) {
        hr_words choice = {0};
        const hr_estimate difference = difference_of(show, column, c);
        const hr_text number = hr_text_estimate(&difference, hr_show_factor(outcome));
        hr_show_name_choice(show, c, &choice);
        const char *row[] = {choice.s, where.s, number.s, unit.s};
        if (c != show->base_choice && difference.n > 0)
            HR_TRY(hr_table_add(table, row, err));
    }
out:
    return st;
}

/* What the choices change, world by world; nothing of one choice or one world. */
static hr_status print_differences(hr_show *show, const hr_show_part *part, hr_err *err)
{
    hr_status st = HR_OK;
    static const char *const headings[] = {"choice", "of", "difference", "unit"};
    hr_words base = {0};
    hr_table table;
    if (show->study->n_choices == 1 || show->study->n_worlds == 1)
        return st;
    HR_TRY(hr_table_init(&table, &show->arena, "llll", 2, headings, err));
    for (unsigned cell = 0; cell < hr_layout_cells(show->schema->layout, part->outcome); cell++) {
        hr_label labels[HR_MAX_LABELS];
        const unsigned n = hr_cell_labels(show->schema, part->outcome, cell, labels);
        if (hr_show_part_has(part, labels, n))
            HR_TRY(add_differences_of_cell(show, part->outcome, cell, &table, err));
    }
    hr_show_name_choice(show, show->base_choice, &base);
    fprintf(show->out, "\nMinus %s, paired world by world, intervals at %s\n\n", base.s,
            hr_show_confidence(show, false).s);
    hr_table_print(&table, show->out, 0, show->width);
out:
    return st;
}

hr_status hr_show_outcome(hr_show *show, const hr_show_part *part, hr_err *err)
{
    hr_status st = HR_OK;
    static const char *const headings[] = {"choice", "of", "value", "median", "unit"};
    const unsigned outcome = part->outcome;
    hr_table table;
    HR_TRY(hr_table_init(&table, &show->arena, "lllll", 2, headings, err));
    for (unsigned cell = 0; cell < hr_layout_cells(show->schema->layout, outcome); cell++) {
        hr_label labels[HR_MAX_LABELS];
        const unsigned n = hr_cell_labels(show->schema, outcome, cell, labels);
        if (hr_show_part_has(part, labels, n))
            HR_TRY(add_rows_of_cell(show, outcome, cell, &table, err));
    }
    fprintf(show->out, "%s: ", hr_outcomes[outcome].name);
    hr_text_wrap(show->out, hr_outcomes[outcome].doc,
                 (unsigned)strlen(hr_outcomes[outcome].name) + 2, 2, show->width);
    const bool is_own = show->study->n_worlds == 1;
    fprintf(show->out, "%s, intervals at %s\n\n", is_own ? "Each choice" : "Mean over the worlds",
            hr_show_confidence(show, is_own).s);
    hr_table_print(&table, show->out, 0, show->width);
    if (table.n_rows >= MOST_ROWS)
        fputs("... and more: --csv has all\n", show->out);
    HR_TRY(print_differences(show, part, err));
out:
    return st;
}

/* ---- the headline over groups */

static const char *axis_path(const void *list, size_t i)
{
    const hr_study *study = list;
    return i < study->n_axes ? study->axes[i].path : NULL;
}

static hr_status find_axis(const hr_show *show, const char *key, size_t *axis, hr_err *err)
{
    for (*axis = 0; *axis < show->study->n_axes; (*axis)++) {
        if (strcmp(show->study->axes[*axis].path, key) == 0)
            return HR_OK;
    }
    const char *near = hr_nearest(key, axis_path, show->study);
    return HR_FAIL(err, HR_ERR_USAGE,
                   "show: --by `%s`: the study does not vary it%s%s%s; it varies what stands under "
                   "choose and unknown",
                   key, near != NULL ? "; did you mean `" : "", near != NULL ? near : "",
                   near != NULL ? "`?" : "");
}

static hr_status begin_groups(hr_show *show, const char *key, hr_table *table, hr_err *err)
{
    const unsigned outcome = show->study->target.outcome;
    const hr_text unit = hr_show_unit(show, outcome, hr_show_target_cell(show));
    char headline[128];
    snprintf(headline, sizeof headline, "%s%s%s", hr_outcomes[outcome].name,
             unit.s[0] == '\0' ? "" : ", ", unit.s);
    const char *headings[] = {hr_show_short_name(key), headline, "worlds"};
    return hr_table_init(table, &show->arena, "llr", 1, headings, err);
}

static hr_status add_group(const hr_show *show, const char *name, const hr_estimate *mean,
                           uint64_t n, hr_table *table, hr_err *err)
{
    const hr_text number = hr_text_estimate(mean, hr_show_factor(show->study->target.outcome));
    const hr_text count = hr_text_count(n);
    const char *row[] = {name, number.s, count.s};
    return hr_table_add(table, row, err);
}

/* The choices that are the base choice but for `axis`. */
static hr_status group_by_choice(hr_show *show, size_t axis, hr_table *table, hr_err *err)
{
    hr_status st = HR_OK;
    for (uint64_t c = 0; c < show->study->n_choices; c++) {
        bool is_base = true;
        for (size_t a = 0; a < show->n_choice_axes; a++)
            is_base =
                is_base && (a == axis || strcmp(hr_show_label(show, a, c),
                                                hr_show_label(show, a, show->base_choice)) == 0);
        if (!is_base)
            continue;
        const hr_estimate mean = hr_show_mean(show, show->study->target.outcome, show->headline, c);
        HR_TRY(add_group(show, hr_show_label(show, axis, c), &mean, show->study->n_worlds, table,
                         err));
    }
out:
    return st;
}

typedef struct world {
    double value;
    uint64_t index;
} world;

static int compare_worlds(const void *a, const void *b)
{
    const world *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Worlds sorted by the unknown, cut into quarters. */
static hr_status group_by_unknown(hr_show *show, size_t axis, hr_table *table, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = show->study;
    world *worlds;
    HR_TAKE(worlds, &show->arena, study->n_worlds);
    for (uint64_t w = 0; w < study->n_worlds; w++) {
        worlds[w].index = w * study->n_choices + show->base_choice;
        HR_TRY(hr_study_coordinate(study, axis, worlds[w].index, &worlds[w].value, err));
    }
    qsort(worlds, study->n_worlds, sizeof *worlds, compare_worlds);
    for (uint64_t q = 0; q < QUARTERS; q++) {
        const uint64_t from = q * study->n_worlds / QUARTERS;
        const uint64_t to = (q + 1) * study->n_worlds / QUARTERS;
        uint64_t n = 0;
        hr_words name = {0};
        if (from == to)
            continue;
        for (uint64_t w = from; w < to; w++) {
            if (!isnan(show->headline[worlds[w].index].value))
                show->some[n++] = show->headline[worlds[w].index];
        }
        const hr_estimate mean = hr_show_mean_of(show, show->study->target.outcome, n);
        hr_words_add(&name, "%s to %s %s", hr_text_number(worlds[from].value).s,
                     hr_text_number(worlds[to - 1].value).s,
                     strcmp(study->axes[axis].unit, "1") == 0 ? "" : study->axes[axis].unit);
        HR_TRY(add_group(show, name.s, &mean, n, table, err));
    }
out:
    return st;
}

hr_status hr_show_by(hr_show *show, const char *key, hr_err *err)
{
    hr_status st = HR_OK;
    size_t axis = 0;
    hr_table table;
    hr_words title = {0};
    HR_TRY(find_axis(show, key, &axis, err));
    HR_TRY(begin_groups(show, key, &table, err));
    if (show->study->axes[axis].is_choice)
        HR_TRY(group_by_choice(show, axis, &table, err));
    else
        HR_TRY(group_by_unknown(show, axis, &table, err));
    hr_words_add(&title, "%s by %s", show->study->name, key);
    if (show->study->n_choices > 1) {
        hr_words_add(&title, ", else ");
        hr_show_name_choice(show, show->base_choice, &title);
    }
    hr_words_add(&title, "; intervals at %s",
                 hr_show_confidence(show, show->study->n_worlds == 1).s);
    hr_text_wrap(show->out, title.s, 0, 0, show->width);
    hr_table_print(&table, show->out, 1, show->width);
out:
    return st;
}
