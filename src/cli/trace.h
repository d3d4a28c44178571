/* trace: one replication as JSON lines. The format is described in trace_format.c, which is also
 * what the manual prints.
 */
#ifndef HR_CLI_TRACE_H
#define HR_CLI_TRACE_H

#include <stdio.h>

#include "cli/json.h"
#include "input/input.h"
#include "kernel/replay.h"
#include "model/counts.h"
#include "study/study.h"

extern const char *const hr_trace_format[]; /* lines in a few pieces, up to a NULL */

typedef struct hr_trace {
    FILE *out;
    const hr_study *study;
    const char *pool;
    const hr_configuration *configuration;
    const hr_input *input;
    uint64_t replication;
    double weight; /* of the replication: 1 unless its input is tilted */
} hr_trace;

/* A line of this type, to be ended by hr_json_end_object. */
hr_json hr_trace_start_line(FILE *out, const char *type);
void hr_trace_header(const hr_trace *trace);
void hr_trace_input(const hr_trace *trace); /* meetings, joins, sessions, probe words */
/* An observer that prints `placed` and `changed` lines; its context is `out`. */
hr_observer hr_trace_observer(FILE *out);
void hr_trace_counts(const hr_trace *trace, const hr_counts *counts);

#endif
