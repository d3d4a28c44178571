/* help: every text about the program itself, made from the rows of the commands. */
#ifndef HR_CLI_HELP_H
#define HR_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

void hr_help_program(FILE *out);
void hr_help_command(FILE *out, const hr_command *command);
void hr_help_version(FILE *out);
void hr_help_man(FILE *out);             /* the manual page: troff, headroom.1 */
void hr_help_bash_completion(FILE *out); /* to be sourced by bash */

/* What the exit codes and the environment mean, NULL-terminated pairs (name, meaning). */
typedef struct hr_help_pair {
    const char *name, *meaning;
} hr_help_pair;
extern const hr_help_pair hr_help_exits[];
extern const hr_help_pair hr_help_environment[];
extern const char hr_help_purpose[]; /* what Headroom is for: a paragraph */

#endif
