/* split: random placement, or a pool of one server: no simulation is needed for it.
 *
 * Placing each meeting by itself at random thins independent Poisson numbers into independent ones
 * (Kingman, "Poisson Processes", 1993, section 5.1), so the servers are independent compound
 * Poisson laws, mixed over background that all share.
 */
#ifndef HR_EXACT_SPLIT_H
#define HR_EXACT_SPLIT_H

#include "exact/room.h"

/* Servers at one instant, one ceiling each. */
typedef struct hr_split {
    unsigned n;
    const hr_lattice *const *load; /* [n] equal pointers: equal laws */
    const hr_room *room;           /* [n] */
} hr_split;

/* Laws of the servers' loads, each with its own weight for that of `asked`, and their room below
 * ceilings [n] steps. `*why` as in hr_load_at and hr_room_of. */
HR_MUST_CHECK hr_status hr_split_make(const hr_load_asked *asked, const double *ceiling,
                                      const hr_exact_effort *effort, hr_arena *arena,
                                      hr_split *split, const char **why, hr_err *err);

/* P(exactly k servers are over) into exactly [n + 1]. Shared background wants equal ceilings and
 * weights, else `*why`. */
HR_MUST_CHECK hr_status hr_split_over(const hr_split *split, hr_arena *arena, double *exactly,
                                      const char **why, hr_err *err);
/* P(server j is over). */
double hr_split_over_server(const hr_split *split, unsigned j);
/* Mean of the largest load, steps. */
HR_MUST_CHECK hr_status hr_split_largest(const hr_split *split, hr_arena *arena, double *largest,
                                         hr_err *err);

/* P(exactly k of n independent events happen), event j with probability[j], into exactly [n + 1]:
 * only sums of products of probabilities, so small ones keep their digits. */
void hr_split_count(const double *probability, unsigned n, double *exactly);
/* 1 - product of (1 - p): small ones keep their digits. */
double hr_split_any(const double *probability, unsigned n);

#endif
