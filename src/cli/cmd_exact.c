/* exact: what is known of a study without simulation. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/known.h"
#include "cli/over_law.h"
#include "cli/text.h"
#include "exact/ceiling.h"

enum { OPTION_SET, OPTION_CONFIGURATION, OPTION_JSON };

static const hr_option options[] = {
    [OPTION_SET] = HR_OPTION_SET,
    [OPTION_CONFIGURATION] = {.name = "configuration",
                              .value = "I",
                              .doc = "only this configuration; default all"},
    [OPTION_JSON] = {.name = "json", .doc = "machine-readable"},
};

/* Configurations [from, to) of a study. */
typedef struct asked {
    const hr_study *study;
    uint64_t from, to;
    bool is_whole; /* all of the study is asked for */
    hr_known_view view;
} asked;

/* What configuration `index` is on an axis. */
static hr_status axis_value(const hr_study *study, size_t axis, uint64_t index, double *value,
                            const char **label, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_axis_of_study *row = &study->axes[axis];
    HR_TRY(hr_study_coordinate(study, axis, index, value, err));
    *label = row->is_choice && row->unit[0] == '\0' ? row->labels[(size_t)*value] : NULL;
out:
    return st;
}

/* The ceiling that the target would need; `why` without a threshold. */
static hr_status find_ceiling(asked *a, hr_needed_ceiling *needed, hr_err *err)
{
    const hr_target *target = &a->study->target;
    unsigned index[HR_MAX_AXES];
    *needed = (hr_needed_ceiling){.ceiling = (double)NAN, .why = "the target has no threshold"};
    if (!target->has_threshold || a->study->has_daily || a->view.configuration.n_servers == 0)
        return HR_OK;
    hr_schema_index(a->view.schema, target->outcome,
                    target->cell - a->view.schema->layout->first[target->outcome], index);
    return hr_needed_ceiling_of(&a->view.configuration, target->outcome, index, target->at_most,
                                a->view.effort, &a->view.scratch, needed, err);
}

/* Choices that are also asked for over the law of the unknown: all, where there is just one unknown
 * and no configuration is picked. */
static uint64_t n_over_law(const asked *a)
{
    size_t n = 0;
    for (size_t axis = 0; axis < a->study->n_axes; axis++)
        n += !a->study->axes[axis].is_choice;
    return n == 1 && a->is_whole ? a->study->n_choices : 0;
}

/* ---- text */

static hr_status print_ceiling(asked *a, hr_err *err)
{
    hr_status st = HR_OK;
    hr_needed_ceiling needed;
    hr_words words = {0};
    HR_TRY(find_ceiling(a, &needed, err));
    if (isnan(needed.ceiling))
        return HR_OK;
    const hr_configuration *c = &a->view.configuration;
    const hr_resource *resource = &hr_resources[c->resource[needed.resource]];
    hr_words_add(&words,
                 "the target needs a ceiling of %.10g%s%s of %s: %s is %.6g there, %.6g below",
                 needed.ceiling, strcmp(resource->unit, "1") == 0 ? "" : " ",
                 strcmp(resource->unit, "1") == 0 ? "" : resource->unit, resource->name,
                 hr_outcomes[a->study->target.outcome].name, needed.value, needed.below);
    putchar(' ');
    hr_text_wrap(stdout, words.s, 1, 3, HR_TEXT_WIDTH);
out:
    return st;
}

static hr_status print_over_law(asked *a, uint64_t choice, hr_err *err)
{
    hr_status st = HR_OK;
    hr_over_law over;
    hr_words words = {0};
    HR_TRY(hr_over_law_of(&a->view, choice, &over, err));
    hr_words_add(&words, "Choice %" PRIu64 ", %s over the law of the unknown: ", choice,
                 hr_outcomes[a->study->target.outcome].name);
    if (over.why != NULL)
        hr_words_add(&words, "not known, %s", over.why);
    else
        hr_words_add(&words, "mean %.8g", over.mean);
    for (int i = 0; i < HR_N_OVER_LAW && over.is_monotone; i++)
        hr_words_add(&words, "%s %.8g (%.4g %%)", i == 0 ? "; quantiles" : ",", over.quantile[i],
                     100.0 * hr_over_law_levels[i]);
    if (!isnan(over.met))
        hr_words_add(&words, "; %.8g %% meet the target", 100.0 * over.met);
    putchar('\n');
    hr_text_wrap(stdout, words.s, 0, 2, HR_TEXT_WIDTH);
out:
    return st;
}

static hr_status print_configuration(asked *a, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    hr_words words = {0};
    hr_words_add(&words, "Configuration %" PRIu64, index);
    for (size_t axis = 0; axis < a->study->n_axes; axis++) {
        double value = 0.0;
        const char *label = NULL;
        HR_TRY(axis_value(a->study, axis, index, &value, &label, err));
        hr_words_add(&words, "%s%s %s", axis == 0 ? ": " : ", ", a->study->axes[axis].path,
                     label != NULL ? label : hr_text_number(value).s);
    }
    putchar('\n');
    hr_text_wrap(stdout, words.s, 0, 2, HR_TEXT_WIDTH);
    HR_TRY(hr_known_turn_to(&a->view, index, err));
    HR_TRY(hr_known_print(&a->view, stdout, HR_TEXT_WIDTH, err));
    HR_TRY(print_ceiling(a, err));
out:
    return st;
}

static hr_status print_all(asked *a, hr_err *err)
{
    hr_status st = HR_OK;
    printf("%s: what is known without simulation\n", a->study->name);
    for (uint64_t i = a->from; i < a->to; i++)
        HR_TRY(print_configuration(a, i, err));
    for (uint64_t choice = 0; choice < n_over_law(a); choice++)
        HR_TRY(print_over_law(a, choice, err));
out:
    return st;
}

/* ---- json */

static void put_target(hr_json *json, const asked *a)
{
    const hr_target *target = &a->study->target;
    hr_label labels[HR_MAX_LABELS];
    const unsigned cell = target->cell - a->view.schema->layout->first[target->outcome];
    const unsigned n = hr_cell_labels(a->view.schema, target->outcome, cell, labels);
    hr_json_object(json, "target");
    hr_json_text(json, "outcome", hr_outcomes[target->outcome].name);
    for (unsigned i = 0; i < n; i++)
        hr_label_json(json, &labels[i]);
    hr_json_number(json, "at_most", target->has_threshold ? target->at_most : (double)NAN);
    hr_json_end_object(json);
}

static hr_status put_ceiling(hr_json *json, asked *a, hr_err *err)
{
    hr_status st = HR_OK;
    hr_needed_ceiling needed;
    HR_TRY(find_ceiling(a, &needed, err));
    hr_json_object(json, "needed_ceiling");
    hr_json_text(json, "resource",
                 isnan(needed.ceiling)
                     ? NULL
                     : hr_resources[a->view.configuration.resource[needed.resource]].name);
    hr_json_number(json, "ceiling", needed.ceiling);
    hr_json_number(json, "value", needed.value);
    hr_json_number(json, "below", needed.below);
    hr_json_text(json, "why", needed.why);
    hr_json_end_object(json);
out:
    return st;
}

static hr_status put_over_law(hr_json *json, asked *a, uint64_t choice, hr_err *err)
{
    hr_status st = HR_OK;
    hr_over_law over;
    HR_TRY(hr_over_law_of(&a->view, choice, &over, err));
    hr_json_object(json, NULL);
    hr_json_count(json, "choice", choice);
    hr_json_number(json, "mean", over.why == NULL ? over.mean : (double)NAN);
    hr_json_number(json, "mean_error", over.why == NULL ? over.mean_error : (double)NAN);
    hr_json_array(json, "quantiles");
    for (int i = 0; i < HR_N_OVER_LAW && over.is_monotone; i++) {
        hr_json_object(json, NULL);
        hr_json_number(json, "level", hr_over_law_levels[i]);
        hr_json_number(json, "value", over.quantile[i]);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
    hr_json_number(json, "met", over.met);
    hr_json_text(json, "why", over.why);
    hr_json_end_object(json);
out:
    return st;
}

static hr_status put_configuration(hr_json *json, asked *a, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_known_turn_to(&a->view, index, err));
    hr_json_object(json, NULL);
    hr_json_count(json, "index", index);
    hr_json_object(json, "coordinates");
    for (size_t axis = 0; axis < a->study->n_axes; axis++) {
        double value = 0.0;
        const char *label = NULL;
        HR_TRY(axis_value(a->study, axis, index, &value, &label, err));
        if (label != NULL)
            hr_json_text(json, a->study->axes[axis].path, label);
        else
            hr_json_number(json, a->study->axes[axis].path, value);
    }
    hr_json_end_object(json);
    HR_TRY(hr_known_json(&a->view, json, err));
    HR_TRY(put_ceiling(json, a, err));
    hr_json_end_object(json);
out:
    return st;
}

static hr_status json_all(asked *a, hr_err *err)
{
    hr_status st = HR_OK;
    hr_json json = hr_json_start(stdout, 2);
    hr_json_object(&json, NULL);
    hr_json_text(&json, "study", a->study->name);
    hr_json_text(&json, "question", a->study->question);
    hr_json_text(&json, "version", HEADROOM_VERSION);
    hr_json_count(&json, "worlds", a->study->n_worlds);
    hr_json_count(&json, "choices", a->study->n_choices);
    hr_json_text(&json, "target_pool", a->study->pools[a->study->target.pool].name);
    put_target(&json, a);
    hr_json_array(&json, "configurations");
    for (uint64_t i = a->from; i < a->to; i++)
        HR_TRY(put_configuration(&json, a, i, err));
    hr_json_end_array(&json);
    hr_json_array(&json, "over_unknown");
    for (uint64_t choice = 0; choice < n_over_law(a); choice++)
        HR_TRY(put_over_law(&json, a, choice, err));
    hr_json_end_array(&json);
    hr_json_end_object(&json);
out:
    return st;
}

/* ---- the command */

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    hr_status st = HR_OK;
    hr_study study = {0};
    hr_schema schema = {0};
    asked a = {.study = &study};
    uint64_t index = 0;
    HR_TRY(hr_option_count(invocation, OPTION_CONFIGURATION, UINT64_MAX, 0, &index, err));
    HR_TRY(hr_study_open(&study, invocation->operand, invocation->sets, invocation->n_sets, err));
    if (index >= study.n_configurations)
        HR_TRY(HR_FAIL(err, HR_ERR_USAGE,
                       "exact: --configuration `%" PRIu64 "`: the study has configurations 0 to "
                       "%" PRIu64,
                       index, study.n_configurations - 1));
    HR_TRY(hr_schema_init(&schema, &study, study.target.pool, err));
    a.view = (hr_known_view){.study = &study, .schema = &schema, .effort = &hr_exact_effort_whole};
    a.from = index;
    a.is_whole = !hr_given(invocation, OPTION_CONFIGURATION);
    a.to = a.is_whole ? study.n_configurations : index + 1;
    HR_TRY(hr_given(invocation, OPTION_JSON) ? json_all(&a, err) : print_all(&a, err));
out:
    hr_known_free(&a.view);
    hr_schema_free(&schema);
    hr_study_free(&study);
    return st;
}

const hr_command hr_command_exact = {
    .name = "exact",
    .operand = "STUDY",
    .summary = "values, bounds and approximations that need no simulation",
    .doc = "Works out what is known in closed form or by a recursion of the outcomes that a study "
           "selects, for each of its configurations: exact values, bounds that hold for any "
           "placement rule, approximations, each with its method; and says why a value is not "
           "known. `headroom list exact` prints the methods. With --json a cell has its labels as "
           "in `show --json` and value, is, method, error (relative), why, bounds.",
    .n_options = HR_LENGTH(options),
    .options = options,
    .examples = {"headroom exact mine.yaml", "headroom exact mine.yaml --set placement.rule=random",
                 "headroom exact mine.yaml --configuration 0 --json"},
    .run = run,
};
