/* show: the answer in the terminal, from the result file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/nearest.h"
#include "cli/show.h"

enum {
    OPTION_OUTCOME,
    OPTION_BY,
    OPTION_LEVEL,
    OPTION_POOL,
    OPTION_CONFIGURATION,
    OPTION_CONFIDENCE,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_ASSUMPTIONS,
    OPTION_WIDTH,
};

static const hr_option options[] = {
    [OPTION_OUTCOME] = {.name = "outcome",
                        .value = "NAME",
                        .doc = "one outcome instead of the answer (headroom list outcomes), and "
                               "what choices change, paired by worlds"},
    [OPTION_BY] = {.name = "by",
                   .value = "KEY",
                   .doc = "the headline by what the study varies: population.users, ..."},
    [OPTION_LEVEL] = {.name = "level",
                      .value = "target|limit|full",
                      .doc = "ceilings that count (default: those of the target)"},
    [OPTION_POOL] = {.name = "pool",
                     .value = "NAME",
                     .doc = "with --outcome, --configuration, --csv or --json: of this pool of the "
                            "deployment"},
    [OPTION_CONFIGURATION] = {.name = "configuration",
                              .value = "I",
                              .doc = "all outcomes of one configuration, from 0"},
    [OPTION_CONFIDENCE] = {.name = "confidence",
                           .value = "PERCENT",
                           .doc = "of the intervals (default: the study's)"},
    [OPTION_JSON] = {.name = "json", .doc = "everything, for another program"},
    [OPTION_CSV] = {.name = "csv", .doc = "the headline, or --outcome, for a spreadsheet"},
    [OPTION_ASSUMPTIONS] = {.name = "assumptions", .doc = "what is assumed, with its ranges"},
    [OPTION_WIDTH] = {.name = "width", .value = "N", .doc = "columns to use; default 80"},
};

enum { LEAST_WIDTH = 60, MOST_WIDTH = 1000 };

static hr_status read_confidence(const hr_invocation *invocation, double *confidence, hr_err *err)
{
    const char *text = invocation->value[OPTION_CONFIDENCE];
    char *end = NULL;
    *confidence = 0.0;
    if (text == NULL)
        return HR_OK;
    const double percent = strtod(text, &end);
    if (end == text || (strcmp(end, "") != 0 && strcmp(end, "%") != 0 && strcmp(end, " %") != 0) ||
        !(percent >= 50.0 && percent < 100.0))
        return HR_FAIL(err, HR_ERR_USAGE,
                       "show: --confidence `%s`: must be a percentage from 50 to below 100", text);
    *confidence = percent / 100.0;
    return HR_OK;
}

static hr_status read_width(const hr_invocation *invocation, unsigned *width, hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t value = 0;
    HR_TRY(hr_option_count(invocation, OPTION_WIDTH, MOST_WIDTH, HR_TEXT_WIDTH, &value, err));
    if (value < LEAST_WIDTH)
        st = HR_FAIL(err, HR_ERR_USAGE, "show: --width `%s`: must be at least %d",
                     invocation->value[OPTION_WIDTH], LEAST_WIDTH);
    *width = (unsigned)value;
out:
    return st;
}

static const char *outcome_name(const void *unused, size_t i)
{
    (void)unused;
    return i < hr_n_outcomes ? hr_outcomes[i].name : NULL;
}

static hr_status find_outcome(const hr_show *show, const char *name, unsigned *outcome, hr_err *err)
{
    *outcome = hr_n_outcomes;
    if (name == NULL)
        return HR_OK;
    *outcome = hr_outcome_find(name);
    if (*outcome == hr_n_outcomes) {
        const char *near = hr_nearest(name, outcome_name, NULL);
        return HR_FAIL(err, HR_ERR_USAGE, "show: no outcome `%s`; %s%s%s", name,
                       near != NULL ? "did you mean `" : "`headroom list outcomes` names them",
                       near != NULL ? near : "", near != NULL ? "`?" : "");
    }
    if (!hr_show_has(show, *outcome))
        return HR_FAIL(err, HR_ERR_DATA,
                       "show: the study did not measure %s; observe.outcomes selects what is",
                       name);
    return HR_OK;
}

static hr_status read_part(const hr_invocation *invocation, const hr_show *show, hr_show_part *part,
                           hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(find_outcome(show, invocation->value[OPTION_OUTCOME], &part->outcome, err));
    HR_TRY(hr_option_count(invocation, OPTION_CONFIGURATION, UINT64_MAX - 1, UINT64_MAX,
                           &part->configuration, err));
    if (part->configuration != UINT64_MAX && part->configuration >= show->study->n_configurations)
        HR_TRY(HR_FAIL(err, HR_ERR_USAGE,
                       "show: --configuration `%s`: the file has configurations 0 to %llu",
                       invocation->value[OPTION_CONFIGURATION],
                       (unsigned long long)(show->study->n_configurations - 1)));
    part->level = invocation->value[OPTION_LEVEL];
out:
    return st;
}

static hr_status print_answer(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_show_part only = {.outcome = hr_n_outcomes};
    HR_TRY(hr_show_sentence(show, err));
    if (show->study->n_configurations == 1) {
        fputc('\n', show->out);
        HR_TRY(hr_show_configuration(show, &only, err));
    }
    HR_TRY(hr_show_size(show, err));
    if (show->study->size.along != HR_SIZE_CHOICE)
        HR_TRY(hr_show_choices(show, err));
    HR_TRY(hr_show_pools(show, err));
    HR_TRY(hr_show_signals(show, err));
    HR_TRY(hr_show_claims(show, err));
    HR_TRY(hr_show_probes(show, err));
    HR_TRY(hr_show_histogram(show, err));
    fputc('\n', show->out);
    HR_TRY(hr_show_first_over(show, err));
    HR_TRY(hr_show_quantiles(show, err));
    HR_TRY(hr_show_failures(show, err));
    hr_show_ceilings(show);
    HR_TRY(hr_show_rule_of_thumb(show, err));
    hr_show_exact(show);
    HR_TRY(hr_show_rare(show, err));
    HR_TRY(hr_show_trust(show, err));
out:
    return st;
}

static hr_status print_wanted(const hr_invocation *invocation, hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_show_part part = {0};
    HR_TRY(read_part(invocation, show, &part, err));
    if (hr_given(invocation, OPTION_JSON))
        st = hr_show_json(show, &part, err);
    else if (hr_given(invocation, OPTION_CSV))
        st = hr_show_csv(show, &part, err);
    else if (hr_given(invocation, OPTION_ASSUMPTIONS))
        st = hr_show_assumptions(show, err);
    else if (hr_given(invocation, OPTION_BY))
        st = hr_show_by(show, invocation->value[OPTION_BY], err);
    else if (part.configuration != UINT64_MAX)
        st = hr_show_configuration(show, &part, err);
    else if (part.outcome != hr_n_outcomes)
        st = hr_show_outcome(show, &part, err);
    else
        st = print_answer(show, err);
out:
    return st;
}

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    hr_status st = HR_OK;
    hr_show show = {0};
    hr_show_options show_options = {.path = invocation->operand,
                                    .level = invocation->value[OPTION_LEVEL],
                                    .pool = invocation->value[OPTION_POOL]};
    HR_TRY(read_confidence(invocation, &show_options.confidence, err));
    HR_TRY(read_width(invocation, &show_options.width, err));
    HR_TRY(hr_show_open(&show, &show_options, err));
    HR_TRY(print_wanted(invocation, &show, err));
out:
    hr_show_close(&show);
    return st;
}

const hr_command hr_command_show = {
    .name = "show",
    .operand = "OUT.h5",
    .summary = "the answer in the terminal: table, intervals, picture",
    .doc = "Prints the answer that a result file holds: a sentence first, then one row per choice, "
           "claims with HOLDS, FAILS or UNDECIDED, what one more meeting would find, the "
           "distribution over worlds, the ceilings used and what the rule of thumb says. A world "
           "is met, missed or undecided by its interval, never rounded to one of the first two.",
    .n_options = HR_LENGTH(options),
    .options = options,
    .examples = {"headroom show mine.h5", "headroom show mine.h5 --by pool.servers",
                 "headroom show mine.h5 --outcome time_over --level full",
                 "headroom show mine.h5 --json > mine.json"},
    .run = run,
};
