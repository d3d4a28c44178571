/* partlog: what survives a kill. Each rank appends checksummed records to its own log.
 *
 * A run lives in the directory OUT.parts beside OUT (partdir.h). Every process that starts opens
 * a new log there, <sequence>-<rank>.log, and never writes to an older one, so a torn tail can only
 * be the end of a file; a record counts when its checksum holds (partindex.h reads them). Logs
 * start with the identity of the study and of its layout.
 */
#ifndef HR_RESULTS_PARTLOG_H
#define HR_RESULTS_PARTLOG_H

#include <stdint.h>

#include "base/error.h"
#include "engine/plain.h"
#include "study/study.h"

typedef struct hr_partlog hr_partlog; /* one log being written */

/* Create this process' log in OUT.parts, which stands already. `rank` names the file only. Local.
 */
HR_MUST_CHECK hr_status hr_partlog_create(hr_partlog **log, const char *output,
                                          const hr_study *study, uint32_t sequence, int rank,
                                          hr_err *err);
/* Take one finished task; it is with the operating system after the next flush. */
HR_MUST_CHECK hr_status hr_partlog_append(hr_partlog *log, const hr_task *task,
                                          const hr_task_result *result, hr_err *err);
/* Hand everything to the operating system (so that it survives the death of this process), and
 * every two seconds to the disk (so that it survives the death of the machine). */
HR_MUST_CHECK hr_status hr_partlog_flush(hr_partlog *log, hr_err *err);
/* Flush, sync and close; a log without records is removed. NULL is fine; freed either way. */
HR_MUST_CHECK hr_status hr_partlog_close(hr_partlog *log, hr_err *err);

#endif
