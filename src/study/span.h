/* span: reading numbers and words the same way under every locale, and finding near misses.
 *
 * Texts are byte ranges [text, text + length), not necessarily ended by NUL.
 */
#ifndef HR_STUDY_SPAN_H
#define HR_STUDY_SPAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

typedef struct hr_span {
    const char *at;
    size_t length;
} hr_span;

hr_span hr_span_of(const char *string); /* of a C string; NULL gives the empty text */
bool hr_span_is(hr_span text, const char *string);
hr_span hr_span_trim(hr_span text); /* without blanks at both ends */
/* The longest prefix that is a decimal number ("-1.5e3"; no hexadecimal, infinity or NaN), read
 * into `number`; its length, 0 when there is none or it overflows. */
size_t hr_span_number(hr_span text, double *number);
/* Length of the word ([A-Za-z_][A-Za-z0-9_]*) that `text` begins with, 0 when none. */
size_t hr_span_word(hr_span text);
/* Position of `needle` in text, searched from the end; SIZE_MAX when absent. */
size_t hr_span_find_last(hr_span text, const char *needle);
/* Copy with runs of white space made one blank and none at the ends; NULL without memory. */
const char *hr_span_canonical(hr_span text, hr_arena *arena);

/* Collects the candidate nearest to a word in optimal-string-alignment distance. Only
 * candidates within a third of the word's length (at least 1) count as near. */
typedef struct hr_guess {
    hr_span word;
    const char *best; /* NULL: nothing is near */
    unsigned distance;
} hr_guess;
hr_guess hr_guess_for(hr_span word);
void hr_guess_offer(hr_guess *guess, const char *candidate);
/* Offer every word of "a|b|c"; `buffer` keeps the best one (its text is copied there). */
void hr_guess_offer_words(hr_guess *guess, const char *words, char *buffer, size_t size);

/* Position of `word` in "a|b|c"; -1 when absent. */
int hr_words_find(const char *words, hr_span word);
/* Text of position `i` in "a|b|c"; empty past the end. */
hr_span hr_words_at(const char *words, int i);

#endif
