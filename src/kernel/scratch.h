/* scratch: the state of a pool while it is replayed. Shapes: n servers, R resources, S of them with
 * padding, L limits, C criteria, M meetings of the input.
 */
#ifndef HR_KERNEL_SCRATCH_H
#define HR_KERNEL_SCRATCH_H

#include <stdint.h>

#include "base/mem.h"
#include "kernel/replay.h"
#include "model/prepared.h"

/* What the rule knows of the servers: the truth, or the last reports. */
typedef struct hr_known {
    int64_t *load;     /* [n * S] steps; 0 in the padding */
    int64_t *people;   /* [n] participants present */
    int64_t *meetings; /* [n] in progress */
    int64_t *expected; /* [n] participants that meetings count for besides those present */
    double *score;     /* [n] the rule's metric */
} hr_known;

/* See reports.h. */
typedef struct hr_reports {
    hr_tick due;           /* when the next one is made or arrives; UINT64_MAX: never */
    hr_tick *next;         /* [n] when it is made */
    hr_tick *made;         /* [n] when the one was made that is seen */
    hr_known pending;      /* on its way: */
    hr_tick *pending_made; /* [n] */
    hr_tick *arrives;      /* [n] UINT64_MAX: nothing is on its way */
} hr_reports;

/* What R resources take in an array with padding: a power of two. */
unsigned hr_scratch_stride(unsigned n_resources);

/* Beyond any load and ceiling (within 2^62 steps), and differences of two still fit. */
#define HR_BEYOND ((int64_t)1 << 62)

struct hr_scratch {
    hr_arena arena;           /* server-sized arrays, laid anew for every configuration shape */
    uint32_t n_meetings;      /* meeting-sized arrays hold this many */
    uint16_t *server;         /* [M] where each meeting is; n = refused */
    int64_t *load;            /* [M * R] what each meeting adds to its server now */
    uint32_t *people;         /* [M] participants present now */
    uint32_t *told;           /* [M] participants told when it started, see policy.h */
    uint32_t *expecting;      /* [M] participants expected besides those present */
    uint64_t *clock_at_start; /* [M * C] its server's overload clocks when it started */
    size_t clock_capacity, load_capacity;
    uint64_t *event; /* what happens when, in order; each kernel packs it its way */
    uint64_t *work;  /* for putting it in order */
    uint16_t *kind;  /* of who joins, see events.h */
    size_t event_capacity;
    struct hr_lanes_memory *lanes;         /* of the lanes kernel, NULL until it is used */
    struct hr_scenarios_memory *scenarios; /* of the scenarios kernel, the same */

    hr_known truth, reported;
    hr_reports reports; /* of the reference */
    bool is_measuring;  /* of the reference: the window has begun */
    uint32_t n_arrived; /* the same: meetings that have been placed or refused */
    struct hr_joinings
        *joinings;              /* see joining.c; NULL: participants join where their meeting is */
    struct hr_failing *failing; /* see failing.c; NULL: no server fails */
    struct hr_apart *apart;     /* see apart.c; NULL: meetings are placed as a whole */
    struct hr_absence *absence; /* see absence.c; NULL: nobody is ever away from a medium */
    hr_tick *relieved;          /* [n] when a review last moved a meeting away; 0: never */
    uint32_t n_aged;            /* meetings that are young no more: the first ones */
    unsigned stride;            /* S: resources of one server fill whole vectors */
    int64_t *peak;              /* [n * S] scalar: largest load in the window */
    int64_t *ceiling;           /* [n * L] held background taken off */
    int64_t *taken;             /* [n * S] by the sessions in progress now */
    int64_t *session_cost;      /* [session items * S] of one session; 0 in the padding */
    int64_t *high, *low;        /* [n * S] while low < load <= high, the same limits are exceeded */
    uint64_t *criteria_of;      /* [L] criteria that a limit belongs to */
    uint64_t *limits_of;        /* [R] limits of a resource */
    uint64_t *limits_over;      /* [n] limits exceeded now */
    uint64_t *over;             /* [n] criteria over now */
    unsigned *n_over;           /* [C] servers over now */
    hr_tick *any_since;         /* [C] begin of the any-server episode in progress */
    uint64_t *moment;           /* [n] see hr_overload_person_time */
    uint64_t *person_time;      /* [n * C] of the server when its episode in progress began */
    hr_tick *since;             /* [n * C] begin of the episode in progress */
    uint64_t *clock;            /* [n * C] ticks of finished episodes, windowless */
    hr_tick *last_over;         /* [n] end of the last finished episode */
    uint64_t *ever_over;        /* [n] criteria that have been over */
    uint32_t *clocked;          /* [n * C] first meeting with clock_at_start: before it all were 0,
                                   where meetings stay */
    uint32_t n_begun, n_noted;  /* meetings, see hr_overload_note_begun */
    hr_tick accounted;          /* time up to which criteria times are counted */
    uint64_t criteria_over;     /* criteria with n_over > 0 */
    struct hr_backlog *backlog; /* [n] see backlog.h; NULL: not followed */
    struct hr_excess *excess;   /* see excess.h; NULL: not followed */
    bool *allowed;              /* [n] servers that admission lets the rule choose from */
};

struct hr_replaying;
/* Server-sized, all zero. */
HR_MUST_CHECK hr_status hr_known_take(hr_known *known, hr_arena *arena,
                                      const hr_configuration *configuration, hr_err *err);
/* Make room for the input's meetings, for `n` events; lay out server-sized state, all zero: an
 * empty pool. Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_scratch_room_for_meetings(const struct hr_replaying *replay,
                                                     hr_err *err);
HR_MUST_CHECK hr_status hr_scratch_room_for_events(hr_scratch *scratch, size_t n, hr_err *err);
HR_MUST_CHECK hr_status hr_scratch_lay_out(const struct hr_replaying *replay, hr_err *err);

#endif
