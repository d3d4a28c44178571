#include "results/partformat.h"

#include <string.h>

#include "base/stream.h"

/* Records are copied to disk as they are in memory, so padding would leak and shift. */
_Static_assert(sizeof(hr_part_header) == 48, "hr_part_header has padding");
_Static_assert(sizeof(hr_part_head) == 232, "hr_part_head has padding");

enum { SUMS = 10 };

void hr_part_header_fill(hr_part_header *header, const hr_study *study, uint32_t sequence, int rank)
{
    *header = (hr_part_header){.magic = HR_PART_HEADER_MAGIC,
                               .version = HR_PART_VERSION,
                               .n_cells = study->n_cells,
                               .study = study->identity,
                               .layout = study->layout_identity,
                               .sequence = sequence,
                               .rank = (uint32_t)rank};
    header->checksum = hr_hash_bytes(header, offsetof(hr_part_header, checksum));
}

bool hr_part_header_is_good(const hr_part_header *header)
{
    return header->magic == HR_PART_HEADER_MAGIC &&
           header->checksum == hr_hash_bytes(header, offsetof(hr_part_header, checksum));
}

void hr_part_head_fill(hr_part_head *head, const hr_task *task, const hr_task_result *result)
{
    const hr_cell *cell = &result->target;
    const hr_behind *behind = &cell->behind;
    const hr_u128 sums[SUMS] = {cell->x,   cell->xx,   cell->y,   cell->yy,   cell->xy,
                                behind->x, behind->xx, behind->y, behind->yy, behind->xy};
    *head = (hr_part_head){.magic = HR_PART_HEAD_MAGIC,
                           .size = (uint32_t)result->packed_size,
                           .configuration = task->configuration,
                           .first_block = task->first_block,
                           .n_blocks = task->n_blocks,
                           .n_replications = result->n_replications,
                           .meetings = result->meetings,
                           .seconds = result->seconds,
                           .hits = cell->hits,
                           .largest = behind->largest};
    for (size_t i = 0; i < SUMS; i++) {
        head->sum[2 * i] = (uint64_t)sums[i];
        head->sum[2 * i + 1] = (uint64_t)(sums[i] >> 64);
    }
}

hr_cell hr_part_head_target(const hr_part_head *head)
{
    hr_u128 s[SUMS];
    for (size_t i = 0; i < SUMS; i++)
        s[i] = (hr_u128)head->sum[2 * i + 1] << 64 | head->sum[2 * i];
    return (hr_cell){
        head->hits, s[0], s[1], s[2], s[3], s[4], {s[5], s[6], s[7], s[8], s[9], head->largest}};
}

size_t hr_part_most_bytes(uint32_t n_cells)
{
    enum { CELL = 10 + SUMS * 19 + 10 + 10, WEIGHTS = HR_MOST_RUNGS + 1, HEAD = 64 };
    return HEAD + (size_t)(n_cells + WEIGHTS) * CELL;
}
