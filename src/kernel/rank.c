#include "kernel/rank.h"

#include <string.h>

/* Arrivals to a cell of the table: then it stays in the nearest cache. */
enum { TO_A_CELL = 4 };

static uint64_t cells_wanted(uint64_t n, bool is_fine)
{
    return is_fine ? 2 * n : n / TO_A_CELL + 1;
}

size_t hr_rank_cells(size_t n, bool is_fine)
{
    return (size_t)cells_wanted(n, is_fine) + 3;
}

void hr_rank_begin(hr_rank *rank, const hr_input *in, bool is_fine, void *start, uint32_t *first)
{
    const uint32_t n = in->n_meetings;
    const bool is_long = rank->span >= UINT32_MAX;
    int32_t *short_start = start;
    int64_t *long_start = start;
    rank->n = n;
    rank->end = in->end;
    rank->is_fine = is_fine || is_long;
    rank->cell_bits = 0;
    while (rank->span >> rank->cell_bits > cells_wanted(n, rank->is_fine))
        rank->cell_bits++;
    const uint32_t n_cells = (uint32_t)(rank->span >> rank->cell_bits) + 1;
    memset(first, 0, (n_cells + (size_t)1) * sizeof *first);
    for (uint32_t i = 0; i < n + HR_RANK_PAD; i++) {
        const uint64_t ticks = i < n ? in->start[i] - rank->base : (uint64_t)INT64_MAX;
        if (is_long)
            long_start[i] = (int64_t)ticks;
        else
            short_start[i] = (int32_t)((uint32_t)ticks ^ HR_RANK_SIGN);
        if (i < n)
            first[(ticks >> rank->cell_bits) + 1] = i + 1; /* for cells after this one */
    }
    uint32_t latest = 0; /* in a register: faster than the cell just written */
    for (uint32_t cell = 1; cell <= n_cells; cell++) {
        latest = first[cell] > latest ? first[cell] : latest;
        first[cell] = latest;
    }
    rank->first = first;
    rank->start = is_long ? NULL : short_start;
    rank->long_start = is_long ? long_start : NULL;
}

extern const hr_rank_level hr_rank_baseline, hr_rank_avx2, hr_rank_avx512;

const hr_rank_level *hr_rank_level_of(const hr_vector *vector)
{
    static const hr_rank_level *const level[HR_VECTOR_LEVELS] = {&hr_rank_baseline, &hr_rank_avx2,
                                                                 &hr_rank_avx512};
    return level[hr_vector_number(vector)];
}
