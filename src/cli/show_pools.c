/* The pools of a deployment side by side: where overload is likely, and what brings it. */
#include <math.h>
#include <string.h>

#include "cli/show.h"
#include "cli/table.h"

/* The headline's outcome in the pool that is looked at, at one level; "-" where it has no ceiling.
 */
static hr_status tell_level(hr_show *show, hr_cell_wish wish, const char *level, hr_text *text,
                            hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = show->study->target.outcome;
    hr_estimate *column;
    wish.level = level;
    const unsigned cell = hr_show_like_target(show, outcome, &wish);
    (void)snprintf(text->s, sizeof text->s, "-");
    if (!hr_show_has(show, outcome) || cell == hr_layout_cells(show->schema->layout, outcome))
        return HR_OK;
    HR_TRY(hr_show_column(show, outcome, cell, &column, err));
    const hr_estimate mean = hr_show_mean(show, outcome, column, show->base_choice);
    if (!isnan(mean.value))
        *text = hr_text_estimate(&mean, hr_show_factor(outcome));
out:
    return st;
}

/* The resource that is over its ceiling for most of the time, at whatever level. */
static hr_status tell_most_over(hr_show *show, hr_text *text, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = hr_outcome_find("time_over");
    const hr_configuration *example = &show->schema->example;
    hr_cell_wish wish = {.min_episode = (double)NAN, .size = (double)NAN};
    double most = 0.0;
    (void)snprintf(text->s, sizeof text->s, "-");
    for (unsigned i = 0; i < example->n_limits; i++) {
        const char *resource = hr_resources[example->resource[example->limits[i].resource]].name;
        const bool is_only = example->n_resources == 1;
        hr_estimate *column;
        if (example->limits[i].level < 0)
            continue;
        wish.level = hr_level_names[example->limits[i].level];
        wish.resource = is_only ? "any" : resource;
        unsigned cell = hr_show_like_target(show, outcome, &wish);
        if (!hr_show_has(show, outcome) || cell == hr_layout_cells(show->schema->layout, outcome))
            continue;
        HR_TRY(hr_show_column(show, outcome, cell, &column, err));
        const double mean = hr_show_mean(show, outcome, column, show->base_choice).value;
        if (!(mean > most))
            continue;
        most = mean;
        (void)snprintf(text->s, sizeof text->s, "%s", resource);
    }
out:
    return st;
}

static hr_status add_pool(hr_show *show, unsigned pool, const hr_cell_wish *wish, hr_table *table,
                          hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_configuration configuration = {0};
    hr_text text[HR_N_LEVELS], most_over;
    HR_TRY(
        hr_study_pool(show->study, NULL, pool, show->base_choice, 0, &arena, &configuration, err));
    hr_show_turn_to(show, pool);
    for (int l = 0; l < HR_N_LEVELS; l++)
        HR_TRY(tell_level(show, *wish, hr_level_names[l], &text[l], err));
    HR_TRY(tell_most_over(show, &most_over, err));
    const hr_text servers = hr_text_count(configuration.n_servers);
    const char *row[] = {show->study->pools[pool].name, servers.s,
                         text[HR_LEVEL_TARGET].s,       text[HR_LEVEL_LIMIT].s,
                         text[HR_LEVEL_FULL].s,         most_over.s};
    if (configuration.n_servers > 0)
        HR_TRY(hr_table_add(table, row, err));
out:
    hr_show_turn_to(show, show->study->target.pool);
    hr_arena_free(&arena);
    return st;
}

hr_status hr_show_pools(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    static const char *const headings[] = {"pool",  "servers", "target",
                                           "limit", "full",    "most over"};
    const unsigned outcome = show->study->target.outcome;
    const hr_axis *axes = hr_outcomes[outcome].axes;
    hr_table table;
    hr_words title = {0};
    hr_cell_wish wish = {.resource = "any", .min_episode = (double)NAN, .size = (double)NAN};
    if (show->study->n_pools == 1 || axes[0] != HR_AXIS_CRITERION)
        return HR_OK;
    if (axes[1] == HR_AXIS_DURATION)
        wish.min_episode = hr_show_target_min_episode(show);
    HR_TRY(hr_table_init(&table, &show->arena, "lrllll", 2, headings, err));
    for (unsigned p = 0; p < show->study->n_pools; p++)
        HR_TRY(add_pool(show, p, &wish, &table, err));
    hr_words_add(&title, "Pools: %s%s by level", hr_outcomes[outcome].name,
                 hr_show_factor(outcome) > 1.0 ? ", %," : "");
    if (show->study->n_choices > 1) {
        hr_words_add(&title, ", ");
        hr_show_name_choice(show, show->base_choice, &title);
    }
    fputc('\n', show->out);
    hr_text_wrap(show->out, title.s, 0, 0, show->width);
    hr_table_print(&table, show->out, 1, show->width);
out:
    return st;
}
