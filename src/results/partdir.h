/* partdir: the directory OUT.parts beside OUT, and the lock that keeps a second run out.
 *
 * The lock is flock(2) on OUT.parts/lock: the kernel releases it however the process ends.
 */
#ifndef HR_RESULTS_PARTDIR_H
#define HR_RESULTS_PARTDIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

typedef struct hr_partdir {
    hr_arena arena;
    const char *path; /* NULL: not open */
    int lock;         /* file descriptor, meaningful while open */
} hr_partdir;

/* "OUT.parts", from `arena`; NULL without memory. */
const char *hr_partdir_path(hr_arena *arena, const char *output);
/* "OUT.parts/000002-000007.log". */
const char *hr_partdir_log_path(hr_arena *arena, const char *output, uint32_t sequence, int rank);
/* Is `name` (no folder) the name of a log? Then of which start of the program. */
bool hr_partdir_is_log(const char *name, uint32_t *sequence);

/* Create the directory if need be and lock it. HR_ERR_WRITE: cannot be created, or another run
 * holds it. Local: one process of a run does it. */
HR_MUST_CHECK hr_status hr_partdir_open(hr_partdir *dir, const char *output, hr_err *err);
/* Unlock. A directory without any log is removed. `{0}` is fine. */
void hr_partdir_close(hr_partdir *dir);
/* Remove all logs (and with hr_partdir_close the directory). */
HR_MUST_CHECK hr_status hr_partdir_clear(hr_partdir *dir, hr_err *err);

/* Make the entry of `path` in its directory durable. */
HR_MUST_CHECK hr_status hr_partdir_sync_entry(const char *path, hr_err *err);

#endif
