#include "kernel/lanes_memory.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/lanes.h"
#include "kernel/rank.h"

enum { N = HR_LANES_N, LEAST_STANDING = 1024, MOST_STANDING_BYTES = 4 << 20 };

static void free_arrays(hr_lanes_memory *m)
{
    void *const arrays[] = {m->lanes.server, m->flag,        m->lanes.standing, m->lanes.rows,
                            m->lanes.tail,   m->lanes.entry, m->lanes.ceiling,  m->lanes.peak,
                            m->lanes.spare,  m->gap,         m->start,          m->first,
                            m->flagged,      m->event,       m->work,           m->joined,
                            m->joining,      m->join_gap};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        hr_mem_free(arrays[i]);
    *m = (hr_lanes_memory){.changes = m->changes};
}

void hr_lanes_memory_free(hr_lanes_memory *memory)
{
    if (memory == NULL)
        return;
    free_arrays(memory);
    hr_changes_free(&memory->changes);
    hr_mem_free(memory);
}

/* Wide where servers need it; which keys the people need shows later. */
static size_t most_standing(size_t most, unsigned n_servers)
{
    const size_t wanted = most / 2 + LEAST_STANDING;
    const size_t row = n_servers * sizeof(int32_t);
    return wanted * row < MOST_STANDING_BYTES ? wanted : MOST_STANDING_BYTES / row;
}

/* Every meeting keeps one departure, and every block of arrivals may have begun a page. */
static size_t pages_for(size_t n_steps, uint64_t n_far)
{
    return (n_steps * N + n_far) / (HR_LANES_PAGE - 1) + n_steps / HR_LANES_BLOCK + 4;
}

/* Fewer servers may have more rows. */
static size_t row_cells(unsigned n_servers, bool has_ramp)
{
    const size_t block = (size_t)HR_LANES_BLOCK * hr_lanes_row_servers(n_servers) * N;
    return has_ramp && block < HR_LANES_NEAR_CELLS ? HR_LANES_NEAR_CELLS : block;
}

size_t hr_lanes_memory_bytes(const hr_lanes_memory *m)
{
    if (m == NULL)
        return 0;
    const size_t each = N * (sizeof *m->lanes.server + sizeof *m->gap + sizeof *m->flag) +
                        sizeof(int64_t) + 2 * sizeof *m->first + 1 +
                        sizeof *m->lanes.tail / HR_LANES_BLOCK;
    const size_t events = sizeof *m->event + 3 * sizeof *m->work;
    const size_t row = m->most_servers * (size_t)N;
    return sizeof *m + hr_changes_bytes(&m->changes) + m->most_steps * each +
           (m->most_steps + m->most_joins) * events +
           N * (m->most_ramp_steps * (sizeof *m->joined + sizeof *m->joining) +
                m->most_joins * sizeof *m->join_gap) +
           m->most_pages * (HR_LANES_PAGE * m->entry_bytes + sizeof *m->lanes.spare) +
           (row_cells(m->most_servers, m->most_joins > 0) + 2 * row) * sizeof(int32_t) +
           m->lanes.most_standing * m->most_servers * sizeof *m->lanes.standing;
}

static bool take_arrays(hr_lanes_memory *m, size_t most, size_t most_joins, unsigned n_servers)
{
    hr_lanes *lanes = &m->lanes;
    const size_t ramp_steps = most_joins > 0 ? most : 0;
    lanes->server = hr_mem_take(most * N, sizeof *lanes->server);
    m->flag = hr_mem_take(most * N, sizeof *m->flag);
    lanes->most_standing = (uint32_t)most_standing(most, n_servers);
    lanes->standing = hr_mem_take(lanes->most_standing * (size_t)n_servers, sizeof(int32_t));
    lanes->rows = hr_mem_take(row_cells(n_servers, most_joins > 0), sizeof(int32_t));
    lanes->tail = hr_mem_take(most / HR_LANES_BLOCK + 2, sizeof *lanes->tail);
    lanes->ceiling = hr_mem_take(n_servers, sizeof *lanes->ceiling);
    lanes->peak = hr_mem_take(n_servers, sizeof *lanes->peak);
    m->gap = hr_mem_take(most * N, sizeof *m->gap);
    m->joined = hr_mem_take(ramp_steps * N, sizeof *m->joined);
    m->joining = hr_mem_take((ramp_steps + 1) * N, sizeof *m->joining);
    m->join_gap = hr_mem_take(most_joins * N, sizeof *m->join_gap);
    m->start = hr_mem_take(most + HR_RANK_PAD, sizeof(int64_t));
    m->first = hr_mem_take(hr_rank_cells(most, true), sizeof *m->first);
    m->flagged = hr_mem_take(most + 1, sizeof *m->flagged);
    m->event = hr_mem_take(most + most_joins + 1, sizeof *m->event);
    m->work = hr_mem_take(HR_ORDER_WORK(most + most_joins), sizeof *m->work);
    m->most_steps = most;
    m->most_joins = most_joins;
    m->most_ramp_steps = ramp_steps;
    m->most_servers = n_servers;
    return lanes->server && m->flag && lanes->standing && lanes->rows && lanes->tail &&
           lanes->ceiling && lanes->peak && m->gap && m->joined && m->joining && m->join_gap &&
           m->start && m->first && m->flagged && m->event && m->work;
}

static bool has_room(const hr_lanes_memory *m, uint32_t n_steps, uint32_t n_joins,
                     unsigned n_servers)
{
    return n_steps <= m->most_steps && n_servers <= m->most_servers && n_joins <= m->most_joins &&
           (n_joins == 0 || n_steps <= m->most_ramp_steps);
}

static size_t more_than(size_t n, size_t most)
{
    return n > most ? n + n / 8 + 64 : most;
}

hr_status hr_lanes_memory_room(hr_lanes_memory **memory, uint32_t n_steps, uint32_t n_joins,
                               unsigned n_servers, hr_err *err)
{
    if (*memory == NULL)
        *memory = hr_mem_take(1, sizeof **memory);
    hr_lanes_memory *m = *memory;
    if (m != NULL && !has_room(m, n_steps, n_joins, n_servers)) {
        const hr_lanes_memory kept = *m;
        free_arrays(m);
        m->is_known = kept.is_known;
        m->configuration = kept.configuration;
        m->is_narrow = kept.is_narrow;
        m->is_given_up = kept.is_given_up;
        if (!take_arrays(m, more_than(n_steps, kept.most_steps),
                         more_than(n_joins, kept.most_joins),
                         n_servers > kept.most_servers ? n_servers : kept.most_servers))
            free_arrays(m);
    }
    if (m == NULL || m->most_steps == 0)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory to replay %d times %u meetings", (int)N,
                       n_steps);
    m->lanes.n_servers = n_servers;
    m->lanes.n_steps = n_steps;
    m->lanes.has_ramp = n_joins > 0;
    m->lanes.near = n_joins > 0 ? hr_lanes_near(n_servers) : HR_LANES_BLOCK;
    m->n_far = 0;
    return HR_OK;
}

/* An entry has the width of two keys. */
bool hr_lanes_memory_pages(hr_lanes_memory *m)
{
    const size_t n = pages_for(m->lanes.n_steps, m->n_far);
    const size_t bytes = m->is_narrow ? sizeof(uint32_t) : sizeof(uint64_t);
    if (n <= m->most_pages && bytes <= m->entry_bytes)
        return true;
    hr_mem_free(m->lanes.entry);
    hr_mem_free(m->lanes.spare);
    m->most_pages = n + n / 8;
    m->entry_bytes = bytes;
    m->lanes.entry = hr_mem_take(m->most_pages * HR_LANES_PAGE, bytes);
    m->lanes.spare = hr_mem_take(m->most_pages, sizeof *m->lanes.spare);
    if (m->lanes.entry && m->lanes.spare)
        return true;
    free_arrays(m);
    return false;
}
