#include "kernel/apart.h"

#include "kernel/failing.h"
#include "model/placement.h"

/* C criteria, M meetings, R rows. A meeting is named by its first row's part_of. */
struct hr_apart {
    uint32_t *first_of;    /* [n] row number + 1 of the first row on the server; 0: none */
    uint32_t *next;        /* [R] the same of the next row there */
    uint32_t *before;      /* [R] and of the one before */
    bool *is_there;        /* [R] */
    uint64_t *over;        /* [M] criteria that the meeting is over now */
    uint32_t *people;      /* [M] in the meeting now */
    hr_tick *since;        /* [M * C] for how long, where it is */
    uint64_t *met;         /* [M * C] ticks before that */
    uint64_t *person_time; /* [C] person-ticks in the window, as if what is over stayed so */
};

hr_status hr_apart_begin(hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    const hr_input *in = replay->input;
    const size_t n_criteria = replay->configuration->n_criteria, rows = in->n_meetings;
    struct hr_apart *a = NULL;
    s->apart = NULL;
    if (replay->configuration->placement.unit != HR_UNIT_MODALITY)
        return HR_OK;
    HR_TAKE(a, &s->arena, 1);
    HR_TAKE(a->first_of, &s->arena, replay->configuration->n_servers);
    HR_TAKE(a->next, &s->arena, rows);
    HR_TAKE(a->before, &s->arena, rows);
    HR_TAKE(a->is_there, &s->arena, rows);
    HR_TAKE(a->over, &s->arena, in->n_wholes);
    HR_TAKE(a->people, &s->arena, in->n_wholes);
    HR_TAKE(a->since, &s->arena, in->n_wholes * n_criteria);
    HR_TAKE(a->met, &s->arena, in->n_wholes * n_criteria);
    HR_TAKE(a->person_time, &s->arena, n_criteria);
    s->apart = a;
out:
    return st;
}

/* ---- rows and meetings */

bool hr_apart_is_focus(const hr_replaying *replay, uint32_t row)
{
    return replay->scratch->apart != NULL && replay->input->medium[row] == HR_MEDIUM_FOCUS;
}

unsigned hr_apart_home(const hr_replaying *replay, uint32_t tie, uint32_t pick, uint32_t number)
{
    const unsigned n = replay->configuration->n_servers;
    const unsigned home = hr_placement_tie(tie, n);
    const uint32_t word = hr_placement_word(pick, HR_PLACEMENT_WORDS + 2 * number);
    unsigned up = 0;
    if (hr_failing_takes(replay, home))
        return home;
    for (unsigned j = 0; j < n; j++)
        up += hr_failing_takes(replay, j);
    unsigned left = up > 0 ? hr_placement_tie(word, up) : 0;
    for (unsigned j = 0; j < n && up > 0; j++) {
        if (hr_failing_takes(replay, j) && left-- == 0)
            return j;
    }
    return n;
}

bool hr_apart_is_refused(const hr_replaying *replay, uint32_t row)
{
    const hr_scratch *s = replay->scratch;
    return s->apart != NULL && replay->input->medium[row] != HR_MEDIUM_FOCUS &&
           s->server[hr_input_name(replay->input, row)] == replay->configuration->n_servers;
}

bool hr_apart_is_first(const hr_replaying *replay, uint32_t row)
{
    return replay->scratch->apart == NULL || hr_apart_is_focus(replay, row);
}

bool hr_apart_is_first_refused(const hr_replaying *replay, uint32_t row)
{
    const unsigned n_servers = replay->configuration->n_servers;
    const hr_input *in = replay->input;
    const uint16_t *server = replay->scratch->server;
    if (server[row] != n_servers || replay->scratch->apart == NULL)
        return server[row] == n_servers;
    uint32_t i = hr_input_name(in, row);
    bool any = false;
    do
        any = any || (i < row && server[i] == n_servers); /* rows are placed in turn */
    while ((i = in->next_row[i]) != 0);
    return !any;
}

/* ---- what a meeting meets */

static uint64_t time_left(const hr_replaying *replay, hr_tick now)
{
    return replay->prepared->to - hr_overload_clip(replay->prepared, now);
}

/* The meeting of the row is over a criterion while any of its servers is. */
static void see_meeting(hr_replaying *replay, hr_tick now, uint32_t row)
{
    const hr_input *in = replay->input;
    struct hr_apart *a = replay->scratch->apart;
    const uint32_t meeting = in->part_of[row];
    const size_t n_criteria = replay->configuration->n_criteria;
    uint64_t over = 0;
    uint32_t i = in->first_row[meeting];
    do
        over |= a->is_there[i] ? replay->scratch->over[replay->scratch->server[i]] : 0;
    while ((i = in->next_row[i]) != 0);
    for (uint64_t left = over ^ a->over[meeting]; left != 0; left &= left - 1) {
        const unsigned c = (unsigned)__builtin_ctzll(left);
        const size_t place = meeting * n_criteria + c;
        const uint64_t person_time = a->people[meeting] * time_left(replay, now);
        const bool begins = over >> c & 1;
        a->met[place] += begins ? 0 : now - a->since[place];
        a->since[place] = now;
        a->person_time[c] += begins ? person_time : -person_time; /* modulo 2^64 */
    }
    a->over[meeting] = over;
}

void hr_apart_see_server(hr_replaying *replay, hr_tick now, unsigned server)
{
    const struct hr_apart *a = replay->scratch->apart;
    for (uint32_t i = a->first_of[server]; i != 0; i = a->next[i - 1])
        see_meeting(replay, now, i - 1);
}

void hr_apart_arrive(hr_replaying *replay, hr_tick now, uint32_t row)
{
    struct hr_apart *a = replay->scratch->apart;
    uint32_t *first = &a->first_of[replay->scratch->server[row]];
    a->next[row] = *first;
    a->before[row] = 0;
    if (*first != 0)
        a->before[*first - 1] = row + 1;
    *first = row + 1;
    a->is_there[row] = true;
    see_meeting(replay, now, row);
}

void hr_apart_join(hr_replaying *replay, hr_tick now, uint32_t row, int64_t people)
{
    struct hr_apart *a = replay->scratch->apart;
    const uint32_t meeting = replay->input->part_of[row];
    a->people[meeting] += (uint32_t)people;
    for (uint64_t left = a->over[meeting]; left != 0; left &= left - 1)
        a->person_time[__builtin_ctzll(left)] += (uint64_t)people * time_left(replay, now);
}

void hr_apart_leave(hr_replaying *replay, hr_tick now, uint32_t row)
{
    struct hr_apart *a = replay->scratch->apart;
    const uint32_t next = a->next[row], before = a->before[row];
    if (before != 0)
        a->next[before - 1] = next;
    else
        a->first_of[replay->scratch->server[row]] = next;
    if (next != 0)
        a->before[next - 1] = before;
    a->is_there[row] = false;
    see_meeting(replay, now, row);
}

void hr_apart_meeting_ends(hr_replaying *replay, hr_tick now, uint32_t row)
{
    const hr_configuration *c = replay->configuration;
    const struct hr_apart *a = replay->scratch->apart;
    hr_counts *counts = replay->counts;
    const uint32_t meeting = replay->input->part_of[row];
    for (unsigned i = 0; i < c->n_criteria; i++) {
        const size_t place = meeting * (size_t)c->n_criteria + i;
        const bool is_over = a->over[meeting] >> i & 1;
        const uint64_t met = a->met[place] + (is_over ? now - a->since[place] : 0);
        if (met > 0 && hr_configuration_inserts(c, replay->input->class_of[row]))
            counts->inserted_hit |= (uint64_t)1 << i;
        for (unsigned d = 0; d < c->n_durations && met > 0; d++) {
            const bool hit = met >= replay->prepared->min_episode[d];
            counts->meetings_hit[i * c->n_durations + d] += hit;
            counts->people_hit[i * c->n_durations + d] += hit ? replay->input->size[row] : 0;
        }
    }
}

void hr_apart_end(hr_replaying *replay)
{
    const struct hr_apart *a = replay->scratch->apart;
    for (unsigned i = 0; a != NULL && i < replay->configuration->n_criteria; i++)
        replay->counts->person_time_over[i] = a->person_time[i];
}
