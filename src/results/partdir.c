#define _DEFAULT_SOURCE /* flock: the one lock that survives close() of another descriptor */
#define _POSIX_C_SOURCE 200809L

#include "results/partdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char lock_name[] = "lock";

static const char *joined(hr_arena *arena, const char *a, const char *b, const char *c)
{
    const size_t n = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = hr_arena_take(arena, n, 1);
    if (text != NULL)
        (void)snprintf(text, n, "%s%s%s", a, b, c);
    return text;
}

const char *hr_partdir_path(hr_arena *arena, const char *output)
{
    return joined(arena, output, ".parts", "");
}

const char *hr_partdir_log_path(hr_arena *arena, const char *output, uint32_t sequence, int rank)
{
    char name[64];
    (void)snprintf(name, sizeof name, "/%06u-%06d.log", sequence, rank);
    return joined(arena, output, ".parts", name);
}

bool hr_partdir_is_log(const char *name, uint32_t *sequence)
{
    char *dash = NULL, *rest = NULL;
    *sequence = (uint32_t)strtoul(name, &dash, 10);
    if (dash == name || *dash != '-')
        return false;
    (void)strtoul(dash + 1, &rest, 10); /* the rank */
    return rest != dash + 1 && strcmp(rest, ".log") == 0;
}

/* The file under the lock may have been removed by the run that held it before: then lock anew. */
static bool is_still_there(int descriptor, const char *path)
{
    struct stat held, named;
    return fstat(descriptor, &held) == 0 && stat(path, &named) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

static hr_status lock_once(hr_partdir *dir, const char *path, bool *locked, hr_err *err)
{
    if (mkdir(dir->path, 0777) != 0 && errno != EEXIST)
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%s: cannot create this directory: %s; choose an output "
                       "(-o) in a directory that you may write",
                       dir->path, strerror(errno));
    dir->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (dir->lock < 0 && errno == ENOENT)
        return HR_OK; /* removed between the two calls */
    if (dir->lock < 0)
        return HR_FAIL(err, HR_ERR_WRITE, "%s: cannot write here: %s", path, strerror(errno));
    if (flock(dir->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        (void)close(dir->lock);
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%s: another run is writing here; wait for it, or choose "
                       "another output (-o)",
                       dir->path);
    }
    /* Any other failure: a file system without locks (some cluster file systems). Going on
     * without one is safe as long as nobody starts the same study twice. */
    *locked = is_still_there(dir->lock, path);
    if (!*locked)
        (void)close(dir->lock);
    return HR_OK;
}

hr_status hr_partdir_open(hr_partdir *dir, const char *output, hr_err *err)
{
    hr_status st = HR_OK;
    bool locked = false;
    *dir = (hr_partdir){.lock = -1};
    dir->path = hr_partdir_path(&dir->arena, output);
    const char *path = dir->path == NULL ? NULL : joined(&dir->arena, dir->path, "/", lock_name);
    if (path == NULL)
        HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the name of a directory"));
    while (!locked)
        HR_TRY(lock_once(dir, path, &locked, err));
    HR_TRY(hr_partdir_sync_entry(dir->path, err));
out:
    if (st != HR_OK) {
        if (locked)
            (void)close(dir->lock);
        hr_arena_free(&dir->arena);
        *dir = (hr_partdir){.lock = -1};
    }
    return st;
}

/* Logs in the directory; with `remove` they go. -1 and errno when the directory resists. */
static long visit_logs(const char *path, bool remove)
{
    long n = 0;
    uint32_t sequence;
    bool failed = false;
    DIR *listing = opendir(path);
    if (listing == NULL)
        return -1;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        if (!hr_partdir_is_log(entry->d_name, &sequence))
            continue;
        n++;
        if (remove && unlinkat(dirfd(listing), entry->d_name, 0) != 0)
            failed = true;
    }
    (void)closedir(listing);
    return failed ? -1 : n;
}

hr_status hr_partdir_clear(hr_partdir *dir, hr_err *err)
{
    if (visit_logs(dir->path, true) < 0)
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%s: the result is complete, but this directory cannot be "
                       "removed: %s; it is no longer needed",
                       dir->path, strerror(errno));
    return HR_OK;
}

void hr_partdir_close(hr_partdir *dir)
{
    if (dir == NULL || dir->path == NULL)
        return;
    if (visit_logs(dir->path, false) == 0) {
        const char *lock = joined(&dir->arena, dir->path, "/", lock_name);
        /* Best effort: an empty directory that stays behind is taken over by the next run. */
        if (lock != NULL && unlink(lock) == 0)
            (void)rmdir(dir->path);
    }
    (void)close(dir->lock);
    hr_arena_free(&dir->arena);
    *dir = (hr_partdir){.lock = -1};
}

hr_status hr_partdir_sync_entry(const char *path, hr_err *err)
{
    hr_arena arena = {0};
    const char *slash = strrchr(path, '/');
    const size_t length = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    const char *folder = hr_arena_text(&arena, slash == NULL ? "." : path, length);
    const int descriptor = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* EINVAL: file systems where directories need no sync. */
    const bool good = descriptor >= 0 && (fsync(descriptor) == 0 || errno == EINVAL);
    const int cause = errno;
    if (descriptor >= 0)
        (void)close(descriptor);
    hr_arena_free(&arena);
    if (!good)
        return HR_FAIL(err, HR_ERR_WRITE, "%s: its directory cannot be synced to disk: %s", path,
                       strerror(cause));
    return HR_OK;
}
