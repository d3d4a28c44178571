#include "kernel/joining.h"

#include <string.h>

#include "kernel/failing.h"
#include "kernel/placing.h"
#include "kernel/policy.h"
#include "kernel/server.h"

#define MINUTE ((hr_tick)(60.0 * HR_TICKS_PER_SECOND))

/* What joined on one server in the present minute of study time. */
typedef struct joins_of {
    uint64_t minute;
    uint32_t n;
} joins_of;

/* Not on a part. */
#define ON_OWN      0u
#define TURNED_AWAY UINT32_MAX

typedef struct part {
    int64_t load[HR_MAX_RESOURCES];
    int64_t link[HR_MAX_RESOURCES]; /* of that, and as much on the meeting's own server */
    joins_of joins;
    uint32_t people;
    uint32_t next; /* number of the meeting's next part; 0: none */
    uint16_t server;
} part;

struct hr_joinings {
    joins_of *own;   /* [M] on the meeting's own server */
    uint32_t *first; /* [M] number of the meeting's first part; 0: none */
    part *parts;     /* [joins + 1]; number 0 is nobody's */
    uint32_t n_parts;
    uint32_t *where; /* [joins] part that each participant is on; NULL: nobody asks */
};

bool hr_joining_decides(const hr_configuration *configuration)
{
    return configuration->placement.join_gate > 0.0 || configuration->placement.most_joins > 0;
}

hr_status hr_joining_begin(hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    s->joinings = NULL;
    if (!hr_joining_decides(replay->configuration))
        return HR_OK;
    HR_TAKE(s->joinings, &s->arena, 1);
    HR_TAKE(s->joinings->own, &s->arena, replay->input->n_meetings);
    HR_TAKE(s->joinings->first, &s->arena, replay->input->n_meetings);
    HR_TAKE(s->joinings->parts, &s->arena, replay->input->n_joins + (size_t)1);
    if (replay->input->n_changes > 0)
        HR_TAKE(s->joinings->where, &s->arena, replay->input->n_joins);
out:
    return st;
}

/* May one more of the meeting's participants join on this server now? Counts it if so. */
static bool takes_one_more(const hr_replaying *replay, hr_tick now, unsigned server,
                           joins_of *joins)
{
    const hr_placement *p = &replay->configuration->placement;
    const uint64_t minute = now / MINUTE;
    if (p->join_gate > 0.0 && !hr_policy_passes(replay, server, p->join_gate))
        return false;
    if (joins->minute != minute)
        *joins = (joins_of){.minute = minute};
    if (p->most_joins > 0 && joins->n >= p->most_joins)
        return false;
    joins->n++;
    return true;
}

static void add_to_part(hr_replaying *replay, hr_tick now, uint32_t meeting, part *to,
                        const int64_t *load, uint32_t people)
{
    for (unsigned r = 0; r < replay->configuration->n_resources; r++)
        to->load[r] += load[r];
    to->people += people;
    hr_server_add(replay, now, to->server, load, people);
    hr_policy_expect(replay, now, meeting, false);
    hr_server_changed(replay, now, to->server);
    hr_server_changed(replay, now, replay->scratch->server[meeting]); /* less is expected there */
}

/* The rule's choice among servers that the meeting is not on and whose gate is open; n_servers when
 * there is none. */
static unsigned choose_another(hr_replaying *replay, uint32_t meeting)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    hr_view view = hr_placing_view(replay, meeting);
    uint32_t n = 0;
    for (unsigned j = 0; j < c->n_servers; j++)
        s->allowed[j] =
            hr_failing_takes(replay, j) &&
            (c->placement.join_gate <= 0.0 || hr_policy_passes(replay, j, c->placement.join_gate));
    s->allowed[s->server[meeting]] = false;
    for (uint32_t i = s->joinings->first[meeting]; i != 0; i = s->joinings->parts[i].next, n++)
        s->allowed[s->joinings->parts[i].server] = false;
    view.allowed = s->allowed;
    return hr_policy_choose_again(replay, &view, meeting, n);
}

/* A further server for the meeting, linked to its own: the link costs both ends as much as some
 * participants like this one, until the meeting ends. */
static part *open_part(hr_replaying *replay, hr_tick now, uint32_t meeting, const int64_t *cost)
{
    const hr_configuration *c = replay->configuration;
    struct hr_joinings *joinings = replay->scratch->joinings;
    const unsigned server = choose_another(replay, meeting);
    int64_t link[HR_MAX_RESOURCES] = {0};
    uint32_t *last = &joinings->first[meeting];
    if (server == c->n_servers)
        return NULL;
    while (*last != 0)
        last = &joinings->parts[*last].next;
    *last = ++joinings->n_parts;
    part *opened = &joinings->parts[*last];
    *opened = (part){.server = (uint16_t)server};
    for (unsigned r = 0; r < c->n_resources; r++)
        opened->link[r] = link[r] = (int64_t)(c->placement.link * (double)cost[r] + 0.5);
    hr_server_grow(replay, now, meeting, link, 0);
    add_to_part(replay, now, meeting, opened, link, 0);
    const hr_tick end = replay->input->end[meeting];
    hr_server_count_stay(replay, now, end, link, 0);
    hr_server_count_stay(replay, now, end, link, 0);
    replay->counts->servers_linked += now >= replay->prepared->from;
    return opened;
}

/* The part that takes the participant now, opened if there is none; NULL: their own server may. */
static part *find_part(hr_replaying *replay, hr_tick now, uint32_t meeting, const int64_t *cost)
{
    struct hr_joinings *joinings = replay->scratch->joinings;
    for (uint32_t i = joinings->first[meeting]; i != 0; i = joinings->parts[i].next) {
        if (takes_one_more(replay, now, joinings->parts[i].server, &joinings->parts[i].joins))
            return &joinings->parts[i];
    }
    if (!replay->configuration->placement.cascades)
        return NULL;
    part *opened = open_part(replay, now, meeting, cost);
    if (opened != NULL)
        (void)takes_one_more(replay, now, opened->server, &opened->joins);
    return opened;
}

unsigned hr_joining_join(hr_replaying *replay, hr_tick now, uint32_t meeting, uint32_t number,
                         const int64_t *cost)
{
    const bool is_measured = now >= replay->prepared->from;
    hr_scratch *s = replay->scratch;
    struct hr_joinings *joinings = s->joinings;
    uint32_t nobody = 0, *where = joinings->where != NULL ? &joinings->where[number] : &nobody;
    part *to = NULL;
    replay->counts->joins_offered += is_measured;
    *where = ON_OWN;
    if (!takes_one_more(replay, now, s->server[meeting], &joinings->own[meeting])) {
        to = find_part(replay, now, meeting, cost);
        if (to == NULL && !replay->configuration->placement.cascades) {
            *where = TURNED_AWAY;
            replay->counts->joins_refused += is_measured;
            return replay->configuration->n_servers;
        }
    }
    if (to != NULL) {
        *where = (uint32_t)(to - joinings->parts);
        add_to_part(replay, now, meeting, to, cost, 1);
        return to->server;
    }
    hr_server_grow(replay, now, meeting, cost, 1); /* nowhere else to go: quality falls there */
    return s->server[meeting];
}

/* ---- servers that fail */

bool hr_joining_is_in(const hr_replaying *replay, uint32_t number)
{
    const struct hr_joinings *joinings = replay->scratch->joinings;
    return joinings == NULL || joinings->where[number] != TURNED_AWAY;
}

bool hr_joining_is_on_part(const hr_replaying *replay, uint32_t number, uint32_t of)
{
    return replay->scratch->joinings->where[number] == of;
}

/* What a part has leaves its server; people are the meeting's, or media's, which count none. */
static void remove_part(hr_replaying *replay, hr_tick now, uint32_t meeting, const part *gone)
{
    const uint32_t present = replay->scratch->apart == NULL ? gone->people : 0;
    hr_server_discount_stay(replay, now, replay->input->end[meeting], gone->load, present);
    hr_server_remove(replay, now, gone->server, gone->load, gone->people);
}

uint32_t hr_joining_lose(hr_replaying *replay, hr_tick now, uint32_t meeting, const uint8_t *state,
                         uint32_t *people)
{
    struct hr_joinings *joinings = replay->scratch->joinings;
    hr_scratch *s = replay->scratch;
    const unsigned n_resources = replay->configuration->n_resources;
    uint32_t *at = joinings != NULL ? &joinings->first[meeting] : NULL;
    while (at != NULL && *at != 0 && state[joinings->parts[*at].server] != HR_SERVER_OUT)
        at = &joinings->parts[*at].next;
    if (at == NULL || *at == 0)
        return 0;
    const uint32_t number = *at;
    part *gone = &joinings->parts[number];
    *at = gone->next;
    *people = gone->people;
    remove_part(replay, now, meeting, gone);
    hr_server_discount_stay(replay, now, replay->input->end[meeting], gone->link, 0);
    hr_server_remove(replay, now, s->server[meeting], gone->link, 0);
    for (unsigned r = 0; r < n_resources; r++)
        s->load[meeting * (size_t)n_resources + r] -= gone->link[r];
    hr_policy_expect(replay, now, meeting, false);
    return number;
}

void hr_joining_drop(hr_replaying *replay, hr_tick now, uint32_t meeting)
{
    const struct hr_joinings *joinings = replay->scratch->joinings;
    for (uint32_t i = joinings != NULL ? joinings->first[meeting] : 0; i != 0;
         i = joinings->parts[i].next)
        remove_part(replay, now, meeting, &joinings->parts[i]);
    if (joinings != NULL)
        joinings->first[meeting] = 0;
}

bool hr_joining_is_on(const hr_replaying *replay, uint32_t meeting, unsigned server)
{
    const struct hr_joinings *joinings = replay->scratch->joinings;
    uint32_t i = joinings != NULL ? joinings->first[meeting] : 0;
    while (i != 0 && joinings->parts[i].server != server)
        i = joinings->parts[i].next;
    return i != 0;
}

void hr_joining_move(hr_replaying *replay, uint32_t meeting)
{
    if (replay->scratch->joinings != NULL)
        replay->scratch->joinings->own[meeting] = (joins_of){0};
}

void hr_joining_end(hr_replaying *replay, hr_tick now, uint32_t meeting)
{
    const struct hr_joinings *joinings = replay->scratch->joinings;
    for (uint32_t i = joinings != NULL ? joinings->first[meeting] : 0; i != 0;
         i = joinings->parts[i].next) {
        remove_part(replay, now, meeting, &joinings->parts[i]);
        hr_server_changed(replay, now, joinings->parts[i].server);
    }
}

uint32_t hr_joining_elsewhere(const hr_replaying *replay, uint32_t meeting)
{
    const struct hr_joinings *joinings = replay->scratch->joinings;
    uint32_t people = 0;
    for (uint32_t i = joinings != NULL ? joinings->first[meeting] : 0; i != 0;
         i = joinings->parts[i].next)
        people += joinings->parts[i].people;
    return people;
}
