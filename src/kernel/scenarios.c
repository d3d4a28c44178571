#include "kernel/scenarios.h"

#include <string.h>

#include "base/mem.h"
#include "kernel/gaps.h"
#include "kernel/placed.h"
#include "kernel/placing.h"
#include "kernel/scalar.h"
#include "kernel/scenarios_place.h"

/* ---- what it can do */

const char *hr_scenarios_decline(const hr_configuration *configuration)
{
    return hr_placed_decline(configuration);
}

/* ---- memory */

struct hr_scenarios_memory {
    hr_scenarios scenarios;
    hr_changes changes;
    hr_events events;
    hr_gaps gaps;
    uint32_t *event;
    uint16_t *server;
    int32_t *cells; /* ceilings, peaks, keys */
    size_t most_events, most_servers, most_cells, most_stretches, most_standing;
};

/* Cells of people at the beginnings of stretches, about: 2 MiB of them. Where meetings are: 16 MiB
 * at most, or scalar, which needs less, does it. */
enum { STANDING = 1 << 19, LEAST_STRETCHES = 16, MOST_PLACES = 1 << 23 };
_Static_assert(MOST_PLACES / HR_MAX_SHARING < HR_WIDE_MOST, "wide keys hold all meetings");

static void free_arrays(hr_scenarios_memory *m)
{
    hr_mem_free(m->event);
    hr_mem_free(m->server);
    hr_mem_free(m->cells);
    hr_mem_free(m->scenarios.stretch);
    hr_mem_free(m->scenarios.standing);
    *m = (hr_scenarios_memory){.changes = m->changes, .gaps = m->gaps};
}

void hr_scenarios_memory_free(hr_scenarios_memory *memory)
{
    if (memory == NULL)
        return;
    free_arrays(memory);
    hr_changes_free(&memory->changes);
    hr_gaps_free(&memory->gaps);
    hr_mem_free(memory);
}

size_t hr_scenarios_memory_bytes(const hr_scenarios_memory *m)
{
    if (m == NULL)
        return 0;
    return sizeof *m + hr_changes_bytes(&m->changes) + hr_gaps_bytes(&m->gaps) +
           m->most_events * sizeof *m->event + m->most_servers * sizeof *m->server +
           m->most_cells * sizeof *m->cells + m->most_stretches * sizeof *m->scenarios.stretch +
           m->most_standing * sizeof *m->scenarios.standing;
}

/* Room for `n` items of `size` bytes, what was there is lost. */
static bool grow(void *array, size_t *most, size_t n, size_t size)
{
    void *old = NULL;
    if (n <= *most)
        return true;
    memcpy(&old, array, sizeof old);
    hr_mem_free(old);
    void *data = hr_mem_take(n + n / 4, size);
    *most = data != NULL ? n + n / 4 : 0;
    memcpy(array, &data, sizeof data);
    return data != NULL;
}

static bool make_room(hr_scenarios_memory *m, const hr_input *in)
{
    hr_scenarios *sc = &m->scenarios;
    const size_t cells = (size_t)sc->n_servers * sc->n_lanes;
    const size_t stretches =
        STANDING / cells > LEAST_STRETCHES ? STANDING / cells : LEAST_STRETCHES;
    const bool there =
        grow(&m->event, &m->most_events, 2 * (size_t)in->n_meetings + in->n_joins,
             sizeof *m->event) &&
        grow(&m->server, &m->most_servers,
             ((size_t)in->n_meetings + HR_SCENARIOS_SPARE) * sc->n_lanes, sizeof *m->server) &&
        grow(&m->cells, &m->most_cells, 6 * cells, sizeof *m->cells) &&
        grow(&sc->stretch, &m->most_stretches, stretches * (sc->n_lanes + 1),
             sizeof *sc->stretch) &&
        grow(&sc->standing, &m->most_standing, stretches * cells, sizeof *sc->standing);
    sc->event = m->event;
    sc->server = there ? m->server + HR_SCENARIOS_SPARE * sc->n_lanes : NULL;
    for (unsigned l = 0; there && l < sc->n_lanes; l++)
        m->server[l] = 0;
    sc->ceiling = m->cells;
    sc->peak = m->cells + cells;
    sc->key = m->cells + 2 * cells;
    sc->most_stretches = (uint32_t)stretches;
    sc->joint = sc->stretch + stretches * sc->n_lanes;
    return there;
}

/* ---- from configurations to lanes */

static unsigned lane_of(const hr_scenarios *sc, const hr_input *in)
{
    return in->lane - sc->first;
}

/* People that every server may have under its lowest ceiling; false when a ceiling is negative. */
static bool set_ceilings(const hr_lane *lane, hr_scenarios *sc)
{
    const hr_configuration *c = lane->configuration;
    const int64_t one = hr_placed_load_of_one(c);
    for (unsigned s = 0; s < c->n_servers; s++) {
        int64_t lowest = INT64_MAX;
        for (unsigned i = 0; i < c->n_limits; i++) {
            const int64_t ceiling = lane->input->ceiling[i * (size_t)c->n_servers + s];
            lowest = ceiling < lowest ? ceiling : lowest;
        }
        if (lowest < 0)
            return false;
        const int64_t people = lowest / one;
        sc->ceiling[s * (size_t)sc->n_lanes + lane_of(sc, lane->input)] =
            (int32_t)(people < INT32_MAX ? people : INT32_MAX);
    }
    return true;
}

static void set_rule(const hr_configuration *c, unsigned l, hr_scenarios *sc)
{
    const uint32_t bit = 1u << l;
    const hr_placement *placement = &c->placement;
    const bool looks = hr_placing_looks(c);
    sc->live |= bit;
    sc->servers_of[l] = c->n_servers;
    sc->random |= placement->rule == HR_RULE_RANDOM ? bit : 0;
    sc->in_turn |= placement->rule == HR_RULE_ROUND_ROBIN ? bit : 0;
    sc->uniform |= looks && placement->ties == HR_TIES_UNIFORM ? bit : 0;
    sc->by_meetings |= looks && placement->metric == HR_METRIC_MEETINGS ? bit : 0;
    sc->threshold[l] = c->prepared->weight;
}

/* Arrivals among the departures and joins that are in order already: without a branch, because
 * nobody can tell which comes next. */
static void merge_events(const hr_events *events, const uint64_t *word, const hr_input *in,
                         hr_scenarios_memory *m)
{
    const uint64_t mask = ((uint64_t)1 << events->number_bits) - 1;
    const uint64_t from = hr_events_time(events, in->from, HR_EVENT_QUIET);
    const uint64_t last = UINT64_MAX >> events->number_bits; /* of the words: no event */
    uint32_t i = 0, n = 0, measured = 0;
    for (;; n++) {
        const uint64_t next = *word >> events->number_bits;
        const uint64_t arrival =
            i < in->n_meetings ? hr_events_time(events, in->start[i], HR_EVENT_ARRIVAL) : last;
        const bool arrives = arrival < next;
        const uint64_t time = arrives ? arrival : next;
        if (time == last)
            break;
        m->event[n] = hr_events_kind(time) << HR_SCENARIOS_NUMBER_BITS |
                      (arrives ? i : (uint32_t)(*word & mask));
        measured += time < from;
        i += arrives;
        word += !arrives;
    }
    m->scenarios.n_events = n;
    m->scenarios.measured = measured;
}

/* All events in order, but for departures between the same two arrivals. False: no memory. */
static bool put_in_gaps(const hr_input *in, const hr_vector *vector, hr_scratch *scratch)
{
    hr_scenarios_memory *m = scratch->scenarios;
    hr_scenarios *sc = &m->scenarios;
    if (!hr_gaps_put_in_order(&m->gaps, &m->events, in, vector, HR_SCENARIOS_NUMBER_BITS, m->event,
                              &sc->n_events))
        return false;
    sc->measured = sc->counts_peaks
                       ? hr_gaps_count_until(&m->gaps, &m->events, in, in->from,
                                             HR_SCENARIOS_NUMBER_BITS, m->event, scratch)
                       : 0;
    return true;
}

static bool put_in_order(const hr_input *in, const hr_vector *vector, hr_scratch *scratch)
{
    hr_scenarios_memory *m = scratch->scenarios;
    if (hr_gaps_fit(&m->events, in))
        return put_in_gaps(in, vector, scratch);
    hr_events_put_in_order(&m->events, in, scratch);
    merge_events(&m->events, scratch->event, in, m);
    return true;
}

/* Departures whose times will be asked for. */
static void put_gaps_in_order(hr_scenarios_memory *m, hr_scratch *scratch)
{
    const hr_scenarios *sc = &m->scenarios;
    for (uint32_t i = 0; hr_gaps_fit(&m->events, sc->input) && i < sc->n_joint; i++)
        hr_gaps_sort(&m->events, sc->input, HR_SCENARIOS_NUMBER_BITS, sc->joint[i].first,
                     sc->joint[i].end, m->event, scratch);
}

static const hr_scenarios_level *const narrow[HR_VECTOR_LEVELS] = {
    &hr_scenarios_16_baseline, &hr_scenarios_16_avx2, &hr_scenarios_16_avx512};
static const hr_scenarios_level *const wide[HR_VECTOR_LEVELS] = {
    &hr_scenarios_32_baseline, &hr_scenarios_32_avx2, &hr_scenarios_32_avx512};

/* ---- counts of one lane */

static uint16_t server_of(const hr_scenarios *sc, const hr_input *in, uint32_t meeting)
{
    return sc->server[meeting * (size_t)sc->n_lanes + lane_of(sc, in)];
}

/* Whose people and how many more of them: false when it is not about the lane. */
static bool read_event(const hr_scenarios *sc, const hr_input *in, uint32_t event, hr_tick *now,
                       unsigned *server, int64_t *people)
{
    const uint32_t number = event & ((1u << HR_SCENARIOS_NUMBER_BITS) - 1);
    const uint32_t kind = event >> HR_SCENARIOS_NUMBER_BITS;
    const uint32_t meeting = kind == HR_EVENT_JOIN ? in->join_meeting[number] : number;
    const uint16_t placed = server_of(sc, in, meeting);
    if (placed == HR_NO_SERVER)
        return false;
    *server = placed;
    if (kind == HR_EVENT_JOIN) {
        *now = in->join_tick[number];
        *people = 1;
    } else if (kind == HR_EVENT_ARRIVAL) {
        *now = in->start[meeting];
        *people = sc->joins_at_once ? (int64_t)in->size[meeting] : 0;
    } else {
        *now = in->end[meeting];
        *people = -(int64_t)in->size[meeting];
    }
    return true;
}

static void replay_stretch(hr_placed *placed, const hr_scenarios *sc, const hr_stretch *stretch,
                           const int32_t *standing)
{
    const hr_input *in = placed->replay.input;
    hr_tick now = 0;
    unsigned server = 0;
    int64_t people = 0;
    for (unsigned j = 0; j < placed->replay.configuration->n_servers; j++)
        hr_placed_stand(placed, j, standing[j]);
    if (read_event(sc, in, sc->event[stretch->first], &now, &server, &people))
        hr_placed_stand(placed, server, standing[server] - people); /* as before the first one */
    for (uint32_t e = stretch->first; e < stretch->end; e++) {
        if (read_event(sc, in, sc->event[e], &now, &server, &people))
            hr_placed_move(placed, now, server, people);
    }
}

static void find_hits(hr_placed *placed, const hr_scenarios *sc)
{
    const hr_input *in = placed->replay.input;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const uint16_t server = server_of(sc, in, i);
        if (server != HR_NO_SERVER && in->end[i] >= in->from && in->end[i] < in->to)
            hr_placed_count_hits(placed, i, server);
    }
}

/* Sums depend on who keeps which meetings alone. */
static bool has_same_sums(const hr_lane *a, const hr_lane *b)
{
    const hr_configuration *c = a->configuration;
    bool same = true;
    for (unsigned i = 0; same && i < c->n_sources; i++)
        same = c->prepared->sources[i].keep == b->configuration->prepared->sources[i].keep;
    return same;
}

static void copy_sums(const hr_lane *to, const hr_lane *from)
{
    const hr_configuration *c = to->configuration;
    memcpy(to->counts->offered, from->counts->offered, c->n_classes * sizeof *to->counts->offered);
    to->counts->meetings_ended = from->counts->meetings_ended;
    to->counts->people_ended = from->counts->people_ended;
    to->counts->person_time = from->counts->person_time;
    to->counts->load_time[0] = (hr_u128)to->counts->person_time *
                               (hr_u128)(uint64_t)hr_placed_load_of_one(to->configuration);
}

/* `before`: lanes that have been counted. */
static hr_status count(const hr_lane *lane, const hr_lane *const *before, unsigned n_before,
                       hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scenarios_memory *m = scratch->scenarios;
    const hr_scenarios *sc = &m->scenarios;
    const unsigned l = lane_of(sc, lane->input);
    const unsigned needs = lane->counts->needs;
    hr_placed placed;
    HR_TRY(hr_placed_begin(&placed, lane, &m->changes, scratch, err));
    for (uint32_t i = 0; i < sc->n_stretches[l]; i++) {
        const size_t number = l * (size_t)sc->most_stretches + i;
        replay_stretch(&placed, sc, &sc->stretch[number], sc->standing + number * sc->n_servers);
    }
    HR_TRY(hr_placed_end(&placed, err));
    if ((needs & HR_NEEDS_HITS) == HR_NEEDS_HITS && m->changes.n > 0)
        find_hits(&placed, sc);
    for (unsigned j = 0; (needs & HR_NEEDS_PEAK) != 0 && j < lane->configuration->n_servers; j++)
        lane->counts->peak[j] = sc->peak[j * (size_t)sc->n_lanes + l] * placed.one;
    if ((needs & HR_NEEDS_SUMS) == 0)
        return HR_OK;
    for (unsigned i = 0; i < n_before; i++) {
        if (has_same_sums(lane, before[i])) {
            copy_sums(lane, before[i]);
            return HR_OK;
        }
    }
    hr_placed_sum_up(&placed);
out:
    return st;
}

/* ---- all lanes */

/* Those that fit come into lanes, the others to `rest`; how many fit. */
static unsigned set_lanes(const hr_lane *lane, unsigned n, hr_scenarios *sc,
                          const hr_lane **fitting, hr_lane *rest, unsigned *n_rest)
{
    unsigned n_fitting = 0;
    sc->first = lane[0].input->lane;
    sc->live = sc->by_meetings = sc->uniform = sc->random = sc->in_turn = 0;
    for (unsigned i = 0; i < n; i++) {
        if (hr_scenarios_decline(lane[i].configuration) == NULL && set_ceilings(&lane[i], sc)) {
            set_rule(lane[i].configuration, lane_of(sc, lane[i].input), sc);
            fitting[n_fitting++] = &lane[i];
        } else {
            rest[(*n_rest)++] = lane[i];
        }
    }
    return n_fitting;
}

/* Keys hold `most` people: false when some server gets more. */
static bool place_with(hr_scenarios *sc, const hr_scenarios_level *level, unsigned most_servers,
                       uint32_t most, uint32_t largest)
{
    if (sc->n_servers > most_servers || largest >= most)
        return false;
    sc->most = (int32_t)(most - largest);
    return level->place(sc);
}

static bool place(unsigned level, hr_scenarios *sc)
{
    const hr_input *in = sc->input;
    uint32_t largest = 1, smallest = 1, kept = sc->live << sc->first;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        kept &= in->kept != NULL ? in->kept[i] : kept;
        largest = in->size[i] > largest ? in->size[i] : largest;
        smallest = in->size[i] < smallest ? in->size[i] : smallest;
    }
    sc->is_thinned = kept != sc->live << sc->first;
    /* meetings of nobody are counted where nothing limits them: wide keys hold all there can be */
    const bool may_be_narrow = sc->by_meetings == 0 || smallest > 0;
    return (may_be_narrow &&
            place_with(sc, narrow[level], HR_NARROW_SERVERS, HR_NARROW_MOST, largest)) ||
           place_with(sc, wide[level], HR_WIDE_SERVERS, HR_WIDE_MOST, largest);
}

static bool prepare(const hr_lane *lane, unsigned n, unsigned level, hr_scratch *scratch)
{
    const hr_input *in = lane[0].input;
    const size_t n_events = 2 * (size_t)in->n_meetings + in->n_joins;
    hr_err no_room = {0}; /* scalar needs less */
    if (n_events >= (size_t)1 << HR_SCENARIOS_NUMBER_BITS ||
        in->n_meetings * (size_t)HR_MAX_SHARING > MOST_PLACES ||
        hr_scratch_room_for_events(scratch, n_events + 1, &no_room) != HR_OK)
        return false;
    if (scratch->scenarios == NULL)
        scratch->scenarios = hr_mem_take(1, sizeof *scratch->scenarios);
    if (scratch->scenarios == NULL || !hr_events_fit(in, &scratch->scenarios->events))
        return false;
    hr_scenarios *sc = &scratch->scenarios->scenarios;
    sc->n_servers = 1;
    sc->n_lanes = narrow[level]->n_lanes;
    for (unsigned i = 0; i < n; i++)
        sc->n_servers = lane[i].configuration->n_servers > sc->n_servers
                            ? lane[i].configuration->n_servers
                            : sc->n_servers;
    sc->n_servers = (sc->n_servers + 1) / 2 * 2;
    sc->input = in;
    sc->joins_at_once = lane[0].configuration->prepared->joins_at_once;
    sc->counts_peaks = (lane[0].counts->needs & HR_NEEDS_PEAK) != 0;
    return make_room(scratch->scenarios, in);
}

/* The narrowest copy that does all at once, or else the widest; the baseline, whose keys must not
 * be wide to be fast, only where there is no other. */
static unsigned level_for(const hr_vector *vector, unsigned n)
{
    unsigned level = hr_vector_number(vector);
    while (level > 1 && narrow[level - 1]->n_lanes >= n)
        level--;
    return level;
}

/* What has become of configurations. */
typedef struct outcome {
    const hr_lane *counted[HR_MAX_SHARING];
    hr_lane rest[HR_MAX_SHARING];
    unsigned n_counted, n_rest;
} outcome;

/* Those that are lanes at once. */
static hr_status replay_together(const hr_lane *lane, unsigned n, unsigned level,
                                 hr_scratch *scratch, outcome *all, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scenarios_memory *m = scratch->scenarios;
    const hr_lane **fitting = all->counted + all->n_counted;
    const unsigned n_fitting = set_lanes(lane, n, &m->scenarios, fitting, all->rest, &all->n_rest);
    if (n_fitting == 0)
        return HR_OK;
    if (!place(level, &m->scenarios)) {
        for (unsigned i = 0; i < n_fitting; i++)
            all->rest[all->n_rest++] = *fitting[i];
        return HR_OK;
    }
    put_gaps_in_order(m, scratch);
    for (unsigned i = 0; i < n_fitting; i++) {
        HR_TRY(count(fitting[i], all->counted, all->n_counted, scratch, err));
        all->n_counted++;
    }
out:
    return st;
}

hr_status hr_scenarios_replay(const hr_lane *lane, unsigned n, const hr_vector *vector,
                              hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned level = level_for(vector, n);
    outcome all;
    all.n_counted = all.n_rest = 0;
    if (!prepare(lane, n, level, scratch) || !put_in_order(lane[0].input, vector, scratch))
        return hr_scalar_replay(lane, n, vector, scratch, err);
    const unsigned n_lanes = scratch->scenarios->scenarios.n_lanes;
    for (unsigned first = 0; first < n; first += n_lanes)
        HR_TRY(replay_together(lane + first, n - first < n_lanes ? n - first : n_lanes, level,
                               scratch, &all, err));
    HR_TRY(hr_scalar_replay(all.rest, all.n_rest, vector, scratch, err));
out:
    return st;
}
