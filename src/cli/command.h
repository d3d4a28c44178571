/* command: what a subcommand is, and what was typed after it.
 *
 * Each cmd_*.c holds one hr_command: its words, its options, what runs. Parsing, --help, the
 * manual page and shell completion are all made from these rows, so they cannot disagree.
 */
#ifndef HR_CLI_COMMAND_H
#define HR_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { HR_MAX_OPTIONS = 16, HR_MAX_EXAMPLES = 6 };

typedef struct hr_option {
    const char *name;  /* without the dashes */
    char letter;       /* of the short form; 0 = none */
    const char *value; /* what must follow: "FILE", or "auto|none" when only these words are
                          right; NULL = nothing follows */
    bool repeats;      /* may be given many times; only `--set` */
    const char *doc;   /* a sentence without a capital and a full stop */
} hr_option;

typedef struct hr_invocation hr_invocation;

typedef struct hr_command {
    const char *name;
    const char *operand; /* what it works on: "STUDY"; "[NAME]" may be missing; NULL = none */
    const char *summary; /* one line */
    const char *doc;     /* a paragraph for --help and the manual */
    const char *const *reference; /* more for the manual only, or NULL; lines, up to a NULL */
    size_t n_options;
    const hr_option *options;
    const char *examples[HR_MAX_EXAMPLES]; /* complete command lines; NULL-terminated */
    hr_status (*run)(hr_invocation *invocation, hr_err *err);
} hr_command;

struct hr_invocation {
    const hr_command *command;
    const char *operand;               /* NULL when none was given */
    const char *value[HR_MAX_OPTIONS]; /* by option row; "" of a flag; NULL = not given */
    const char **sets;                 /* [n_sets] texts after --set; owned by main */
    size_t n_sets;
    bool help;     /* --help was given */
    bool is_quiet; /* set by `run` on ranks that leave the talking to rank 0 */
    int argc;      /* the whole command line */
    char **argv;
};

/* All subcommands, NULL past the last. */
const hr_command *hr_command_at(size_t i);

/* The subcommand called `name`; HR_ERR_USAGE with the nearest one when there is none. */
HR_MUST_CHECK hr_status hr_command_find(const char *name, const hr_command **command, hr_err *err);
/* Read argv[2..] into `invocation` (its `command` and `sets` are given; sets has room for
 * argc). Errors HR_ERR_USAGE: unknown option (nearest one named), missing or surplus words. */
HR_MUST_CHECK hr_status hr_command_parse(hr_invocation *invocation, int argc, char **argv,
                                         hr_err *err);

static inline bool hr_given(const hr_invocation *invocation, size_t option)
{
    return invocation->value[option] != NULL;
}
/* Whole number of an option, `fallback` when it was not given. */
HR_MUST_CHECK hr_status hr_option_count(const hr_invocation *invocation, size_t option,
                                        uint64_t most, uint64_t fallback, uint64_t *value,
                                        hr_err *err);
/* Position of the option's value among its words "a|b|c"; `fallback` when not given. */
size_t hr_option_word(const hr_invocation *invocation, size_t option, size_t fallback);

/* Flush standard output; HR_ERR_WRITE when anything could not be written. */
HR_MUST_CHECK hr_status hr_output_finish(hr_err *err);

#define HR_LENGTH(array) (sizeof(array) / sizeof *(array))

/* The rows shared by the commands that read a study. */
#define HR_OPTION_SET                                                                              \
    {                                                                                              \
        .name = "set", .value = "KEY=VALUE", .repeats = true,                                      \
        .doc = "override one key of the study, in its own grammar; repeats"                        \
    }

extern const hr_command hr_command_check;
extern const hr_command hr_command_run;
extern const hr_command hr_command_size;
extern const hr_command hr_command_show;
extern const hr_command hr_command_exact;
extern const hr_command hr_command_trace;
extern const hr_command hr_command_list;
extern const hr_command hr_command_new;

#endif
