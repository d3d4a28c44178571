#define _POSIX_C_SOURCE 200809L

#include "results/partlog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stream.h"
#include "results/partdir.h"
#include "results/partformat.h"

enum { SYNC_SECONDS = 2 };

struct hr_partlog {
    hr_arena arena;
    const char *path;
    int descriptor; /* -1: closed */
    uint64_t n_records;
    uint8_t *buffer; /* room for the largest record and some more */
    size_t room, used;
    struct timespec synced;
};

static hr_status write_failed(const hr_partlog *log, hr_err *err)
{
    return HR_FAIL(err, HR_ERR_WRITE,
                   "%s: cannot be written: %s; everything finished before is "
                   "kept: make room and run the same command again",
                   log->path, strerror(errno));
}

/* write(2) until all is out: a disk that fills up shows first as a short write. */
static hr_status write_all(hr_partlog *log, hr_err *err)
{
    size_t done = 0;
    while (done < log->used) {
        const ssize_t n = write(log->descriptor, log->buffer + done, log->used - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return write_failed(log, err);
        done += (size_t)n;
    }
    log->used = 0;
    return HR_OK;
}

static hr_status sync_now(hr_partlog *log, hr_err *err)
{
    if (fdatasync(log->descriptor) != 0 && errno != EINVAL && errno != EROFS)
        return write_failed(log, err);
    (void)clock_gettime(CLOCK_MONOTONIC, &log->synced);
    return HR_OK;
}

hr_status hr_partlog_flush(hr_partlog *log, hr_err *err)
{
    hr_status st = HR_OK;
    struct timespec now;
    if (log->used == 0)
        return HR_OK;
    HR_TRY(write_all(log, err));
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - log->synced.tv_sec >= SYNC_SECONDS)
        HR_TRY(sync_now(log, err));
out:
    return st;
}

static hr_status open_log(hr_partlog *log, hr_err *err)
{
    log->descriptor = open(log->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (log->descriptor < 0 && errno == ENOENT)
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%s: its directory is not seen by this process; the output "
                       "(-o) must lie on a file system that all nodes share",
                       log->path);
    if (log->descriptor < 0)
        return HR_FAIL(err, HR_ERR_WRITE, "%s: cannot be created: %s", log->path, strerror(errno));
    return HR_OK;
}

hr_status hr_partlog_create(hr_partlog **log, const char *output, const hr_study *study,
                            uint32_t sequence, int rank, hr_err *err)
{
    enum { SOME_MORE = 1 << 18 };
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_partlog *made = NULL;
    HR_TAKE(made, &arena, 1);
    made->descriptor = -1;
    made->path = hr_partdir_log_path(&arena, output, sequence, rank);
    if (made->path == NULL)
        HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the name of a part log"));
    made->room =
        sizeof(hr_part_head) + hr_part_most_bytes(study->n_cells) + HR_PART_CHECKSUM + SOME_MORE;
    HR_TAKE(made->buffer, &arena, made->room);
    HR_TRY(open_log(made, err));
    hr_part_header header;
    hr_part_header_fill(&header, study, sequence, rank);
    memcpy(made->buffer, &header, sizeof header);
    made->used = sizeof header;
    HR_TRY(write_all(made, err));
    HR_TRY(sync_now(made, err));
    HR_TRY(hr_partdir_sync_entry(made->path, err));
    made->arena = arena;
    *log = made;
    return HR_OK;
out:
    if (made != NULL && made->descriptor >= 0)
        (void)close(made->descriptor);
    hr_arena_free(&arena);
    return st;
}

hr_status hr_partlog_append(hr_partlog *log, const hr_task *task, const hr_task_result *result,
                            hr_err *err)
{
    hr_status st = HR_OK;
    hr_part_head head;
    const size_t size = sizeof head + result->packed_size;
    HR_ASSERT(result->done);
    HR_ASSERT(size + HR_PART_CHECKSUM <= log->room);
    if (log->used + size + HR_PART_CHECKSUM > log->room)
        HR_TRY(write_all(log, err));
    uint8_t *at = log->buffer + log->used;
    hr_part_head_fill(&head, task, result);
    memcpy(at, &head, sizeof head);
    memcpy(at + sizeof head, result->packed, result->packed_size);
    const uint64_t checksum = hr_hash_bytes(at, size);
    memcpy(at + size, &checksum, HR_PART_CHECKSUM);
    log->used += size + HR_PART_CHECKSUM;
    log->n_records++;
out:
    return st;
}

hr_status hr_partlog_close(hr_partlog *log, hr_err *err)
{
    hr_status st = HR_OK;
    if (log == NULL)
        return HR_OK;
    HR_TRY(write_all(log, err));
    HR_TRY(sync_now(log, err));
out:
    if (close(log->descriptor) != 0 && st == HR_OK)
        st = write_failed(log, err);
    if (log->n_records == 0)
        (void)unlink(log->path);
    hr_arena arena = log->arena; /* holds the log itself */
    hr_arena_free(&arena);
    return st;
}
