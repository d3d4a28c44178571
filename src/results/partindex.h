/* partindex: what the part logs of an output hold; the reading side of partlog.h.
 *
 * One process (rank 0) reads it: at the start, to skip what is done, and at the end, to fold. It
 * keeps 24 bytes a record; tallies stay on disk.
 */
#ifndef HR_RESULTS_PARTINDEX_H
#define HR_RESULTS_PARTINDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "engine/plain.h"
#include "study/study.h"

/* Where a good record is. Sorted by (configuration, first_block, n_blocks), each once. */
typedef struct hr_part {
    uint64_t first_block;
    uint64_t offset : 48; /* of the record in its log */
    uint64_t n_blocks : 16;
    uint32_t configuration;
    uint32_t log; /* index into `files` */
} hr_part;

typedef struct hr_part_file {
    const char *path;
    int descriptor; /* -1: not open; opened when needed */
} hr_part_file;

typedef struct hr_part_index {
    hr_arena arena;
    size_t n_parts;
    hr_part *parts;
    size_t n_files;
    hr_part_file *files;
    uint64_t n_bytes;       /* of all logs */
    size_t most_bytes;      /* of a packed tally of this study */
    uint32_t next_sequence; /* for new logs: 0 on a first run */
    uint64_t n_torn;        /* logs with a torn or damaged tail, which is ignored */
    double seconds;         /* sums over all records */
    uint64_t meetings;
} hr_part_index;

/* Scan the logs of `output`. A missing directory is an empty index. HR_ERR_DATA when a log
 * belongs to another study or program version, HR_ERR_WRITE when unreadable. Local. */
HR_MUST_CHECK hr_status hr_part_index_read(hr_part_index *index, const char *output,
                                           const hr_study *study, hr_err *err);
void hr_part_index_free(hr_part_index *index);
/* The record of exactly this task, or NULL. */
const hr_part *hr_part_index_find(const hr_part_index *index, const hr_task *task);
/* Read one packed tally into `bytes`, which has room for most_bytes; *size of them are used. */
HR_MUST_CHECK hr_status hr_part_read(const hr_part_index *index, const hr_part *part,
                                     uint8_t *bytes, size_t *size, hr_err *err);
/* Read only what stopping needs. */
HR_MUST_CHECK hr_status hr_part_read_target(const hr_part_index *index, const hr_part *part,
                                            hr_cell *target, uint64_t *n_replications, hr_err *err);

#endif
