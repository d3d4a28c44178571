#include "explore/ledger.h"

#include <string.h>

enum { SUMS = 5, LIMBS = 2 + 4 * SUMS, AT_ONCE = 4096 };

hr_status hr_ledger_init(hr_ledger *ledger, const hr_study *study, int n_ranks, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = study->n_configurations;
    const uint64_t share = n / (uint64_t)n_ranks + 1;
    *ledger = (hr_ledger){.study = study, .n_active = n};
    HR_TAKE(ledger->active, &ledger->arena, n);
    HR_TAKE(ledger->added, &ledger->arena, n);
    HR_TAKE(ledger->folded, &ledger->arena, n);
    HR_TAKE(ledger->look, &ledger->arena, n);
    HR_TAKE(ledger->verdict, &ledger->arena, n);
    HR_TAKE(ledger->scale, &ledger->arena, share);
    for (uint64_t i = 0; i < n; i++)
        ledger->active[i] = i;
    for (uint64_t i = 0; i < share; i++)
        ledger->scale[i] = -1.0;
out:
    return st;
}

void hr_ledger_free(hr_ledger *ledger)
{
    hr_arena_free(&ledger->arena);
    *ledger = (hr_ledger){0};
}

static void add_entry(hr_entry *to, const hr_cell *target, uint64_t n_replications)
{
    to->target.hits += target->hits;
    to->target.x += target->x;
    to->target.xx += target->xx;
    to->target.y += target->y;
    to->target.yy += target->yy;
    to->target.xy += target->xy;
    to->n_replications += n_replications;
}

void hr_ledger_add(hr_ledger *ledger, uint64_t position, const hr_cell *target,
                   uint64_t n_replications)
{
    HR_ASSERT(position < ledger->n_active);
    add_entry(&ledger->added[position], target, n_replications);
}

/* ---- sums over ranks: 128-bit numbers as four limbs of 32 bits in 64, which 2^32 ranks cannot
 * overflow */

static void split(const hr_entry *entry, uint64_t limbs[LIMBS])
{
    const hr_cell *cell = &entry->target;
    const hr_u128 sums[SUMS] = {cell->x, cell->xx, cell->y, cell->yy, cell->xy};
    limbs[0] = cell->hits;
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
    return (hr_entry){{limbs[0], sums[0], sums[1], sums[2], sums[3], sums[4]}, limbs[1]};
}

/* Collective. `buffer` has room for AT_ONCE entries. */
static void sum_entries(hr_ledger *ledger, hr_comm *comm, uint64_t *buffer)
{
    for (uint64_t done = 0; done < ledger->n_active; done += AT_ONCE) {
        const uint64_t left = ledger->n_active - done;
        const uint64_t n = left < AT_ONCE ? left : AT_ONCE;
        for (uint64_t i = 0; i < n; i++)
            split(&ledger->added[done + i], buffer + i * LIMBS);
        hr_comm_sum(comm, buffer, n * LIMBS);
        for (uint64_t i = 0; i < n; i++) {
            const hr_entry sum = join(buffer + i * LIMBS);
            add_entry(&ledger->folded[ledger->active[done + i]], &sum.target, sum.n_replications);
        }
    }
    memset(ledger->added, 0, ledger->n_active * sizeof *ledger->added);
}

/* ---- verdicts */

static struct hr_stopping stopping_rule(const hr_study *study)
{
    return (struct hr_stopping){.relative = study->precision.relative,
                                .confidence = study->precision.confidence,
                                .min_hits = study->precision.hits,
                                .at_most = study->precision.at_most,
                                .stop_when_decided = study->precision.stop_when_decided,
                                .has_threshold = study->target.has_threshold,
                                .threshold = study->target.at_most};
}

/* Divisor of the target cell in this configuration; kept, because every look needs it. */
static hr_status target_scale(hr_ledger *ledger, uint64_t configuration, uint64_t place,
                              hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration resolved = {0};
    const hr_study *study = ledger->study;
    const hr_outcome *outcome = &hr_outcomes[study->target.outcome];
    unsigned index[HR_MAX_AXES];
    uint32_t cell = study->target.cell - study->layout.first[study->target.outcome];
    if (ledger->scale[place] >= 0.0)
        return HR_OK;
    for (int a = HR_MAX_AXES - 1; a >= 0; a--) {
        index[a] = cell % study->layout.size[outcome->axes[a]];
        cell /= study->layout.size[outcome->axes[a]];
    }
    hr_arena_reset(arena);
    HR_TRY(hr_study_configuration(study, NULL, configuration, 0, arena, &resolved, err));
    ledger->scale[place] = hr_outcome_scale(study->target.outcome, &resolved, index);
out:
    return st;
}

/* Local: the verdicts of this rank's share into verdict[n_active], 0 elsewhere. */
static hr_status judge_share(hr_ledger *ledger, const hr_comm *comm, const hr_look *look,
                             uint64_t *verdict, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const uint64_t n_ranks = (uint64_t)hr_comm_size(comm);
    const hr_study *study = ledger->study;
    const struct hr_stopping rule = stopping_rule(study);
    for (uint64_t i = 0; i < ledger->n_active; i++) {
        const uint64_t c = ledger->active[i];
        const hr_entry *entry = &ledger->folded[c];
        hr_estimate estimate;
        if (c % n_ranks != (uint64_t)hr_comm_rank(comm))
            continue;
        if (entry->n_replications != look->replications)
            HR_TRY(HR_FAIL(err, HR_ERR_BUG,
                           "configuration %llu has %llu replications after look %u instead of %llu",
                           (unsigned long long)c, (unsigned long long)entry->n_replications,
                           look->number, (unsigned long long)look->replications));
        HR_TRY(target_scale(ledger, c, c / n_ranks, &arena, err));
        verdict[i] = hr_stopping_verdict(&rule, &hr_outcomes[study->target.outcome], &entry->target,
                                         entry->n_replications, ledger->scale[c / n_ranks],
                                         look->number, &estimate);
    }
out:
    hr_arena_free(&arena);
    return st;
}

static void strike_out(hr_ledger *ledger, const hr_look *look, const uint64_t *verdict)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < ledger->n_active; i++) {
        const uint64_t c = ledger->active[i];
        const bool ends = verdict[i] != HR_GO_ON || look->is_last;
        if (ends) {
            ledger->look[c] = (uint8_t)look->number;
            ledger->verdict[c] = verdict[i] == HR_GO_ON ? HR_EXHAUSTED : (uint8_t)verdict[i];
        } else {
            ledger->active[kept++] = c;
        }
    }
    ledger->n_active = kept;
}

hr_status hr_ledger_settle(hr_ledger *ledger, hr_comm *comm, const hr_look *look, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const uint64_t n = ledger->n_active;
    uint64_t *buffer = hr_arena_take(&arena, (n < AT_ONCE ? n : AT_ONCE) * LIMBS, sizeof *buffer);
    uint64_t *verdict = hr_arena_take(&arena, n, sizeof *verdict);
    if (buffer == NULL || verdict == NULL)
        st = HR_FAIL(err, HR_ERR_MEMORY, "no memory to judge %llu configurations",
                     (unsigned long long)n);
    HR_TRY(hr_comm_agree(comm, st, err));
    HR_ASSERT(buffer != NULL && verdict != NULL); /* as all ranks have agreed */
    sum_entries(ledger, comm, buffer);
    st = judge_share(ledger, comm, look, verdict, err);
    HR_TRY(hr_comm_agree(comm, st, err));
    hr_comm_sum(comm, verdict, n);
    strike_out(ledger, look, verdict);
out:
    hr_arena_free(&arena);
    return st;
}
