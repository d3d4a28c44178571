/* running: what `run` and `size` have in common: a study is explored into a result file, by one
 * process or by many. The only commands that start MPI.
 */
#ifndef HR_CLI_RUNNING_H
#define HR_CLI_RUNNING_H

#include <stdbool.h>

#include "cli/command.h"
#include "study/study.h"

enum {
    HR_RUNNING_OUTPUT,
    HR_RUNNING_SET,
    HR_RUNNING_THREADS,
    HR_RUNNING_QUIET,
    HR_RUNNING_PROGRESS,
    HR_N_RUNNING_OPTIONS
};

/* The first rows of a command's options. */
#define HR_RUNNING_OPTIONS                                                                         \
    [HR_RUNNING_OUTPUT] = {.name = "output",                                                       \
                           .letter = 'o',                                                          \
                           .value = "OUT.h5",                                                      \
                           .doc = "the result file; must be given"},                               \
    [HR_RUNNING_SET] = HR_OPTION_SET,                                                              \
    [HR_RUNNING_THREADS] = {.name = "threads",                                                     \
                            .letter = 't',                                                         \
                            .value = "N",                                                          \
                            .doc =                                                                 \
                                "threads of each process (default: OMP_NUM_THREADS, else all)"},   \
    [HR_RUNNING_QUIET] = {.name = "quiet", .letter = 'q', .doc = "print nothing but errors"},      \
    [HR_RUNNING_PROGRESS] = {.name = "progress",                                                   \
                             .value = "auto|none",                                                 \
                             .doc =                                                                \
                                 "auto: a bar on a terminal, else a line a minute; default auto"}

/* What differs. */
typedef struct hr_running_manner {
    hr_status (*check)(const hr_study *study,
                       hr_err *err); /* before anything runs; NULL: nothing */
    /* Rank 0, when the file stands, unless --quiet. */
    hr_status (*tell)(const char *output, bool is_for_programs, hr_err *err);
    bool is_for_programs; /* nothing but what `tell` prints goes to standard output */
} hr_running_manner;

HR_MUST_CHECK hr_status hr_running(hr_invocation *invocation, const hr_running_manner *manner,
                                   hr_err *err);

#endif
