#include "explore/ledger.h"

#include <string.h>

#include "explore/queue.h"

/* Configurations that are settled at once. */
enum { AT_ONCE = 4096 };

/* Who takes the next look, and with what; the verdicts, when nobody does. */
static uint64_t go_on_sizing(hr_ledger *ledger)
{
    hr_sizing *sizing = ledger->sizing;
    const uint64_t n = hr_sizing_next(sizing, ledger->active, &ledger->next_look);
    for (uint64_t i = 0; i < n; i++) {
        ledger->own[i] = sizing->own[ledger->active[i]];
        if (ledger->behind != NULL)
            ledger->behind[i] = sizing->behind[ledger->active[i]];
    }
    for (uint64_t c = 0; n == 0 && c < ledger->study->n_configurations; c++) {
        ledger->n_looks[c] = sizing->n_looks[c];
        ledger->verdict[c] = (uint8_t)hr_sizing_verdict(sizing, c);
    }
    return n;
}

static hr_status start_sizing(hr_ledger *ledger, hr_err *err)
{
    hr_status st = HR_OK;
    uint32_t *order = NULL;
    HR_TAKE(ledger->sizing, &ledger->rounds, 1);
    HR_TAKE(order, &ledger->rounds, ledger->n_active);
    memcpy(order, ledger->active, ledger->n_active * sizeof *order);
    HR_TRY(hr_sizing_init(ledger->sizing, ledger->study, order, &ledger->rounds, err));
    ledger->n_active = go_on_sizing(ledger);
out:
    return st;
}

hr_status hr_ledger_init(hr_ledger *ledger, const hr_study *study, int n_ranks, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = study->n_configurations;
    const bool is_sizing = study->size.along == HR_SIZE_CHOICE;
    const uint64_t share = is_sizing ? n : n / (uint64_t)n_ranks + 1;
    *ledger = (hr_ledger){.study = study, .n_active = n};
    HR_TAKE(ledger->n_looks, &ledger->arena, n);
    HR_TAKE(ledger->verdict, &ledger->arena, n);
    HR_TAKE(ledger->active, &ledger->rounds, n);
    HR_TAKE(ledger->own, &ledger->rounds, n);
    HR_TAKE(ledger->scale, &ledger->rounds, share);
    HR_TRY(hr_queue_sort(study, ledger->active, n, err));
    for (uint64_t i = 0; i < share; i++)
        ledger->scale[i] = -1.0;
    if (is_sizing)
        HR_TRY(start_sizing(ledger, err));
out:
    return st;
}

void hr_ledger_close(hr_ledger *ledger)
{
    hr_arena_free(&ledger->rounds);
    ledger->sizing = NULL;
    ledger->active = NULL;
    ledger->own = NULL;
    ledger->behind = NULL;
    ledger->scale = NULL;
    ledger->n_active = 0;
}

void hr_ledger_free(hr_ledger *ledger)
{
    hr_arena_free(&ledger->rounds);
    hr_arena_free(&ledger->arena);
    *ledger = (hr_ledger){0};
}

/* In a sizing study who was left aside may come back. */
static uint64_t most_active(const hr_ledger *ledger)
{
    return ledger->sizing != NULL ? ledger->study->n_configurations : ledger->n_active;
}

static bool has_weights(const hr_cell *target)
{
    const hr_behind *b = &target->behind;
    return b->x != 0 || b->y != 0 || b->largest != 0;
}

hr_status hr_ledger_add(hr_ledger *ledger, uint64_t position, const hr_cell *target,
                        uint64_t n_replications, hr_err *err)
{
    hr_status st = HR_OK;
    HR_ASSERT(position < ledger->n_active);
    hr_entry_add(&ledger->own[position], target, n_replications);
    if (!has_weights(target))
        return HR_OK;
    if (ledger->behind == NULL)
        HR_TAKE(ledger->behind, &ledger->rounds, most_active(ledger));
    hr_entry_add_behind(&ledger->own[position], &ledger->behind[position], &target->behind);
out:
    return st;
}

/* ---- verdicts */

/* A curve that is read at many places goes on as long as it may: no place speaks for the others. */
static struct hr_stopping stopping_rule(const hr_study *study)
{
    if (study->size.along != HR_SIZE_NOT_ASKED)
        return (struct hr_stopping){.confidence = study->precision.confidence,
                                    .at_most = study->precision.at_most};
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
    const hr_layout *layout = &study->pools[study->target.pool].layout;
    unsigned index[HR_MAX_AXES];
    const uint32_t cell = study->target.cell - layout->first[study->target.outcome];
    if (ledger->scale[place] >= 0.0)
        return HR_OK;
    hr_layout_index(layout, study->target.outcome, cell, index);
    hr_arena_reset(arena);
    HR_TRY(hr_study_pool(study, NULL, study->target.pool, configuration, 0, arena, &resolved, err));
    ledger->scale[place] = hr_outcome_scale(study->target.outcome, &resolved, index);
out:
    return st;
}

/* ---- a look's end */

/* A part of `active` that is settled at once, with its memory. */
typedef struct hr_settling {
    hr_arena arena;
    hr_arena resolving; /* of one configuration */
    uint64_t first, n;  /* positions */
    hr_entry *total;    /* [AT_ONCE] over all ranks */
    bool is_weighted;   /* somewhere */
    hr_behind *behind;  /* [AT_ONCE] of total */
    uint64_t *verdict;  /* [AT_ONCE] */
    uint64_t *work;
} hr_settling;

static hr_status settling_init(hr_settling *part, uint64_t n_active, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = n_active < AT_ONCE ? n_active : AT_ONCE;
    *part = (hr_settling){0};
    HR_TAKE(part->total, &part->arena, n);
    HR_TAKE(part->behind, &part->arena, n);
    HR_TAKE(part->verdict, &part->arena, n);
    HR_TAKE(part->work, &part->arena, HR_ENTRY_WORK(n));
out:
    return st;
}

static hr_status check_complete(uint64_t configuration, const hr_entry *total, const hr_look *look,
                                hr_err *err)
{
    if (total->n_replications == look->replications)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_BUG,
                   "configuration %llu has %llu replications after look %u instead of %llu",
                   (unsigned long long)configuration, (unsigned long long)total->n_replications,
                   look->number, (unsigned long long)look->replications);
}

/* Collective. */
static void sum_over_ranks(const hr_ledger *ledger, hr_settling *part, hr_comm *comm)
{
    const hr_behind *behind = ledger->behind != NULL ? ledger->behind + part->first : NULL;
    hr_entry_sum(comm, ledger->own + part->first, part->n, part->total, part->work);
    if (part->is_weighted)
        hr_entry_sum_behind(comm, behind, part->n, part->total, part->behind, part->work);
}

/* Local: the verdicts of this rank's share, 0 elsewhere. */
static hr_status judge_share(hr_ledger *ledger, hr_settling *part, const hr_comm *comm,
                             const hr_look *look, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n_ranks = (uint64_t)hr_comm_size(comm);
    const hr_study *study = ledger->study;
    const struct hr_stopping rule = stopping_rule(study);
    memset(part->verdict, 0, part->n * sizeof *part->verdict);
    for (uint64_t i = 0; i < part->n; i++) {
        const uint64_t c = ledger->active[part->first + i];
        const hr_entry *entry = &part->total[i];
        const hr_cell target = hr_entry_target(entry, &part->behind[i]);
        hr_estimate estimate;
        if (c % n_ranks != (uint64_t)hr_comm_rank(comm))
            continue;
        HR_TRY(check_complete(c, entry, look, err));
        HR_TRY(target_scale(ledger, c, c / n_ranks, &part->resolving, err));
        part->verdict[i] = hr_stopping_verdict(&rule, &hr_outcomes[study->target.outcome], &target,
                                               entry->n_replications, ledger->scale[c / n_ranks],
                                               look->number, &estimate);
    }
out:
    return st;
}

/* What goes on moves to position `kept` and on; returns where the next one would go. */
static uint64_t strike_out(hr_ledger *ledger, const hr_settling *part, const hr_look *look,
                           uint64_t kept)
{
    for (uint64_t i = 0; i < part->n; i++) {
        const uint64_t position = part->first + i;
        const uint32_t c = ledger->active[position];
        if (part->verdict[i] == HR_GO_ON && !look->is_last) {
            ledger->active[kept] = c;
            ledger->own[kept] = ledger->own[position];
            if (ledger->behind != NULL)
                ledger->behind[kept] = ledger->behind[position];
            kept++;
            continue;
        }
        ledger->n_looks[c] = (uint8_t)(look->number + 1);
        ledger->verdict[c] =
            part->verdict[i] == HR_GO_ON ? HR_EXHAUSTED : (uint8_t)part->verdict[i];
    }
    return kept;
}

/* Local: all of a sizing study's configurations, on every rank alike. */
static hr_status judge_all(hr_ledger *ledger, hr_settling *part, const hr_look *look, hr_err *err)
{
    hr_status st = HR_OK;
    for (uint64_t i = 0; i < part->n; i++) {
        const uint32_t c = ledger->active[part->first + i];
        HR_TRY(check_complete(c, &part->total[i], look, err));
        HR_TRY(target_scale(ledger, c, c, &part->resolving, err));
        const hr_cell target = hr_entry_target(&part->total[i], &part->behind[i]);
        hr_sizing_judge(ledger->sizing, c, &target, look, ledger->scale[c]);
        ledger->sizing->own[c] = ledger->own[part->first + i];
        if (ledger->behind != NULL)
            ledger->sizing->behind[c] = ledger->behind[part->first + i];
    }
out:
    return st;
}

hr_status hr_ledger_settle(hr_ledger *ledger, hr_comm *comm, const hr_look *look, hr_err *err)
{
    hr_status st = HR_OK;
    hr_settling part;
    uint64_t kept = 0;
    HR_TRY(hr_comm_agree(comm, settling_init(&part, ledger->n_active, err), err));
    uint64_t is_weighted = ledger->behind != NULL;
    hr_comm_max(comm, &is_weighted, 1);
    part.is_weighted = is_weighted != 0;
    for (part.first = 0; part.first < ledger->n_active; part.first += AT_ONCE) {
        const uint64_t left = ledger->n_active - part.first;
        part.n = left < AT_ONCE ? left : AT_ONCE;
        sum_over_ranks(ledger, &part, comm);
        /* A rank that has failed goes on summing with the others until all agree. */
        if (st == HR_OK && ledger->sizing != NULL)
            st = judge_all(ledger, &part, look, err);
        else if (st == HR_OK)
            st = judge_share(ledger, &part, comm, look, err);
        if (ledger->sizing != NULL)
            continue;
        hr_comm_sum(comm, part.verdict, part.n);
        kept = strike_out(ledger, &part, look, kept);
    }
    HR_TRY(hr_comm_agree(comm, st, err));
    ledger->next_look = look->number + 1;
    ledger->n_active = ledger->sizing != NULL ? go_on_sizing(ledger) : kept;
out:
    hr_arena_free(&part.resolving);
    hr_arena_free(&part.arena);
    return st;
}
