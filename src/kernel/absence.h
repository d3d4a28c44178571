/* absence: who is away where media are placed apart and servers fail. Of the reference.
 *
 * A participant is in several media, each of which may lose its server. Who is thrown out of any is
 * away from the meeting until back in all of them: present once, lost once.
 */
#ifndef HR_KERNEL_ABSENCE_H
#define HR_KERNEL_ABSENCE_H

#include "kernel/overload.h"

/* Begin with nobody away; nothing where media are not apart or nothing fails. Memory from the
 * scratch. Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_absence_begin(hr_replaying *replay, hr_err *err);
/* Whoever join `number` (or, all at once, the row) stands for leaves one medium, `row`, or has
 * never got into the meeting (`was_in`: does so). How many are away now that were not before. */
uint32_t hr_absence_goes(hr_replaying *replay, hr_tick now, uint32_t row, uint32_t number,
                         bool was_in);
/* They are back in it. */
void hr_absence_comes(hr_replaying *replay, hr_tick now, uint32_t row, uint32_t number);
/* The meeting of the Focus `row` ends; the window does. */
void hr_absence_end(hr_replaying *replay, hr_tick now, uint32_t row);
void hr_absence_finish(hr_replaying *replay);

#endif
