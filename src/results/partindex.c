#define _POSIX_C_SOURCE 200809L

#include "results/partindex.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stream.h"
#include "results/partdir.h"
#include "results/partformat.h"

/* ---- scanning one log */

typedef struct hr_scan {
    hr_part_index *index;
    const hr_study *study;
    size_t n_room;   /* parts that index->parts has room for */
    uint8_t *record; /* room for the largest record */
    FILE *file;
} hr_scan;

/* The number of records is known only after reading: double the room (parts live outside the
 * arena for that). */
static hr_status add_part(hr_scan *scan, const hr_part_head *head, uint64_t offset, hr_err *err)
{
    hr_part_index *index = scan->index;
    if (index->n_parts == scan->n_room) {
        const size_t room = scan->n_room == 0 ? 1024 : 2 * scan->n_room;
        hr_part *parts = hr_mem_take(room, sizeof *parts);
        if (parts == NULL)
            return HR_FAIL(err, HR_ERR_MEMORY, "no memory to index %zu part records", room);
        if (index->n_parts > 0)
            memcpy(parts, index->parts, index->n_parts * sizeof *parts);
        hr_mem_free(index->parts);
        index->parts = parts;
        scan->n_room = room;
    }
    index->parts[index->n_parts++] = (hr_part){.configuration = head->configuration,
                                               .first_block = head->first_block,
                                               .n_blocks = head->n_blocks,
                                               .offset = offset,
                                               .log = (uint32_t)(index->n_files - 1),
                                               .size = head->size};
    index->seconds += head->seconds;
    index->meetings += head->meetings;
    return HR_OK;
}

/* Read one record into scan->record; false at the end of what is good. */
static bool next_record(hr_scan *scan, hr_part_head *head)
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
           head->configuration < scan->study->n_configurations;
}

static hr_status scan_records(hr_scan *scan, hr_err *err)
{
    hr_part_head head;
    uint64_t offset = sizeof(hr_part_header);
    while (next_record(scan, &head)) {
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
    if (header->layout != scan->study->layout.identity ||
        header->n_cells != scan->study->layout.n_cells)
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
        if (sequence >= index->next_sequence)
            index->next_sequence = sequence + 1;
    }
    qsort(index->files, index->n_files, sizeof *index->files, by_name);
out:
    return st;
}

static int by_place(const void *a, const void *b)
{
    const hr_part *p = a, *q = b;
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

/* A task may stand twice (taken again although a log came back later); both are equal. */
static void sort_parts(hr_part_index *index)
{
    size_t kept = 0;
    if (index->n_parts == 0)
        return;
    qsort(index->parts, index->n_parts, sizeof *index->parts, by_place);
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
    index->most_bytes = hr_part_most_bytes(&study->layout);
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
    const hr_part wanted = {.configuration = task->configuration,
                            .first_block = task->first_block,
                            .n_blocks = task->n_blocks};
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

hr_status hr_part_read(const hr_part_index *index, const hr_part *part, uint8_t *bytes, hr_err *err)
{
    return read_at(index, part, part->offset + sizeof(hr_part_head), bytes, part->size, err);
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
