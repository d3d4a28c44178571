/* Part logs: what was appended is found again, whatever happens to the tail of a file; foreign
 * and damaged logs never pass. Ranks work apart, each in its own directory. */
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/partdir.h"
#include "results/partformat.h"
#include "results/partindex.h"
#include "results/partlog.h"

enum { N_CELLS = 3, N_CONFIGURATIONS = 50 };

typedef struct place {
    char folder[64], output[96];
    hr_study study;
} place;

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    (void)snprintf(p->folder, sizeof p->folder, "/tmp/test_partlog_XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->output, sizeof p->output, "%s/out.h5", p->folder);
    p->study = (hr_study){.identity = 77,
                          .n_configurations = N_CONFIGURATIONS,
                          .n_cells = N_CELLS,
                          .layout_identity = 5};
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    char command[256];
    (void)snprintf(command, sizeof command, "rm -rf %s", p->folder);
    assert_int_equal(system(command), 0);
    free(p);
    return 0;
}

static uint8_t payload[] = {1, 2, 3, 4, 5, 6, 7};

static hr_task_result result_of(uint64_t i)
{
    return (hr_task_result){.done = true,
                            .seconds = 0.5,
                            .meetings = 100 + i,
                            .packed = payload,
                            .packed_size = 1 + i % sizeof payload,
                            .target = {.hits = i, .x = (hr_u128)i << 100, .xy = i + 1},
                            .n_replications = 10 * i};
}

/* One process' life: open the directory, write `n` records of configuration `first` and on. */
static void write_log(place *p, uint32_t sequence, uint64_t first, uint64_t n)
{
    hr_err err = {0};
    hr_partdir dir;
    hr_partlog *log;
    assert_int_equal(hr_partdir_open(&dir, p->output, &err), HR_OK);
    assert_int_equal(hr_partlog_create(&log, p->output, &p->study, sequence, 3, &err), HR_OK);
    for (uint64_t i = first; i < first + n; i++) {
        const hr_task task = {.configuration = i, .first_block = 4, .n_blocks = 2};
        const hr_task_result result = result_of(i);
        assert_int_equal(hr_partlog_append(log, &task, &result, &err), HR_OK);
        if (i % 3 == 0)
            assert_int_equal(hr_partlog_flush(log, &err), HR_OK);
    }
    assert_int_equal(hr_partlog_close(log, &err), HR_OK);
    hr_partdir_close(&dir);
}

static void log_path(const place *p, uint32_t sequence, char *path, size_t size)
{
    (void)snprintf(path, size, "%s.parts/%06u-000003.log", p->output, sequence);
}

static long size_of(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 ? (long)there.st_size : -1;
}

static void expect_part(const hr_part_index *index, uint64_t i)
{
    hr_err err = {0};
    hr_cell target;
    uint64_t n;
    uint8_t bytes[sizeof payload];
    const hr_task_result wanted = result_of(i);
    const hr_task task = {.configuration = i, .first_block = 4, .n_blocks = 2};
    const hr_part *part = hr_part_index_find(index, &task);
    assert_non_null(part);
    size_t size = 0;
    assert_int_equal(hr_part_read(index, part, bytes, &size, &err), HR_OK);
    assert_int_equal(size, wanted.packed_size);
    assert_memory_equal(bytes, payload, size);
    assert_int_equal(hr_part_read_target(index, part, &target, &n, &err), HR_OK);
    assert_int_equal(n, wanted.n_replications);
    assert_int_equal(target.hits, i);
    assert_true(target.x == (hr_u128)i << 100 && target.xy == i + 1 && target.yy == 0);
}

static void test_round_trip(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_part_index index;
    write_log(p, 0, 10, 20);
    write_log(p, 4, 25, 10); /* overlaps: 25..29 stand twice */
    assert_int_equal(hr_part_index_read(&index, p->output, &p->study, &err), HR_OK);
    assert_int_equal(index.n_parts, 25);
    assert_int_equal(index.n_files, 2);
    assert_int_equal(index.next_sequence, 5);
    assert_int_equal(index.n_torn, 0);
    assert_true(index.seconds == 15.0);
    for (uint64_t i = 10; i < 35; i++)
        expect_part(&index, i);
    const hr_task other = {.configuration = 12, .first_block = 4, .n_blocks = 1};
    assert_null(hr_part_index_find(&index, &other));
    hr_part_index_free(&index);
}

static void test_missing_directory_is_empty(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_part_index index;
    assert_int_equal(hr_part_index_read(&index, p->output, &p->study, &err), HR_OK);
    assert_int_equal(index.n_parts, 0);
    assert_int_equal(index.next_sequence, 0);
    hr_part_index_free(&index);
}

/* Cut the file at every length: the index holds exactly the records that are whole. */
static void test_every_torn_tail(void **state)
{
    place *p = *state;
    char path[160];
    write_log(p, 0, 0, 4);
    log_path(p, 0, path, sizeof path);
    long end[5] = {sizeof(hr_part_header)};
    for (int i = 0; i < 4; i++)
        end[i + 1] = end[i] + (long)sizeof(hr_part_head) + 1 + i + HR_PART_CHECKSUM;
    assert_int_equal(size_of(path), end[4]);
    for (long length = end[4] - 1; length >= 0; length--) {
        hr_err err = {0};
        hr_part_index index;
        assert_int_equal(truncate(path, length), 0);
        assert_int_equal(hr_part_index_read(&index, p->output, &p->study, &err), HR_OK);
        size_t whole = 0;
        while (whole < 4 && end[whole + 1] <= length)
            whole++;
        assert_int_equal(index.n_parts, whole);
        assert_int_equal(index.n_torn, length == end[whole] ? 0 : 1);
        hr_part_index_free(&index);
    }
}

static void flip(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    const int byte = fgetc(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_not_equal(fputc(byte ^ 0x10, file), EOF);
    assert_int_equal(fclose(file), 0);
}

/* One wrong bit anywhere in a record: it and what follows in that file do not count. */
static void test_every_damaged_byte(void **state)
{
    place *p = *state;
    char path[160];
    write_log(p, 0, 0, 3);
    write_log(p, 1, 20, 2);
    log_path(p, 0, path, sizeof path);
    const long first = (long)sizeof(hr_part_header);
    const long second = first + (long)sizeof(hr_part_head) + 1 + HR_PART_CHECKSUM;
    const long third = second + (long)sizeof(hr_part_head) + 2 + HR_PART_CHECKSUM;
    for (long at = second; at < third; at++) {
        hr_err err = {0};
        hr_part_index index;
        flip(path, at);
        assert_int_equal(hr_part_index_read(&index, p->output, &p->study, &err), HR_OK);
        assert_int_equal(index.n_parts, 1 + 2);
        assert_int_equal(index.n_torn, 1);
        hr_part_index_free(&index);
        flip(path, at);
    }
}

static void test_other_study_is_refused(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_part_index index;
    write_log(p, 0, 0, 2);
    p->study.identity++;
    assert_int_equal(hr_part_index_read(&index, p->output, &p->study, &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, "another study"));
    p->study.identity--;
    p->study.layout_identity++;
    err = (hr_err){0};
    assert_int_equal(hr_part_index_read(&index, p->output, &p->study, &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, "other outcomes"));
}

static void test_foreign_files_are_left_alone(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_part_index index;
    hr_partdir dir;
    char path[160];
    write_log(p, 0, 0, 2);
    (void)snprintf(path, sizeof path, "%s.parts/000001-00000x.log", p->output);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(hr_part_index_read(&index, p->output, &p->study, &err), HR_OK);
    assert_int_equal(index.n_files, 1);
    hr_part_index_free(&index);
    assert_int_equal(hr_partdir_open(&dir, p->output, &err), HR_OK);
    assert_int_equal(hr_partdir_clear(&dir, &err), HR_OK);
    hr_partdir_close(&dir);
    assert_int_equal(size_of(path), 0);
}

static void test_empty_log_and_directory_vanish(void **state)
{
    place *p = *state;
    char path[160];
    write_log(p, 0, 0, 0);
    (void)snprintf(path, sizeof path, "%s.parts", p->output);
    assert_int_equal(size_of(path), -1);
}

static void test_second_run_is_kept_out(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_partdir first, second;
    assert_int_equal(hr_partdir_open(&first, p->output, &err), HR_OK);
    assert_int_equal(hr_partdir_open(&second, p->output, &err), HR_ERR_WRITE);
    assert_non_null(strstr(err.message, "another run"));
    hr_partdir_close(&first);
    err = (hr_err){0};
    assert_int_equal(hr_partdir_open(&second, p->output, &err), HR_OK);
    hr_partdir_close(&second);
}

static void test_messages_of_bad_places(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_partdir dir;
    hr_partlog *log;
    char path[160];
    (void)snprintf(path, sizeof path, "%s/no/such/out.h5", p->folder);
    assert_int_equal(hr_partdir_open(&dir, path, &err), HR_ERR_WRITE);
    assert_non_null(strstr(err.message, "No such file"));
    err = (hr_err){0};
    assert_int_equal(hr_partlog_create(&log, p->output, &p->study, 0, 1, &err), HR_ERR_WRITE);
    assert_non_null(strstr(err.message, "share"));
}

/* A record larger than any tally of the study, and buffers that fill up: many large records. */
static void test_many_records(void **state)
{
    enum { MANY = 40000 };
    place *p = *state;
    hr_err err = {0};
    hr_partdir dir;
    hr_partlog *log;
    hr_part_index index;
    p->study.n_configurations = MANY;
    assert_int_equal(hr_partdir_open(&dir, p->output, &err), HR_OK);
    assert_int_equal(hr_partlog_create(&log, p->output, &p->study, 0, 0, &err), HR_OK);
    for (uint64_t i = MANY; i > 0; i--) {
        const hr_task task = {.configuration = i - 1, .first_block = 4, .n_blocks = 2};
        const hr_task_result result = result_of(i - 1);
        assert_int_equal(hr_partlog_append(log, &task, &result, &err), HR_OK);
    }
    assert_int_equal(hr_partlog_close(log, &err), HR_OK);
    hr_partdir_close(&dir);
    assert_int_equal(hr_part_index_read(&index, p->output, &p->study, &err), HR_OK);
    assert_int_equal(index.n_parts, MANY);
    for (uint64_t i = 0; i < MANY; i += 997)
        expect_part(&index, i);
    hr_part_index_free(&index);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_missing_directory_is_empty),
        TEST(test_every_torn_tail),
        TEST(test_every_damaged_byte),
        TEST(test_other_study_is_refused),
        TEST(test_foreign_files_are_left_alone),
        TEST(test_empty_log_and_directory_vanish),
        TEST(test_second_run_is_kept_out),
        TEST(test_messages_of_bad_places),
        TEST(test_many_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
