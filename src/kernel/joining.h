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
/* Participant `number` of the input's joins joins the meeting, or is back in it: note where, or
 * turn them away. The server they go to; n_servers when they are turned away. Else the caller
 * counts their stay. */
unsigned hr_joining_join(hr_replaying *replay, hr_tick now, uint32_t meeting, uint32_t number,
                         const int64_t *cost);
/* Where servers fail: is participant `number`, who has joined, in the meeting and not on a part of
 * it; or on this part? */
bool hr_joining_is_in(const hr_replaying *replay, uint32_t number);
bool hr_joining_is_on_part(const hr_replaying *replay, uint32_t number, uint32_t part);
/* Take away the first part of the meeting whose server is out ([n_servers] hr_server_state), with
 * the link to it: its number, 0 when there is none. Those who were there are the caller's. */
uint32_t hr_joining_lose(hr_replaying *replay, hr_tick now, uint32_t meeting, const uint8_t *state,
                         uint32_t *people);
/* Is a part of the meeting on this server? */
bool hr_joining_is_on(const hr_replaying *replay, uint32_t meeting, unsigned server);
/* The meeting has another server of its own, where nobody has joined yet in this minute. */
void hr_joining_move(hr_replaying *replay, uint32_t meeting);
/* The meeting has lost its own server: its parts go. Nobody is told yet that servers have changed,
 * here and in hr_joining_lose. */
void hr_joining_drop(hr_replaying *replay, hr_tick now, uint32_t meeting);
/* The meeting has ended: its parts go. */
void hr_joining_end(hr_replaying *replay, hr_tick now, uint32_t meeting);
/* People of the meeting who are not on its own server. */
uint32_t hr_joining_elsewhere(const hr_replaying *replay, uint32_t meeting);

#endif
