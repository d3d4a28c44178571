/* joining: which server takes a participant, when that is not simply the meeting's own: a gate or a
 * limit of joins turns participants to another server, linked to the first, or away.
 *
 * A meeting's own server is its first; every further one is a *part* of the meeting. Parts keep
 * what joined there until the meeting ends, and so do the links between them. Of the reference.
 */
#ifndef HR_KERNEL_JOINING_H
#define HR_KERNEL_JOINING_H

#include "kernel/overload.h"

/* Does the configuration decide where participants join? */
bool hr_joining_decides(const hr_configuration *configuration);
/* Begin with no parts; memory from the scratch. Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_joining_begin(hr_replaying *replay, hr_err *err);
/* A participant of `cost` joins the meeting: note where, or turn it away. The server it goes to;
 * n_servers when it is turned away. The caller counts its stay. */
unsigned hr_joining_join(hr_replaying *replay, hr_tick now, uint32_t meeting, const int64_t *cost);
/* Is a part of the meeting on this server? */
bool hr_joining_is_on(const hr_replaying *replay, uint32_t meeting, unsigned server);
/* The meeting has another server of its own, where nobody has joined yet in this minute. */
void hr_joining_move(hr_replaying *replay, uint32_t meeting);
/* The meeting has ended: its parts go. */
void hr_joining_end(hr_replaying *replay, hr_tick now, uint32_t meeting);
/* People of the meeting who are not on its own server. */
uint32_t hr_joining_elsewhere(const hr_replaying *replay, uint32_t meeting);

#endif
