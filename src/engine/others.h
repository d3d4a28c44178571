/* others: the pools of a configuration but the first: large meetings, other roles, sites. Private
 * to src/engine.
 */
#ifndef HR_ENGINE_OTHERS_H
#define HR_ENGINE_OTHERS_H

#include "engine/team.h"

/* Counts of pool number `pool` in memory of the worker: those that its outcomes need. */
HR_MUST_CHECK hr_status hr_others_make_counts(hr_worker *worker, unsigned pool,
                                              const hr_configuration *configuration,
                                              hr_counts *counts);
/* What follows from a pool's meetings alone, where an outcome asks for it. */
void hr_others_count_collisions(const hr_worker *worker, unsigned p, const hr_lane *lane);

/* The other pools of a member's configuration, whose first is known, as they are on this day. */
HR_MUST_CHECK hr_status hr_others_resolve(hr_worker *worker, hr_member *member, uint64_t day);
/* Their counts. */
HR_MUST_CHECK hr_status hr_others_begin(hr_worker *worker, hr_member *member);
/* Their part of a day, of n members whose first pools have been replayed in `first`: sites'
 * meetings of their own, from which others may follow, then large meetings and legs of the first
 * pools', which were written together, and all else that they carry. */
HR_MUST_CHECK hr_status hr_others_run(hr_worker *worker, hr_member *const *who,
                                      const hr_lane *first, unsigned n, uint64_t day);

/* Does an outcome ask for all pools at once? */
bool hr_others_are_united(const hr_worker *worker);
/* Overload of all pools of a member together, whose first was replayed in `lane`. */
HR_MUST_CHECK hr_status hr_others_unite(hr_worker *worker, hr_member *member, const hr_lane *lane);

#endif
