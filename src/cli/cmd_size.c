/* size: how much is needed. A run of a study that says what to vary, and its answer. */
#include <stdio.h>

#include "cli/running.h"
#include "cli/show.h"

enum { OPTION_JSON = HR_N_RUNNING_OPTIONS };

static const hr_option options[] = {
    HR_RUNNING_OPTIONS,
    [OPTION_JSON] = {.name = "json", .doc = "the answer for another program, and nothing else"},
};

static hr_status check(const hr_study *study, hr_err *err)
{
    if (study->size.along != HR_SIZE_NOT_ASKED)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_DATA,
                   "%s: the study does not say what to vary: give size.vary, a key of choose, e.g. "
                   "--set \"choose.pool.servers=2 to 40\" --set size.vary=pool.servers",
                   study->source);
}

static hr_status put_answer(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_json json = hr_json_start(show->out, 2);
    hr_json_object(&json, NULL);
    hr_json_text(&json, "study", show->study->name);
    HR_TRY(hr_show_size_json(show, &json, err));
    hr_json_end_object(&json);
out:
    return st;
}

static hr_status tell(const char *output, bool is_for_programs, hr_err *err)
{
    hr_status st = HR_OK;
    hr_show show = {0};
    const hr_show_options wish = {.path = output, .width = HR_TEXT_WIDTH};
    HR_TRY(hr_show_open(&show, &wish, err));
    if (is_for_programs) {
        HR_TRY(put_answer(&show, err));
    } else {
        HR_TRY(hr_show_size(&show, err));
        printf("All of it: headroom show %s\n", output);
    }
out:
    hr_show_close(&show);
    return st;
}

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    const hr_running_manner manner = {
        .check = check, .tell = tell, .is_for_programs = hr_given(invocation, OPTION_JSON)};
    return hr_running(invocation, &manner, err);
}

const hr_command hr_command_size = {
    .name = "size",
    .operand = "STUDY",
    .summary = "how much is needed: servers, users, meeting size, ceilings",
    .doc =
        "Finds the smallest (or, with size.find: largest) value of the key that size.vary names, "
        "among those in choose, for which the target is met, and says which value is the last "
        "that fails. A row of the answer is a world and what else is chosen; whatever is said of "
        "a row holds, all together, with precision.confidence. All values see the same days. "
        "Only those between which the threshold seems to lie are simulated further, look by "
        "look, until the interval of each is on one side of the threshold, or within "
        "size.indifference of it, which is said, or until precision.at_most. size.vary: "
        "probe.sizes or observe.capacity reads the largest meeting that is safe, or the factor "
        "on all ceilings that is needed, from one simulation. Else it is a run like any other: "
        "same file, processes, signals; `headroom show OUT.h5` prints the answer again.",
    .n_options = HR_LENGTH(options),
    .options = options,
    .examples = {"headroom size mine.yaml -o mine.h5",
                 "headroom size sized.yaml -o sized.h5 --set size.indifference=1.2",
                 "mpirun -n 8 headroom size mine.yaml -o mine.h5"},
    .run = run,
};
