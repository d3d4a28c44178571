#define _POSIX_C_SOURCE 200809L

#include "explore/progress.h"

#include <string.h>
#include <unistd.h>

#include "explore/clock.h"

enum { COLUMNS = 79, BAR = 24 };
static const double redraw_s = 0.2, line_s = 60.0;

static double now_s(void)
{
    return 1e-9 * (double)hr_clock_now();
}

void hr_progress_init(hr_progress *progress, FILE *file)
{
    *progress = (hr_progress){.file = file};
    progress->is_terminal = file != NULL && isatty(fileno(file)) == 1;
    progress->shown = now_s();
}

void hr_progress_begin(hr_progress *progress, const char *what, uint64_t total)
{
    (void)snprintf(progress->what, sizeof progress->what, "%s", what);
    progress->total = total;
    progress->began = now_s();
}

/* "4 s", "12 min", "3 h 20 min", "2 d 4 h": as exact as one can wait. */
static void print_time(double seconds, char *text, size_t size)
{
    const long minutes = (long)(seconds / 60.0 + 0.5);
    if (seconds < 90.0)
        (void)snprintf(text, size, "%.0f s", seconds);
    else if (minutes < 90)
        (void)snprintf(text, size, "%ld min", minutes);
    else if (minutes < 48 * 60)
        (void)snprintf(text, size, "%ld h %ld min", minutes / 60, minutes % 60);
    else
        (void)snprintf(text, size, "%ld d %ld h", minutes / 1440, minutes / 60 % 24);
}

static void print_numbers(const hr_progress *progress, uint64_t done, double now, char *text,
                          size_t size)
{
    const double spent = now - progress->began;
    char left[32] = "";
    if (done > 0 && spent > 1.0)
        print_time(spent * (double)(progress->total - done) / (double)done, left, sizeof left);
    (void)snprintf(text, size, "%3.0f %%%s%s", 100.0 * (double)done / (double)progress->total,
                   left[0] != '\0' ? "  left: " : "", left);
}

static void draw(hr_progress *progress, uint64_t done, double now)
{
    char numbers[64], line[160], bar[BAR + 1];
    print_numbers(progress, done, now, numbers, sizeof numbers);
    if (progress->is_terminal) {
        const size_t full = (size_t)(BAR * (double)done / (double)progress->total);
        memset(bar, '.', BAR);
        memset(bar, '#', full);
        bar[BAR] = '\0';
        (void)snprintf(line, sizeof line, "%s [%s] %s", progress->what, bar, numbers);
        (void)fprintf(progress->file, "\r%-*.*s", COLUMNS, COLUMNS, line);
    } else {
        (void)fprintf(progress->file, "%s: %s\n", progress->what, numbers);
    }
    (void)fflush(progress->file);
    progress->is_drawn = progress->is_terminal;
    progress->shown = now;
}

void hr_progress_show(hr_progress *progress, uint64_t done)
{
    if (progress->file == NULL || progress->total == 0)
        return;
    const double now = now_s();
    if (now - progress->shown >= (progress->is_terminal ? redraw_s : line_s))
        draw(progress, done < progress->total ? done : progress->total, now);
}

void hr_progress_end(hr_progress *progress)
{
    if (progress->file == NULL || !progress->is_drawn)
        return;
    (void)fprintf(progress->file, "\r%*s\r", COLUMNS, "");
    (void)fflush(progress->file);
    progress->is_drawn = false;
}
