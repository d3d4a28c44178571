/* assignment: servers for the media of one more meeting, where media are placed apart: those that
 * the rule would choose, one medium after another, and whether there are any that would do. Of the
 * reference.
 */
#ifndef HR_KERNEL_ASSIGNMENT_H
#define HR_KERNEL_ASSIGNMENT_H

#include "kernel/overload.h"
#include "model/placement.h"

/* The media of one more meeting, and where they go; without loads a medium is not there. */
typedef struct hr_assignment {
    const hr_replaying *replay;
    unsigned n; /* media, the Focus first */
    hr_medium medium[HR_MEDIUM_LAST + 1];
    const int64_t *load[HR_MEDIUM_LAST + 1]; /* [n_resources] steps */
    unsigned server[HR_MEDIUM_LAST + 1];     /* out; n_servers: none is allowed */
    unsigned home;                           /* of the Focus, which is nowhere else */
    int64_t people;
} hr_assignment;

/* The media of probe `i` of snapshot `number`, each on the server that the rule picks for it when
 * it sees those before it, as hr_view `view` has the rest; what the rule knows is as before. */
void hr_assignment_choose(hr_assignment *assignment, const hr_replaying *replay, unsigned i,
                          uint32_t number, const hr_view *view);
/* Do they fit there, under the ceilings of `level`? And on any servers, the Focus at home? */
bool hr_assignment_fits(const hr_assignment *assignment, int level);
bool hr_assignment_is_possible(const hr_assignment *assignment, int level);

#endif
