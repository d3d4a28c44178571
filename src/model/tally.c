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
    tally->is_weighted = false;
    memset(&tally->weights, 0, sizeof tally->weights);
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

/* ---- weighted sums */

/* whole + behind 2^-128 <- the same + a value >= 0 below 2^128, exact but for what lies below
 * 2^-128. */
static void add_real(hr_u128 *whole, hr_u128 *behind, double value)
{
    const hr_u128 integer = (hr_u128)value;
    const hr_u128 fraction = (hr_u128)((value - (double)integer) * 0x1p64 * 0x1p64);
    *behind += fraction;
    *whole += integer + (*behind < fraction);
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void cell_add_weighted(hr_cell *cell, hr_u128 x, hr_u128 y, double weight)
{
    const double a = weight * (double)x, b = weight * (double)y;
    cell->hits += x > 0;
    add_real(&cell->x, &cell->behind.x, a);
    add_real(&cell->xx, &cell->behind.xx, a * a);
    add_real(&cell->y, &cell->behind.y, b);
    add_real(&cell->yy, &cell->behind.yy, b * b);
    add_real(&cell->xy, &cell->behind.xy, a * b);
    if (bits_of(a) > cell->behind.largest)
        cell->behind.largest = bits_of(a);
}

static double real_of(hr_u128 whole, hr_u128 behind)
{
    return (double)whole + (double)behind * 0x1p-64 * 0x1p-64;
}

hr_sums hr_cell_sums(const hr_cell *cell)
{
    const hr_behind *b = &cell->behind;
    hr_sums sums = {.x = real_of(cell->x, b->x),
                    .xx = real_of(cell->xx, b->xx),
                    .y = real_of(cell->y, b->y),
                    .yy = real_of(cell->yy, b->yy),
                    .xy = real_of(cell->xy, b->xy)};
    memcpy(&sums.largest, &b->largest, sizeof sums.largest);
    return sums;
}

static void merge_sum(hr_u128 *whole, hr_u128 *behind, hr_u128 part, hr_u128 part_behind)
{
    *behind += part_behind;
    *whole += part + (*behind < part_behind);
}

void hr_cell_merge(hr_cell *total, const hr_cell *part)
{
    hr_behind *to = &total->behind;
    const hr_behind *from = &part->behind;
    total->hits += part->hits;
    merge_sum(&total->x, &to->x, part->x, from->x);
    merge_sum(&total->xx, &to->xx, part->xx, from->xx);
    merge_sum(&total->y, &to->y, part->y, from->y);
    merge_sum(&total->yy, &to->yy, part->yy, from->yy);
    merge_sum(&total->xy, &to->xy, part->xy, from->xy);
    to->largest = from->largest > to->largest ? from->largest : to->largest;
}

void hr_tally_add_weight(hr_tally *tally, double weight, unsigned rung, hr_u128 target)
{
    HR_ASSERT(rung < HR_MOST_RUNGS);
    tally->is_weighted = true;
    cell_add_weighted(&tally->weights.all, 1, 0, weight);
    cell_add_weighted(&tally->weights.rung[rung], target, 0, weight);
}

void hr_tally_add_control(hr_tally *tally, uint32_t cell, double weight, hr_u128 x, double control)
{
    hr_cell *to = &tally->cell[cell];
    const double a = weight * (double)x, b = weight * control;
    add_real(&to->y, &to->behind.y, b);
    add_real(&to->yy, &to->behind.yy, b * b);
    add_real(&to->xy, &to->behind.xy, a * b);
}

/* All cells of one outcome, in layout order: the last axis runs fastest. */
static void add_outcome(hr_cell *cell, const hr_layout *layout, unsigned outcome,
                        const hr_configuration *configuration, const hr_counts *counts,
                        double weight)
{
    const bool is_weighted = weight < 1.0 || weight > 1.0;
    const hr_outcome *row = &hr_outcomes[outcome];
    unsigned index[HR_MAX_AXES] = {0};
    const unsigned cells = hr_layout_cells(layout, outcome);
    for (unsigned i = 0; i < cells; i++) {
        hr_u128 x = 0;
        hr_u128 y = 0;
        row->pair(counts, configuration, index, &x, &y);
        if (is_weighted && (x != 0 || y != 0))
            cell_add_weighted(&cell[i], x, y, weight);
        else if (x != 0 || y != 0)
            cell_add(&cell[i], x, y);
        for (int a = HR_MAX_AXES - 1; a >= 0 && ++index[a] == layout->size[row->axes[a]]; a--)
            index[a] = 0;
    }
}

void hr_tally_add(hr_tally *tally, const hr_layout *layout, const hr_configuration *configuration,
                  const struct hr_counts *counts, double weight)
{
    tally->n_replications += layout->begin == 0;
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        if (layout->selected[o])
            add_outcome(tally->cell + layout->first[o], layout, o, configuration, counts, weight);
    }
}

void hr_tally_merge(hr_tally *total, const hr_tally *part)
{
    HR_ASSERT(total->n_cells == part->n_cells);
    total->n_replications += part->n_replications;
    for (uint32_t i = 0; i < total->n_cells; i++)
        hr_cell_merge(&total->cell[i], &part->cell[i]);
    if (!part->is_weighted)
        return;
    total->is_weighted = true;
    hr_cell_merge(&total->weights.all, &part->weights.all);
    for (unsigned r = 0; r < HR_MOST_RUNGS; r++)
        hr_cell_merge(&total->weights.rung[r], &part->weights.rung[r]);
}

/* ---- identity and packing */

enum { SUMS = 5 };

static void list_sums(const hr_cell *cell, hr_u128 whole[SUMS], hr_u128 behind[SUMS])
{
    const hr_behind *b = &cell->behind;
    memcpy(whole, (hr_u128[]){cell->x, cell->xx, cell->y, cell->yy, cell->xy},
           SUMS * sizeof *whole);
    memcpy(behind, (hr_u128[]){b->x, b->xx, b->y, b->yy, b->xy}, SUMS * sizeof *behind);
}

static bool is_empty(const hr_cell *cell)
{
    return cell->x == 0 && cell->y == 0 && cell->behind.x == 0 && cell->behind.y == 0;
}

/* The cell as it is identified and packed: the same whether it has been packed before or not. */
static hr_cell content_of(const hr_tally *tally, uint32_t i)
{
    hr_cell cell = tally->cell[i];
    if (tally->is_weighted)
        hr_cell_mark_weighted(&cell);
    return cell;
}

/* `number`: of the cell, or beyond the last of what is known of the weights. */
static uint64_t digest_cell(const hr_cell *cell, uint64_t number, bool is_weighted, uint64_t digest)
{
    hr_u128 whole[SUMS], behind[SUMS];
    uint64_t words[4 + 4 * SUMS] = {digest, number, cell->hits};
    size_t n = 3;
    list_sums(cell, whole, behind);
    for (int s = 0; s < SUMS; s++) {
        words[n++] = (uint64_t)whole[s];
        words[n++] = (uint64_t)(whole[s] >> 64);
    }
    for (int s = 0; is_weighted && s < SUMS; s++) {
        words[n++] = (uint64_t)behind[s];
        words[n++] = (uint64_t)(behind[s] >> 64);
    }
    if (is_weighted)
        words[n++] = cell->behind.largest;
    return hr_hash(words, n);
}

uint64_t hr_tally_digest(const hr_tally *tally, uint64_t configuration)
{
    uint64_t digest = hr_hash((const uint64_t[]){configuration, tally->n_replications}, 2);
    for (uint32_t i = 0; i < tally->n_cells; i++) {
        const hr_cell cell = content_of(tally, i);
        if (!is_empty(&cell))
            digest = digest_cell(&cell, i, tally->is_weighted, digest);
    }
    if (!tally->is_weighted)
        return digest;
    digest = digest_cell(&tally->weights.all, tally->n_cells, true, digest);
    for (unsigned r = 0; r < HR_MOST_RUNGS; r++)
        digest = digest_cell(&tally->weights.rung[r], tally->n_cells + 1 + r, true, digest);
    return digest;
}

/* LEB128 numbers. A tally is n_replications, then for each cell with content the number of empty
 * cells before it and its numbers; the rest is empty. A weighted one begins with 0 instead, then
 * n_replications and what is known of the weights. */

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

static void put_cell(hr_bytes *out, const hr_cell *cell, bool is_weighted)
{
    hr_u128 whole[SUMS], behind[SUMS];
    list_sums(cell, whole, behind);
    put(out, cell->hits);
    for (int s = 0; s < SUMS; s++)
        put(out, whole[s]);
    for (int s = 0; is_weighted && s < SUMS; s++)
        put(out, behind[s]);
    if (is_weighted)
        put(out, cell->behind.largest);
}

size_t hr_tally_pack(const hr_tally *tally, uint8_t *bytes, size_t size)
{
    hr_bytes out = {bytes, size, 0};
    if (tally->is_weighted)
        put(&out, 0);
    put(&out, tally->n_replications);
    for (unsigned r = 0; tally->is_weighted && r < HR_MOST_RUNGS; r++)
        put_cell(&out, &tally->weights.rung[r], true);
    if (tally->is_weighted)
        put_cell(&out, &tally->weights.all, true);
    uint32_t empty = 0;
    for (uint32_t i = 0; i < tally->n_cells; i++) {
        const hr_cell cell = content_of(tally, i);
        if (is_empty(&cell)) {
            empty++;
            continue;
        }
        put(&out, empty);
        put_cell(&out, &cell, tally->is_weighted);
        empty = 0;
    }
    return out.used;
}

/* The same bytes being read: false where they end or are no number. */
typedef struct hr_reading {
    const uint8_t *at;
    size_t size, used;
} hr_reading;

static bool get(hr_reading *in, hr_u128 *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 128; shift += 7) {
        if (in->used == in->size)
            return false;
        const uint8_t byte = in->at[in->used++];
        *value |= (hr_u128)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool get_cell(hr_reading *in, bool is_weighted, hr_cell *cell)
{
    hr_u128 n[2 + 2 * SUMS] = {0};
    for (int s = 0; s < (is_weighted ? 2 + 2 * SUMS : 1 + SUMS); s++) {
        if (!get(in, &n[s]))
            return false;
    }
    *cell = (hr_cell){(uint64_t)n[0],
                      n[1],
                      n[2],
                      n[3],
                      n[4],
                      n[5],
                      {n[6], n[7], n[8], n[9], n[10], (uint64_t)n[11]}};
    return true;
}

static bool get_weights(hr_reading *in, hr_weights *weights)
{
    for (unsigned r = 0; r < HR_MOST_RUNGS; r++) {
        if (!get_cell(in, true, &weights->rung[r]))
            return false;
    }
    return get_cell(in, true, &weights->all);
}

_Bool hr_tally_unpack(hr_tally *tally, const uint8_t *bytes, size_t size)
{
    hr_tally_clear(tally);
    hr_reading in = {bytes, size, 0};
    hr_u128 number = 0;
    if (!get(&in, &number))
        return false;
    tally->is_weighted = number == 0 && size > in.used;
    if (tally->is_weighted && (!get(&in, &number) || !get_weights(&in, &tally->weights)))
        return false;
    tally->n_replications = (uint64_t)number;
    uint64_t next = 0;
    while (in.used < size) {
        if (!get(&in, &number) || number >= tally->n_cells ||
            next + (uint64_t)number >= tally->n_cells)
            return false;
        next += (uint64_t)number;
        if (!get_cell(&in, tally->is_weighted, &tally->cell[next++]))
            return false;
    }
    for (uint32_t i = 0; tally->is_weighted && i < tally->n_cells; i++)
        hr_cell_mark_weighted(&tally->cell[i]);
    return true;
}
