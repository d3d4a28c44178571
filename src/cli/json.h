/* json: a small writer. Values appear in the order of the calls; commas, quotes, escapes and
 * indentation are its business. NaN and infinities become null, as JSON has no word for them.
 */
#ifndef HR_CLI_JSON_H
#define HR_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/tally.h"

enum { HR_JSON_DEPTH = 16 };

typedef struct hr_json {
    FILE *out;
    unsigned wide; /* containers deeper than this are written on one line */
    unsigned depth;
    bool has_items[HR_JSON_DEPTH];
} hr_json;

/* `wide` 0: everything on one line (JSON lines). */
hr_json hr_json_start(FILE *out, unsigned wide);

/* `key` is NULL for items of an array and for the outermost value. */
void hr_json_object(hr_json *json, const char *key);
void hr_json_array(hr_json *json, const char *key);
void hr_json_end_object(hr_json *json);
void hr_json_end_array(hr_json *json); /* the outermost end also ends the line */
void hr_json_text(hr_json *json, const char *key, const char *text); /* NULL text: null */
void hr_json_number(hr_json *json, const char *key, double value);
void hr_json_count(hr_json *json, const char *key, uint64_t value);
void hr_json_integer(hr_json *json, const char *key, int64_t value);
void hr_json_wide(hr_json *json, const char *key, hr_u128 value); /* all digits */
void hr_json_flag(hr_json *json, const char *key, bool value);
/* Arrays of numbers under a key; of NULL integers n zeros. */
void hr_json_counts(hr_json *json, const char *key, const uint64_t *value, size_t n);
void hr_json_integers(hr_json *json, const char *key, const int64_t *value, size_t n);
void hr_json_wides(hr_json *json, const char *key, const hr_u128 *value, size_t n);
void hr_json_words(hr_json *json, const char *key, const uint32_t *value, size_t n);
void hr_json_numbers(hr_json *json, const char *key, const double *value, size_t n);

#endif
