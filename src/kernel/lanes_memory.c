#include "kernel/lanes_memory.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/lanes.h"

enum { N = HR_LANES_N, LEAST_STANDING = 1024, MOST_STANDING_BYTES = 4 << 20 };

static void free_arrays(hr_lanes_memory *m)
{
    void *const arrays[] = {
        m->lanes.server, m->lanes.flag,    m->lanes.standing, m->lanes.rows,  m->lanes.tail,
        m->lanes.entry,  m->lanes.ceiling, m->lanes.peak,     m->lanes.spare, m->gap,
        m->start,        m->first,         m->flagged,        m->departure,   m->work};
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
static size_t most_pages(size_t most)
{
    return most * N / (HR_LANES_PAGE - 1) + most / HR_LANES_BLOCK + 4;
}

size_t hr_lanes_memory_bytes(const hr_lanes_memory *m)
{
    if (m == NULL)
        return 0;
    const size_t each = N * (sizeof *m->lanes.server + sizeof *m->gap) + 2 * sizeof *m->start + 1 +
                        sizeof *m->lanes.flag + sizeof *m->departure + 3 * sizeof *m->work +
                        sizeof *m->lanes.tail / HR_LANES_BLOCK;
    const size_t row = m->most_servers * (size_t)N;
    return sizeof *m + hr_changes_bytes(&m->changes) + m->most_steps * each +
           most_pages(m->most_steps) * (HR_LANES_PAGE * sizeof(uint64_t) + sizeof *m->lanes.spare) +
           row * (HR_LANES_BLOCK + 2) * sizeof(int32_t) +
           m->lanes.most_standing * m->most_servers * sizeof *m->lanes.standing;
}

static bool take_arrays(hr_lanes_memory *m, size_t most, unsigned n_servers)
{
    hr_lanes *lanes = &m->lanes;
    lanes->server = hr_mem_take(most * N, sizeof *lanes->server);
    lanes->flag = hr_mem_take(most, sizeof *lanes->flag);
    lanes->most_standing = (uint32_t)most_standing(most, n_servers);
    lanes->standing = hr_mem_take(lanes->most_standing * (size_t)n_servers, sizeof(int32_t));
    lanes->rows = hr_mem_take((size_t)HR_LANES_BLOCK * n_servers * N, sizeof(int32_t));
    lanes->tail = hr_mem_take(most / HR_LANES_BLOCK + 2, sizeof *lanes->tail);
    lanes->entry = hr_mem_take(most_pages(most) * HR_LANES_PAGE, sizeof(uint64_t));
    lanes->spare = hr_mem_take(most_pages(most), sizeof *lanes->spare);
    lanes->ceiling = hr_mem_take(n_servers, sizeof *lanes->ceiling);
    lanes->peak = hr_mem_take(n_servers, sizeof *lanes->peak);
    m->gap = hr_mem_take(most * N, sizeof *m->gap);
    m->start = hr_mem_take(most + HR_LANES_PAD, sizeof *m->start);
    m->first = hr_mem_take(most, sizeof *m->first);
    m->flagged = hr_mem_take(most + 1, sizeof *m->flagged);
    m->departure = hr_mem_take(most, sizeof *m->departure);
    m->work = hr_mem_take(HR_ORDER_WORK(most), sizeof *m->work);
    return lanes->server && lanes->flag && lanes->standing && lanes->rows && lanes->tail &&
           lanes->entry && lanes->spare && lanes->ceiling && lanes->peak && m->gap && m->start &&
           m->first && m->flagged && m->departure && m->work;
}

hr_status hr_lanes_memory_room(hr_lanes_memory **memory, uint32_t n_steps, unsigned n_servers,
                               hr_err *err)
{
    if (*memory == NULL)
        *memory = hr_mem_take(1, sizeof **memory);
    hr_lanes_memory *m = *memory;
    if (m != NULL && (n_steps > m->most_steps || n_servers > m->most_servers)) {
        const size_t most = n_steps > m->most_steps ? n_steps + n_steps / 4 + 64 : m->most_steps;
        const unsigned servers = n_servers > m->most_servers ? n_servers : m->most_servers;
        const hr_lanes_memory kept = *m;
        free_arrays(m);
        m->is_known = kept.is_known;
        m->configuration = kept.configuration;
        m->is_narrow = kept.is_narrow;
        m->is_given_up = kept.is_given_up;
        if (take_arrays(m, most, servers)) {
            m->most_steps = most;
            m->most_servers = servers;
        } else {
            free_arrays(m);
        }
    }
    if (m == NULL || m->most_steps == 0)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory to replay %d times %u meetings", (int)N,
                       n_steps);
    m->lanes.n_servers = n_servers;
    m->lanes.n_steps = n_steps;
    return HR_OK;
}
