/* headroom: the program. Each subcommand is a cmd_*.c; this is their table of contents. */
#define _POSIX_C_SOURCE 200809L
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"

static hr_status run_command(int argc, char **argv, bool *is_quiet, hr_err *err)
{
    hr_status st = HR_OK;
    hr_invocation invocation = {.argc = argc, .argv = argv};
    invocation.sets = calloc((size_t)argc, sizeof *invocation.sets);
    if (invocation.sets == NULL)
        HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the command line"));
    HR_TRY(hr_command_find(argv[1], &invocation.command, err));
    HR_TRY(hr_command_parse(&invocation, argc, argv, err));
    if (invocation.help)
        hr_help_command(stdout, invocation.command);
    else
        HR_TRY(invocation.command->run(&invocation, err));
    st = hr_output_finish(err);
out:
    *is_quiet = invocation.is_quiet;
    free(invocation.sets);
    return st;
}

/* Options of the program itself, those without a command before them. */
static hr_status run_option(int argc, char **argv, hr_err *err)
{
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        hr_help_program(stdout);
    else if (strcmp(word, "--version") == 0)
        hr_help_version(stdout);
    else if (strcmp(word, "--man") == 0)
        hr_help_man(stdout);
    else if (strcmp(word, "--completion") == 0 && argc > 2 && strcmp(argv[2], "bash") == 0)
        hr_help_bash_completion(stdout);
    else if (strcmp(word, "--completion") == 0)
        return HR_FAIL(err, HR_ERR_USAGE, "--completion: must be followed by bash");
    else
        return HR_FAIL(err, HR_ERR_USAGE, "no option `%s` before a command; see `headroom --help`",
                       word);
    return hr_output_finish(err);
}

static void report(hr_status status, const hr_err *err)
{
    fprintf(stderr, "headroom: %s\n",
            err->message[0] != '\0' ? err->message : "failed without a message");
    if (status == HR_ERR_BUG && err->file != NULL)
        fprintf(stderr, "headroom: this is a bug, found at %s:%d\n", err->file, err->line);
}

int main(int argc, char **argv)
{
    hr_err err = {0};
    hr_status st = HR_OK;
    bool is_quiet = false;
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves is a write error, with its exit code */
    setlocale(LC_CTYPE, "");
    if (argc < 2) {
        hr_help_program(stderr);
        return HR_ERR_USAGE;
    }
    if (argv[1][0] == '-')
        st = run_option(argc, argv, &err);
    else
        st = run_command(argc, argv, &is_quiet, &err);
    if (is_quiet) /* a rank whose failure another rank reports: leaving with a code of its own */
        return 0; /* would make mpirun kill that rank before it has spoken */
    if (st != HR_OK)
        report(st, &err);
    return (int)st;
}
