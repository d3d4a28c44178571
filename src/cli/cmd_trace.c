/* trace: everything about one replication, as JSON lines: input, placements, changes of overload,
 * counts. An independent program can replay it and must find the same; the format is in
 * trace_format.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vector.h"
#include "cli/command.h"
#include "cli/trace.h"
#include "model/joint.h"

enum { OPTION_CONFIGURATION, OPTION_REPLICATION, OPTION_POOL, OPTION_SET };

static const hr_option options[] = {
    [OPTION_CONFIGURATION] = {.name = "configuration",
                              .value = "I",
                              .doc = "number of the configuration, from 0; default 0"},
    [OPTION_REPLICATION] = {.name = "replication",
                            .value = "R",
                            .doc = "number of the replication, from 0; default 0"},
    [OPTION_POOL] = {.name = "pool",
                     .value = "NAME",
                     .doc = "of the deployment; default: the first"},
    [OPTION_SET] = HR_OPTION_SET,
};

/* What is traced: replication `replication` of a pool of configuration `index`. */
typedef struct hr_traced {
    const hr_study *study;
    unsigned pool;
    uint64_t index, replication;
    const hr_vector *vector;
    hr_arena arena;
    hr_groups groups;
    hr_configuration configuration; /* of the pool */
    hr_input input;
    double weight;
    unsigned n_of; /* others that it follows from: */
    hr_configuration of[2 + HR_MAX_SITES];
    hr_input meetings[2 + HR_MAX_SITES];
} hr_traced;

static hr_status check_configuration(const hr_traced *traced, hr_err *err)
{
    if (traced->index >= traced->study->n_configurations)
        return HR_FAIL(err, HR_ERR_USAGE,
                       "trace: --configuration `%llu`: the study has configurations 0 to %llu",
                       (unsigned long long)traced->index,
                       (unsigned long long)(traced->study->n_configurations - 1));
    return HR_OK;
}

static hr_status find_pool(hr_traced *traced, const char *name, hr_err *err)
{
    const hr_study *study = traced->study;
    for (traced->pool = 0; name != NULL && traced->pool < study->n_pools; traced->pool++) {
        if (strcmp(study->pools[traced->pool].name, name) == 0)
            return HR_OK;
    }
    if (name == NULL)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_USAGE, "trace: --pool `%s`: the study has %s%s", name,
                   study->pools[0].name, study->n_pools > 1 ? " and others, see check" : " alone");
}

/* A pool with meetings of its own, as the run draws them. */
static hr_status resolve(hr_traced *traced, unsigned pool, hr_configuration *configuration,
                         hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_study_pool(traced->study, &traced->groups, pool, traced->index, traced->replication,
                         &traced->arena, configuration, err));
    if (pool == 0)
        HR_TRY(hr_study_tilt(traced->study, configuration, &traced->arena, err));
    if (configuration->n_servers == 0)
        return HR_FAIL(err, HR_ERR_USAGE, "trace: configuration %llu has no servers for %s",
                       (unsigned long long)traced->index, traced->study->pools[pool].name);
out:
    return st;
}

/* The meetings of one of the pools that it follows from, or whose weight it has. */
static hr_status write_meetings(hr_traced *traced, unsigned pool, hr_feeder *feeder, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned i = traced->n_of++;
    HR_TRY(resolve(traced, pool, &traced->of[i], err));
    HR_TRY(hr_input_write(&traced->meetings[i], &traced->of[i], traced->replication, traced->vector,
                          err));
    *feeder = (hr_feeder){&traced->meetings[i], &traced->of[i]};
out:
    return st;
}

static hr_status write_input(hr_traced *traced, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = &traced->configuration;
    const unsigned feeder = traced->study->pools[traced->pool].feeder;
    hr_feeder first, guests[HR_MAX_SITES];
    HR_TRY(write_meetings(traced, 0, &first, err));
    traced->weight = first.meetings->weight;
    HR_TRY(resolve(traced, traced->pool, &traced->configuration, err));
    if (traced->pool == 0)
        return hr_input_write(&traced->input, c, traced->replication, traced->vector, err);
    if (feeder > 0)
        HR_TRY(write_meetings(traced, feeder, &first, err));
    if (c->meetings != HR_MEETINGS_LEGS)
        return hr_input_write_other(&traced->input, c, first.meetings, first.configuration,
                                    traced->replication, traced->vector, err);
    for (unsigned i = 0; c->feed != NULL && i < c->feed->n_guests; i++)
        HR_TRY(write_meetings(traced, c->feed->guests[i].pool, &guests[i], err));
    HR_TRY(hr_input_write_legs(&(hr_feeding){&traced->input, c, first, guests}, 1,
                               traced->replication, traced->vector, err));
out:
    return st;
}

/* Replay the input under the eyes of an observer, print all of it. */
static hr_status print_replication(hr_traced *traced, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *configuration = &traced->configuration;
    const hr_input *input = &traced->input;
    hr_scratch *scratch = NULL;
    hr_counts counts = {0};
    hr_stretches stretches;
    HR_TRY(write_input(traced, err));
    HR_TRY(hr_counts_init(&counts, configuration, &traced->arena, err));
    hr_stretches_init(&stretches, configuration, &traced->arena);
    counts.stretches = &stretches;
    HR_TRY(hr_scratch_new(&scratch, err));
    const hr_trace trace = {.out = stdout,
                            .study = traced->study,
                            .pool = traced->study->pools[traced->pool].name,
                            .configuration = configuration,
                            .input = hr_input_placed(input),
                            .replication = traced->replication,
                            .weight = traced->weight};
    hr_trace_header(&trace);
    hr_trace_input(&trace);
    const hr_observer observer = hr_trace_observer(stdout);
    HR_TRY(hr_replay(configuration, input, scratch, &counts, &observer, err));
    if (stretches.is_short)
        HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the times of overload"));
    hr_input_count_collisions(input, configuration, &counts);
    hr_trace_counts(&trace, &counts);
out:
    hr_scratch_free(scratch);
    return st;
}

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    hr_status st = HR_OK;
    hr_study study = {0};
    hr_traced traced = {.study = &study};
    HR_TRY(hr_option_count(invocation, OPTION_CONFIGURATION, UINT64_MAX, 0, &traced.index, err));
    HR_TRY(
        hr_option_count(invocation, OPTION_REPLICATION, UINT64_MAX, 0, &traced.replication, err));
    HR_TRY(hr_vector_choose(getenv("HEADROOM_ISA"), &traced.vector, err));
    HR_TRY(hr_study_open(&study, invocation->operand, invocation->sets, invocation->n_sets, err));
    HR_TRY(check_configuration(&traced, err));
    HR_TRY(find_pool(&traced, invocation->value[OPTION_POOL], err));
    HR_TRY(print_replication(&traced, err));
out:
    hr_input_free(&traced.input);
    for (unsigned i = 0; i < HR_LENGTH(traced.meetings); i++)
        hr_input_free(&traced.meetings[i]);
    hr_arena_free(&traced.arena);
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
    .examples = {"headroom trace mine.yaml --configuration 3 --replication 17 > r17.jsonl",
                 "headroom trace mine.yaml --pool edge > edge.jsonl"},
    .run = run,
};
