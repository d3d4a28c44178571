/* turns: where a tilted input's past has left the servers that are gone through in turn. Who is
 * alive when a simulation begins says nothing of who came in between and is gone; but these had
 * their turns too, so that who is left sits where chance has it, not one by one. With them even a
 * simulation without a warm-up begins as it would have been.
 */
#ifndef HR_INPUT_TURNS_H
#define HR_INPUT_TURNS_H

#include "input/store.h"

/* Behind the starts: meetings of one tick that are over before `begin`, as many as are needed for
 * the others' turns. Nothing where the tilt does not ask for it. HR_ERR_MEMORY, HR_ERR_DATA. */
HR_MUST_CHECK hr_status hr_turns_write(const hr_writing *writing, hr_err *err);

#endif
