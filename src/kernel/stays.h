/* stays: how many meetings and people there were, and for how long: what does not depend on where
 * they were, counted in one go once it is known who was refused. Loads are multiplied with the time
 * of all that are alike, not with that of each.
 */
#ifndef HR_KERNEL_STAYS_H
#define HR_KERNEL_STAYS_H

#include "kernel/overload.h"

/* Of all meetings of a profile, or of all participants of a kind. */
typedef struct hr_stay {
    int64_t cost[HR_MAX_RESOURCES]; /* steps of one, 0 in the padding */
    uint64_t ticks;                 /* in the window, added up: as many as hr_counts.person_time */
} hr_stay;

typedef struct hr_stays_profile {
    hr_stay meetings;
    hr_stay *kind;  /* [n_kinds] among all */
    bool is_linear; /* loads follow from these costs and how long everybody stays */
} hr_stays_profile;

typedef struct hr_stays {
    hr_stays_profile *const *profile; /* [n_classes][n_profiles] */
    hr_stay *kind;                    /* [n_kinds] of all profiles, as in hr_prepared_class */
} hr_stays;

/* Nobody has stayed yet. Memory from the arena; errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_stays_begin(hr_stays *stays, const hr_configuration *configuration,
                                       hr_arena *arena, hr_err *err);
/* Do all loads follow from costs and sizes? */
bool hr_stays_are_linear(const hr_configuration *configuration);
/* A participant of a placed meeting joins at `now` and stays till the meeting's end. */
static inline void hr_stays_join(hr_stay *kind, hr_window window, hr_tick now, hr_tick end)
{
    kind->ticks += hr_window_clip(window, end) - hr_window_clip(window, now);
}

/* Once scratch->server is that of every meeting and all have joined who do in the window: write the
 * counts of HR_NEEDS_SUMS. `kind_of` says each meeting's kind where all are of one participant, who
 * comes at once, and hr_stays_are_linear; else it is NULL. */
void hr_stays_count(hr_stays *stays, const hr_replaying *replay, const uint16_t *kind_of);

#endif
