/* Where the cells of a tally are: one pass over the outcome table. */
#include <string.h>

#include "base/stream.h"
#include "model/outcome.h"
#include "model/prepared.h"

unsigned hr_layout_cells(const hr_layout *layout, unsigned outcome)
{
    const unsigned needs = hr_outcomes[outcome].needs;
    const bool is_missed =
        (needs & HR_NEEDS_BACKLOG && !layout->has_backlog) ||
        (needs & HR_NEEDS_FAILURES && layout->size[HR_AXIS_CAUSE] == 0) ||
        ((needs & HR_NEEDS_INSERTED) == HR_NEEDS_INSERTED && !layout->has_inserted) ||
        (needs & HR_NEEDS_ANATOMY && !layout->has_anatomy) ||
        ((needs & HR_NEEDS_EXCESS) == HR_NEEDS_EXCESS && !layout->has_excess) ||
        (needs & HR_NEEDS_COLLISION && !layout->has_meetings) ||
        (needs & HR_NEEDS_JOINT && layout->size[HR_AXIS_POOL] == 0);
    unsigned cells = is_missed ? 0 : 1;
    for (int a = 0; a < HR_MAX_AXES; a++)
        cells *= layout->size[hr_outcomes[outcome].axes[a]];
    return cells;
}

static void set_sizes(hr_layout *layout, const hr_configuration *example, unsigned n_servers_max)
{
    unsigned named = 0;
    while (named < example->n_criteria && example->criteria[named].level >= 0)
        named++;
    unsigned *size = layout->size;
    size[HR_AXIS_NONE] = 1;
    size[HR_AXIS_CRITERION] = named;
    size[HR_AXIS_SERVER] = n_servers_max;
    size[HR_AXIS_K] = n_servers_max;
    size[HR_AXIS_DURATION] = example->n_durations;
    size[HR_AXIS_CLASS] = example->n_classes;
    size[HR_AXIS_RESOURCE] = example->n_resources;
    size[HR_AXIS_CAPACITY] = example->n_criteria - named;
    size[HR_AXIS_TIME] = example->prepared->n_slots;
    size[HR_AXIS_LEVEL] = HR_N_LEVELS;
    size[HR_AXIS_PROBE] = example->n_probes;
    size[HR_AXIS_THRESHOLD] = example->n_thresholds;
    size[HR_AXIS_CAUSE] = example->failures != NULL ? HR_N_CAUSES : 0;
    size[HR_AXIS_POOL] = example->n_pools > 1 ? example->n_pools : 0;
}

static hr_status refuse_empty(unsigned outcome, hr_err *err)
{
    return HR_FAIL(err, HR_ERR_DATA,
                   "outcomes: %s is asked for, but the study gives it nothing to measure "
                   "(snapshots need observe.every or observe.times, probes need probe.sizes, "
                   "the capacity curve needs observe.capacity, a backlog a full ceiling of cpu, "
                   "lost service failures, any pool at once other pools, collisions meetings, "
                   "carries probe.insert)",
                   hr_outcomes[outcome].name);
}

hr_status hr_layout_init(hr_layout *layout, uint32_t begin, const hr_configuration *example,
                         unsigned n_servers_max, const bool *selected, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t *identity = NULL;
    *layout = (hr_layout){.begin = begin,
                          .has_backlog = example->prepared->backlog_limit >= 0,
                          .has_anatomy = example->follows_anatomy,
                          .has_excess = example->follows_excess,
                          .has_inserted = example->inserted != NULL,
                          .has_meetings = example->meetings != HR_MEETINGS_LEGS};
    HR_TAKE(layout->selected, arena, hr_n_outcomes);
    HR_TAKE(layout->first, arena, hr_n_outcomes);
    HR_TAKE(identity, arena, HR_N_AXES + hr_n_outcomes);
    set_sizes(layout, example, n_servers_max);
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        const bool wanted = selected ? selected[o] : hr_outcomes[o].by_default;
        const unsigned cells = hr_layout_cells(layout, o);
        if (wanted && cells == 0 && selected)
            return refuse_empty(o, err);
        layout->selected[o] = wanted && cells > 0;
        layout->first[o] = begin + layout->n_cells;
        if (layout->selected[o]) {
            layout->n_cells += cells;
            layout->needs |= hr_outcomes[o].needs;
        }
        identity[HR_N_AXES + o] = layout->selected[o];
    }
    for (unsigned a = 0; a < HR_N_AXES; a++)
        identity[a] = layout->size[a];
    layout->identity = hr_hash(identity, HR_N_AXES + hr_n_outcomes);
out:
    return st;
}

void hr_layout_index(const hr_layout *layout, unsigned outcome, uint32_t cell,
                     unsigned index[HR_MAX_AXES])
{
    for (int a = HR_MAX_AXES - 1; a >= 0; a--) {
        const unsigned size = layout->size[hr_outcomes[outcome].axes[a]];
        index[a] = cell % size;
        cell /= size;
    }
}

hr_u128 hr_layout_x(const hr_layout *layout, unsigned outcome, uint32_t cell,
                    const hr_configuration *configuration, const struct hr_counts *counts)
{
    unsigned index[HR_MAX_AXES];
    hr_u128 x = 0, y = 0;
    hr_layout_index(layout, outcome, cell - layout->first[outcome], index);
    hr_outcomes[outcome].pair(counts, configuration, index, &x, &y);
    return x;
}
