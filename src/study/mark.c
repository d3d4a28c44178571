/* Marks: where something was written, and messages that show it. */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "study/tree.h"

enum { LONGEST_EXCERPT = 120 };

static hr_span line_of(const hr_origin *origin, size_t line)
{
    const char *at = origin->text;
    const char *end = at + origin->length;
    while (line > 1 && at < end) {
        if (*at++ == '\n')
            line--;
    }
    const char *stop = at;
    while (stop < end && *stop != '\n' && *stop != '\r')
        stop++;
    return (hr_span){at, (size_t)(stop - at)};
}

/* "\n  line\n  ^" below a message; empty when the line is long or holds control characters. */
static void excerpt(hr_mark mark, char *out, size_t size)
{
    out[0] = '\0';
    if (mark.line == 0 || mark.origin->text == NULL || mark.origin->kind == HR_ORIGIN_SET)
        return;
    const hr_span line = line_of(mark.origin, mark.line);
    if (line.length == 0 || line.length > LONGEST_EXCERPT || size < 3 * LONGEST_EXCERPT)
        return;
    char caret[LONGEST_EXCERPT + 2];
    size_t n = 0, column = 1;
    for (size_t i = 0; i < line.length; i++) {
        const unsigned char c = (unsigned char)line.at[i];
        if (c < ' ' && c != '\t')
            return;
        const bool starts = (c & 0xC0) != 0x80; /* not within a UTF-8 character */
        if (starts && column++ < mark.column)
            caret[n++] = c == '\t' ? '\t' : ' ';
    }
    caret[n] = '^';
    caret[n + 1] = '\0';
    (void)snprintf(out, size, "\n    %.*s\n    %s", (int)line.length, line.at, caret);
}

hr_status hr_mark_fail(hr_mark mark, hr_err *err, const char *format, ...)
{
    char message[HR_ERR_MESSAGE / 2], shown[3 * LONGEST_EXCERPT];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (mark.origin == NULL)
        return HR_FAIL(err, HR_ERR_DATA, "%s", message);
    if (mark.origin->kind == HR_ORIGIN_SET)
        return HR_FAIL(err, HR_ERR_USAGE, "--set %.200s: %s", mark.origin->name, message);
    excerpt(mark, shown, sizeof shown);
    if (mark.line == 0)
        return HR_FAIL(err, HR_ERR_DATA, "%s: %s", mark.origin->name, message);
    return HR_FAIL(err, HR_ERR_DATA, "%.300s:%zu:%zu: %s%s", mark.origin->name, mark.line,
                   mark.column, message, shown);
}

const char *hr_mark_text(hr_mark mark, hr_arena *arena)
{
    char text[400];
    if (mark.origin == NULL)
        return "";
    if (mark.origin->kind == HR_ORIGIN_SET)
        return "--set";
    if (mark.line == 0)
        return mark.origin->name;
    (void)snprintf(text, sizeof text, "%.300s:%zu:%zu", mark.origin->name, mark.line, mark.column);
    return hr_arena_text(arena, text, strlen(text));
}
