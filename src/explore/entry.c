#include "explore/entry.h"

enum { SUMS = 5, LIMBS = 2 + 4 * SUMS };
_Static_assert(HR_ENTRY_WORK(1) == LIMBS, "an entry needs as many words as it has limbs");

void hr_entry_add(hr_entry *entry, const hr_cell *target, uint64_t n_replications)
{
    entry->hits += target->hits;
    entry->n_replications += n_replications;
    entry->x += target->x;
    entry->xx += target->xx;
    entry->y += target->y;
    entry->yy += target->yy;
    entry->xy += target->xy;
}

static void carry(hr_u128 *whole, hr_u128 *behind, hr_u128 part)
{
    *behind += part;
    *whole += *behind < part;
}

void hr_entry_add_behind(hr_entry *entry, hr_behind *behind, const hr_behind *part)
{
    carry(&entry->x, &behind->x, part->x);
    carry(&entry->xx, &behind->xx, part->xx);
    carry(&entry->y, &behind->y, part->y);
    carry(&entry->yy, &behind->yy, part->yy);
    carry(&entry->xy, &behind->xy, part->xy);
    behind->largest = part->largest > behind->largest ? part->largest : behind->largest;
}

hr_cell hr_entry_target(const hr_entry *entry, const hr_behind *behind)
{
    return (hr_cell){.hits = entry->hits,
                     .x = entry->x,
                     .xx = entry->xx,
                     .y = entry->y,
                     .yy = entry->yy,
                     .xy = entry->xy,
                     .behind = behind != NULL ? *behind : (hr_behind){0}};
}

/* ---- sums over ranks: 128-bit numbers as four limbs of 32 bits in 64, which 2^32 ranks cannot
 * overflow */

static void split(const hr_entry *entry, uint64_t limbs[LIMBS])
{
    const hr_u128 sums[SUMS] = {entry->x, entry->xx, entry->y, entry->yy, entry->xy};
    limbs[0] = entry->hits;
    limbs[1] = entry->n_replications;
    for (int s = 0; s < SUMS; s++) {
        for (int l = 0; l < 4; l++)
            limbs[2 + 4 * s + l] = (uint64_t)(sums[s] >> (32 * l)) & UINT32_MAX;
    }
}

static hr_entry join(const uint64_t limbs[LIMBS])
{
    hr_u128 sums[SUMS] = {0};
    for (int s = 0; s < SUMS; s++) {
        for (int l = 3; l >= 0; l--)
            sums[s] = (sums[s] << 32) + limbs[2 + 4 * s + l];
    }
    return (hr_entry){limbs[0], limbs[1], sums[0], sums[1], sums[2], sums[3], sums[4]};
}

void hr_entry_sum(hr_comm *comm, const hr_entry *entry, size_t n, hr_entry *total, uint64_t *work)
{
    for (size_t i = 0; i < n; i++)
        split(&entry[i], work + i * LIMBS);
    hr_comm_sum(comm, work, n * LIMBS);
    for (size_t i = 0; i < n; i++)
        total[i] = join(work + i * LIMBS);
}

void hr_entry_sum_behind(hr_comm *comm, const hr_behind *behind, size_t n, hr_entry *total,
                         hr_behind *total_behind, uint64_t *work)
{
    static const hr_behind none = {0};
    for (size_t i = 0; i < n; i++) {
        const hr_behind *own = behind != NULL ? &behind[i] : &none;
        split(&(hr_entry){.x = own->x, .xx = own->xx, .y = own->y, .yy = own->yy, .xy = own->xy},
              work + i * LIMBS);
    }
    hr_comm_sum(comm, work, n * LIMBS);
    for (size_t i = 0; i < n; i++) {
        const uint64_t *limbs = work + i * LIMBS + 2;
        hr_u128 *const whole[SUMS] = {&total[i].x, &total[i].xx, &total[i].y, &total[i].yy,
                                      &total[i].xy};
        for (int s = 0; s < SUMS; s++) /* what the highest limb of each has above 32 bits */
            *whole[s] +=
                ((limbs[4 * s + 3] +
                  ((limbs[4 * s + 2] + ((limbs[4 * s + 1] + (limbs[4 * s] >> 32)) >> 32)) >> 32)) >>
                 32);
        const hr_entry sum = join(work + i * LIMBS);
        total_behind[i] = (hr_behind){sum.x, sum.xx, sum.y, sum.yy, sum.xy, 0};
    }
    for (size_t i = 0; i < n; i++)
        work[i] = behind != NULL ? behind[i].largest : 0;
    hr_comm_max(comm, work, n);
    for (size_t i = 0; i < n; i++)
        total_behind[i].largest = work[i];
}
