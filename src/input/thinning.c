/* Common random numbers among configurations of different rates: all draw the starts of the
 * group's fastest source, and each keeps its share of them, so that the same meeting is the same
 * everywhere. */
#include <string.h>

#include "input/store.h"

hr_thinning hr_thinning_open(const hr_writing *writing, unsigned source, unsigned index)
{
    hr_thinning thinning = {.n_sharing = writing->n_sharing};
    for (unsigned l = 0; l < writing->n_sharing; l++) {
        thinning.keep[l] = writing->sharing[l]->prepared->sources[source].keep;
        thinning.is_needed = thinning.is_needed || thinning.keep[l] <= UINT32_MAX;
    }
    if (thinning.is_needed)
        hr_stream_open(&thinning.words, writing->id, HR_PURPOSE_KEEP, index, writing->vector);
    return thinning;
}

/* Move the kept rows, `size` bytes each, to the front. */
static void take_out(void *data, const uint32_t *kept, uint32_t n, size_t size)
{
    char *rows = data;
    size_t to = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (kept[i] != 0 && to != i)
            memcpy(rows + to * size, rows + i * size, size);
        to += kept[i] != 0;
    }
}

/* Meetings of the group that are not this configuration's have had their draws: away with them. */
hr_status hr_write_thinned(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    const uint32_t *kept = in->store->kept;
    const uint32_t n = in->n_meetings;
    const size_t load = writing->configuration->n_resources * sizeof *in->initial;
    uint32_t *number = NULL;
    uint32_t n_kept = 0;
    if (in->store->starts.n_thinned == 0)
        return HR_OK;
    HR_ROOM(number, &in->store->place, n);
    for (uint32_t i = 0; i < n; i++) {
        number[i] = n_kept;
        n_kept += kept[i] != 0;
    }
    for (uint32_t i = 0; i < in->n_joins; i++)
        in->join_meeting[i] = number[in->join_meeting[i]];
    take_out(in->start, kept, n, sizeof *in->start);
    take_out(in->end, kept, n, sizeof *in->end);
    take_out(in->class_of, kept, n, sizeof *in->class_of);
    take_out(in->profile, kept, n, sizeof *in->profile);
    take_out(in->size, kept, n, sizeof *in->size);
    take_out(in->tie, kept, n, sizeof *in->tie);
    take_out(in->pick, kept, n, sizeof *in->pick);
    in->n_meetings = n_kept;
    if (!in->without_loads)
        take_out(in->initial, kept, n, load);
    if (in->final != in->initial)
        take_out(in->final, kept, n, load);
out:
    return st;
}
