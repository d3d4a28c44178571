#include "kernel/rank.h"

#include <string.h>

/* Arrivals to a cell of the table, up to twice as many: few enough that hardly any departure is
 * behind the first comparisons (rank_level.c), and what is looked at stays in the nearest cache. */
enum { TO_A_CELL = 2 };

static uint64_t cells_wanted(uint64_t n, bool is_fine)
{
    return is_fine ? 2 * n : n / TO_A_CELL + 1;
}

size_t hr_rank_cells(size_t n, bool is_fine)
{
    return (size_t)cells_wanted(n, is_fine) + 3;
}

/* Where the span needs more than 32 bits. */
static void list_long(const hr_rank *rank, const hr_tick *tick, int64_t *start, uint32_t *after)
{
    for (uint32_t i = 0; i < rank->n; i++) {
        start[i] = (int64_t)(tick[i] - rank->base);
        after[(uint64_t)start[i] >> rank->cell_bits] = i + 1;
    }
    for (uint32_t i = rank->n; i < rank->n + HR_RANK_PAD; i++)
        start[i] = INT64_MAX;
}

void hr_rank_begin(hr_rank *rank, const hr_input *in, const hr_rank_level *level, bool is_fine,
                   void *start, uint32_t *first)
{
    const bool is_long = rank->span >= UINT32_MAX;
    uint32_t *after = first + 1; /* the cell's last arrival: for cells behind it */
    rank->n = in->n_meetings;
    rank->end = in->end;
    rank->is_fine = is_fine || is_long;
    rank->cell_bits = 0;
    while (rank->span >> rank->cell_bits > cells_wanted(rank->n, rank->is_fine))
        rank->cell_bits++;
    const uint32_t n_cells = (uint32_t)(rank->span >> rank->cell_bits) + 1;
    memset(first, 0, (n_cells + (size_t)1) * sizeof *first);
    if (is_long)
        list_long(rank, in->start, start, after);
    else
        level->list(rank, in->start, start, after);
    uint32_t latest = 0; /* in a register: faster than the cell just written */
    for (uint32_t cell = 0; cell < n_cells; cell++) {
        latest = after[cell] > latest ? after[cell] : latest;
        after[cell] = latest;
    }
    rank->first = first;
    rank->start = is_long ? NULL : start;
    rank->long_start = is_long ? start : NULL;
}

extern const hr_rank_level hr_rank_baseline, hr_rank_avx2, hr_rank_avx512;

const hr_rank_level *hr_rank_level_of(const hr_vector *vector)
{
    static const hr_rank_level *const level[HR_VECTOR_LEVELS] = {&hr_rank_baseline, &hr_rank_avx2,
                                                                 &hr_rank_avx512};
    return level[hr_vector_number(vector)];
}
