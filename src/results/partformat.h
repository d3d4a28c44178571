/* partformat: the bytes of a part log, shared by its writer and its reader.
 *
 * A log is one hr_part_header and then records: hr_part_head, the packed tally, and a 64-bit
 * checksum (hr_hash_bytes) over both. Numbers are in the machine's order; a file from a machine of
 * the other order fails the magic. A log is private to the program version that wrote it.
 */
#ifndef HR_RESULTS_PARTFORMAT_H
#define HR_RESULTS_PARTFORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/plain.h"
#include "study/study.h"

#define HR_PART_HEADER_MAGIC UINT64_C(0x0a1a747261505248) /* "HRPart", ^Z, newline */
#define HR_PART_HEAD_MAGIC   UINT32_C(0x74726150)         /* "Part" */
enum { HR_PART_VERSION = 2, HR_PART_CHECKSUM = 8 };

typedef struct hr_part_header {
    uint64_t magic;
    uint32_t version;
    uint32_t n_cells;
    uint64_t study; /* identities: hr_study and its hr_layout */
    uint64_t layout;
    uint32_t sequence; /* which start of the program wrote it */
    uint32_t rank;
    uint64_t checksum; /* over the bytes before */
} hr_part_header;

typedef struct hr_part_head {
    uint32_t magic;
    uint32_t size; /* bytes of the packed tally */
    uint64_t configuration, first_block, n_blocks;
    uint64_t n_replications, meetings;
    double seconds;
    uint64_t hits;    /* the study's target cell ... */
    uint64_t sum[20]; /* ... and its x, xx, y, yy, xy, then what is behind the point: low and high
                         half of each */
    uint64_t largest;
} hr_part_head;

void hr_part_header_fill(hr_part_header *header, const hr_study *study, uint32_t sequence,
                         int rank);
/* Is it a whole header of a part log? (It may still be another study's.) */
bool hr_part_header_is_good(const hr_part_header *header);

void hr_part_head_fill(hr_part_head *head, const hr_task *task, const hr_task_result *result);
hr_cell hr_part_head_target(const hr_part_head *head);
/* Largest possible packed tally: LEB128 of 64 and 128 bits takes at most 10 and 19 bytes. */
size_t hr_part_most_bytes(uint32_t n_cells);

#endif
