#include "cli/cells.h"

#include <math.h>
#include <string.h>

static const char *const axis_names[HR_N_AXES] = {
    [HR_AXIS_NONE] = "",
    [HR_AXIS_CRITERION] = "criterion",
    [HR_AXIS_SERVER] = "server",
    [HR_AXIS_K] = "at_least",
    [HR_AXIS_DURATION] = "min_episode",
    [HR_AXIS_CLASS] = "class",
    [HR_AXIS_RESOURCE] = "resource",
    [HR_AXIS_CAPACITY] = "capacity",
    [HR_AXIS_TIME] = "time",
    [HR_AXIS_LEVEL] = "level",
    [HR_AXIS_PROBE] = "size",
    [HR_AXIS_THRESHOLD] = "threshold",
    [HR_AXIS_CAUSE] = "cause",
    [HR_AXIS_POOL] = "pool",
};

const char *hr_axis_name(hr_axis axis)
{
    return axis_names[axis];
}

static const char *resource_name(const hr_configuration *example, int resource)
{
    return resource < 0 ? "any" : hr_resources[example->resource[resource]].name;
}

/* Labels of position `i` on one axis. */
static unsigned label_axis(const hr_schema *schema, hr_axis axis, unsigned i, hr_label *label)
{
    const hr_configuration *example = &schema->example;
    label[0] = (hr_label){.key = axis_names[axis], .unit = ""};
    switch (axis) {
    case HR_AXIS_CRITERION:
        label[0].key = "level";
        label[0].text = hr_level_names[example->criteria[i].level];
        label[1] = (hr_label){.key = "resource",
                              .text = resource_name(example, example->criteria[i].resource)};
        return 2;
    case HR_AXIS_CLASS:
        label[0].text = example->classes[i].name;
        return 1;
    case HR_AXIS_RESOURCE:
        label[0].text = resource_name(example, (int)i);
        return 1;
    case HR_AXIS_LEVEL:
        label[0].text = hr_level_names[i];
        return 1;
    case HR_AXIS_SERVER:
        label[0].number = i;
        return 1;
    case HR_AXIS_K:
        label[0].number = i + 1;
        return 1;
    case HR_AXIS_DURATION:
        label[0].number = example->min_episode[i];
        label[0].unit = "s";
        return 1;
    case HR_AXIS_CAPACITY:
        label[0].number = schema->dim[HR_DIM_CAPACITY].real[i];
        return 1;
    case HR_AXIS_TIME:
        label[0].number = example->observed[i];
        label[0].unit = "s";
        return example->n_observed > 0 ? 1 : 0;
    case HR_AXIS_PROBE:
        label[0].number = example->probes[i].size;
        return 1;
    case HR_AXIS_CAUSE:
        label[0].text = hr_cause_names[i];
        return 1;
    case HR_AXIS_POOL:
        label[0].text = schema->study->pools[i].name;
        return 1;
    case HR_AXIS_THRESHOLD:
        label[0].number = example->threshold[i];
        label[0].unit = hr_resources[example->resource[0]].unit;
        return 1;
    default:
        return 0;
    }
}

unsigned hr_cell_labels(const hr_schema *schema, unsigned outcome, unsigned cell,
                        hr_label labels[HR_MAX_LABELS])
{
    unsigned index[HR_MAX_AXES];
    unsigned n = 0;
    hr_schema_index(schema, outcome, cell, index);
    for (int a = 0; a < HR_MAX_AXES; a++) {
        hr_label own[2];
        const unsigned n_own = label_axis(schema, hr_outcomes[outcome].axes[a], index[a], own);
        if (hr_outcomes[outcome].axes[a] == HR_AXIS_RESOURCE && n > 0 &&
            strcmp(labels[n - 1].key, "resource") == 0)
            own[0].key = "first"; /* the criterion's resource has that key already */
        for (unsigned i = 0; i < n_own; i++)
            labels[n++] = own[i];
    }
    HR_ASSERT(n <= HR_MAX_LABELS);
    return n;
}

hr_text hr_cell_unit(const hr_schema *schema, unsigned outcome, unsigned cell)
{
    hr_text text;
    unsigned index[HR_MAX_AXES];
    const char *unit = hr_outcomes[outcome].unit;
    const size_t length = strlen("resource");
    snprintf(text.s, sizeof text.s, "%s", unit);
    if (strncmp(unit, "resource", length) != 0)
        return text;
    hr_schema_index(schema, outcome, cell, index);
    for (int a = 0; a < HR_MAX_AXES; a++) {
        if (hr_outcomes[outcome].axes[a] == HR_AXIS_RESOURCE)
            snprintf(text.s, sizeof text.s, "%s%s",
                     hr_resources[schema->example.resource[index[a]]].unit, unit + length);
    }
    return text;
}

hr_text hr_label_text(const hr_label *label)
{
    hr_text text;
    if (label->text != NULL)
        snprintf(text.s, sizeof text.s, "%s", label->text);
    else if (strcmp(label->unit, "s") == 0)
        text = hr_text_seconds(label->number);
    else
        snprintf(text.s, sizeof text.s, "%.40s%s%s", hr_text_number(label->number).s,
                 label->unit[0] == '\0' ? "" : " ", label->unit);
    return text;
}

void hr_label_json(hr_json *json, const hr_label *label)
{
    if (label->text != NULL)
        hr_json_text(json, label->key, label->text);
    else
        hr_json_number(json, label->key, label->number);
}

static bool text_matches(const hr_label *label, const char *key, const char *wish)
{
    return wish == NULL || label->text == NULL || strcmp(label->key, key) != 0 ||
           strcmp(label->text, wish) == 0;
}

static bool number_matches(const hr_label *label, const char *key, double wish)
{
    return isnan(wish) || label->text != NULL || strcmp(label->key, key) != 0 ||
           label->number == wish;
}

bool hr_cell_matches(const hr_label *labels, unsigned n, const hr_cell_wish *wish)
{
    for (unsigned i = 0; i < n; i++) {
        if (!text_matches(&labels[i], "level", wish->level) ||
            !text_matches(&labels[i], "resource", wish->resource) ||
            !number_matches(&labels[i], "min_episode", wish->min_episode) ||
            !number_matches(&labels[i], "size", wish->size))
            return false;
    }
    return true;
}
