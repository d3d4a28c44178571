#define _POSIX_C_SOURCE 200809L

#include "results/partindex.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stream.h"
#include "results/partdir.h"
#include "results/partformat.h"

/* ---- scanning one log */

/* What fits in hr_part. */
#define MOST_BLOCKS UINT64_C(0xFFFF)
#define MOST_OFFSET UINT64_C(0xFFFFFFFFFFFF)

typedef struct hr_scan {
    hr_part_index *index;
    const hr_study *study;
    size_t n_room;    /* parts that index->parts has room for */
    uint64_t n_bytes; /* of the records in `parts` */
    uint8_t *record;  /* room for the largest record */
    FILE *file;
} hr_scan;

/* Room for as many records as the logs hold, if the rest are as long as those so far, and some:
 * that is known only after reading, and memory is short when records are many. */
static size_t more_room(const hr_scan *scan)
{
    enum { LEAST = 1024 };
    const double n_parts = (double)scan->index->n_parts;
    const double whole = (double)scan->index->n_bytes / (double)(scan->n_bytes + 1);
    const double wanted = 1.05 * n_parts * (whole > 1.0 ? whole : 1.0);
    return (size_t)wanted + LEAST;
}

/* Parts live outside the arena, because they move. */
static hr_status make_room(hr_scan *scan, hr_err *err)
{
    hr_part_index *index = scan->index;
    const size_t room = more_room(scan);
    hr_part *parts = hr_mem_take(room, sizeof *parts);
    if (parts == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory to index %zu part records", room);
    if (index->n_parts > 0)
        memcpy(parts, index->parts, index->n_parts * sizeof *parts);
    hr_mem_free(index->parts);
    index->parts = parts;
    scan->n_room = room;
    return HR_OK;
}

static hr_status add_part(hr_scan *scan, const hr_part_head *head, uint64_t offset, hr_err *err)
{
    hr_status st = HR_OK;
    hr_part_index *index = scan->index;
    if (index->n_parts == scan->n_room)
        HR_TRY(make_room(scan, err));
    index->parts[index->n_parts++] = (hr_part){.configuration = (uint32_t)head->configuration,
                                               .first_block = head->first_block,
                                               .n_blocks = head->n_blocks & MOST_BLOCKS,
                                               .offset = offset & MOST_OFFSET,
                                               .log = (uint32_t)(index->n_files - 1)};
    index->seconds += head->seconds;
    index->meetings += head->meetings;
    scan->n_bytes += sizeof *head + head->size + HR_PART_CHECKSUM;
out:
    return st;
}

/* Could this program have written it? Its tasks are much shorter, its logs too. */
static bool is_possible(const hr_scan *scan, const hr_part_head *head, uint64_t offset)
{
    return head->configuration < scan->study->n_configurations &&
           head->configuration <= UINT32_MAX && head->n_blocks <= MOST_BLOCKS &&
           offset <= MOST_OFFSET;
}

/* Read one record into scan->record; false at the end of what is good. */
static bool next_record(hr_scan *scan, uint64_t offset, hr_part_head *head)
{
    uint64_t checksum;
    if (fread(head, sizeof *head, 1, scan->file) != 1 || head->magic != HR_PART_HEAD_MAGIC ||
        head->size > scan->index->most_bytes)
        return false;
    memcpy(scan->record, head, sizeof *head);
    if (fread(scan->record + sizeof *head, 1, head->size, scan->file) != head->size ||
        fread(&checksum, sizeof checksum, 1, scan->file) != 1)
        return false;
    return checksum == hr_hash_bytes(scan->record, sizeof *head + head->size) &&
           is_possible(scan, head, offset);
}

static hr_status scan_records(hr_scan *scan, hr_err *err)
{
    hr_part_head head;
    uint64_t offset = sizeof(hr_part_header);
    while (next_record(scan, offset, &head)) {
        const hr_status st = add_part(scan, &head, offset, err);
        if (st != HR_OK)
            return st;
        offset += sizeof head + head.size + HR_PART_CHECKSUM;
    }
    /* Everything after the first record that does not hold is lost, which only costs time. */
    if (fseek(scan->file, 0, SEEK_END) != 0 || (uint64_t)ftell(scan->file) != offset)
        scan->index->n_torn++;
    return HR_OK;
}

static hr_status check_header(const hr_scan *scan, const hr_part_header *header, const char *path,
                              hr_err *err)
{
    if (header->version != HR_PART_VERSION)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%s: written by another version of headroom (format %u, not "
                       "%d); finish with that version, or remove the directory to start afresh",
                       path, header->version, HR_PART_VERSION);
    if (header->study != scan->study->identity)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%s: belongs to another study (identity %016llx, this one is "
                       "%016llx); choose another output (-o), or remove the directory to give that "
                       "study's progress up",
                       path, (unsigned long long)header->study,
                       (unsigned long long)scan->study->identity);
    if (header->layout != scan->study->layout_identity || header->n_cells != scan->study->n_cells)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%s: counts other outcomes than this version of headroom; "
                       "finish with the version that wrote it, or remove the directory",
                       path);
    return HR_OK;
}

static hr_status scan_log(hr_scan *scan, const char *path, hr_err *err)
{
    hr_status st = HR_OK;
    hr_part_header header;
    scan->file = fopen(path, "rb");
    if (scan->file == NULL)
        return HR_FAIL(err, HR_ERR_WRITE, "%s: cannot be read: %s", path, strerror(errno));
    if (fread(&header, sizeof header, 1, scan->file) != 1 || !hr_part_header_is_good(&header)) {
        scan->index->n_torn++; /* killed while it was created */
    } else {
        HR_TRY(check_header(scan, &header, path, err));
        HR_TRY(scan_records(scan, err));
    }
    if (ferror(scan->file))
        st = HR_FAIL(err, HR_ERR_WRITE, "%s: cannot be read: %s", path, strerror(errno));
out:
    (void)fclose(scan->file);
    return st;
}

/* ---- the directory */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const hr_part_file *)a)->path, ((const hr_part_file *)b)->path);
}

/* 0 when it cannot be known: the reader will say why. */
static uint64_t bytes_of(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && there.st_size > 0 ? (uint64_t)there.st_size : 0;
}

/* Names of all logs. Counted first, then listed: nobody else may write here (partdir's lock). */
static hr_status list_logs(hr_part_index *index, const char *folder, DIR *listing, hr_err *err)
{
    hr_status st = HR_OK;
    size_t n = 0;
    uint32_t sequence;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        n += hr_partdir_is_log(entry->d_name, &sequence) ? 1 : 0;
    HR_TAKE(index->files, &index->arena, n);
    rewinddir(listing);
    for (struct dirent *entry; index->n_files < n && (entry = readdir(listing)) != NULL;) {
        if (!hr_partdir_is_log(entry->d_name, &sequence))
            continue;
        const size_t length = strlen(folder) + strlen(entry->d_name) + 2;
        char *path;
        HR_TAKE(path, &index->arena, length);
        (void)snprintf(path, length, "%s/%s", folder, entry->d_name);
        index->files[index->n_files++] = (hr_part_file){.path = path, .descriptor = -1};
        index->n_bytes += bytes_of(path);
        if (sequence >= index->next_sequence)
            index->next_sequence = sequence + 1;
    }
    qsort(index->files, index->n_files, sizeof *index->files, by_name);
out:
    return st;
}

static int by_place(const hr_part *p, const hr_part *q)
{
    const uint64_t left[] = {p->configuration, p->first_block, p->n_blocks, p->log, p->offset};
    const uint64_t right[] = {q->configuration, q->first_block, q->n_blocks, q->log, q->offset};
    for (size_t i = 0; i < 5; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}

static bool is_same_task(const hr_part *p, const hr_part *q)
{
    return p->configuration == q->configuration && p->first_block == q->first_block &&
           p->n_blocks == q->n_blocks;
}

/* parts[0..n) is a heap but for parts[top]: let it sink. */
static void sink(hr_part *parts, size_t n, size_t top)
{
    const hr_part sinking = parts[top];
    for (size_t child; (child = 2 * top + 1) < n; top = child) {
        if (child + 1 < n && by_place(&parts[child], &parts[child + 1]) < 0)
            child++;
        if (by_place(&sinking, &parts[child]) >= 0)
            break;
        parts[top] = parts[child];
    }
    parts[top] = sinking;
}

/* Heapsort (Williams 1964), because qsort may take as much memory again as the index has. */
static void sort_in_place(hr_part *parts, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sink(parts, n, i);
    for (size_t last = n; last-- > 1;) {
        const hr_part largest = parts[0];
        parts[0] = parts[last];
        parts[last] = largest;
        sink(parts, last, 0);
    }
}

/* A task may stand twice (taken again although a log came back later); both are equal. */
static void sort_parts(hr_part_index *index)
{
    size_t kept = 0;
    if (index->n_parts == 0)
        return;
    sort_in_place(index->parts, index->n_parts);
    for (size_t i = 1; i < index->n_parts; i++) {
        if (!is_same_task(&index->parts[kept], &index->parts[i]))
            index->parts[++kept] = index->parts[i];
    }
    index->n_parts = kept + 1;
}

static hr_status scan_all(hr_part_index *index, const hr_study *study, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_scan scan = {.index = index, .study = study};
    const size_t n_files = index->n_files;
    index->most_bytes = hr_part_most_bytes(study->n_cells);
    HR_TAKE(scan.record, &arena, sizeof(hr_part_head) + index->most_bytes);
    for (index->n_files = 1; index->n_files <= n_files; index->n_files++)
        HR_TRY(scan_log(&scan, index->files[index->n_files - 1].path, err));
    sort_parts(index);
out:
    index->n_files = n_files;
    hr_arena_free(&arena);
    return st;
}

hr_status hr_part_index_read(hr_part_index *index, const char *output, const hr_study *study,
                             hr_err *err)
{
    hr_status st = HR_OK;
    DIR *listing = NULL;
    *index = (hr_part_index){0};
    const char *folder = hr_partdir_path(&index->arena, output);
    if (folder == NULL)
        HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the name of a directory"));
    listing = opendir(folder);
    if (listing == NULL && errno == ENOENT)
        return HR_OK;
    if (listing == NULL)
        HR_TRY(HR_FAIL(err, HR_ERR_WRITE, "%s: cannot be read: %s", folder, strerror(errno)));
    HR_TRY(list_logs(index, folder, listing, err));
    HR_TRY(scan_all(index, study, err));
out:
    if (listing != NULL)
        (void)closedir(listing);
    if (st != HR_OK)
        hr_part_index_free(index);
    return st;
}

void hr_part_index_free(hr_part_index *index)
{
    if (index == NULL)
        return;
    for (size_t i = 0; i < index->n_files; i++) {
        if (index->files[i].descriptor >= 0)
            (void)close(index->files[i].descriptor);
    }
    hr_mem_free(index->parts);
    hr_arena_free(&index->arena);
    *index = (hr_part_index){0};
}

const hr_part *hr_part_index_find(const hr_part_index *index, const hr_task *task)
{
    if (task->configuration > UINT32_MAX || task->n_blocks > MOST_BLOCKS)
        return NULL;
    const hr_part wanted = {.configuration = (uint32_t)task->configuration,
                            .first_block = task->first_block,
                            .n_blocks = task->n_blocks & MOST_BLOCKS};
    size_t low = 0, high = index->n_parts;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (by_place(&index->parts[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->n_parts && is_same_task(&index->parts[low], &wanted) ? &index->parts[low]
                                                                             : NULL;
}

/* ---- reading back */

static void close_all(const hr_part_index *index)
{
    for (size_t i = 0; i < index->n_files; i++) {
        if (index->files[i].descriptor >= 0)
            (void)close(index->files[i].descriptor);
        index->files[i].descriptor = -1;
    }
}

/* Logs stay open between reads; when descriptors run out, all are closed and it starts again. */
static hr_status read_at(const hr_part_index *index, const hr_part *part, uint64_t offset,
                         void *bytes, size_t size, hr_err *err)
{
    hr_part_file *file = &index->files[part->log];
    if (file->descriptor < 0)
        file->descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    if (file->descriptor < 0 && (errno == EMFILE || errno == ENFILE)) {
        close_all(index);
        file->descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    }
    size_t done = 0;
    while (file->descriptor >= 0 && done < size) {
        const ssize_t n =
            pread(file->descriptor, (char *)bytes + done, size - done, (off_t)(offset + done));
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    if (done < size)
        return HR_FAIL(err, HR_ERR_WRITE, "%s: cannot be read again at byte %llu: %s", file->path,
                       (unsigned long long)offset, errno != 0 ? strerror(errno) : "it got shorter");
    return HR_OK;
}

hr_status hr_part_read(const hr_part_index *index, const hr_part *part, uint8_t *bytes,
                       size_t *size, hr_err *err)
{
    hr_status st = HR_OK;
    hr_part_head head = {0};
    HR_TRY(read_at(index, part, part->offset, &head, sizeof head, err));
    if (head.size > index->most_bytes)
        HR_TRY(HR_FAIL(err, HR_ERR_WRITE,
                       "%s: a record has changed after it was checked; run the same command again",
                       index->files[part->log].path));
    *size = head.size;
    HR_TRY(read_at(index, part, part->offset + sizeof head, bytes, head.size, err));
out:
    return st;
}

hr_status hr_part_read_target(const hr_part_index *index, const hr_part *part, hr_cell *target,
                              uint64_t *n_replications, hr_err *err)
{
    hr_part_head head = {0};
    const hr_status st = read_at(index, part, part->offset, &head, sizeof head, err);
    if (st != HR_OK)
        return st;
    *target = hr_part_head_target(&head);
    *n_replications = head.n_replications;
    return HR_OK;
}
