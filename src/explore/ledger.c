#include "explore/ledger.h"

#include <string.h>

#include "explore/queue.h"
#include "study/size.h"

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
    *ledger = (hr_ledger){.study = study, .n_active = n, .n_cells = 1};
    HR_TAKE(ledger->n_looks, &ledger->arena, n);
    HR_TAKE(ledger->verdict, &ledger->arena, n);
    HR_TAKE(ledger->active, &ledger->rounds, n);
    if (hr_curve_is_asked(study)) {
        HR_TAKE(ledger->curve, &ledger->rounds, 1);
        HR_TRY(hr_curve_init(ledger->curve, study, &ledger->rounds, err));
        ledger->n_cells = ledger->curve->n;
    }
    HR_TAKE(ledger->own, &ledger->rounds, n * ledger->n_cells);
    HR_TAKE(ledger->scale, &ledger->rounds, share * ledger->n_cells);
    HR_TRY(hr_queue_sort(study, ledger->active, n, err));
    for (uint64_t i = 0; i < share * ledger->n_cells; i++)
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
    ledger->curve = NULL;
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

static bool has_weights(const hr_cell *cell)
{
    const hr_behind *b = &cell->behind;
    return b->x != 0 || b->y != 0 || b->largest != 0;
}

hr_status hr_ledger_add(hr_ledger *ledger, uint64_t position, const hr_cell *cell,
                        uint64_t n_replications, hr_err *err)
{
    hr_status st = HR_OK;
    HR_ASSERT(position < ledger->n_active);
    for (size_t i = 0; i < ledger->n_cells; i++) {
        const uint64_t at = position * ledger->n_cells + i;
        hr_entry_add(&ledger->own[at], &cell[i], n_replications);
        if (!has_weights(&cell[i]))
            continue;
        if (ledger->behind == NULL)
            HR_TAKE(ledger->behind, &ledger->rounds, most_active(ledger) * ledger->n_cells);
        hr_entry_add_behind(&ledger->own[at], &ledger->behind[at], &cell[i].behind);
    }
out:
    return st;
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

static uint32_t cell_that_decides(const hr_ledger *ledger, size_t i)
{
    return ledger->curve != NULL ? hr_size_cell(ledger->study, i) : ledger->study->target.cell;
}

/* Divisors of the cells that decide of this configuration; kept, because every look needs them. */
static hr_status find_scales(hr_ledger *ledger, uint64_t configuration, uint64_t place,
                             hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration resolved = {0};
    const hr_study *study = ledger->study;
    const unsigned outcome = study->target.outcome;
    const hr_layout *layout = &study->pools[study->target.pool].layout;
    double *scale = ledger->scale + place * ledger->n_cells;
    if (scale[0] >= 0.0)
        return HR_OK;
    hr_arena_reset(arena);
    HR_TRY(hr_study_pool(study, NULL, study->target.pool, configuration, 0, arena, &resolved, err));
    for (size_t i = 0; i < ledger->n_cells; i++) {
        unsigned index[HR_MAX_AXES];
        const uint32_t cell = cell_that_decides(ledger, i) - layout->first[outcome];
        hr_layout_index(layout, outcome, cell, index);
        scale[i] = hr_outcome_scale(outcome, &resolved, index);
    }
out:
    return st;
}

/* ---- a look's end */

/* A part of `active` that is settled at once, with its memory. */
typedef struct hr_settling {
    hr_arena arena;
    hr_arena resolving; /* of one configuration */
    uint64_t first, n;  /* positions */
    uint64_t most;      /* of n */
    size_t n_cells;     /* of each */
    hr_entry *total;    /* [most * n_cells] over all ranks */
    bool is_weighted;   /* somewhere */
    hr_behind *behind;  /* [most * n_cells] of total */
    hr_cell *cell;      /* [n_cells] of one configuration */
    uint64_t *verdict;  /* [most] */
    uint64_t *work;
} hr_settling;

static hr_status settling_init(hr_settling *part, const hr_ledger *ledger, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t k = ledger->n_cells;
    const uint64_t most = k < AT_ONCE ? AT_ONCE / k : 1;
    const uint64_t n = ledger->n_active < most ? ledger->n_active : most;
    *part = (hr_settling){.most = n, .n_cells = k};
    HR_TAKE(part->total, &part->arena, n * k);
    HR_TAKE(part->behind, &part->arena, n * k);
    HR_TAKE(part->cell, &part->arena, k);
    HR_TAKE(part->verdict, &part->arena, n);
    HR_TAKE(part->work, &part->arena, HR_ENTRY_WORK(n * k));
out:
    return st;
}

static hr_status check_complete(uint64_t configuration, uint64_t n_replications,
                                const hr_look *look, hr_err *err)
{
    if (n_replications == look->replications)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_BUG,
                   "configuration %llu has %llu replications after look %u instead of %llu",
                   (unsigned long long)configuration, (unsigned long long)n_replications,
                   look->number, (unsigned long long)look->replications);
}

/* Collective. */
static void sum_over_ranks(const hr_ledger *ledger, hr_settling *part, hr_comm *comm)
{
    const uint64_t first = part->first * part->n_cells, n = part->n * part->n_cells;
    const hr_behind *behind = ledger->behind != NULL ? ledger->behind + first : NULL;
    hr_entry_sum(comm, ledger->own + first, n, part->total, part->work);
    if (part->is_weighted)
        hr_entry_sum_behind(comm, behind, n, part->total, part->behind, part->work);
}

/* Of one configuration: part->cell and how many replications they are of. */
static uint64_t take_cells(hr_settling *part, uint64_t i)
{
    for (size_t k = 0; k < part->n_cells; k++)
        part->cell[k] = hr_entry_target(&part->total[i * part->n_cells + k],
                                        &part->behind[i * part->n_cells + k]);
    return part->total[i * part->n_cells].n_replications;
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
        const uint64_t n = take_cells(part, i);
        const double *scale = ledger->scale + c / n_ranks * ledger->n_cells;
        hr_estimate estimate;
        if (c % n_ranks != (uint64_t)hr_comm_rank(comm))
            continue;
        HR_TRY(check_complete(c, n, look, err));
        HR_TRY(find_scales(ledger, c, c / n_ranks, &part->resolving, err));
        part->verdict[i] =
            ledger->curve != NULL
                ? hr_curve_verdict(ledger->curve, part->cell, n, scale, look->number)
                : hr_stopping_verdict(&rule, &hr_outcomes[study->target.outcome], part->cell, n,
                                      *scale, look->number, &estimate);
    }
out:
    return st;
}

static void move(hr_ledger *ledger, uint64_t from, uint64_t to)
{
    const size_t n = ledger->n_cells;
    memmove(ledger->own + to * n, ledger->own + from * n, n * sizeof *ledger->own);
    if (ledger->behind != NULL)
        memmove(ledger->behind + to * n, ledger->behind + from * n, n * sizeof *ledger->behind);
}

/* What goes on moves to position `kept` and on; returns where the next one would go. */
static uint64_t strike_out(hr_ledger *ledger, const hr_settling *part, const hr_look *look,
                           uint64_t kept)
{
    for (uint64_t i = 0; i < part->n; i++) {
        const uint64_t position = part->first + i;
        const uint32_t c = ledger->active[position];
        if (part->verdict[i] == HR_GO_ON && !look->is_last) {
            move(ledger, position, kept);
            ledger->active[kept++] = c;
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
        HR_TRY(check_complete(c, take_cells(part, i), look, err));
        HR_TRY(find_scales(ledger, c, c, &part->resolving, err));
        hr_sizing_judge(ledger->sizing, c, part->cell, look, ledger->scale[c]);
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
    HR_TRY(hr_comm_agree(comm, settling_init(&part, ledger, err), err));
    uint64_t is_weighted = ledger->behind != NULL;
    hr_comm_max(comm, &is_weighted, 1);
    part.is_weighted = is_weighted != 0;
    for (part.first = 0; part.first < ledger->n_active; part.first += part.most) {
        const uint64_t left = ledger->n_active - part.first;
        part.n = left < part.most ? left : part.most;
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
