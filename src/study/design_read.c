/* Reading of choose, unknown and daily. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "study/design.h"

enum { MOST_LEVELS = 100000 };

typedef struct hr_reading {
    hr_design *design;
    const hr_node *root;
    hr_shape *shape;
    hr_arena *arena;
} hr_reading;

static hr_status no_memory(hr_err *err)
{
    return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the study's design");
}

/* ---- what may vary */

static bool begins_with(const char *path, const char *words)
{
    for (int i = 0;; i++) {
        const hr_span word = hr_words_at(words, i);
        if (word.length == 0)
            return false;
        if (strncmp(path, word.at, word.length) == 0 &&
            (path[word.length] == '\0' || path[word.length] == '.' || path[word.length] == '['))
            return true;
    }
}

/* One tally layout serves all configurations, and one scale all days of a configuration. */
static hr_status check_may_vary(const char *section, const char *path, hr_mark mark, hr_err *err)
{
    static const char never[] = "study|question|base|seed|design|target|claims|precision|observe|"
                                "probe.sizes|window.min_episodes|choose|unknown";
    static const char only_daily[] = "population|arrivals|meetings|background|cost|calibrate|"
                                     "placement.report_delay";
    if (begins_with(path, never))
        return hr_mark_fail(mark, err, "%s.%s: is the same in all configurations and cannot vary",
                            section, path);
    if (strcmp(section, "daily") == 0 && !begins_with(path, only_daily))
        return hr_mark_fail(mark, err,
                            "%s.%s: cannot differ from day to day (arrivals, meetings, "
                            "population, background and costs can)",
                            section, path);
    return HR_OK;
}

/* List items that a path names must stand in the study. */
static hr_status check_items(const hr_node *root, const hr_position *position, hr_mark mark,
                             hr_err *err)
{
    for (const char *at = strchr(position->path, ']'); at != NULL; at = strchr(at + 1, ']')) {
        const hr_span item = {position->path, (size_t)(at - position->path) + 1};
        if (hr_tree_at(root, item) == NULL)
            return hr_mark_fail(mark, err, "%.*s: the list has no such item (the first is [0])",
                                (int)item.length, item.at);
    }
    return HR_OK;
}

/* Follow the path that is the node's key as far as it goes; `rest` is what is left. */
static hr_status follow(const hr_node *root, const char *section, const hr_node *node,
                        hr_position *position, hr_span *rest, hr_err *err)
{
    hr_status st = HR_OK;
    *position = (hr_position){0};
    *rest = hr_span_of(node->key);
    HR_TRY(check_may_vary(section, node->key, node->key_mark, err));
    hr_position_follow(position, rest);
    if (rest->length > 0 && rest->at[0] == '.')
        *rest = (hr_span){rest->at + 1, rest->length - 1};
    HR_TRY(check_items(root, position, node->key_mark, err));
out:
    return st;
}

static hr_status unknown_path(const hr_position *position, hr_span rest, hr_mark mark, hr_err *err)
{
    hr_span word = rest;
    size_t index;
    (void)hr_path_next(&rest, &word, &index);
    if (position->is_row)
        return hr_mark_fail(mark, err, "%s: has no part \"%.*s\"", position->path,
                            (int)(word.length < 60 ? word.length : 60), word.at);
    return hr_bind_unknown_key(position, word, mark, err);
}

static bool is_law(const hr_position *position)
{
    return position->is_row && hr_param_rows[position->key].kind == HR_PARAM_LAW;
}

/* The knob of a position, with what is left of the path as the argument of a law. */
static hr_status make_knob(const hr_position *position, hr_span rest, hr_knob *knob,
                           hr_arena *arena, hr_err *err)
{
    *knob = (hr_knob){.key = position->key};
    memcpy(knob->index, position->index, sizeof knob->index);
    if (rest.length == 0)
        return HR_OK;
    knob->argument = hr_arena_text(arena, rest.at, rest.length);
    return knob->argument != NULL ? HR_OK : no_memory(err);
}

/* ---- unknown and daily */

static hr_status read_law(hr_drawn *drawn, const char *section, hr_arena *arena, hr_err *err)
{
    hr_err why = {0};
    hr_status st =
        hr_call_parse(hr_span_of(drawn->text), drawn->meaning, &drawn->call, arena, &why);
    if (st == HR_OK)
        st = hr_call_law(&drawn->call, &drawn->law, &why);
    if (st == HR_ERR_MEMORY)
        return no_memory(err);
    if (st != HR_OK)
        return hr_mark_fail(drawn->mark, err, "%s.%s = %.100s: %s", section, drawn->path,
                            drawn->text, why.message);
    drawn->unit = hr_quantity_unit(&drawn->call.quantity, arena);
    return drawn->unit != NULL ? HR_OK : no_memory(err);
}

/* `daily.population.busyness.cv` below unknown: an argument of a daily law. */
static hr_status read_daily_knob(const hr_reading *reading, const hr_node *node, hr_drawn *drawn,
                                 hr_err *err)
{
    const hr_design *design = reading->design;
    const char *path = node->key + strlen("daily.");
    for (size_t i = 0; i < design->n_daily; i++) {
        const size_t n = strlen(design->daily[i].path);
        if (strncmp(path, design->daily[i].path, n) != 0 || path[n] != '.')
            continue;
        drawn->knob = design->daily[i].knob;
        drawn->knob.is_daily = true;
        drawn->knob.daily = i;
        drawn->knob.argument = path + n + 1;
        drawn->meaning = hr_call_argument_meaning(&design->daily[i].call, path + n + 1);
        return HR_OK;
    }
    return hr_mark_fail(node->key_mark, err,
                        "unknown.%s: must be an argument of a law that stands "
                        "under daily:",
                        node->key);
}

static hr_status read_plain_knob(const hr_reading *reading, const char *section,
                                 const hr_node *node, hr_drawn *drawn, hr_err *err)
{
    hr_status st = HR_OK;
    hr_position position;
    hr_span rest;
    HR_TRY(follow(reading->root, section, node, &position, &rest, err));
    if (!position.is_row || (rest.length > 0 && !is_law(&position)))
        return unknown_path(&position, rest, node->key_mark, err);
    const hr_param_row *row = &hr_param_rows[position.key];
    if (row->kind != HR_PARAM_QUANTITY && row->kind != HR_PARAM_LAW &&
        row->kind != HR_PARAM_NUMBERS)
        return hr_mark_fail(node->key_mark, err, "%s.%s: is no number, so no law can give it",
                            section, node->key);
    HR_TRY(make_knob(&position, rest, &drawn->knob, reading->arena, err));
    const hr_binder binder = {.root = reading->root, .arena = reading->arena};
    const hr_call around = {.meaning = hr_bind_meaning(&binder, &position, NULL)};
    drawn->meaning = drawn->knob.argument ? hr_call_argument_meaning(&around, drawn->knob.argument)
                                          : around.meaning;
out:
    return st;
}

static hr_status read_drawn(const hr_reading *reading, const char *section, const hr_node *node,
                            hr_drawn *drawn, hr_err *err)
{
    hr_status st = HR_OK;
    const bool of_daily = strncmp(node->key, "daily.", 6) == 0 && strcmp(section, "unknown") == 0;
    if (node->kind != HR_NODE_TEXT || hr_node_is_empty(node))
        return hr_mark_fail(node->mark, err, "%s.%s: needs a law, e.g. uniform(1, 2)", section,
                            node->key);
    *drawn = (hr_drawn){.path = node->key,
                        .text = node->text,
                        .mark = node->mark,
                        .by = strcmp(section, "daily") == 0 ? HR_SET_BY_DAILY : HR_SET_BY_UNKNOWN};
    drawn->where = hr_mark_text(node->mark, reading->arena);
    if (drawn->where == NULL)
        return no_memory(err);
    HR_TRY(of_daily ? read_daily_knob(reading, node, drawn, err)
                    : read_plain_knob(reading, section, node, drawn, err));
    HR_TRY(read_law(drawn, section, reading->arena, err));
out:
    return st;
}

static hr_status read_section(const hr_reading *reading, const char *section, size_t most,
                              size_t *n, hr_drawn **drawn, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_node *map = hr_node_child(reading->root, hr_span_of(section));
    *n = 0;
    if (map == NULL || hr_node_is_empty(map))
        return HR_OK;
    if (map->kind != HR_NODE_MAP)
        return hr_mark_fail(map->mark, err, "%s: needs lines \"path: law\"", section);
    if (map->n > most)
        return hr_mark_fail(map->mark, err, "%s: at most %zu things can vary, not %zu", section,
                            most, map->n);
    HR_TAKE(*drawn, reading->arena, map->n);
    for (const hr_node *node = map->first; node != NULL; node = node->next) {
        HR_TRY(read_drawn(reading, section, node, &(*drawn)[*n], err));
        ++*n;
    }
out:
    return st;
}

/* ---- choose */

static hr_status read_level_number(const hr_node *value, hr_meaning meaning,
                                   const hr_choice *choice, hr_choice_level *level,
                                   hr_quantity *quantity, hr_err *err)
{
    hr_err why = {0};
    if (value->kind != HR_NODE_TEXT ||
        hr_quantity_parse(hr_span_of(value->text), meaning, quantity, &why) != HR_OK)
        return hr_mark_fail(value->mark, err, "choose.%s = %.100s: %s", choice->path, level->label,
                            value->kind == HR_NODE_TEXT ? why.message : "needs a number");
    level->number = quantity->number;
    return HR_OK;
}

/* Numbers of a choice share a unit: the written one when all agree, else the base unit. */
static void share_unit(hr_choice *choice, const hr_quantity *quantity, hr_meaning meaning,
                       const char *unit, bool first)
{
    if (first) {
        choice->unit = unit;
        choice->scale = quantity->scale;
        choice->form = quantity->form;
    } else if (strcmp(choice->unit, unit) != 0) {
        choice->unit = hr_dimension_unit(meaning);
        choice->scale = 1.0;
        choice->is_numeric =
            choice->is_numeric && choice->form == quantity->form && quantity->form == HR_FORM_PLAIN;
    }
}

/* Bind one level of a choice at its position. */
static hr_status bind_level(const hr_reading *reading, const hr_position *position,
                            const hr_node *value, hr_choice_level *level, hr_err *err)
{
    const hr_binder binder = {.root = reading->root, .is_choice = true, .arena = reading->arena};
    return hr_bind(&binder, position, value, &level->bindings, err);
}

static hr_status read_level(const hr_reading *reading, const hr_position *position,
                            const hr_node *value, hr_choice *choice, hr_choice_level *level,
                            hr_err *err)
{
    hr_status st = HR_OK;
    hr_quantity quantity = {.unit = "", .scale = 1.0};
    hr_meaning meaning = {.dimension = HR_DIMENSION_NUMBER};
    const bool first = level == choice->levels;
    if (choice->has_knob) {
        const hr_binder binder = {.root = reading->root, .arena = reading->arena};
        const hr_call around = {.meaning = hr_bind_meaning(&binder, position, NULL)};
        meaning = hr_call_argument_meaning(&around, choice->knob.argument);
        HR_TRY(read_level_number(value, meaning, choice, level, &quantity, err));
    } else {
        HR_TRY(bind_level(reading, position, value, level, err));
        const hr_binding *only = level->bindings.first;
        if (!choice->is_numeric || only == NULL || only->kind != HR_BIND_VALUE)
            return HR_OK;
        quantity = only->bound->quantity;
        meaning = only->bound->meaning;
        level->number = only->bound->value.number;
    }
    const char *unit = hr_quantity_unit(&quantity, reading->arena);
    if (unit == NULL)
        return no_memory(err);
    share_unit(choice, &quantity, meaning, unit, first);
out:
    return st;
}

/* "2 to 12 by 2" -> the list of its values, written out. */
static hr_status write_out_range(const hr_node *node, hr_meaning meaning, hr_arena *arena,
                                 hr_node **list, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_span text = hr_span_of(node->text);
    const size_t to = hr_span_find_last(text, " to "), by = hr_span_find_last(text, " by ");
    *list = NULL;
    if (to == SIZE_MAX)
        return HR_OK;
    hr_quantity low, high, step = {.number = 1.0};
    const size_t end = by != SIZE_MAX && by > to ? by : text.length;
    HR_TRY(hr_quantity_parse((hr_span){text.at, to}, meaning, &low, err));
    HR_TRY(hr_quantity_parse((hr_span){text.at + to + 4, end - to - 4}, meaning, &high, err));
    if (end != text.length)
        HR_TRY(hr_quantity_parse((hr_span){text.at + by + 4, text.length - by - 4}, meaning, &step,
                                 err));
    else if (meaning.dimension != HR_DIMENSION_COUNT)
        return HR_FAIL(err, HR_ERR_DATA, "needs a step, e.g. \"10 s to 60 s by 10 s\"");
    const double n = floor((high.number - low.number) / step.number + 1e-9);
    if (!(step.number > 0.0 && n >= 0.0 && n < MOST_LEVELS))
        return HR_FAIL(err, HR_ERR_DATA, "the range is empty or has more than %d values",
                       MOST_LEVELS);
    const hr_span written = hr_span_trim((hr_span){text.at, to});
    double first;
    const size_t digits = hr_span_number(written, &first);
    *list = hr_node_new(HR_NODE_LIST, node->mark, arena);
    for (size_t i = 0; *list != NULL && i <= (size_t)n; i++) {
        char value[160];
        hr_node *item = hr_node_new(HR_NODE_TEXT, node->mark, arena);
        const double number = (low.number + (double)i * step.number) / low.scale;
        (void)snprintf(value, sizeof value, "%.12g%.*s", number, (int)(written.length - digits),
                       written.at + digits);
        if (item == NULL || (item->text = hr_arena_text(arena, value, strlen(value))) == NULL)
            return no_memory(err);
        hr_node_append(*list, item);
    }
    st = *list != NULL ? HR_OK : no_memory(err);
out:
    return st;
}

/* A single value, or a range, as the list of levels that it means. */
static hr_status as_list(const hr_reading *reading, const hr_position *position,
                         const hr_node **node, const char *path, hr_err *err)
{
    const hr_node *written = *node;
    hr_node *list = NULL;
    hr_err why = {0};
    if (written->kind != HR_NODE_TEXT)
        return HR_OK;
    if (position->is_row && hr_param_rows[position->key].kind == HR_PARAM_QUANTITY) {
        const hr_binder binder = {.root = reading->root, .arena = reading->arena};
        const hr_meaning meaning = hr_bind_meaning(&binder, position, NULL);
        if (write_out_range(written, meaning, reading->arena, &list, &why) != HR_OK)
            return hr_mark_fail(written->mark, err, "choose.%s = %.100s: %s", path, written->text,
                                why.message);
    }
    if (list == NULL)
        return hr_mark_fail(written->mark, err,
                            "choose.%s = %.100s: needs a list of values, e.g. "
                            "[a, b], or named groups of keys",
                            path, written->text);
    *node = list;
    return HR_OK;
}

static const char *label_of(const hr_node *value, hr_arena *arena)
{
    if (value->key != NULL)
        return value->key;
    if (value->kind == HR_NODE_TEXT)
        return value->text;
    return hr_tree_flow(value, arena);
}

static hr_status read_levels(const hr_reading *reading, const hr_position *position,
                             const hr_node *node, hr_choice *choice, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(as_list(reading, position, &node, choice->path, err));
    if (node->n == 0 || node->n > MOST_LEVELS)
        return hr_mark_fail(node->mark, err, "choose.%s: %s", choice->path,
                            node->n == 0 ? "nothing to choose from" : "too many levels");
    HR_TAKE(choice->levels, reading->arena, node->n);
    choice->n_levels = node->n;
    choice->is_numeric =
        choice->has_knob || (position->is_row && node->kind == HR_NODE_LIST &&
                             hr_param_rows[position->key].kind == HR_PARAM_QUANTITY);
    choice->unit = "";
    choice->scale = 1.0;
    size_t i = 0;
    for (const hr_node *value = node->first; value != NULL; value = value->next) {
        hr_choice_level *level = &choice->levels[i++];
        level->label = label_of(value, reading->arena);
        if (level->label == NULL)
            return no_memory(err);
        HR_TRY(read_level(reading, position, value, choice, level, err));
        hr_shape_widen(reading->shape, &level->bindings);
    }
    if (!choice->is_numeric)
        choice->unit = "";
out:
    return st;
}

/* The position of a choice. A map of named groups may add a name of its own to the path. */
static hr_status read_choice(const hr_reading *reading, const hr_node *node, hr_choice *choice,
                             hr_err *err)
{
    hr_status st = HR_OK;
    hr_position position;
    hr_span rest;
    *choice = (hr_choice){.path = node->key, .mark = node->mark};
    HR_TRY(follow(reading->root, "choose", node, &position, &rest, err));
    const bool one_left = memchr(rest.at, '.', rest.length) == NULL;
    const bool own_name = node->kind == HR_NODE_MAP && !position.is_row && one_left;
    if (rest.length > 0 && is_law(&position) && one_left) {
        choice->has_knob = true;
        HR_TRY(make_knob(&position, rest, &choice->knob, reading->arena, err));
    } else if (rest.length > 0 && !own_name) {
        return unknown_path(&position, rest, node->key_mark, err);
    }
    HR_TRY(read_levels(reading, &position, node, choice, err));
out:
    return st;
}

static hr_status read_choices(const hr_reading *reading, hr_err *err)
{
    hr_status st = HR_OK;
    hr_design *design = reading->design;
    const hr_node *map = hr_node_child(reading->root, hr_span_of("choose"));
    if (map == NULL || hr_node_is_empty(map))
        return HR_OK;
    if (map->kind != HR_NODE_MAP)
        return hr_mark_fail(map->mark, err, "choose: needs lines \"path: [values]\"");
    HR_TAKE(design->choices, reading->arena, map->n);
    for (const hr_node *node = map->first; node != NULL; node = node->next) {
        HR_TRY(read_choice(reading, node, &design->choices[design->n_axes], err));
        design->n_axes++;
    }
out:
    return st;
}

hr_status hr_design_read(hr_design *design, const hr_node *root, hr_shape *shape, hr_arena *arena,
                         hr_err *err)
{
    hr_status st = HR_OK;
    const hr_reading reading = {design, root, shape, arena};
    HR_TRY(read_choices(&reading, err));
    HR_TRY(read_section(&reading, "daily", HR_MAX_DAILY, &design->n_daily, &design->daily, err));
    HR_TRY(read_section(&reading, "unknown", HR_SOBOL_DIMENSIONS, &design->n_unknowns,
                        &design->unknowns, err));
    for (size_t i = 0; i < design->n_daily + design->n_unknowns; i++) {
        const hr_drawn *drawn =
            i < design->n_daily ? &design->daily[i] : &design->unknowns[i - design->n_daily];
        hr_binding binding = {.kind = HR_BIND_VALUE, .key = drawn->knob.key};
        memcpy(binding.index, drawn->knob.index, sizeof binding.index);
        hr_shape_widen(shape, &(hr_bindings){&binding, &binding});
    }
out:
    return st;
}
