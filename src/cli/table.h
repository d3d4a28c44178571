/* table: rows of texts printed in aligned columns, never wider than asked.
 *
 * A table that is too wide is printed in several parts one below the other, each with the key
 * columns; a left-aligned last column is wrapped instead.
 */
#ifndef HR_CLI_TABLE_H
#define HR_CLI_TABLE_H

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"

enum { HR_MAX_COLUMNS = 24 };

typedef struct hr_table {
    hr_arena *arena;
    unsigned n_columns, n_keys;
    const char *align; /* one of l, r per column */
    struct hr_table_row *first, *last;
    size_t n_rows;
} hr_table;

/* `headings` [n_columns]; NULL: no line of headings. Texts are copied into `arena`. The first
 * `n_keys` columns are repeated in every part. */
HR_MUST_CHECK hr_status hr_table_init(hr_table *table, hr_arena *arena, const char *align,
                                      unsigned n_keys, const char *const *headings, hr_err *err);
HR_MUST_CHECK hr_status hr_table_add(hr_table *table, const char *const *cells, hr_err *err);
void hr_table_print(const hr_table *table, FILE *out, unsigned indent, unsigned width);

#endif
