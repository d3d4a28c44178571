/* trace: everything about one replication, as JSON lines: input, placements, changes of overload,
 * counts. An independent program can replay it and must find the same; the format is in
 * trace_format.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/vector.h"
#include "cli/command.h"
#include "cli/trace.h"
#include "model/joint.h"

enum { OPTION_CONFIGURATION, OPTION_REPLICATION, OPTION_SET };

static const hr_option options[] = {
    [OPTION_CONFIGURATION] = {.name = "configuration",
                              .value = "I",
                              .doc = "number of the configuration, from 0; default 0"},
    [OPTION_REPLICATION] = {.name = "replication",
                            .value = "R",
                            .doc = "number of the replication, from 0; default 0"},
    [OPTION_SET] = HR_OPTION_SET,
};

static hr_status check_configuration(const hr_study *study, uint64_t index, hr_err *err)
{
    if (index >= study->n_configurations)
        return HR_FAIL(err, HR_ERR_USAGE,
                       "trace: --configuration `%llu`: the study has configurations 0 to %llu",
                       (unsigned long long)index,
                       (unsigned long long)(study->n_configurations - 1));
    return HR_OK;
}

/* Draw the input, replay it under the eyes of an observer, print all of it. */
static hr_status print_replication(const hr_study *study, uint64_t index, uint64_t replication,
                                   hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_input input = {0};
    hr_scratch *scratch = NULL;
    hr_counts counts = {0};
    hr_stretches stretches;
    hr_configuration configuration = {0};
    hr_groups groups = {0};
    const hr_vector *vector = NULL;
    HR_TRY(hr_vector_choose(getenv("HEADROOM_ISA"), &vector, err));
    HR_TRY(hr_study_configuration(study, &groups, index, replication, &arena, &configuration, err));
    HR_TRY(hr_study_tilt(study, &configuration, &arena, err)); /* as the run draws it */
    HR_TRY(hr_counts_init(&counts, &configuration, &arena, err));
    hr_stretches_init(&stretches, &configuration, &arena);
    counts.stretches = &stretches;
    HR_TRY(hr_scratch_new(&scratch, err));
    HR_TRY(hr_input_write(&input, &configuration, replication, vector, err));
    const hr_trace trace = {.out = stdout,
                            .study = study,
                            .configuration = &configuration,
                            .input = hr_input_placed(&input),
                            .replication = replication,
                            .weight = input.weight};
    hr_trace_header(&trace);
    hr_trace_input(&trace);
    const hr_observer observer = hr_trace_observer(stdout);
    HR_TRY(hr_replay(&configuration, &input, scratch, &counts, &observer, err));
    if (stretches.is_short)
        HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the times of overload"));
    hr_input_count_collisions(&input, &configuration, &counts);
    hr_trace_counts(&trace, &counts);
out:
    hr_scratch_free(scratch);
    hr_input_free(&input);
    hr_arena_free(&arena);
    return st;
}

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    hr_status st = HR_OK;
    hr_study study = {0};
    uint64_t index = 0, replication = 0;
    HR_TRY(hr_option_count(invocation, OPTION_CONFIGURATION, UINT64_MAX, 0, &index, err));
    HR_TRY(hr_option_count(invocation, OPTION_REPLICATION, UINT64_MAX, 0, &replication, err));
    HR_TRY(hr_study_open(&study, invocation->operand, invocation->sets, invocation->n_sets, err));
    HR_TRY(check_configuration(&study, index, err));
    HR_TRY(print_replication(&study, index, replication, err));
out:
    hr_study_free(&study);
    return st;
}

const hr_command hr_command_trace = {
    .name = "trace",
    .operand = "STUDY",
    .summary = "print one replication as JSON lines",
    .doc = "Prints the input of one replication (every meeting and join), where each meeting was "
           "placed, every change of overload, and what was counted, as one JSON object a line. An "
           "independent program can replay the input and must find the same. The manual page "
           "describes the lines.",
    .reference = hr_trace_format,
    .n_options = HR_LENGTH(options),
    .options = options,
    .examples = {"headroom trace mine.yaml --configuration 3 --replication 17 > r17.jsonl"},
    .run = run,
};
