/* run: explore a study until every configuration has its answer. Alone it is a run of one rank.
 */
#include <stdio.h>

#include "cli/running.h"

static const hr_option options[] = {HR_RUNNING_OPTIONS};

static hr_status tell(const char *output, bool is_for_programs, hr_err *err)
{
    (void)is_for_programs;
    (void)err;
    printf("Look at it: headroom show %s\n", output);
    return HR_OK;
}

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    const hr_running_manner manner = {.tell = tell};
    return hr_running(invocation, &manner, err);
}

const hr_command hr_command_run = {
    .name = "run",
    .operand = "STUDY",
    .summary = "explore the study; goes on by itself where it stopped",
    .doc = "Simulates every configuration of the study until its answer is as precise as the "
           "study asks, and writes the result file. Alone or under mpirun or srun: the answer is "
           "the same for any number of processes and threads. What is finished is kept in "
           "OUT.h5.parts; after a signal or a crash the same command goes on from there. A "
           "finished result of the same study is left alone; one of another study is never "
           "overwritten. The last lines say where the time went; the manual page (headroom --man) "
           "explains them.",
    .n_options = HR_LENGTH(options),
    .options = options,
    .examples = {"headroom run mine.yaml -o mine.h5",
                 "mpirun -n 8 headroom run mine.yaml -o mine.h5",
                 "headroom run mine.yaml -o rough.h5 --set design.worlds=32"},
    .run = run,
};
