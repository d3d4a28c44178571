/* text: numbers, intervals and paragraphs as a reader wants them. Each hr_text_* returns a
 * short text by value: `printf("%s", hr_text_count(n).s)`.
 */
#ifndef HR_CLI_TEXT_H
#define HR_CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "estimate/estimate.h"

enum { HR_TEXT_WIDTH = 80 };

typedef struct hr_text {
    char s[72];
} hr_text;

hr_text hr_text_count(uint64_t value);   /* 4,608 */
hr_text hr_text_number(double value);    /* four digits: 24, 0.01235, 1.234e-06; NaN "-" */
hr_text hr_text_seconds(double seconds); /* 0.3 s, 12 s, 5 min, 2.5 h, 3 days */
hr_text hr_text_bytes(double bytes);     /* 12 MB, decimal units */
hr_text hr_text_digest(uint64_t digest); /* 5d0c-91e7-22ab-0f3d */

/* "24 (19-29)", as many digits as the interval supports; "< 2.3" when nothing was seen, "-"
 * when there is no number. `factor` 100 makes a percentage of a probability. */
hr_text hr_text_estimate(const hr_estimate *estimate, double factor);
/* The same without interval, and the interval alone without brackets. */
hr_text hr_text_value(const hr_estimate *estimate, double factor);
hr_text hr_text_range(double lower, double upper, double factor);

/* A sentence put together piece by piece; what is too much is cut. `{0}` is an empty one. */
typedef struct hr_words {
    char s[2048];
    size_t used;
} hr_words;
void hr_words_add(hr_words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Columns that `text` takes on a terminal: its code points (no wide letters are used). */
size_t hr_text_columns(const char *text);
/* Print `text` broken at spaces into lines of `width`, `column` columns being used already;
 * further lines begin with `indent` spaces. A line break in the text is kept. Ends the line. */
void hr_text_wrap(FILE *out, const char *text, unsigned column, unsigned indent, unsigned width);

#endif
