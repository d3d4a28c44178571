#include "cli/known.h"

#include <math.h>
#include <string.h>

#include "cli/table.h"

void hr_known_free(hr_known_view *view)
{
    hr_arena_free(&view->arena);
    hr_arena_free(&view->scratch);
}

hr_status hr_known_turn_to(hr_known_view *view, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena_reset(&view->scratch);
    hr_arena_reset(&view->arena);
    view->configuration = (hr_configuration){0};
    HR_TRY(hr_study_pool(view->study, NULL, view->schema->pool, index, 0, &view->arena,
                         &view->configuration, err));
out:
    return st;
}

hr_status hr_known_cell(hr_known_view *view, unsigned outcome, unsigned cell, hr_exact *answer,
                        hr_err *err)
{
    unsigned index[HR_MAX_AXES];
    const hr_configuration *c = &view->configuration;
    hr_schema_index(view->schema, outcome, cell, index);
    view->known = (hr_exact_list){0};
    *answer = (hr_exact){.value = (double)NAN};
    if (view->study->has_daily)
        answer->why = "numbers are drawn anew each day";
    else if (c->n_servers == 0 || !(hr_outcome_scale(outcome, c, index) > 0.0))
        answer->why = "this configuration has no such thing";
    if (answer->why != NULL)
        return HR_OK;
    return hr_exact_all(c, outcome, index, view->effort, &view->scratch, answer, &view->known, err);
}

static bool is_measured(const hr_known_view *view, unsigned outcome)
{
    return view->schema->layout->selected[outcome] &&
           hr_layout_cells(view->schema->layout, outcome) > 0;
}

/* ---- text */

/* Outcomes of which a cell is not known, by the reason. */
typedef struct reasons {
    const char *why[HR_MAX_CRITERIA];
    hr_words names[HR_MAX_CRITERIA];
    unsigned n;
} reasons;

static void add_reason(reasons *all, const char *why, const char *name)
{
    unsigned i = 0;
    while (i < all->n && strcmp(all->why[i], why) != 0)
        i++;
    if (i == HR_MAX_CRITERIA)
        return;
    if (i == all->n) {
        all->why[all->n++] = why;
        all->names[i] = (hr_words){0};
    }
    const char *last = strrchr(all->names[i].s, ' ');
    last = last == NULL ? all->names[i].s : last + 1;
    if (strcmp(last, name) != 0)
        hr_words_add(&all->names[i], "%s%s", all->names[i].used > 0 ? ", " : "", name);
}

static hr_status add_row(hr_known_view *view, hr_table *table, unsigned outcome, unsigned cell,
                         const hr_exact *exact, bool is_first, hr_err *err)
{
    hr_label labels[HR_MAX_LABELS];
    hr_words about = {0};
    const unsigned n = hr_cell_labels(view->schema, outcome, cell, labels);
    for (unsigned i = 0; i < n; i++)
        hr_words_add(&about, "%s%s", i > 0 ? " " : "", hr_label_text(&labels[i]).s);
    hr_text value, unit = hr_cell_unit(view->schema, outcome, cell);
    const int digits = exact->is == HR_EXACT_APPROXIMATION ? 4 : 8;
    snprintf(value.s, sizeof value.s, "%.*g", digits, exact->value);
    if (strcmp(unit.s, "1") == 0)
        unit.s[0] = '\0';
    hr_words how = {0};
    hr_words_add(&how, "%s: %s", hr_exact_names[exact->is], exact->method);
    const char *row[] = {is_first ? hr_outcomes[outcome].name : "", is_first ? about.s : "",
                         value.s, unit.s, how.s};
    return hr_table_add(table, row, err);
}

static hr_status add_outcome(hr_known_view *view, hr_table *table, unsigned outcome, reasons *all,
                             hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned cell = 0; cell < hr_layout_cells(view->schema->layout, outcome); cell++) {
        hr_exact answer;
        HR_TRY(hr_known_cell(view, outcome, cell, &answer, err));
        for (unsigned i = 0; i < view->known.n; i++)
            HR_TRY(add_row(view, table, outcome, cell, &view->known.item[i], i == 0, err));
        if (answer.is == HR_EXACT_NOTHING)
            add_reason(all, answer.why, hr_outcomes[outcome].name);
    }
out:
    return st;
}

hr_status hr_known_print(hr_known_view *view, FILE *out, unsigned width, hr_err *err)
{
    hr_status st = HR_OK;
    static const char *const headings[] = {"outcome", "of", "value", "", "known as"};
    hr_arena arena = {0};
    hr_table table;
    reasons *all = NULL;
    HR_TAKE(all, &arena, 1);
    HR_TRY(hr_table_init(&table, &arena, "llrll", 2, headings, err));
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        if (is_measured(view, o))
            HR_TRY(add_outcome(view, &table, o, all, err));
    }
    if (table.n_rows > 0)
        hr_table_print(&table, out, 1, width);
    for (unsigned i = 0; i < all->n; i++) {
        hr_words words = {0};
        hr_words_add(&words, "no value of %s: %s", all->names[i].s, all->why[i]);
        fputc(' ', out);
        hr_text_wrap(out, words.s, 1, 3, width);
    }
out:
    hr_arena_free(&arena);
    return st;
}

/* ---- json */

static void put_exact(hr_json *json, const hr_exact *exact)
{
    hr_json_number(json, "value", exact->value);
    hr_json_text(json, "is", hr_exact_names[exact->is]);
    hr_json_text(json, "method", exact->is == HR_EXACT_NOTHING ? NULL : exact->method);
    hr_json_number(json, "error", exact->is == HR_EXACT_NOTHING ? (double)NAN : exact->error);
}

static hr_status put_cell(hr_known_view *view, hr_json *json, unsigned outcome, unsigned cell,
                          hr_err *err)
{
    hr_status st = HR_OK;
    hr_exact answer;
    hr_label labels[HR_MAX_LABELS];
    const unsigned n = hr_cell_labels(view->schema, outcome, cell, labels);
    HR_TRY(hr_known_cell(view, outcome, cell, &answer, err));
    hr_json_object(json, NULL);
    for (unsigned i = 0; i < n; i++)
        hr_label_json(json, &labels[i]);
    put_exact(json, &answer);
    hr_json_text(json, "why", answer.is == HR_EXACT_NOTHING ? answer.why : NULL);
    hr_json_array(json, "bounds");
    for (unsigned i = 0; i < view->known.n; i++) {
        if (view->known.item[i].is == HR_EXACT_VALUE)
            continue;
        hr_json_object(json, NULL);
        put_exact(json, &view->known.item[i]);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
    hr_json_end_object(json);
out:
    return st;
}

hr_status hr_known_json(hr_known_view *view, hr_json *json, hr_err *err)
{
    hr_status st = HR_OK;
    hr_json_object(json, "outcomes");
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        if (!is_measured(view, o))
            continue;
        hr_json_array(json, hr_outcomes[o].name);
        for (unsigned cell = 0; cell < hr_layout_cells(view->schema->layout, o); cell++)
            HR_TRY(put_cell(view, json, o, cell, err));
        hr_json_end_array(json);
    }
    hr_json_end_object(json);
out:
    return st;
}
