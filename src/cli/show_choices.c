/* One table over the choices: worlds that miss, the headline, the meetings that it hits. */
#include <math.h>

#include "cli/show.h"
#include "cli/table.h"

enum { MOST_CHOICES = 60, MOST_AXES = 8, MOST_CROSSED = 4, MOST_MEASURES = 4 };

/* The column of `meetings_hit` beside the target; NULL when it is the target or not there. */
hr_status hr_show_meetings_hit(hr_show *show, hr_estimate **column, hr_err *err)
{
    const unsigned outcome = hr_outcome_find("meetings_hit");
    const hr_outcome *target = &hr_outcomes[show->study->target.outcome];
    *column = NULL;
    if (!hr_show_has(show, outcome) || target->axes[0] != HR_AXIS_CRITERION ||
        target == &hr_outcomes[outcome])
        return HR_OK;
    const unsigned cell = hr_show_like_target(show, outcome, NULL);
    if (cell == hr_layout_cells(show->schema->layout, outcome))
        return HR_OK;
    return hr_show_column(show, outcome, cell, column, err);
}

/* ---- what is told of a choice */

typedef enum measure_kind { MISSED, UNDECIDED, HEADLINE, MEETINGS_HIT } measure_kind;

struct measures {
    unsigned n;
    measure_kind kind[MOST_MEASURES];
    char title[MOST_MEASURES][80];
    const hr_estimate *meetings_hit;
};

static void add_measure(struct measures *measures, measure_kind kind, const char *title,
                        const char *unit)
{
    measures->kind[measures->n] = kind;
    snprintf(measures->title[measures->n], sizeof measures->title[0], "%s%s%s", title,
             unit[0] == '\0' ? "" : ", ", unit);
    measures->n++;
}

static hr_status find_measures(hr_show *show, struct measures *measures, hr_err *err)
{
    hr_status st = HR_OK;
    hr_estimate *hit = NULL;
    const unsigned outcome = show->study->target.outcome;
    HR_TRY(hr_show_meetings_hit(show, &hit, err));
    measures->meetings_hit = hit;
    if (show->study->target.has_threshold && show->study->n_worlds > 1) {
        add_measure(measures, MISSED, "worlds that miss", "%");
        add_measure(measures, UNDECIDED, "undecided", "%");
    }
    add_measure(measures, HEADLINE, hr_outcomes[outcome].name,
                hr_show_unit(show, outcome, hr_show_target_cell(show)).s);
    if (hit != NULL)
        add_measure(measures, MEETINGS_HIT, "meetings_hit", "%");
out:
    return st;
}

static hr_text tell(const hr_show *show, const struct measures *measures, unsigned i,
                    uint64_t choice)
{
    const hr_target *target = &show->study->target;
    hr_estimate mean, share;
    hr_spread spread;
    switch (measures->kind[i]) {
    case MISSED:
        spread = hr_show_spread(show, target->outcome, show->headline, choice);
        share = hr_show_share_of_worlds(show, spread.missed, spread.n);
        return hr_text_estimate(&share, 100.0);
    case UNDECIDED:
        spread = hr_show_spread(show, target->outcome, show->headline, choice);
        share = hr_show_share_of_worlds(show, spread.undecided, spread.n);
        return hr_text_estimate(&share, 100.0);
    case HEADLINE:
        mean = hr_show_mean(show, target->outcome, show->headline, choice);
        return hr_text_estimate(&mean, hr_show_factor(target->outcome));
    default:
        mean = hr_show_mean(show, hr_outcome_find("meetings_hit"), measures->meetings_hit, choice);
        return hr_text_estimate(&mean, 100.0);
    }
}

/* ---- two choices crossed: one table per measure */

/* The axis with few enough levels to be columns; the second if both have. */
static bool find_columns(const hr_show *show, size_t *rows, size_t *columns)
{
    if (show->n_choice_axes != 2)
        return false;
    *columns = show->study->axes[1].n_levels <= MOST_CROSSED ? 1 : 0;
    *rows = 1 - *columns;
    return show->study->axes[*columns].n_levels <= MOST_CROSSED &&
           show->study->axes[*rows].n_levels <= MOST_CHOICES;
}

static uint64_t choice_at(const hr_show *show, size_t rows, size_t row, size_t columns,
                          size_t column)
{
    const uint64_t n = show->study->n_choices;
    for (uint64_t c = 0; c < n; c++) {
        if (show->position[rows * n + c] == row && show->position[columns * n + c] == column)
            return c;
    }
    return 0;
}

static hr_status print_crossed(hr_show *show, const struct measures *measures, unsigned measure,
                               size_t rows, size_t columns, hr_err *err)
{
    hr_status st = HR_OK;
    hr_table table;
    const hr_axis_of_study *row_axis = &show->study->axes[rows];
    const hr_axis_of_study *column_axis = &show->study->axes[columns];
    const char *cell[MOST_CROSSED + 1] = {hr_show_short_name(row_axis->path)};
    hr_text text[MOST_CROSSED];
    for (size_t c = 0; c < column_axis->n_levels; c++)
        cell[c + 1] = column_axis->labels[c];
    HR_TRY(hr_table_init(&table, &show->arena, &"lllll"[MOST_CROSSED - column_axis->n_levels], 1,
                         cell, err));
    for (size_t r = 0; r < row_axis->n_levels; r++) {
        cell[0] = row_axis->labels[r];
        for (size_t c = 0; c < column_axis->n_levels; c++) {
            text[c] = tell(show, measures, measure, choice_at(show, rows, r, columns, c));
            cell[c + 1] = text[c].s;
        }
        HR_TRY(hr_table_add(&table, cell, err));
    }
    fprintf(show->out, "\n%s\n", measures->title[measure]);
    hr_table_print(&table, show->out, 1, show->width);
out:
    return st;
}

/* ---- any choices: one row each */

static hr_status print_rows(hr_show *show, const struct measures *measures, hr_err *err)
{
    hr_status st = HR_OK;
    hr_table table;
    const char *cell[MOST_AXES + MOST_MEASURES];
    hr_text text[MOST_MEASURES];
    unsigned n_keys = 0;
    for (; n_keys < show->n_choice_axes && n_keys < MOST_AXES; n_keys++)
        cell[n_keys] = hr_show_short_name(show->study->axes[n_keys].path);
    for (unsigned i = 0; i < measures->n; i++)
        cell[n_keys + i] = measures->title[i];
    HR_TRY(hr_table_init(&table, &show->arena,
                         &"llllllllllll"[MOST_AXES + MOST_MEASURES - n_keys - measures->n], n_keys,
                         cell, err));
    for (uint64_t c = 0; c < show->study->n_choices && c < MOST_CHOICES; c++) {
        for (unsigned a = 0; a < n_keys; a++)
            cell[a] = hr_show_label(show, a, c);
        for (unsigned i = 0; i < measures->n; i++) {
            text[i] = tell(show, measures, i, c);
            cell[n_keys + i] = text[i].s;
        }
        HR_TRY(hr_table_add(&table, cell, err));
    }
    fputc('\n', show->out);
    hr_table_print(&table, show->out, 1, show->width);
    if (show->study->n_choices > MOST_CHOICES)
        fprintf(show->out, " ... and %s more choices: --csv has all\n",
                hr_text_count(show->study->n_choices - MOST_CHOICES).s);
out:
    return st;
}

hr_status hr_show_choices(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    struct measures measures = {0};
    size_t rows = 0, columns = 0;
    if (show->study->n_choices == 1)
        return st;
    HR_TRY(find_measures(show, &measures, err));
    const bool is_own = show->study->n_worlds == 1;
    fprintf(show->out, "\n%s, intervals at %s\n",
            is_own ? "Each choice" : "Over the worlds of each choice",
            hr_show_confidence(show, is_own).s);
    if (!find_columns(show, &rows, &columns))
        return print_rows(show, &measures, err);
    for (unsigned i = 0; i < measures.n; i++) {
        if (measures.kind[i] != UNDECIDED)
            HR_TRY(print_crossed(show, &measures, i, rows, columns, err));
    }
out:
    return st;
}
