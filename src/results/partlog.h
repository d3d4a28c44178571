/* partlog: what survives a kill. Each rank appends checksummed records to its own log.
 *
 * A run lives in the directory OUT.parts beside OUT. Every process that starts opens a new
 * log there, <sequence>-<rank>.log, and never writes to an older one, so a torn tail can only
 * be the end of a file; a record counts when its checksum holds. Logs start with the identity of
 * the study and of its layout; a directory of another study is refused.
 */
#ifndef HR_RESULTS_PARTLOG_H
#define HR_RESULTS_PARTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/plain.h"
#include "study/study.h"

typedef struct hr_partlog hr_partlog; /* one log being written */

/* A record that was found: where its payload is. Sorted by (configuration, first_block). */
typedef struct hr_part {
    uint64_t configuration;
    uint64_t first_block, n_blocks;
    hr_cell target;          /* the study's target cell */
    uint64_t n_replications;
    double seconds;
    uint64_t meetings;
    uint32_t log;            /* index into the files of the index */
    uint64_t offset;         /* of the packed tally */
    uint32_t size;
} hr_part;

typedef struct hr_part_index {
    hr_arena arena;
    size_t n_parts;
    hr_part *parts;
    size_t n_files;
    const char **files;
    uint32_t next_sequence;  /* for new logs */
    uint64_t n_torn;         /* files with a torn or damaged tail */
} hr_part_index;

/* Scan the logs of `output`. A missing directory is an empty index. HR_ERR_DATA when the
 * directory belongs to another study (message says which), HR_ERR_WRITE when unreadable. Local. */
HR_MUST_CHECK hr_status hr_part_index_read(hr_part_index *index, const char *output,
                                           const hr_study *study, hr_err *err);
void hr_part_index_free(hr_part_index *index);
/* Read one packed tally into `bytes` (part->size of them). */
HR_MUST_CHECK hr_status hr_part_read(const hr_part_index *index, const hr_part *part,
                                     uint8_t *bytes, hr_err *err);

/* Create this process' log (and the directory). */
HR_MUST_CHECK hr_status hr_partlog_create(hr_partlog **log, const char *output,
                                          const hr_study *study, uint32_t sequence, int rank,
                                          hr_err *err);
/* Append one finished task; fdatasync at most every few seconds. */
HR_MUST_CHECK hr_status hr_partlog_append(hr_partlog *log, const hr_task *task,
                                          const hr_task_result *result, hr_err *err);
/* Sync and close; NULL is fine. */
HR_MUST_CHECK hr_status hr_partlog_close(hr_partlog *log, hr_err *err);
/* Remove OUT.parts after the final file stands. */
HR_MUST_CHECK hr_status hr_partlog_remove_all(const char *output, hr_err *err);

#endif
