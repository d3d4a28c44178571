/* backlog: work that waits while a server's processor has more to do than it can.
 *
 * An assumption [U] that stands for the hold time of SIP requests: what a server is asked for above
 * its full ceiling of cpu waits, and is worked off when there is room again. With L the load, F the
 * ceiling and G what background leaves of it, the backlog b (seconds of the full processor) follows
 * b' = (L - G) / F, and is never negative. It begins at 0 and changes nothing: neither load nor
 * meetings.
 *
 * Integers: waiting work is steps x ticks, F x b. Between events it is a straight line, so that the
 * first tick at which a mark is reached is exact, and so are sums over ticks. A server is throttled
 * from the first tick with b >= throttled_from until the first with b <= throttled_until, and
 * rejects requests at ticks with b >= rejected_from. Marks: 6 s, 3 s, 12 s [S:perfmon].
 */
#ifndef HR_KERNEL_BACKLOG_H
#define HR_KERNEL_BACKLOG_H

#include "kernel/overload.h"

__extension__ typedef __int128 hr_i128;

/* On from the first tick with `reach` waiting until the first with `back` < reach. */
typedef struct hr_backlog_band {
    hr_i128 reach, back; /* steps x ticks */
    bool is_on;
    hr_tick since;
} hr_backlog_band;

/* Of one server. */
typedef struct hr_backlog {
    hr_i128 waiting; /* steps x ticks, at `at` */
    hr_i128 sum;     /* of it over the ticks of the window before `at` */
    int64_t full;    /* F, steps, at least 1 */
    int64_t excess;  /* L - G, steps, since `at` */
    hr_tick at;
    hr_backlog_band throttled, rejected;
} hr_backlog;

/* Does the configuration ask for it, and have the ceiling? */
bool hr_backlog_is_followed(const hr_configuration *configuration);
/* Memory in the scratch's arena, if it is followed; all the others do nothing if not. */
HR_MUST_CHECK hr_status hr_backlog_take(const hr_replaying *replay, hr_err *err);
/* Ceilings of the scratch are set; nothing waits. */
void hr_backlog_begin(const hr_replaying *replay);
/* Load or ceiling of `server` have changed at `now`, and its bracket is right: the backlog up to
 * `now`, and a bracket that lets no change go by as long as there is one. */
void hr_backlog_change(const hr_replaying *replay, hr_tick now, unsigned server);
/* The server is gone, and what waited with it; hr_backlog_change has just been called. */
void hr_backlog_forget(const hr_replaying *replay, unsigned server);
/* The window ends: what is still going on counts up to here. */
void hr_backlog_end(const hr_replaying *replay, hr_tick now);

#endif
