#include "kernel/lanes_memory.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/lanes.h"

enum { N = HR_LANES_N, LEAST_FLAGS = 1024, LEAST_FAR = 4096 };

static void free_arrays(hr_lanes_memory *m)
{
    void *const arrays[] = {m->people, m->after,      m->away,     m->tie,       m->start,
                            m->end,    m->first,      m->flagged,  m->departure, m->work,
                            m->change, m->lanes.flag, m->lanes.far};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        hr_mem_free(arrays[i]);
    int16_t *ring = m->ring;
    const size_t most_ring = m->most_ring;
    *m = (hr_lanes_memory){.ring = ring, .most_ring = most_ring};
}

void hr_lanes_memory_free(hr_lanes_memory *memory)
{
    if (memory == NULL)
        return;
    free_arrays(memory);
    hr_mem_free(memory->ring);
    hr_mem_free(memory);
}

size_t hr_lanes_memory_bytes(const hr_lanes_memory *m)
{
    if (m == NULL)
        return 0;
    const size_t each = N * (2 * sizeof *m->people + 2 * sizeof *m->away + sizeof *m->tie) +
                        3 * sizeof *m->start + 1 + sizeof *m->departure + 3 * sizeof *m->work +
                        2 * sizeof *m->change;
    return sizeof *m + m->most_steps * each + m->most_ring * sizeof *m->ring +
           m->lanes.most_flags * sizeof *m->lanes.flag + m->lanes.most_far * sizeof *m->lanes.far;
}

static bool take_arrays(hr_lanes_memory *m, size_t most, uint32_t most_flags, uint32_t most_far)
{
    m->people = hr_mem_take(most * N, sizeof *m->people);
    m->after = hr_mem_take(most * N, sizeof *m->after);
    m->away = hr_mem_take(2 * most * N, sizeof *m->away);
    m->tie = hr_mem_take(most * N, sizeof *m->tie);
    m->start = hr_mem_take(most + HR_LANES_PAD, sizeof *m->start);
    m->end = hr_mem_take(most, sizeof *m->end);
    m->first = hr_mem_take(most, sizeof *m->first);
    m->flagged = hr_mem_take(most + 1, sizeof *m->flagged);
    m->departure = hr_mem_take(most, sizeof *m->departure);
    m->work = hr_mem_take(HR_ORDER_WORK(most), sizeof *m->work);
    m->change = hr_mem_take(2 * most, sizeof *m->change); /* arrivals and departures */
    m->lanes.flag = hr_mem_take(most_flags, sizeof *m->lanes.flag);
    m->lanes.far = hr_mem_take(most_far, sizeof *m->lanes.far);
    m->most_changes = 2 * most;
    m->lanes.most_flags = most_flags;
    m->lanes.most_far = most_far;
    return m->people && m->after && m->away && m->tie && m->start && m->end && m->first &&
           m->flagged && m->departure && m->work && m->change && m->lanes.flag && m->lanes.far;
}

static hr_status no_memory(uint32_t n_steps, hr_err *err)
{
    return HR_FAIL(err, HR_ERR_MEMORY, "no memory to replay %d times %u meetings", (int)N, n_steps);
}

hr_status hr_lanes_memory_room(hr_lanes_memory **memory, uint32_t n_steps, unsigned n_servers,
                               double most_flagged, hr_err *err)
{
    const size_t ring = (size_t)HR_LANES_RING * n_servers * N;
    if (*memory == NULL)
        *memory = hr_mem_take(1, sizeof **memory);
    hr_lanes_memory *m = *memory;
    if (m == NULL)
        return no_memory(n_steps, err);
    if (n_steps > m->most_steps || m->most_steps == 0) {
        const size_t most = n_steps + n_steps / 4 + 64;
        free_arrays(m);
        if (!take_arrays(m, most, (uint32_t)(most_flagged * (double)(most * N)) + LEAST_FLAGS,
                         (uint32_t)most + LEAST_FAR)) {
            free_arrays(m);
            return no_memory(n_steps, err);
        }
        m->most_steps = most;
        for (int l = 0; l < N; l++)
            m->lane_away[l] = m->away + (size_t)(N + l) * most;
    }
    if (ring > m->most_ring) {
        hr_mem_free(m->ring);
        m->ring = hr_mem_take(ring, sizeof *m->ring);
        m->most_ring = m->ring != NULL ? ring : 0;
        if (m->ring == NULL)
            return no_memory(n_steps, err);
    }
    hr_lanes *lanes = &m->lanes;
    lanes->n_servers = n_servers;
    lanes->n_steps = n_steps;
    lanes->people = m->people;
    lanes->away = m->away;
    lanes->tie = m->tie;
    lanes->after = m->after;
    lanes->ring = m->ring;
    return HR_OK;
}

void hr_lanes_memory_clear_ring(hr_lanes_memory *memory)
{
    memset(memory->ring, 0, memory->most_ring * sizeof *memory->ring);
}
