#define _POSIX_C_SOURCE 200809L
#include "study/span.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NUMBER = 64, LONGEST_WORD = 64 };

hr_span hr_span_of(const char *string)
{
    return (hr_span){string, string ? strlen(string) : 0};
}

bool hr_span_is(hr_span text, const char *string)
{
    return strlen(string) == text.length && memcmp(text.at, string, text.length) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

hr_span hr_span_trim(hr_span text)
{
    while (text.length > 0 && is_blank(text.at[0])) {
        text.at++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.at[text.length - 1]))
        text.length--;
    return text;
}

static size_t skip_digits(hr_span text, size_t i)
{
    while (i < text.length && is_digit(text.at[i]))
        i++;
    return i;
}

/* Length of the decimal number at the beginning, by syntax alone. */
static size_t number_length(hr_span text)
{
    size_t i = text.length > 0 && (text.at[0] == '-' || text.at[0] == '+') ? 1 : 0;
    const size_t whole = skip_digits(text, i);
    size_t digits = whole - i;
    i = whole;
    if (i < text.length && text.at[i] == '.') {
        const size_t end = skip_digits(text, i + 1);
        digits += end - i - 1;
        i = end;
    }
    if (digits == 0)
        return 0;
    if (i < text.length && (text.at[i] == 'e' || text.at[i] == 'E')) {
        size_t j = i + 1;
        if (j < text.length && (text.at[j] == '-' || text.at[j] == '+'))
            j++;
        const size_t end = skip_digits(text, j);
        if (end > j)
            i = end;
    }
    return i;
}

size_t hr_span_number(hr_span text, double *number)
{
    const size_t length = number_length(text);
    if (length == 0 || length >= LONGEST_NUMBER)
        return 0;
    /* strtod rounds correctly but reads the locale's decimal point: give it that one. */
    const char *point = localeconv()->decimal_point;
    char buffer[LONGEST_NUMBER + 8];
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (text.at[i] != '.') {
            buffer[n++] = text.at[i];
            continue;
        }
        for (size_t k = 0; point[k] != '\0' && k < 8; k++)
            buffer[n++] = point[k];
    }
    buffer[n] = '\0';
    const double value = strtod(buffer, NULL);
    if (!isfinite(value))
        return 0;
    *number = value;
    return length;
}

size_t hr_span_word(hr_span text)
{
    size_t i = 0;
    while (i < text.length && (is_letter(text.at[i]) || (i > 0 && is_digit(text.at[i]))))
        i++;
    return i;
}

size_t hr_span_find_last(hr_span text, const char *needle)
{
    const size_t n = strlen(needle);
    for (size_t i = text.length; i-- > 0;) {
        if (i + n <= text.length && memcmp(text.at + i, needle, n) == 0)
            return i;
    }
    return SIZE_MAX;
}

const char *hr_span_canonical(hr_span text, hr_arena *arena)
{
    text = hr_span_trim(text);
    char *copy = hr_arena_text(arena, text.at, text.length);
    if (copy == NULL)
        return NULL;
    size_t n = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_blank(text.at[i]))
            copy[n++] = text.at[i];
        else if (!is_blank(text.at[i - 1]))
            copy[n++] = ' ';
    }
    copy[n] = '\0';
    return copy;
}

/* ---- near misses */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edit distance with swaps of neighbours (optimal string alignment), case ignored. */
static unsigned distance(hr_span a, hr_span b)
{
    unsigned row[3][LONGEST_WORD + 1];
    for (unsigned j = 0; j <= b.length; j++)
        row[0][j] = j;
    for (unsigned i = 1; i <= a.length; i++) {
        unsigned *now = row[i % 3], *above = row[(i + 2) % 3], *two_above = row[(i + 1) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= b.length; j++) {
            const char x = (char)(a.at[i - 1] | 0x20), y = (char)(b.at[j - 1] | 0x20);
            now[j] = least(least(now[j - 1], above[j]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == (char)(b.at[j - 2] | 0x20) &&
                y == (char)(a.at[i - 2] | 0x20))
                now[j] = least(now[j], two_above[j - 2] + 1);
        }
    }
    return row[a.length % 3][b.length];
}

hr_guess hr_guess_for(hr_span word)
{
    const unsigned limit = word.length < 6 ? 1 : (unsigned)least((unsigned)word.length, 30) / 3;
    return (hr_guess){.word = word, .distance = limit + 1};
}

void hr_guess_offer(hr_guess *guess, const char *candidate)
{
    const hr_span text = hr_span_of(candidate);
    if (text.length > LONGEST_WORD || guess->word.length > LONGEST_WORD)
        return;
    const unsigned d = distance(guess->word, text);
    if (d < guess->distance) {
        guess->distance = d;
        guess->best = candidate;
    }
}

void hr_guess_offer_words(hr_guess *guess, const char *words, char *buffer, size_t size)
{
    for (int i = 0;; i++) {
        const hr_span word = hr_words_at(words, i);
        char copy[LONGEST_WORD + 1];
        if (word.length == 0)
            return;
        if (word.length >= sizeof copy || word.length >= size)
            continue;
        memcpy(copy, word.at, word.length);
        copy[word.length] = '\0';
        const char *before = guess->best;
        hr_guess_offer(guess, copy);
        if (guess->best != before) {
            memcpy(buffer, copy, word.length + 1);
            guess->best = buffer;
        }
    }
}

int hr_words_find(const char *words, hr_span word)
{
    for (int i = 0;; i++) {
        const hr_span candidate = hr_words_at(words, i);
        if (candidate.length == 0)
            return -1;
        if (candidate.length == word.length && memcmp(candidate.at, word.at, word.length) == 0)
            return i;
    }
}

hr_span hr_words_at(const char *words, int i)
{
    const char *at = words;
    for (; i > 0 && *at != '\0'; at++) {
        if (*at == '|')
            i--;
    }
    const size_t length = i > 0 ? 0 : strcspn(at, "|");
    return (hr_span){at, length};
}
