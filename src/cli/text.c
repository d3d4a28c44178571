#include "cli/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define FORMAT(text, ...) snprintf((text).s, sizeof(text).s, __VA_ARGS__)

hr_text hr_text_count(uint64_t value)
{
    char digits[24];
    hr_text text;
    const int n = snprintf(digits, sizeof digits, "%" PRIu64, value);
    size_t used = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text.s[used++] = ',';
        text.s[used++] = digits[i];
    }
    text.s[used] = '\0';
    return text;
}

hr_text hr_text_number(double value)
{
    hr_text text;
    if (isnan(value))
        FORMAT(text, "-");
    else if (fabs(value) >= 1e4 && fabs(value) < 1e15 && value >= 0)
        text = hr_text_count((uint64_t)(value + 0.5));
    else
        FORMAT(text, "%.4g", value);
    return text;
}

hr_text hr_text_seconds(double seconds)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{86400.0, "days"}, {3600.0, "h"}, {60.0, "min"}, {1.0, "s"}, {1e-3, "ms"}};
    const size_t n = sizeof units / sizeof *units;
    hr_text text;
    size_t i = 0;
    while (i + 1 < n && seconds < 1.5 * units[i].seconds)
        i++;
    const double value = seconds / units[i].seconds;
    if (seconds <= 0.0)
        FORMAT(text, "0 s");
    else if (value >= 999.5)
        FORMAT(text, "%.30s %s", hr_text_count((uint64_t)(value + 0.5)).s, units[i].name);
    else
        FORMAT(text, "%.*g %s", value >= 99.5 ? 3 : 2, value, units[i].name);
    return text;
}

hr_text hr_text_bytes(double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    hr_text text;
    size_t i = 0;
    for (; i < 5 && bytes >= 999.5; i++)
        bytes /= 1000.0;
    FORMAT(text, "%.*f %s", i > 0 && bytes < 9.95 ? 1 : 0, bytes, units[i]);
    return text;
}

hr_text hr_text_digest(uint64_t digest)
{
    hr_text text;
    FORMAT(text, "%04x-%04x-%04x-%04x", (unsigned)(digest >> 48), (unsigned)(digest >> 32 & 0xffff),
           (unsigned)(digest >> 16 & 0xffff), (unsigned)(digest & 0xffff));
    return text;
}

/* Decimals worth showing for a number known to within `half`: the last one is worth between a
 * fifteenth and two thirds of it. */
static int decimals_of(double half, double value)
{
    if (!(half > 0.0)) /* exact: about three digits of the value */
        half = fabs(value) / 60.0;
    if (!(half > 0.0))
        return 0;
    const double digits = ceil(log10(1.5 / half));
    return digits < 0.0 ? 0 : digits > 9.0 ? 9 : (int)digits;
}

/* Many leading zeros are hard to read: such numbers are written with an exponent. */
static bool needs_exponent(double greatest)
{
    return greatest > 0.0 && (greatest < 1e-3 || greatest >= 1e9);
}

static hr_text plain(double value, int decimals, bool exponent)
{
    hr_text text;
    if (exponent)
        FORMAT(text, "%.1e", value);
    else
        FORMAT(text, "%.*f", decimals, value);
    return text;
}

hr_text hr_text_range(double lower, double upper, double factor)
{
    hr_text text;
    lower *= factor;
    upper *= factor;
    const bool exponent = needs_exponent(upper);
    const int decimals = decimals_of((upper - lower) / 2.0, upper);
    if (isnan(lower) || isnan(upper))
        FORMAT(text, "-");
    else
        FORMAT(text, "%.30s%s%.30s", plain(lower, decimals, exponent).s,
               exponent || lower < 0.0 ? " to " : "-", plain(upper, decimals, exponent).s);
    return text;
}

hr_text hr_text_value(const hr_estimate *estimate, double factor)
{
    hr_text text;
    const double upper = estimate->upper * factor, value = estimate->value * factor;
    const double half = (estimate->upper - estimate->lower) * factor / 2.0;
    if (isnan(value))
        FORMAT(text, "-");
    else if (estimate->is_bound && isinf(upper))
        FORMAT(text, "never seen");
    else if (estimate->is_bound)
        FORMAT(text, upper < 99.5 ? "< %.2g" : "< %.0f", upper);
    else if (!hr_estimate_decides(estimate)) /* its interval says little about its digits */
        FORMAT(text, "%.2g?", value);
    else
        text = plain(value, decimals_of(half, value), needs_exponent(upper));
    return text;
}

hr_text hr_text_estimate(const hr_estimate *estimate, double factor)
{
    const hr_text value = hr_text_value(estimate, factor);
    if (estimate->is_bound || isnan(estimate->value))
        return value;
    hr_text text;
    const hr_text range = hr_text_range(estimate->lower, estimate->upper, factor);
    snprintf(text.s, sizeof text.s, "%.24s (%.40s)", value.s, range.s);
    return text;
}

void hr_words_add(hr_words *words, const char *format, ...)
{
    const size_t room = sizeof words->s - words->used;
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(words->s + words->used, room, format, arguments);
    va_end(arguments);
    if (n > 0)
        words->used += (size_t)n < room ? (size_t)n : room - 1;
}

size_t hr_text_columns(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80; /* not a continuation byte of UTF-8 */
    return n;
}

/* Columns of the first `length` bytes. */
static size_t columns_of(const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

void hr_text_wrap(FILE *out, const char *text, unsigned column, unsigned indent, unsigned width)
{
    size_t used = column;
    bool at_start = true; /* of a line: no space before the word */
    while (*text != '\0') {
        size_t length = strcspn(text, " \n");
        if (text[length] == ' ' && text[length + 1] == '%') /* never apart from its number */
            length += 1 + strcspn(text + length + 1, " \n");
        const size_t columns = columns_of(text, length);
        if (length > 0) {
            if (!at_start && used + 1 + columns > width) {
                fprintf(out, "\n%*s", (int)indent, "");
                used = indent;
                at_start = true;
            }
            fprintf(out, "%s%.*s", at_start ? "" : " ", (int)length, text);
            used += columns + (at_start ? 0 : 1);
            at_start = false;
        }
        text += length;
        if (*text == '\n' && text[1] != '\0') {
            fprintf(out, "\n%*s", (int)indent, "");
            used = indent;
            at_start = true;
        }
        text += *text != '\0';
    }
    fputc('\n', out);
}
