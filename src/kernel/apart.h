/* apart: meetings whose media are on servers of their own (placement.unit: modality). Of the
 * reference.
 *
 * The input's rows are media; here is what is true of a whole meeting: it meets overload while the
 * server of any of its media, or of its Focus, is over; a person in several media is one person; a
 * meeting that one medium finds no server for begins without it, and counts as refused once.
 */
#ifndef HR_KERNEL_APART_H
#define HR_KERNEL_APART_H

#include "kernel/overload.h"

/* Begin with no meetings; memory from the scratch. Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_apart_begin(hr_replaying *replay, hr_err *err);
/* Is the row a Focus? Never where meetings are placed as a whole. */
bool hr_apart_is_focus(const hr_replaying *replay, uint32_t row);
/* Where a Focus with these words is, for the `number`-th time: the server of the organiser's
 * routing group, which no load moves, or, while that takes no meetings, any other that does;
 * n_servers: none does. */
unsigned hr_apart_home(const hr_replaying *replay, uint32_t tie, uint32_t pick, uint32_t number);
/* Is the row a medium of a meeting whose Focus found no server? */
bool hr_apart_is_refused(const hr_replaying *replay, uint32_t row);
/* Is the row the first of its meeting, or its first that is refused? True of every whole meeting.
 */
bool hr_apart_is_first(const hr_replaying *replay, uint32_t row);
bool hr_apart_is_first_refused(const hr_replaying *replay, uint32_t row);
/* The row has come to its server, `people` more are in its meeting (or fewer), it is about to
 * leave.
 */
void hr_apart_arrive(hr_replaying *replay, hr_tick now, uint32_t row);
void hr_apart_join(hr_replaying *replay, hr_tick now, uint32_t row, int64_t people);
void hr_apart_leave(hr_replaying *replay, hr_tick now, uint32_t row);
/* The meeting of the row ends inside the window: how much overload has it met? */
void hr_apart_meeting_ends(hr_replaying *replay, hr_tick now, uint32_t row);
/* What is over on `server` has changed. */
void hr_apart_see_server(hr_replaying *replay, hr_tick now, unsigned server);
/* The window has ended: the times of people, once for each. */
void hr_apart_end(hr_replaying *replay);

#endif
