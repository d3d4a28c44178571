/* run: explore a study until every configuration has its answer; resume by itself.
 *
 * Rounds = looks: in round k every configuration that has not stopped gets the blocks of look k.
 * Tasks of a round are numbered by the study alone; ranks take them from a shared counter.
 * After a round all ranks sum the target cells (integers) and decide alike.
 */
#ifndef HR_EXPLORE_RUN_H
#define HR_EXPLORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "explore/comm.h"
#include "results/result.h"
#include "study/study.h"

typedef struct hr_run_options {
    const char *output;      /* result file */
    unsigned n_threads;      /* 0: OpenMP's choice */
    const char *isa;         /* HEADROOM_ISA or NULL */
    const char *kernel;      /* HEADROOM_KERNEL or NULL */
    FILE *progress;          /* NULL: none. A bar on a terminal, else a line a minute */
    const char *command;     /* for provenance: argv joined */
    const char *version;     /* for provenance: of the program */
    const char *const *sets; /* the --set texts that `study` was opened with */
    size_t n_sets;
} hr_run_options;

typedef struct hr_run_report {
    bool already_finished;    /* the file stood there, same study */
    uint64_t resumed;         /* tasks found in part logs; on rank 0 */
    hr_provenance provenance; /* on rank 0 */
} hr_run_report;

/* Collective. HR_OK: the file stands. HR_ERR_STOPPED: a signal came, part logs are good.
 * HR_ERR_WRITE: `output` exists with another study or cannot be written; nothing was touched. */
HR_MUST_CHECK hr_status hr_run(hr_comm *comm, const hr_study *study, const hr_run_options *options,
                               hr_run_report *report, hr_err *err);

#endif
