/* result: the HDF5 file. Every H5* call of the program is in result_*.c.
 *
 * Written by rank 0, streaming one configuration after another from the part logs, beside its
 * final name (OUT.part), closed, synced, renamed. Layout: METHODS.md, "The result file".
 * Everything outside /provenance is equal (h5diff) for equal studies.
 */
#ifndef HR_RESULTS_RESULT_H
#define HR_RESULTS_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "estimate/estimate.h"
#include "estimate/sequential.h"
#include "model/tally.h"
#include "results/account.h"
#include "study/study.h"

/* How this answer came about: goes to /provenance. */
typedef struct hr_provenance {
    const char *command;     /* argv joined */
    const char *version;     /* of the program */
    const char *const *sets; /* --set texts, so that a reader can parse the study again */
    size_t n_sets;
    const char *isa;
    const char *kernel; /* how inputs were replayed */
    int n_ranks, n_threads;
    double seconds;      /* wall time of this run */
    double busy_seconds; /* sum over tasks, all runs */
    uint64_t meetings, replications;
    uint32_t n_runs; /* processes of rank 0 that worked on it: 1 + resumes */
    uint64_t digest;
    hr_accounts accounts; /* of this run */
} hr_provenance;

typedef struct hr_result_writer hr_result_writer;

/* Once, before MPI starts: else HDF5 hooks its clean-up into the end of MPI, where it crashes
 * after a disk has run full. */
void hr_result_start(void);

HR_MUST_CHECK hr_status hr_result_create(hr_result_writer **writer, const char *output,
                                         const hr_study *study, hr_err *err);
/* Append configuration `index` (ascending, each once): its folded tally, the look it stopped at
 * and why. */
HR_MUST_CHECK hr_status hr_result_append(hr_result_writer *writer, uint64_t index,
                                         const hr_tally *tally, unsigned look, hr_verdict verdict,
                                         hr_err *err);
/* Write /distributions and /provenance, close, sync, rename. The writer is freed either way. */
HR_MUST_CHECK hr_status hr_result_finish(hr_result_writer *writer, const hr_provenance *provenance,
                                         hr_err *err);
/* Drop the half-written file. */
void hr_result_abandon(hr_result_writer *writer);

/* ---- reading */
typedef struct hr_result {
    hr_arena arena;
    hr_study study; /* parsed from the embedded text and --set values */
    uint64_t n_configurations;
    hr_provenance provenance;
    const char *version;            /* of the program that wrote it: provenance.version */
    const char *started, *finished; /* UTC, ISO 8601 */
    const char *host;
    struct hr_result_file *file; /* private */
} hr_result;

/* Open and check. HR_ERR_DATA: not HDF5, not ours, another format version, truncated. */
HR_MUST_CHECK hr_status hr_result_open(hr_result *result, const char *path, hr_err *err);
void hr_result_close(hr_result *result);
/* Identity of the study in the file at `path`, to tell "finished" from "another study". */
HR_MUST_CHECK hr_status hr_result_identity(const char *path, uint64_t *identity, hr_err *err);
/* Estimates of one cell (of the tally) of a pool's outcome, of all configurations,
 * [n_configurations]. */
HR_MUST_CHECK hr_status hr_result_estimates(const hr_result *result, unsigned pool,
                                            unsigned outcome, unsigned cell, hr_estimate *estimates,
                                            hr_err *err);
/* Replications, look and verdict of all configurations; any pointer may be NULL. */
HR_MUST_CHECK hr_status hr_result_effort(const hr_result *result, uint64_t *replications,
                                         unsigned *look, hr_verdict *verdict, hr_err *err);
/* A candidate of a sizing study (study/size.h): its estimate with the interval that it was tested
 * by, and what was found. */
typedef struct hr_sized {
    hr_estimate estimate; /* value, lower, upper, n and is_bound alone */
    hr_verdict verdict;
} hr_sized;
/* All candidates, [rows * study->size.n_candidates], of a study that asks for a size. */
HR_MUST_CHECK hr_status hr_result_sizes(const hr_result *result, hr_sized *sized, hr_err *err);
/* What follows for a row. */
hr_row_state hr_sized_state(const hr_study *study, const hr_sized *sized, uint64_t row);
/* Exact values of the target of all configurations, NaN where none is known, and their methods,
 * NULL there; [n_configurations] each. */
HR_MUST_CHECK hr_status hr_result_exact(const hr_result *result, double *value, const char **method,
                                        hr_err *err);
/* Was the input of any configuration tilted? Then its estimates are weighted. */
bool hr_result_is_tilted(const hr_result *result);
/* The exact sums behind the estimates of one configuration, e.g. for another confidence.
 * `tally` comes from hr_tally_init with result->study.n_cells. */
HR_MUST_CHECK hr_status hr_result_tally(const hr_result *result, uint64_t configuration,
                                        hr_tally *tally, hr_err *err);

#endif
