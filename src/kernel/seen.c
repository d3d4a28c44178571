#include "kernel/seen.h"

#include "base/mem.h"

#define MOST_KEYED ((int64_t)1 << (62 - HR_SERVER_BITS))

/* No server can ever have a load that a key does not hold. That is clear, for most, from the bits
 * of all loads: none is more. */
static bool fits_key(const hr_seen *seen)
{
    const hr_input *in = seen->replay->input;
    const size_t n_resources = seen->replay->configuration->n_resources;
    int64_t total = 0, bits = 0;
    if (seen->resource >= 0) {
        for (size_t i = 0; i < in->n_meetings * n_resources; i++)
            bits |= in->final[i];
    }
    if (bits <= MOST_KEYED / ((int64_t)in->n_meetings + 1))
        return true;
    for (uint32_t i = 0; seen->resource >= 0 && i < in->n_meetings && total < MOST_KEYED; i++) {
        const int64_t load = in->final[i * n_resources + (size_t)seen->resource];
        total += load < MOST_KEYED ? load : MOST_KEYED;
    }
    return total < MOST_KEYED;
}

static int resource_of(const hr_configuration *c)
{
    const int metric = c->placement.metric;
    if (metric == HR_METRIC_MEETINGS)
        return HR_SEEN_MEETINGS;
    if (metric == HR_METRIC_PARTICIPANTS)
        return HR_SEEN_PARTICIPANTS;
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (metric == HR_METRIC_RESOURCE + (int)c->resource[r])
            return (int)r;
    }
    return HR_SEEN_OTHER;
}

static bool wants_least(const hr_configuration *c)
{
    return hr_placing_looks(c) && c->placement.rule != HR_RULE_POWER_OF_D &&
           c->admission != HR_ADMISSION_NONE_FITS;
}

hr_status hr_seen_begin(hr_seen *seen, hr_replaying *replay, const hr_vector *vector, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    *seen = (hr_seen){.replay = replay,
                      .vector = vector,
                      .looks = hr_placing_looks(c),
                      .resource = resource_of(c),
                      .is_fresh = hr_placing_is_fresh(replay)};
    if (!wants_least(c) || seen->resource == HR_SEEN_OTHER || !fits_key(seen))
        return HR_OK;
    seen->stride = seen->resource >= 0 ? s->stride : 1;
    seen->truth = seen->resource >= 0                      ? s->truth.load + seen->resource
                  : seen->resource == HR_SEEN_PARTICIPANTS ? s->truth.people
                                                           : s->truth.meetings;
    seen->n_keys = (c->n_servers + HR_VECTOR_PAD - 1) / HR_VECTOR_PAD * HR_VECTOR_PAD;
    HR_TAKE(seen->key, &s->arena, seen->n_keys);
    for (unsigned j = 0; j < seen->n_keys; j++)
        seen->key[j] = j < c->n_servers ? hr_seen_key(0, j) : INT64_MAX;
out:
    return st;
}

/* Few keys that follow every change are compared one by one: one of them has just been written, and
 * a wide load would wait until that has reached the cache. (For the same reason this is not
 * compiled for wider vectors.) */
enum { FEW_KEYS = 32 };
_Static_assert(HR_VECTOR_PAD % 4 == 0, "keys come in fours");

/* What is past the last of the n keys, up to the next four, is more than they are. */
static int64_t least_of_few(const int64_t *key, size_t n)
{
    int64_t a = key[0], b = key[1], c = key[2], d = key[3];
    for (size_t j = 4; j < n; j += 4) {
        a = key[j] < a ? key[j] : a;
        b = key[j + 1] < b ? key[j + 1] : b;
        c = key[j + 2] < c ? key[j + 2] : c;
        d = key[j + 3] < d ? key[j + 3] : d;
    }
    a = b < a ? b : a;
    c = d < c ? d : c;
    return a < c ? a : c;
}

static unsigned count_of_few(const int64_t *key, size_t n, int64_t one)
{
    unsigned count = 0;
    for (size_t j = 0; j < n; j++)
        count += key[j] >> HR_SERVER_BITS == one >> HR_SERVER_BITS;
    return count;
}

unsigned hr_seen_least(const hr_seen *seen, uint32_t tie)
{
    const bool are_few = seen->is_fresh && seen->n_keys <= FEW_KEYS;
    const unsigned n_servers = seen->replay->configuration->n_servers;
    const int64_t *key = seen->key;
    const int64_t best =
        are_few ? least_of_few(key, n_servers) : seen->vector->least(key, seen->n_keys);
    const unsigned first = (unsigned)best & ((1u << HR_SERVER_BITS) - 1);
    if (seen->replay->configuration->placement.ties == HR_TIES_LOWEST)
        return first;
    const unsigned equals = are_few ? count_of_few(key, n_servers, best)
                                    : seen->vector->count_like(key, seen->n_keys, best);
    unsigned skip = hr_placement_tie(tie, equals);
    for (unsigned j = first; equals > 1; j++) {
        if (key[j] >> HR_SERVER_BITS == best >> HR_SERVER_BITS && skip-- == 0)
            return j;
    }
    return first;
}

void hr_seen_report(hr_seen *seen)
{
    if (!hr_seen_is_keyed(seen))
        hr_placing_report(seen->replay);
    for (unsigned j = 0; j < seen->replay->configuration->n_servers && hr_seen_is_keyed(seen); j++)
        seen->key[j] = hr_seen_key(seen->truth[j * seen->stride], j);
}

void hr_seen_score(hr_seen *seen)
{
    const hr_replaying *replay = seen->replay;
    hr_known *known = seen->is_fresh ? &replay->scratch->truth : &replay->scratch->reported;
    for (unsigned j = 0; seen->looks && j < replay->configuration->n_servers; j++)
        known->score[j] = hr_seen_is_keyed(seen) ? (double)(seen->key[j] >> HR_SERVER_BITS)
                                                 : hr_placing_score(replay, known, j);
}

void hr_seen_add_in_flight(hr_seen *seen, hr_tick last_report, uint32_t meeting,
                           const int64_t *load, uint32_t people, bool is_start)
{
    const hr_replaying *replay = seen->replay;
    if (seen->is_fresh || !replay->configuration->placement.in_flight)
        return;
    if (!hr_seen_is_keyed(seen)) {
        hr_placing_add_in_flight(seen->replay, last_report, meeting, load, people, is_start);
        return;
    }
    if (replay->input->start[meeting] < last_report)
        return;
    int64_t more = people;
    if (seen->resource >= 0)
        more = load[seen->resource];
    else if (seen->resource == HR_SEEN_MEETINGS)
        more = is_start;
    seen->key[replay->scratch->server[meeting]] += hr_seen_key(more, 0);
}
