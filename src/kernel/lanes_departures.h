/* lanes_departures: who leaves when, in the lanes kernel: kept by blocks of arrivals in linked
 * pages, and spread over the rows of a block when it begins.
 */
#ifndef HR_KERNEL_LANES_DEPARTURES_H
#define HR_KERNEL_LANES_DEPARTURES_H

#include "kernel/lanes_arrivals.h"

enum { PAGE = HR_LANES_PAGE };

/* One more page for a block of arrivals; where its next departure goes. */
__attribute__((noinline)) static uint32_t open_page(hr_lanes *lanes, uint32_t end)
{
    const uint32_t page = lanes->n_spare > 0 ? lanes->spare[--lanes->n_spare] : ++lanes->n_pages;
    ((entry_word *)lanes->entry)[(size_t)page * PAGE] = end;
    return page * PAGE + 1;
}

/* tail and entry are those of `lanes`, in registers where many are kept. */
static inline void keep(hr_lanes *lanes, uint32_t *tail, entry_word *entry, uint32_t block,
                        entry_word departure)
{
    uint32_t end = tail[block];
    if (end % PAGE == 0)
        end = open_page(lanes, end);
    entry[end] = departure;
    tail[block] = end + 1;
}

/* The rows from an arrival on. */
static inline lane_key *rows_of(const hr_lanes *lanes, uint32_t step, const unsigned n_servers)
{
    return (lane_key *)lanes->rows +
           (size_t)((step & (lanes->near - 1)) * hr_lanes_row_servers(n_servers) * N);
}

static inline void leave(lane_key *rows, entry_word departure)
{
    lane_key *row = rows + (departure & (((entry_word)1 << HALF_ENTRY) - 1));
    *row = (lane_key)(*row + (lane_key)(departure >> HALF_ENTRY));
}

/* The departures of a block of arrivals, into its rows. */
static void set_rows(hr_lanes *lanes, uint32_t block)
{
    const entry_word *entry = lanes->entry;
    lane_key *rows = rows_of(lanes, block * BLOCK, lanes->n_servers);
    uint32_t end = lanes->tail[block];
    while (end != 0) {
        const uint32_t page = (end - 1) / PAGE;
        for (uint32_t i = page * PAGE + 1; i < end; i++)
            leave(rows, entry[i]);
        lanes->spare[lanes->n_spare++] = page;
        end = (uint32_t)entry[(size_t)page * PAGE];
    }
}

/* The departures of an arrival in each lane, some of which are due before the block ends. */
__attribute__((noinline)) static void keep_near(hr_lanes *lanes, uint32_t now,
                                                const uint32_t *block, const entry_word *departure)
{
    for (int l = 0; l < N; l++) {
        if (block[l] == now)
            leave(lanes->rows, departure[l]);
        else
            keep(lanes, lanes->tail, lanes->entry, block[l], departure[l]);
    }
}

/* On a ramp: so many more leave with a gap than join in it. */
static inline void keep_at(hr_lanes *lanes, uint32_t gap, uint32_t rows_end, uint32_t width,
                           uint32_t place, lane_key people)
{
    if (gap < rows_end)
        leave((lane_key *)lanes->rows + (size_t)((gap & (lanes->near - 1)) * width),
              (entry_word)(unsigned_key)people << HALF_ENTRY | place);
    else
        keep(lanes, lanes->tail, lanes->entry, gap / BLOCK,
             (entry_word)(unsigned_key)people << HALF_ENTRY | (gap % BLOCK * width + place));
}

/* The departures of the arrivals of one step, and who joins them after the next one. */
__attribute__((noinline)) static void keep_joins(hr_lanes *lanes, uint32_t step,
                                                 const arrivals *block, const uint32_t **next,
                                                 const uint8_t *server)
{
    const uint32_t rows_end = step / BLOCK * BLOCK + lanes->near, i = step % BLOCK;
    const uint32_t width = hr_lanes_row_servers(lanes->n_servers) * N;
    for (unsigned l = 0; l < N; l++) {
        const uint32_t place = (uint32_t)server[l] * N + l, size = block->size[i][l];
        const uint32_t *join = next[l];
        const uint32_t *end = join + (size - (unsigned_key)block->people[i][l]);
        for (; join < end; join++)
            keep_at(lanes, *join, rows_end, width, place, -(1 << BITS));
        keep_at(lanes, block->gap[i][l], rows_end, width, place, (lane_key)(size << BITS));
        next[l] = end;
    }
}

#endif
