/* The pools of a deployment side by side: where overload is likely, and what brings it. */
#include <math.h>
#include <string.h>

#include "cli/show.h"
#include "cli/table.h"

/* What is said of each pool, and of all of them at once. */
static const struct {
    const char *of_one, *of_all;
} twofold[] = {{"time_over", "any_pool_time_over"},
               {"period_overload", "any_pool_period_over"},
               {"episodes", "any_pool_episodes"}};

/* The headline's outcome as it is of each pool, and of all: hr_n_outcomes where there is none. */
static void find_outcomes(const hr_show *show, unsigned *of_one, unsigned *of_all)
{
    *of_one = show->study->target.outcome;
    *of_all = hr_n_outcomes;
    for (size_t i = 0; i < sizeof twofold / sizeof *twofold; i++) {
        const unsigned one = hr_outcome_find(twofold[i].of_one);
        const unsigned all = hr_outcome_find(twofold[i].of_all);
        if (*of_one != one && *of_one != all)
            continue;
        *of_one = one;
        *of_all = all;
        return;
    }
}

/* The outcome in the pool that is looked at, at one level; "-" where it has no ceiling. */
static hr_status tell_level(hr_show *show, unsigned outcome, hr_cell_wish wish, const char *level,
                            hr_text *text, hr_err *err)
{
    hr_status st = HR_OK;
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

static hr_status add_pool(hr_show *show, unsigned pool, unsigned outcome, const hr_cell_wish *wish,
                          hr_table *table, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_configuration configuration = {0};
    hr_text text[HR_N_LEVELS], most_over;
    HR_TRY(
        hr_study_pool(show->study, NULL, pool, show->base_choice, 0, &arena, &configuration, err));
    hr_show_turn_to(show, pool);
    for (int l = 0; l < HR_N_LEVELS; l++)
        HR_TRY(tell_level(show, outcome, *wish, hr_level_names[l], &text[l], err));
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

/* All pools at once, where the study asks for that. */
static hr_status add_any(hr_show *show, unsigned outcome, const hr_cell_wish *wish, hr_table *table,
                         hr_err *err)
{
    hr_status st = HR_OK;
    hr_text text[HR_N_LEVELS];
    hr_show_turn_to(show, 0);
    if (outcome == hr_n_outcomes || !hr_show_has(show, outcome))
        goto out;
    for (int l = 0; l < HR_N_LEVELS; l++)
        HR_TRY(tell_level(show, outcome, *wish, hr_level_names[l], &text[l], err));
    const char *row[] = {"any of them",         "", text[HR_LEVEL_TARGET].s, text[HR_LEVEL_LIMIT].s,
                         text[HR_LEVEL_FULL].s, ""};
    HR_TRY(hr_table_add(table, row, err));
out:
    hr_show_turn_to(show, show->study->target.pool);
    return st;
}

/* Who gives way first: "target edge 88 % (69-100), front_end 12 % (1-40); full edge ...". */
static hr_status tell_first(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = hr_outcome_find("first_pool");
    const unsigned n = show->study->n_pools;
    hr_words words = {0};
    hr_show_turn_to(show, 0);
    const unsigned cells = hr_show_has(show, outcome) ? HR_N_LEVELS * n : 0;
    for (unsigned cell = 0, last = HR_N_LEVELS; cell < cells; cell++) {
        hr_estimate *column;
        const unsigned level = cell / n;
        HR_TRY(hr_show_column(show, outcome, cell, &column, err));
        const hr_estimate mean = hr_show_mean(show, outcome, column, show->base_choice);
        if (isnan(mean.value) || mean.is_bound || mean.value <= 0.0)
            continue;
        if (level != last)
            hr_words_add(&words, "%s%s", words.used > 0 ? "; " : "", hr_level_names[level]);
        hr_words_add(&words, "%s %s %s", level == last ? "," : "",
                     show->study->pools[cell % n].name,
                     hr_show_with_unit(show, outcome, cell, &mean).s);
        last = level;
    }
    if (words.used > 0) {
        hr_words_add(&words, " of busy periods with overload");
        hr_show_fact(show, "First pool", words.s);
    }
out:
    hr_show_turn_to(show, show->study->target.pool);
    return st;
}

hr_status hr_show_pools(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    static const char *const headings[] = {"pool",  "servers", "target",
                                           "limit", "full",    "most over"};
    unsigned outcome, of_all;
    find_outcomes(show, &outcome, &of_all);
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
        HR_TRY(add_pool(show, p, outcome, &wish, &table, err));
    HR_TRY(add_any(show, of_all, &wish, &table, err));
    hr_words_add(&title, "Pools: %s%s by level", hr_outcomes[outcome].name,
                 hr_show_factor(outcome) > 1.0 ? ", %," : "");
    if (show->study->n_choices > 1) {
        hr_words_add(&title, ", ");
        hr_show_name_choice(show, show->base_choice, &title);
    }
    fputc('\n', show->out);
    hr_text_wrap(show->out, title.s, 0, 0, show->width);
    hr_table_print(&table, show->out, 1, show->width);
    HR_TRY(tell_first(show, err));
out:
    return st;
}
