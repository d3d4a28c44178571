/* What a study's author should know before running it. */
#include <string.h>

#include "cli/forecast.h"
#include "study/activity.h"
#include "study/describe.h"

#define MUCH_MEMORY 2e9
#define MUCH_FILE   10e9

static bool warn_of_resource(const hr_configuration *configuration, const hr_forecast_pool *pool,
                             unsigned r, hr_words *warning)
{
    const char *name = hr_resources[configuration->resource[r]].name;
    const double load = pool->meetings[r] + pool->background[r];
    const double ceiling = hr_forecast_highest(pool, r);
    if (!(load > ceiling))
        return false;
    hr_words_add(warning,
                 "%s: the mean load %s of a server is above its highest ceiling %s: overloaded "
                 "most of the time",
                 name, hr_text_number(load).s, hr_text_number(ceiling).s);
    return true;
}

bool hr_forecast_overload(const hr_configuration *configuration, const hr_forecast_pool *pool,
                          hr_words *warning)
{
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        const double share =
            (pool->meetings[r] + pool->background[r]) / hr_forecast_highest(pool, r);
        if (share > 1.0)
            hr_words_add(warning, "%s%s at %s %%", warning->used > 0 ? ", " : "",
                         hr_resources[configuration->resource[r]].name,
                         hr_text_number(100.0 * share).s);
    }
    if (warning->used > 0)
        hr_words_add(warning, " of the highest ceiling in the mean: overloaded most of the time");
    return warning->used > 0;
}

/* A decision that looks at what meetings do not load, or hardly, decides nothing. */
static bool warn_of_gate(const hr_configuration *configuration, const hr_forecast_pool *pool,
                         unsigned r, hr_words *warning)
{
    const hr_placement *p = &configuration->placement;
    const hr_resource_id resource = configuration->resource[r];
    const double share = pool->background[r] / hr_forecast_highest(pool, r);
    const char *key = NULL;
    if (p->review_period > 0.0 && share > p->review_above)
        key = "placement.review.above";
    if (p->join_gate > 0.0 && share > p->join_gate)
        key = "placement.gates.join";
    if (p->start_gate > 0.0 && share > p->start_gate)
        key = "placement.gates.start";
    if (key == NULL || !hr_placement_watches(p, resource))
        return false;
    hr_words_add(
        warning,
        "%s: without any meeting %s is at %s %% of its highest ceiling, so all servers are "
        "above most of the time; a higher gate, or other placement.gates.resources, decides more",
        key, hr_resources[resource].name, hr_text_number(100.0 * share).s);
    return true;
}

/* Nothing seen in n replications leaves 3/n possible (rule of three: Hanley 1983). */
static bool warn_of_effort(const hr_study *study, hr_words *warning)
{
    const hr_target *target = &study->target;
    const double provable = 3.0 / (double)study->precision.at_most;
    if (!target->has_threshold || hr_outcomes[target->outcome].most != 1.0 ||
        provable <= target->at_most)
        return false;
    hr_words_add(warning,
                 "precision.at_most: %s replications can show a probability below %s only by "
                 "chance; the target asks for %s, so no world could be met for sure",
                 hr_text_count(study->precision.at_most).s, hr_text_number(provable).s,
                 hr_text_number(target->at_most).s);
    return true;
}

static bool warn_of_memory(const hr_configuration *configuration, const hr_forecast_pool *pool,
                           unsigned r, hr_words *warning)
{
    if (configuration->resource[r] != HR_RESOURCE_MEMORY ||
        pool->meetings[r] + pool->background[r] > 0.0)
        return false;
    hr_words_add(warning, "memory: no published cost, not modelled: its outcomes are all zero");
    return true;
}

/* The means above are exact but for this. */
static bool warn_of_media(const hr_configuration *configuration, hr_words *warning)
{
    if (configuration->activation != NULL)
        hr_words_add(warning, "media that begin later (meetings.activation) are counted from their "
                              "meeting's beginning in these means: there is less load than that");
    return configuration->activation != NULL;
}

static bool warn_of_size(const hr_forecast_work *work, hr_words *warning)
{
    if (work->memory < MUCH_MEMORY && work->file < MUCH_FILE)
        return false;
    hr_words_add(warning, "a large design: about %s of memory in each process, a result of %s",
                 hr_text_bytes(work->memory).s, hr_text_bytes(work->file).s);
    return true;
}

/* Is this a rate, share or work that a study has changed, of an activity that is a part of
 * background? */
static bool is_changed_activity(const hr_described *value)
{
    const char *path = value->path;
    if (strncmp(path, "activity.", 9) != 0 ||
        (value->law == NULL && strcmp(value->text, value->row->fallback) == 0))
        return false;
    for (unsigned i = 0; i < HR_N_ACTIVITIES; i++) {
        const size_t n = strlen(hr_activities[i].name);
        if (strncmp(path + 9, hr_activities[i].name, n) == 0 && path[9 + n] == '.')
            return !hr_activity_is_extra((hr_activity_id)i);
    }
    return false;
}

/* A sweep that moves nothing would look like a finding. */
static bool warn_of_activity(const hr_study *study, uint64_t index, hr_words *warning)
{
    hr_arena arena = {0};
    const hr_described *value = NULL;
    const char *changed = NULL;
    size_t n = 0;
    bool counts = false;
    if (hr_study_describe(study, index, &arena, &value, &n, NULL) != HR_OK)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        if (value[i].row == &hr_param_rows[HR_KEY_background_from])
            counts = strcmp(value[i].text, "activities") == 0;
        if (changed == NULL && is_changed_activity(&value[i]))
            changed = value[i].path;
    }
    if (changed != NULL && !counts)
        hr_words_add(warning,
                     "%s moves no load: background.from is `total`; write `activities` there, and "
                     "`background.cpu: ~`",
                     changed);
    hr_arena_free(&arena);
    return warning->used > 0;
}

bool hr_forecast_warning(const hr_study *study, const hr_configuration *configuration,
                         const hr_forecast_pool *pool, const hr_forecast_work *work, unsigned i,
                         hr_words *warning)
{
    unsigned n = 0;
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        *warning = (hr_words){0};
        if (warn_of_resource(configuration, pool, r, warning) && n++ == i)
            return true;
        *warning = (hr_words){0};
        if (warn_of_gate(configuration, pool, r, warning) && n++ == i)
            return true;
        *warning = (hr_words){0};
        if (warn_of_memory(configuration, pool, r, warning) && n++ == i)
            return true;
    }
    *warning = (hr_words){0};
    if (warn_of_effort(study, warning) && n++ == i)
        return true;
    *warning = (hr_words){0};
    if (warn_of_media(configuration, warning) && n++ == i)
        return true;
    *warning = (hr_words){0};
    if (warn_of_activity(study, configuration->index, warning) && n++ == i)
        return true;
    *warning = (hr_words){0};
    return warn_of_size(work, warning) && n == i;
}
