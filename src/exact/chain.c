#include "exact/chain.h"

#include <string.h>

/* States while they are found: bytes in the order of their discovery, and a table of places. */
typedef struct finding {
    const hr_chain_model *model;
    const hr_exact_effort *effort;
    hr_arena *arena;
    unsigned n_cells;
    size_t n, room;
    uint8_t *count;
    size_t n_slots; /* a power of two, at least twice `room` */
    uint32_t *slot; /* number of the state + 1; 0 = free */
    bool is_full;
} finding;

/* FNV-1a with a last mix: states differ in few bytes. */
static uint64_t hash_of(const uint8_t *cells, unsigned n)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (unsigned i = 0; i < n; i++)
        hash = (hash ^ cells[i]) * 0x100000001b3u;
    hash ^= hash >> 29;
    hash *= 0xbf58476d1ce4e5b9u;
    return hash ^ (hash >> 32);
}

static hr_status grow(finding *f, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t room = f->room == 0 ? 1024 : 2 * f->room;
    uint8_t *count = NULL;
    uint32_t *slot = NULL;
    HR_TAKE(count, f->arena, room * f->n_cells);
    HR_TAKE(slot, f->arena, 4 * room);
    if (f->n > 0)
        memcpy(count, f->count, f->n * f->n_cells);
    f->count = count;
    f->slot = slot;
    f->room = room;
    f->n_slots = 4 * room;
    for (size_t i = 0; i < f->n; i++) {
        uint64_t at = hash_of(count + i * f->n_cells, f->n_cells) & (f->n_slots - 1);
        while (slot[at] != 0)
            at = (at + 1) & (f->n_slots - 1);
        slot[at] = (uint32_t)i + 1;
    }
out:
    return st;
}

/* Number of the state, a new one if it was not seen. */
static hr_status find(finding *f, const uint8_t *cells, uint32_t *state, hr_err *err)
{
    hr_status st = HR_OK;
    if (f->n == f->room)
        HR_TRY(grow(f, err));
    uint64_t at = hash_of(cells, f->n_cells) & (f->n_slots - 1);
    while (f->slot[at] != 0) {
        *state = f->slot[at] - 1;
        if (memcmp(f->count + *state * (size_t)f->n_cells, cells, f->n_cells) == 0)
            return HR_OK;
        at = (at + 1) & (f->n_slots - 1);
    }
    if (f->n >= f->effort->states) {
        f->is_full = true;
        *state = 0;
        return HR_OK;
    }
    memcpy(f->count + f->n * f->n_cells, cells, f->n_cells);
    f->slot[at] = (uint32_t)f->n + 1;
    *state = (uint32_t)f->n++;
out:
    return st;
}

/* ---- one form for states that are the same */

/* Servers in descending order of their cells: insertion, because one has just changed. */
static void sort_servers(const hr_chain_model *model, uint8_t *cells)
{
    uint8_t one[HR_CHAIN_MOST_TYPES];
    const unsigned n = model->n_types;
    for (unsigned j = 1; j < model->n_servers; j++) {
        unsigned at = j;
        memcpy(one, cells + j * n, n);
        for (; at > 0 && memcmp(cells + (at - 1) * n, one, n) < 0; at--)
            memcpy(cells + at * n, cells + (at - 1) * n, n);
        memcpy(cells + at * n, one, n);
    }
}

/* After an arrival the turn is the next server's: it becomes the first. */
static void pass_turn(const hr_chain_model *model, uint8_t *cells)
{
    uint8_t one[HR_CHAIN_MOST_TYPES];
    const unsigned n = model->n_types, last = model->n_servers - 1;
    if (model->n_servers == 1) {
        cells[n] = (uint8_t)((cells[n] + 1u) % model->cycle);
        return;
    }
    memcpy(one, cells, n);
    memmove(cells, cells + n, last * (size_t)n);
    memcpy(cells + last * (size_t)n, one, n);
}

/* ---- rows */

typedef struct row_list {
    hr_arena *arena;
    size_t n, room;
    uint32_t *to;
    double *weight;
} row_list;

static hr_status add_entry(row_list *rows, size_t first, uint32_t to, double weight, hr_err *err)
{
    hr_status st = HR_OK;
    for (size_t i = first; i < rows->n; i++) {
        if (rows->to[i] == to) {
            rows->weight[i] += weight;
            return HR_OK;
        }
    }
    if (rows->n == rows->room) {
        const size_t room = 2 * rows->room + 4096;
        uint32_t *more = NULL;
        double *weights = NULL;
        HR_TAKE(more, rows->arena, room);
        HR_TAKE(weights, rows->arena, room);
        if (rows->n > 0) {
            memcpy(more, rows->to, rows->n * sizeof *more);
            memcpy(weights, rows->weight, rows->n * sizeof *weights);
        }
        rows->to = more;
        rows->weight = weights;
        rows->room = room;
    }
    rows->to[rows->n] = to;
    rows->weight[rows->n++] = weight;
out:
    return st;
}

static unsigned total_of(const hr_chain_model *model, const uint8_t *cells)
{
    unsigned total = 0;
    for (unsigned i = 0; i < model->n_servers * model->n_types; i++)
        total += cells[i];
    return total;
}

/* Arrivals in state `cells`, each kind with its share. */
static hr_status arrive(finding *f, const uint8_t *cells, row_list *rows, size_t first, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_chain_model *m = f->model;
    const bool has_room = total_of(m, cells) < m->most;
    for (unsigned k = 0; k < m->n_kinds; k++) {
        double chance[HR_CHAIN_MOST_CELLS], left = 1.0;
        uint8_t next[HR_CHAIN_MOST_CELLS + 1];
        uint32_t to = 0;
        const hr_chain_kind *kind = &m->kind[k];
        hr_chain_choose(m, cells, m->type[kind->type].load, kind->reserve, chance);
        for (unsigned j = 0; j < m->n_servers; j++) {
            const unsigned cell = j * m->n_types + kind->type;
            if (!(chance[j] > 0.0) || !has_room)
                continue;
            memcpy(next, cells, f->n_cells);
            next[cell]++;
            left -= chance[j];
            if (m->is_sorted)
                sort_servers(m, next);
            if (m->cycle > 1)
                pass_turn(m, next);
            f->is_full = f->is_full || cells[cell] == UINT8_MAX;
            HR_TRY(find(f, next, &to, err));
            HR_TRY(add_entry(rows, first, to, kind->share * chance[j], err));
        }
        if (m->cycle > 1 && left > 0.5) { /* refused, or another's turn: it passes all the same */
            memcpy(next, cells, f->n_cells);
            pass_turn(m, next);
            HR_TRY(find(f, next, &to, err));
            HR_TRY(add_entry(rows, first, to, kind->share, err));
        }
    }
out:
    return st;
}

static hr_status leave(finding *f, const uint8_t *cells, row_list *rows, size_t first, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_chain_model *m = f->model;
    for (unsigned cell = 0; cell < m->n_servers * m->n_types; cell++) {
        const hr_chain_type *type = &m->type[cell % m->n_types];
        uint8_t next[HR_CHAIN_MOST_CELLS + 1];
        uint32_t to = 0;
        if (cells[cell] == 0 || !(type->rate > 0.0))
            continue;
        memcpy(next, cells, f->n_cells);
        next[cell]--;
        if (type->next >= 0)
            next[cell / m->n_types * m->n_types + (unsigned)type->next]++;
        if (m->is_sorted)
            sort_servers(m, next);
        HR_TRY(find(f, next, &to, err));
        HR_TRY(add_entry(rows, first, to, cells[cell] * type->rate, err));
    }
out:
    return st;
}

/* At least so many states: numbers of each type in the pool, whatever the servers. */
static double fewest_states(const hr_chain_model *model)
{
    double states = 1.0;
    for (unsigned t = 0; t < model->n_types && model->most < UINT32_MAX; t++)
        states *= ((double)model->most + 1.0 + t) / (1.0 + t);
    return states;
}

static hr_status keep_rows(const row_list *list, const uint32_t *start, size_t n, hr_arena *arena,
                           hr_chain_rows *rows, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TAKE(rows->start, arena, n + 1);
    HR_TAKE(rows->to, arena, list->n);
    HR_TAKE(rows->weight, arena, list->n);
    memcpy(rows->start, start, (n + 1) * sizeof *start);
    if (list->n > 0) {
        memcpy(rows->to, list->to, list->n * sizeof *list->to);
        memcpy(rows->weight, list->weight, list->n * sizeof *list->weight);
    }
out:
    return st;
}

static hr_status keep_states(const finding *f, hr_arena *arena, hr_chain *chain, hr_err *err)
{
    hr_status st = HR_OK;
    uint8_t *count = NULL;
    *chain = (hr_chain){.model = *f->model, .n_cells = f->n_cells, .n_states = f->n};
    HR_TAKE(count, arena, f->n * f->n_cells);
    HR_TAKE(chain->total, arena, f->n);
    memcpy(count, f->count, f->n * f->n_cells);
    for (size_t i = 0; i < f->n; i++)
        chain->total[i] = total_of(f->model, count + i * f->n_cells);
    chain->count = count;
out:
    return st;
}

hr_status hr_chain_make(const hr_chain_model *model, const hr_exact_effort *effort, hr_arena *arena,
                        hr_chain *chain, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena scratch = {0};
    const unsigned n_cells =
        model->n_servers * model->n_types + (model->cycle > 1 && model->n_servers == 1);
    finding f = {.model = model, .effort = effort, .arena = &scratch, .n_cells = n_cells};
    row_list come = {.arena = &scratch}, go = {.arena = &scratch};
    uint32_t *come_start = NULL, *go_start = NULL, first = 0;
    uint8_t cells[HR_CHAIN_MOST_CELLS + 1] = {0};
    if (fewest_states(model) > (double)effort->states) {
        *why = "the pool has too many states";
        return HR_OK;
    }
    HR_TAKE(come_start, &scratch, effort->states + 2);
    HR_TAKE(go_start, &scratch, effort->states + 2);
    HR_TRY(find(&f, cells, &first, err));
    for (size_t i = 0; i < f.n && !f.is_full; i++) {
        memcpy(cells, f.count + i * n_cells, n_cells); /* the table may move */
        HR_TRY(arrive(&f, cells, &come, come.n, err));
        HR_TRY(leave(&f, cells, &go, go.n, err));
        come_start[i + 1] = (uint32_t)come.n;
        go_start[i + 1] = (uint32_t)go.n;
    }
    if (f.is_full) {
        *why = "the pool has too many states";
        goto out;
    }
    HR_TRY(keep_states(&f, arena, chain, err));
    HR_TRY(keep_rows(&come, come_start, f.n, arena, &chain->arrive, err));
    HR_TRY(keep_rows(&go, go_start, f.n, arena, &chain->leave, err));
out:
    hr_arena_free(&scratch);
    return st;
}

int64_t hr_chain_load(const hr_chain *chain, size_t state, unsigned j)
{
    const hr_chain_model *m = &chain->model;
    const uint8_t *cells = chain->count + state * chain->n_cells + j * (size_t)m->n_types;
    int64_t load = 0;
    for (unsigned t = 0; t < m->n_types; t++)
        load += cells[t] * m->type[t].load;
    return load;
}
