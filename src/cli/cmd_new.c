/* new: print a commented study to begin with. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/nearest.h"
#include "study/study.h"

enum { OPTION_LIST };

static const hr_option options[] = {
    [OPTION_LIST] = {.name = "list", .doc = "name the studies there are instead"},
};

static const char *preset_name(const void *unused, size_t i)
{
    (void)unused;
    return i < hr_n_presets ? hr_presets[i].name : NULL;
}

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    if (hr_given(invocation, OPTION_LIST)) {
        for (size_t i = 0; i < hr_n_presets; i++)
            puts(hr_presets[i].name);
        return HR_OK;
    }
    if (invocation->operand == NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "new: NAME is missing; `headroom new --list` names them");
    for (size_t i = 0; i < hr_n_presets; i++) {
        if (strcmp(hr_presets[i].name, invocation->operand) == 0) {
            fputs(hr_presets[i].text, stdout);
            return HR_OK;
        }
    }
    const char *near = hr_nearest(invocation->operand, preset_name, NULL);
    if (near != NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "new: no study `%s`; did you mean `%s`?",
                       invocation->operand, near);
    return HR_FAIL(err, HR_ERR_USAGE, "new: no study `%s`; `headroom new --list` names them",
                   invocation->operand);
}

const hr_command hr_command_new = {
    .name = "new",
    .operand = "[NAME]",
    .summary = "print a commented study to begin with",
    .doc = "Prints one of the studies and presets that come with the program, comments and "
           "sources included. Change users and servers, strike the unknowns you know, check it, "
           "run it.",
    .n_options = HR_LENGTH(options),
    .options = options,
    .examples = {"headroom new --list", "headroom new pool-80000 > mine.yaml"},
    .run = run,
};
