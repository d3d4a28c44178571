/* signals: SIGUSR1, SIGTERM and SIGINT ask a run to stop between two blocks.
 *
 * The one place with process-wide state that changes: a signal handler can reach nothing else.
 */
#ifndef HR_EXPLORE_SIGNALS_H
#define HR_EXPLORE_SIGNALS_H

#include <stdatomic.h>
#include <stdbool.h>

/* Clear the flag and catch the signals; also let a file size limit be an error of write(2)
 * instead of a death (SIGXFSZ). */
void hr_signals_catch(void);
/* Put the handlers back that stood before. */
void hr_signals_release(void);
/* Set by the signals. */
const atomic_bool *hr_signals_flag(void);

#endif
