#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void hr_err_set(hr_err *err, hr_status status, const char *file, int line, const char *format, ...)
{
    if (err == NULL || err->status != HR_OK)
        return;
    err->status = status;
    err->file = file;
    err->line = line;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
}

void hr_assert_failed(const char *condition, const char *file, int line)
{
    /* The one print below cli/: the process is about to end and nobody else can speak. */
    (void)fprintf(stderr, "headroom: bug: '%s' does not hold (%s:%d); please report it\n",
                  condition, file, line);
    _Exit(HR_ERR_BUG);
}
