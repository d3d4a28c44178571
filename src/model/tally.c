#include "model/tally.h"

#include <string.h>

#include "base/stream.h"
#include "model/counts.h"
#include "model/prepared.h"

hr_status hr_tally_init(hr_tally *tally, uint32_t n_cells, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    *tally = (hr_tally){.n_cells = n_cells};
    HR_TAKE(tally->cell, arena, n_cells);
out:
    return st;
}

void hr_tally_clear(hr_tally *tally)
{
    tally->n_replications = 0;
    memset(tally->cell, 0, tally->n_cells * sizeof *tally->cell);
}

static void cell_add(hr_cell *cell, hr_u128 x, hr_u128 y)
{
    cell->hits += x > 0;
    cell->x += x;
    cell->xx += x * x;
    cell->y += y;
    cell->yy += y * y;
    cell->xy += x * y;
}

/* All cells of one outcome, in layout order: the last axis runs fastest. */
static void add_outcome(hr_cell *cell, const hr_layout *layout, unsigned outcome,
                        const hr_configuration *configuration, const hr_counts *counts)
{
    const hr_outcome *row = &hr_outcomes[outcome];
    unsigned index[HR_MAX_AXES] = {0};
    const unsigned cells = hr_layout_cells(layout, outcome);
    for (unsigned i = 0; i < cells; i++) {
        hr_u128 x = 0;
        hr_u128 y = 0;
        row->pair(counts, configuration, index, &x, &y);
        if (x != 0 || y != 0)
            cell_add(&cell[i], x, y);
        for (int a = HR_MAX_AXES - 1; a >= 0 && ++index[a] == layout->size[row->axes[a]]; a--)
            index[a] = 0;
    }
}

void hr_tally_add(hr_tally *tally, const hr_layout *layout, const hr_configuration *configuration,
                  const struct hr_counts *counts)
{
    tally->n_replications += layout->begin == 0;
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        if (layout->selected[o])
            add_outcome(tally->cell + layout->first[o], layout, o, configuration, counts);
    }
}

void hr_tally_merge(hr_tally *total, const hr_tally *part)
{
    HR_ASSERT(total->n_cells == part->n_cells);
    total->n_replications += part->n_replications;
    for (uint32_t i = 0; i < total->n_cells; i++) {
        hr_cell *to = &total->cell[i];
        const hr_cell *from = &part->cell[i];
        to->hits += from->hits;
        to->x += from->x;
        to->xx += from->xx;
        to->y += from->y;
        to->yy += from->yy;
        to->xy += from->xy;
    }
}

static bool is_empty(const hr_cell *cell)
{
    return cell->x == 0 && cell->y == 0;
}

uint64_t hr_tally_digest(const hr_tally *tally, uint64_t configuration)
{
    uint64_t digest = hr_hash((const uint64_t[]){configuration, tally->n_replications}, 2);
    for (uint32_t i = 0; i < tally->n_cells; i++) {
        const hr_cell *cell = &tally->cell[i];
        if (is_empty(cell))
            continue;
        const hr_u128 sums[] = {cell->x, cell->xx, cell->y, cell->yy, cell->xy};
        uint64_t words[3 + 2 * 5] = {digest, i, cell->hits};
        for (int s = 0; s < 5; s++) {
            words[3 + 2 * s] = (uint64_t)sums[s];
            words[4 + 2 * s] = (uint64_t)(sums[s] >> 64);
        }
        digest = hr_hash(words, 3 + 2 * 5);
    }
    return digest;
}

/* ---- packing: LEB128 numbers. A tally is n_replications, then for each cell with content the
 * number of empty cells before it and its six sums; the rest is empty. */

typedef struct hr_bytes {
    uint8_t *at;
    size_t size, used;
} hr_bytes;

static void put(hr_bytes *bytes, hr_u128 value)
{
    do {
        const uint8_t low = (uint8_t)(value & 0x7F);
        value >>= 7;
        if (bytes->used < bytes->size)
            bytes->at[bytes->used] = value ? (uint8_t)(low | 0x80) : low;
        bytes->used++;
    } while (value);
}

static bool get(const uint8_t *bytes, size_t size, size_t *used, hr_u128 *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 128; shift += 7) {
        if (*used == size)
            return false;
        const uint8_t byte = bytes[(*used)++];
        *value |= (hr_u128)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

size_t hr_tally_pack(const hr_tally *tally, uint8_t *bytes, size_t size)
{
    hr_bytes out = {bytes, size, 0};
    put(&out, tally->n_replications);
    uint32_t empty = 0;
    for (uint32_t i = 0; i < tally->n_cells; i++) {
        const hr_cell *cell = &tally->cell[i];
        if (is_empty(cell)) {
            empty++;
            continue;
        }
        const hr_u128 numbers[] = {empty,   cell->hits, cell->x, cell->xx,
                                   cell->y, cell->yy,   cell->xy};
        for (size_t s = 0; s < sizeof numbers / sizeof *numbers; s++)
            put(&out, numbers[s]);
        empty = 0;
    }
    return out.used;
}

_Bool hr_tally_unpack(hr_tally *tally, const uint8_t *bytes, size_t size)
{
    hr_tally_clear(tally);
    size_t used = 0;
    hr_u128 number = 0;
    if (!get(bytes, size, &used, &number))
        return false;
    tally->n_replications = (uint64_t)number;
    uint64_t next = 0;
    while (used < size) {
        hr_u128 n[7];
        for (int s = 0; s < 7; s++) {
            if (!get(bytes, size, &used, &n[s]))
                return false;
        }
        if (n[0] >= tally->n_cells || next + (uint64_t)n[0] >= tally->n_cells)
            return false;
        next += (uint64_t)n[0];
        tally->cell[next++] = (hr_cell){(uint64_t)n[1], n[2], n[3], n[4], n[5], n[6]};
    }
    return true;
}
