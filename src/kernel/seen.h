/* seen: what the rule sees of the servers, made ready for a quick choice. Rules that want the least
 * of an integer get one key per server (the integer above, the server's number below), which is
 * all that is kept up to date for them; the others are served by placing.h.
 */
#ifndef HR_KERNEL_SEEN_H
#define HR_KERNEL_SEEN_H

#include "base/vector.h"
#include "kernel/placing.h"

enum { HR_SERVER_BITS = 8 };
_Static_assert(HR_MAX_SERVERS <= 1 << HR_SERVER_BITS, "a key holds every server's number");

/* Resource that a key counts, or one of these. */
enum { HR_SEEN_MEETINGS = -1, HR_SEEN_PARTICIPANTS = -2, HR_SEEN_OTHER = -3 };

typedef struct hr_seen {
    hr_replaying *replay;
    const hr_vector *vector;
    int resource;
    bool looks, is_fresh; /* see placing.h */
    int64_t *key;         /* [n_keys, padded for the vector]; NULL: not a rule of this kind */
    size_t n_keys;
    const int64_t *truth; /* what keys are made of, `stride` apart */
    size_t stride;
} hr_seen;

/* Begin with an empty pool, laid out in the scratch of `replay`. Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_seen_begin(hr_seen *seen, hr_replaying *replay, const hr_vector *vector,
                                      hr_err *err);
/* The least loaded server, equals broken as hr_placement_choose does. Keyed rules only. */
unsigned hr_seen_least(const hr_seen *seen, uint32_t tie);
/* All servers report. */
void hr_seen_report(hr_seen *seen);
/* Write the scores that hr_placing_view shows. */
void hr_seen_score(hr_seen *seen);
/* In-flight correction, as hr_placing_add_in_flight. */
void hr_seen_add_in_flight(hr_seen *seen, hr_tick last_report, uint32_t meeting,
                           const int64_t *load, uint32_t people, bool is_start);

static inline bool hr_seen_is_keyed(const hr_seen *seen)
{
    return seen->key != NULL;
}

/* The least key names the lowest server of the least value. */
static inline int64_t hr_seen_key(int64_t value, unsigned server)
{
    return value * (1 << HR_SERVER_BITS) + (int64_t)server;
}

/* The truth of `server` has changed. */
static inline void hr_seen_refresh(hr_seen *seen, unsigned server)
{
    if (!hr_seen_is_keyed(seen)) {
        if (seen->looks)
            hr_placing_refresh(seen->replay, server);
    } else if (seen->is_fresh) {
        seen->key[server] = hr_seen_key(seen->truth[server * seen->stride], server);
    }
}

/* hr_seen_add_in_flight of one who joins, where there are reports and what is in flight is added.
 * Without a branch: whether the meeting began since the last report is as good as random. */
static inline void hr_seen_add_joined(hr_seen *seen, hr_tick last_report, uint32_t meeting,
                                      unsigned server, const int64_t *load)
{
    if (!hr_seen_is_keyed(seen)) {
        hr_seen_add_in_flight(seen, last_report, meeting, load, 1, false);
        return;
    }
    const int64_t is_seen = seen->replay->input->start[meeting] >= last_report;
    const int64_t more =
        seen->resource >= 0 ? load[seen->resource] : seen->resource == HR_SEEN_PARTICIPANTS;
    seen->key[server] += hr_seen_key(more * is_seen, 0);
}

#endif
