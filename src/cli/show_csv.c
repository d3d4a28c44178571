/* show --csv: one line per configuration and cell, for a spreadsheet. */
#include <math.h>
#include <string.h>

#include "cli/show.h"

/* RFC 4180: quoted where a comma, a quote or a line break would mislead. */
static void put_field(FILE *out, const char *text)
{
    if (strpbrk(text, ",\"\n\r") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *c = text; *c != '\0'; c++)
        fprintf(out, "%s%c", *c == '"' ? "\"" : "", *c);
    fputc('"', out);
}

/* Empty when there is no number. */
static void put_number(FILE *out, double value)
{
    if (!isnan(value))
        fprintf(out, "%.10g", value);
}

static void put_heading(const hr_show *show, unsigned outcome)
{
    hr_label labels[HR_MAX_LABELS];
    const unsigned n = hr_cell_labels(show->schema, outcome, 0, labels);
    fputs("configuration", show->out);
    for (size_t a = 0; a < show->study->n_axes; a++) {
        fputc(',', show->out);
        put_field(show->out, show->study->axes[a].path);
    }
    for (unsigned i = 0; i < n; i++)
        fprintf(show->out, ",%s", labels[i].key);
    fprintf(show->out, ",%s,lower,upper,se,hits,replications,unreliable\n",
            hr_outcomes[outcome].name);
}

static hr_status put_coordinates(const hr_show *show, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = show->study;
    fprintf(show->out, "%llu", (unsigned long long)index);
    for (size_t a = 0; a < study->n_axes; a++) {
        double value = 0.0;
        fputc(',', show->out);
        HR_TRY(hr_study_coordinate(study, a, index, &value, err));
        if (study->axes[a].is_choice && study->axes[a].unit[0] == '\0')
            put_field(show->out, hr_show_label(show, a, index % study->n_choices));
        else
            put_number(show->out, value);
    }
out:
    return st;
}

static void put_estimate(const hr_show *show, const hr_label *labels, unsigned n,
                         const hr_estimate *estimate, uint64_t replications)
{
    for (unsigned i = 0; i < n; i++) {
        fputc(',', show->out);
        if (labels[i].text != NULL)
            put_field(show->out, labels[i].text);
        else
            put_number(show->out, labels[i].number);
    }
    const double numbers[] = {estimate->value, estimate->lower, estimate->upper,
                              estimate->standard_error};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        fputc(',', show->out);
        put_number(show->out, numbers[i]);
    }
    fprintf(show->out, ",%llu,%llu,%d\n", (unsigned long long)estimate->hits,
            (unsigned long long)replications, (int)estimate->is_unreliable);
}

static hr_status put_cell(hr_show *show, const hr_show_part *part, unsigned outcome, unsigned cell,
                          hr_err *err)
{
    hr_status st = HR_OK;
    hr_label labels[HR_MAX_LABELS];
    hr_estimate *column;
    const unsigned n = hr_cell_labels(show->schema, outcome, cell, labels);
    if (!hr_show_part_has(part, labels, n))
        return HR_OK;
    HR_TRY(hr_show_column(show, outcome, cell, &column, err));
    for (uint64_t i = 0; i < show->study->n_configurations; i++) {
        if (part->configuration != UINT64_MAX && part->configuration != i)
            continue;
        HR_TRY(put_coordinates(show, i, err));
        put_estimate(show, labels, n, &column[i], show->replications[i]);
    }
out:
    return st;
}

/* All cells of one outcome; without one asked for, the headline alone. */
hr_status hr_show_csv(hr_show *show, const hr_show_part *part, hr_err *err)
{
    hr_status st = HR_OK;
    const bool is_headline = part->outcome == hr_n_outcomes;
    const unsigned outcome = is_headline ? show->study->target.outcome : part->outcome;
    put_heading(show, outcome);
    for (unsigned cell = 0; cell < hr_layout_cells(show->schema->layout, outcome); cell++) {
        if (!is_headline || cell == hr_show_target_cell(show))
            HR_TRY(put_cell(show, part, outcome, cell, err));
    }
out:
    return st;
}
