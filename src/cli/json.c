#include "cli/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"

hr_json hr_json_start(FILE *out, unsigned wide)
{
    return (hr_json){.out = out, .wide = wide};
}

static void new_line(hr_json *json)
{
    fputc('\n', json->out);
    for (unsigned i = 0; i < json->depth; i++)
        fputc(' ', json->out);
}

static void quoted(hr_json *json, const char *text)
{
    fputc('"', json->out);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(json->out, "\\%c", *c);
        else if (*c == '\n')
            fputs("\\n", json->out);
        else if ((unsigned char)*c < 0x20)
            fprintf(json->out, "\\u%04x", (unsigned)(unsigned char)*c);
        else
            fputc(*c, json->out);
    }
    fputc('"', json->out);
}

/* Comma, line break, key: all that stands before a value. */
static void begin(hr_json *json, const char *key)
{
    if (json->depth > 0) {
        const bool breaks = json->depth <= json->wide;
        if (json->has_items[json->depth])
            fputs(breaks ? "," : ", ", json->out);
        if (breaks)
            new_line(json);
        json->has_items[json->depth] = true;
    }
    if (key != NULL) {
        quoted(json, key);
        fputs(": ", json->out);
    }
}

static void open(hr_json *json, const char *key, char bracket)
{
    begin(json, key);
    fputc(bracket, json->out);
    HR_ASSERT(json->depth + 1 < HR_JSON_DEPTH);
    json->has_items[++json->depth] = false;
}

static void close(hr_json *json, char bracket)
{
    HR_ASSERT(json->depth > 0);
    const bool breaks = json->has_items[json->depth] && json->depth <= json->wide;
    json->depth--;
    if (breaks)
        new_line(json);
    fputc(bracket, json->out);
    if (json->depth == 0)
        fputc('\n', json->out);
}

void hr_json_object(hr_json *json, const char *key)
{
    open(json, key, '{');
}

void hr_json_array(hr_json *json, const char *key)
{
    open(json, key, '[');
}

void hr_json_end_object(hr_json *json)
{
    close(json, '}');
}

void hr_json_end_array(hr_json *json)
{
    close(json, ']');
}

void hr_json_text(hr_json *json, const char *key, const char *text)
{
    begin(json, key);
    if (text == NULL)
        fputs("null", json->out);
    else
        quoted(json, text);
}

/* The shortest of 15 to 17 digits that reads back as the same number. */
void hr_json_number(hr_json *json, const char *key, double value)
{
    char text[32] = "null";
    begin(json, key);
    for (int digits = 15; isfinite(value) && digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, json->out);
}

void hr_json_count(hr_json *json, const char *key, uint64_t value)
{
    begin(json, key);
    fprintf(json->out, "%" PRIu64, value);
}

void hr_json_integer(hr_json *json, const char *key, int64_t value)
{
    begin(json, key);
    fprintf(json->out, "%" PRId64, value);
}

void hr_json_wide(hr_json *json, const char *key, hr_u128 value)
{
    char digits[40]; /* 2^128 has 39 */
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value > 0);
    begin(json, key);
    fputs(digits + at, json->out);
}

void hr_json_flag(hr_json *json, const char *key, bool value)
{
    begin(json, key);
    fputs(value ? "true" : "false", json->out);
}

/* ---- arrays of numbers under a key */

void hr_json_counts(hr_json *json, const char *key, const uint64_t *value, size_t n)
{
    hr_json_array(json, key);
    for (size_t i = 0; i < n; i++)
        hr_json_count(json, NULL, value[i]);
    hr_json_end_array(json);
}

void hr_json_integers(hr_json *json, const char *key, const int64_t *value, size_t n)
{
    hr_json_array(json, key);
    for (size_t i = 0; i < n; i++)
        hr_json_integer(json, NULL, value == NULL ? 0 : value[i]);
    hr_json_end_array(json);
}

void hr_json_wides(hr_json *json, const char *key, const hr_u128 *value, size_t n)
{
    hr_json_array(json, key);
    for (size_t i = 0; i < n; i++)
        hr_json_wide(json, NULL, value[i]);
    hr_json_end_array(json);
}

void hr_json_words(hr_json *json, const char *key, const uint32_t *value, size_t n)
{
    hr_json_array(json, key);
    for (size_t i = 0; i < n; i++)
        hr_json_count(json, NULL, value[i]);
    hr_json_end_array(json);
}

void hr_json_numbers(hr_json *json, const char *key, const double *value, size_t n)
{
    hr_json_array(json, key);
    for (size_t i = 0; i < n; i++)
        hr_json_number(json, NULL, value[i]);
    hr_json_end_array(json);
}
