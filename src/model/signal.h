/* signal: what overload of a server means to its users, as published, and the outcome that says how
 * likely it is.
 *
 * Made from signal.def. `headroom list signals` prints it, `headroom show` those that a study has
 * seen. A signal adds no consequence to the model: outcomes count it.
 */
#ifndef HR_MODEL_SIGNAL_H
#define HR_MODEL_SIGNAL_H

#include <stdbool.h>

#include "model/resource.h"
#include "model/role.h"

typedef struct hr_signal {
    const char *name;
    hr_role_id role;
    bool is_modelled; /* else the next four mean nothing */
    hr_resource_id resource;
    hr_level level;        /* of the ceiling above which it stands */
    const char *likely;    /* outcome: its probability in a busy period, or share of calls */
    const char *share;     /* outcome: share of time; "" = none */
    const char *threshold; /* as published */
    const char *follows;   /* what comes of it; not modelled: why not */
    const char *source;
} hr_signal;

extern const hr_signal hr_signals[];
extern const unsigned hr_n_signals;

/* Marks of the backlog: work that waits while the load of a processor is above its full ceiling. It
 * is followed when an outcome asks for it (kernel/backlog.h). */
typedef struct hr_backlog_marks {
    bool is_followed;
    double throttled_from, throttled_until; /* s of work waiting: a server is throttled from the
                                               first on until it is back at the second */
    double rejected_from;                   /* s: requests are rejected from here on */
} hr_backlog_marks;

#endif
