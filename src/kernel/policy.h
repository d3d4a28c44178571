/* policy: what meetings count for besides the participants present, and which servers a meeting may
 * be placed on: hints, young meetings, room to grow, gates, dedicated servers, bookings.
 *
 * The reference replay has all of them; faster kernels decline. A meeting's seats are what the
 * placer thinks it will fill: what it was told, or the least that a young one counts for. As long
 * as fewer participants are present, the rest is *expected* on its server.
 */
#ifndef HR_KERNEL_POLICY_H
#define HR_KERNEL_POLICY_H

#include "kernel/overload.h"

/* NULL, or the first of these features that the configuration has. */
const char *hr_policy_decline(const hr_configuration *configuration);

/* Participants that are told when the meeting starts; 0 without hints. */
uint32_t hr_policy_told(const hr_configuration *configuration, const hr_input *input,
                        uint32_t meeting);
/* The meeting is about to be placed: note what is told. Before the choice. */
void hr_policy_tell(const hr_replaying *replay, uint32_t meeting);
/* May the meeting be placed on `server` now? */
bool hr_policy_allows(const hr_replaying *replay, uint32_t meeting, unsigned server);
/* Are load and background of `server` at most the share `gate` of its highest ceilings, for every
 * watched resource? Now, or with `load` on top. */
bool hr_policy_passes(const hr_replaying *replay, unsigned server, double gate);
bool hr_policy_passes_with(const hr_replaying *replay, unsigned server, double gate,
                           const int64_t *load);
/* A further choice of the rule for a meeting that has a server; `number` tells such choices apart.
 */
unsigned hr_policy_choose_again(const hr_replaying *replay, const hr_view *view, uint32_t meeting,
                                uint32_t number);
/* Does the configuration have anything that hr_policy_allows looks at? */
bool hr_policy_restricts(const hr_configuration *configuration);
/* Participants of the meeting have come, or it has just been placed, or (`is_over`) it has ended:
 * count anew what is expected on its server. */
void hr_policy_expect(const hr_replaying *replay, hr_tick now, uint32_t meeting, bool is_over);
/* When the next of the `n_started` meetings is young no more; UINT64_MAX: none will be. Meetings
 * age before anything else happens at that tick. */
hr_tick hr_policy_next_age(const hr_replaying *replay, uint32_t n_started);
void hr_policy_age(hr_replaying *replay, hr_tick now);

#endif
