/* anatomy: what is on a server when its overload begins an any-server episode: one large meeting,
 * or many; the clock, background, an old report. Of the reference.
 */
#ifndef HR_KERNEL_ANATOMY_H
#define HR_KERNEL_ANATOMY_H

#include "kernel/overload.h"

/* An episode of `criterion` begins on `server`, by a limit of the criterion, `limit`: add to what
 * such episodes found. */
void hr_anatomy_note(hr_replaying *replay, hr_tick now, unsigned server, unsigned criterion,
                     unsigned limit);

#endif
