#define _POSIX_C_SOURCE 200809L

#include "explore/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "results/result.h"

static hr_status inspect(const char *output, const hr_study *study, bool *finished, hr_err *err)
{
    struct stat there;
    uint64_t identity = 0;
    hr_err why = {0};
    *finished = false;
    if (stat(output, &there) != 0 && errno == ENOENT)
        return HR_OK;
    if (stat(output, &there) != 0)
        return HR_FAIL(err, HR_ERR_WRITE, "%s: %s", output, strerror(errno));
    if (!S_ISREG(there.st_mode))
        return HR_FAIL(err, HR_ERR_WRITE, "%s: is not a file; choose another output (-o)", output);
    if (hr_result_identity(output, &identity, &why) != HR_OK)
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%.700s: stands there already and is left alone (%.200s); choose another "
                       "output (-o)",
                       output, why.message);
    if (identity != study->identity)
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%s: holds the result of another study and is left alone; choose another "
                       "output (-o)",
                       output);
    *finished = true;
    return HR_OK;
}

/* A run that was killed after its result was in place leaves its logs behind. */
static void clear_leftovers(const char *output)
{
    hr_partdir dir;
    struct stat there;
    hr_arena arena = {0};
    const char *path = hr_partdir_path(&arena, output);
    if (path != NULL && stat(path, &there) == 0 && hr_partdir_open(&dir, output, NULL) == HR_OK) {
        if (hr_partdir_clear(&dir, NULL) == HR_OK)
            hr_partdir_close(&dir);
    }
    hr_arena_free(&arena);
}

hr_status hr_output_claim(hr_partdir *dir, const char *output, const hr_study *study,
                          bool *finished, hr_err *err)
{
    hr_status st = HR_OK;
    *dir = (hr_partdir){0};
    HR_TRY(inspect(output, study, finished, err));
    if (*finished) {
        clear_leftovers(output);
        return HR_OK;
    }
    HR_TRY(hr_partdir_open(dir, output, err));
    /* Another run may have finished between the look and the lock. */
    HR_TRY(inspect(output, study, finished, err));
out:
    if (st != HR_OK || *finished)
        hr_partdir_close(dir);
    return st;
}
