/* Errors: the first failure wins, and a broken promise ends the process with its own code. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"

static void a_failure_is_recorded_with_its_place(void **state)
{
    (void)state;
    hr_err err = {0};
    assert_int_equal(HR_FAIL(&err, HR_ERR_DATA, "key %s is %d", "servers", 0), HR_ERR_DATA);
    const int line = __LINE__ - 1;
    assert_int_equal(err.status, HR_ERR_DATA);
    assert_string_equal(err.message, "key servers is 0");
    assert_int_equal(err.line, line);
    assert_non_null(strstr(err.file, "test_error.c"));
}

static void the_first_failure_wins(void **state)
{
    (void)state;
    hr_err err = {0};
    (void)HR_FAIL(&err, HR_ERR_DATA, "first");
    assert_int_equal(HR_FAIL(&err, HR_ERR_WRITE, "second"), HR_ERR_WRITE);
    assert_int_equal(err.status, HR_ERR_DATA);
    assert_string_equal(err.message, "first");
}

static void no_error_object_is_needed(void **state)
{
    (void)state;
    assert_int_equal(HR_FAIL(NULL, HR_ERR_MEMORY, "nobody listens"), HR_ERR_MEMORY);
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    hr_err err = {0};
    (void)HR_FAIL(&err, HR_ERR_DATA, "%*s", 5000, "x");
    assert_int_equal(strlen(err.message), HR_ERR_MESSAGE - 1);
}

static hr_status two_steps(hr_status first, hr_status second, int *done)
{
    hr_status st = HR_OK;
    HR_TRY(first);
    *done = 1;
    HR_TRY(second);
    *done = 2;
out:
    return st;
}

static void try_leaves_at_the_first_failure(void **state)
{
    (void)state;
    int done = 0;
    assert_int_equal(two_steps(HR_ERR_BUG, HR_OK, &done), HR_ERR_BUG);
    assert_int_equal(done, 0);
    assert_int_equal(two_steps(HR_OK, HR_ERR_WRITE, &done), HR_ERR_WRITE);
    assert_int_equal(done, 1);
    assert_int_equal(two_steps(HR_OK, HR_OK, &done), HR_OK);
    assert_int_equal(done, 2);
}

static void a_broken_promise_exits_with_70(void **state)
{
    (void)state;
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(1);
        HR_ASSERT(1 + 1 == 2);
        HR_ASSERT(1 + 1 == 3);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), HR_ERR_BUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_recorded_with_its_place),
        cmocka_unit_test(the_first_failure_wins),
        cmocka_unit_test(no_error_object_is_needed),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(try_leaves_at_the_first_failure),
        cmocka_unit_test(a_broken_promise_exits_with_70),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
