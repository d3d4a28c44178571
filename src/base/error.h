/* error: how every module of Headroom reports failure.
 *
 * A fallible function returns hr_status and takes `hr_err *err` last; the first failure fills
 * `err` and wins. Libraries (floors 0-5) never print and never exit: cli/ does both. The values
 * of hr_status are the exit codes of the program (README, "Exit codes"; after BSD sysexits.h).
 */
#ifndef HR_BASE_ERROR_H
#define HR_BASE_ERROR_H

typedef enum hr_status {
    HR_OK = 0,
    HR_ERR_USAGE = 64,   /* the command line is wrong */
    HR_ERR_DATA = 65,    /* a study or a result file is wrong */
    HR_ERR_BUG = 70,     /* Headroom itself is wrong */
    HR_ERR_MEMORY = 71,  /* the system gave no memory (sysexits EX_OSERR) */
    HR_ERR_WRITE = 73,   /* an output cannot be created or written */
    HR_ERR_STOPPED = 75, /* stopped early by a signal: run the same command again */
} hr_status;

enum { HR_ERR_MESSAGE = 1024 };

/* Caller-owned; `hr_err err = {0};` is ready to use. */
typedef struct hr_err {
    hr_status status;
    char message[HR_ERR_MESSAGE]; /* what, where, what would be right; no trailing newline */
    const char *file;             /* source place of the first failure, for bug reports */
    int line;
} hr_err;

/* Record a failure in `err` (may be NULL) unless one is there already. */
void hr_err_set(hr_err *err, hr_status status, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The value is `status` in plain sight, so that the compiler and checkers see a failure. */
#define HR_FAIL(err, status, ...)                                                                  \
    (hr_err_set((err), (status), __FILE__, __LINE__, __VA_ARGS__), (status))

/* The only macro with hidden control flow: on failure keep the status in `st`, go to `out`. */
#define HR_TRY(expr)                                                                               \
    do {                                                                                           \
        st = (expr);                                                                               \
        if (st != HR_OK)                                                                           \
            goto out;                                                                              \
    } while (0)

/* A broken promise inside Headroom: always checked, cheap, never about user input. */
#define HR_ASSERT(condition)                                                                       \
    ((condition) ? (void)0 : hr_assert_failed(#condition, __FILE__, __LINE__))
_Noreturn void hr_assert_failed(const char *condition, const char *file, int line);

#define HR_MUST_CHECK __attribute__((warn_unused_result))

#endif
