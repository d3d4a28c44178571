/* entries: rows of a table as `headroom list` prints them, as text or JSON.
 */
#ifndef HR_CLI_ENTRIES_H
#define HR_CLI_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/json.h"

typedef struct hr_entries {
    hr_json *json;     /* NULL: as text */
    const char *match; /* NULL: all */
    size_t n;          /* that matched */
} hr_entries;

/* "name    about" and the wrapped description below it; nothing unless it matches. True when an
 * object of JSON is open: the caller adds its columns and ends it. */
bool hr_entries_begin(hr_entries *entries, const char *name, const char *about, const char *doc);

#endif
