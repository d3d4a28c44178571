/* progress: how far a run is, for the one who waits. A bar that is drawn again on a terminal, a
 * line a minute in a file; never wider than 80 columns, never coloured.
 */
#ifndef HR_EXPLORE_PROGRESS_H
#define HR_EXPLORE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct hr_progress {
    FILE *file; /* NULL: say nothing */
    bool is_terminal;
    bool is_drawn; /* a bar stands on the terminal's line */
    char what[40]; /* "look 3, 1,024 configurations" */
    uint64_t total;
    double began, shown; /* s */
} hr_progress;

void hr_progress_init(hr_progress *progress, FILE *file);
/* A new stretch of work: `total` tasks or configurations. */
void hr_progress_begin(hr_progress *progress, const char *what, uint64_t total);
/* `done` of them are; cheap, may be called often. */
void hr_progress_show(hr_progress *progress, uint64_t done);
/* Leave the line clean for whoever writes next. */
void hr_progress_end(hr_progress *progress);

#endif
