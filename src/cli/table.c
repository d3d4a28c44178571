#include "cli/table.h"

#include <string.h>

#include "cli/text.h"

enum { GAP = 2, LEAST_WRAPPED = 20 };

struct hr_table_row {
    struct hr_table_row *next;
    const char *cell[HR_MAX_COLUMNS];
};

hr_status hr_table_init(hr_table *table, hr_arena *arena, const char *align, unsigned n_keys,
                        const char *const *headings, hr_err *err)
{
    *table = (hr_table){.arena = arena, .align = align, .n_keys = n_keys};
    table->n_columns = (unsigned)strlen(align);
    HR_ASSERT(table->n_columns <= HR_MAX_COLUMNS && n_keys <= table->n_columns);
    return headings == NULL ? HR_OK : hr_table_add(table, headings, err);
}

hr_status hr_table_add(hr_table *table, const char *const *cells, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_table_row *row;
    HR_TAKE(row, table->arena, 1);
    for (unsigned i = 0; i < table->n_columns; i++) {
        row->cell[i] = hr_arena_text(table->arena, cells[i], strlen(cells[i]));
        if (row->cell[i] == NULL)
            HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for a table"));
    }
    if (table->last == NULL)
        table->first = row;
    else
        table->last->next = row;
    table->last = row;
    table->n_rows++;
out:
    return st;
}

static unsigned widest(const hr_table *table, unsigned column)
{
    size_t width = 0;
    for (const struct hr_table_row *row = table->first; row != NULL; row = row->next) {
        const size_t columns = hr_text_columns(row->cell[column]);
        width = columns > width ? columns : width;
    }
    return (unsigned)width;
}

static void spaces(FILE *out, unsigned n)
{
    fprintf(out, "%*s", (int)n, "");
}

/* What is still to be printed before the next text: trailing blanks never are. */
static unsigned print_cell(FILE *out, const char *cell, char align, unsigned width,
                           unsigned pending)
{
    const unsigned columns = (unsigned)hr_text_columns(cell);
    const unsigned room = width > columns ? width - columns : 0;
    if (columns == 0)
        return pending + width;
    spaces(out, pending + (align == 'r' ? room : 0));
    fputs(cell, out);
    return align == 'r' ? 0 : room;
}

/* Columns shown in one part: keys, then [from, to). */
struct part {
    unsigned from, to, indent, width;
    unsigned column_width[HR_MAX_COLUMNS];
};

static void print_row(const hr_table *table, const struct hr_table_row *row,
                      const struct part *part, FILE *out)
{
    unsigned pending = part->indent, used = part->indent;
    for (unsigned i = 0; i < part->to; i++) {
        if (i >= table->n_keys && i < part->from)
            continue;
        const bool wraps = i + 1 == table->n_columns && table->align[i] == 'l';
        if (wraps && row->cell[i][0] != '\0') {
            spaces(out, pending);
            hr_text_wrap(out, row->cell[i], used, used, part->width);
            return;
        }
        pending = print_cell(out, row->cell[i], table->align[i], part->column_width[i], pending);
        pending += GAP;
        used += part->column_width[i] + GAP;
    }
    fputc('\n', out);
}

/* How far a part that begins with column `from` can go: at least one column. */
static unsigned part_end(const hr_table *table, const struct part *part)
{
    unsigned used = part->indent;
    for (unsigned i = 0; i < table->n_keys; i++)
        used += part->column_width[i] + GAP;
    unsigned to = part->from;
    while (to < table->n_columns) {
        const bool wraps = to + 1 == table->n_columns && table->align[to] == 'l';
        const unsigned own = part->column_width[to];
        const unsigned least = wraps && own > LEAST_WRAPPED ? LEAST_WRAPPED : own;
        if (to > part->from && used + least > part->width)
            break;
        used += own + GAP;
        to++;
    }
    return to;
}

void hr_table_print(const hr_table *table, FILE *out, unsigned indent, unsigned width)
{
    struct part part = {.indent = indent, .width = width, .from = table->n_keys};
    for (unsigned i = 0; i < table->n_columns; i++)
        part.column_width[i] = widest(table, i);
    do {
        part.to = part_end(table, &part);
        for (const struct hr_table_row *row = table->first; row != NULL; row = row->next)
            print_row(table, row, &part, out);
        part.from = part.to;
        if (part.from < table->n_columns)
            fputc('\n', out);
    } while (part.from < table->n_columns);
}
