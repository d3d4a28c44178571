/* The table of rows, and access to the values of one configuration. */
#define _POSIX_C_SOURCE 200809L
#include "study/params.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "study/bind.h"
#include "study/reader.h"
#include "study/sites.h"

/* Words that other tables give. */
#define HR_RESOURCE(ID, name, ...) "|" #name
static const char resource_words[] =
#include "model/resource.def"
    ;
#define HR_RESOURCE(ID, name, ...) "|" #name
static const char metric_words[] = "relative|meetings|participants"
#include "model/resource.def"
    ;
#define HR_WORDS_RESOURCES (resource_words + 1)
#define HR_WORDS_METRICS   metric_words

#define ROW(path, kind, dimension, low, high, ...)                                                 \
    {                                                                                              \
        path, HR_PARAM_##kind, HR_DIMENSION_##dimension, low, high, __VA_ARGS__                    \
    }
#define HR_ROW(name, ...) ROW(__VA_ARGS__),
const hr_param_row hr_param_rows[HR_N_KEYS] = {
#include "study/params_core.def"
#include "study/params_failures.def"

#include "study/params_deployment.def"
#include "study/params_front_end.def"

#include "study/params_activity.def"
};
#undef HR_ROW

static const hr_value absent = {.text = "", .where = ""};

/* ---- patterns */

/* Which index a component of a pattern fills. */
static bool next_index(const char **pattern, char *what)
{
    const char *at = strpbrk(*pattern, "[{");
    if (at == NULL)
        return false;
    *what = at[0] == '[' ? '[' : at[1]; /* '[', 'r'esource or 'l'evel */
    *pattern = at + 1;
    return true;
}

void hr_place_path(hr_key key, const size_t index[HR_PLACE_INDICES], char out[HR_LONGEST_PATH])
{
    const char *from = hr_param_rows[key].path;
    size_t n = 0, place = 0;
    while (*from != '\0' && n + 48 < HR_LONGEST_PATH) {
        if (*from != '[' && *from != '{') {
            out[n++] = *from++;
            continue;
        }
        const size_t i = place < HR_PLACE_INDICES ? index[place] : 0;
        place++;
        char *to = out + n;
        const size_t room = HR_LONGEST_PATH - n;
        if (*from == '[')
            n += (size_t)snprintf(to, room, "[%zu]", i);
        else if (from[1] == 'r')
            n += (size_t)snprintf(to, room, "%s", i < HR_N_RESOURCES ? hr_resources[i].name : "?");
        else
            n += (size_t)snprintf(to, room, "%s", i < HR_N_LEVELS ? hr_level_names[i] : "?");
        from += strcspn(from, "]}") + 1;
    }
    out[n] = '\0';
}

/* ---- shape */

void hr_shape_widen(hr_shape *shape, const hr_bindings *bindings)
{
    for (const hr_binding *binding = bindings->first; binding; binding = binding->next) {
        size_t *size = shape->size[binding->key];
        for (size_t k = 0; k < HR_PLACE_INDICES; k++)
            size[k] = binding->index[k] >= size[k] ? binding->index[k] + 1 : size[k];
    }
}

/* Sizes that do not depend on the study; lists are as wide as any row in them. */
static void size_row(hr_shape *shape, hr_key key)
{
    const char *pattern = hr_param_rows[key].path;
    char what;
    for (size_t k = 0; k < HR_PLACE_INDICES; k++) {
        size_t *size = &shape->size[key][k];
        if (!next_index(&pattern, &what))
            *size = 1;
        else if (what != '[')
            *size = what == 'r' ? HR_N_RESOURCES : HR_N_LEVELS;
        else if (*size == 0)
            *size = 1;
    }
}

static bool is_list_row(hr_key key)
{
    const hr_param_row *row = &hr_param_rows[key];
    const size_t n = strlen(row->path);
    return row->kind == HR_PARAM_SECTION && n > 2 && strcmp(row->path + n - 2, "[]") == 0;
}

/* A fallback is read like a value of a file. */
static hr_status bind_fallback(hr_shape *shape, hr_key key, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_param_row *row = &hr_param_rows[key];
    hr_origin *origin = NULL;
    hr_node *node = NULL;
    hr_bindings bindings = {0};
    hr_position position = {.is_row = true, .key = key};
    (void)snprintf(position.pattern, sizeof position.pattern, "%s", row->path);
    (void)snprintf(position.path, sizeof position.path, "%s", row->path);
    HR_TAKE(origin, arena, 1);
    *origin = (hr_origin){HR_ORIGIN_FALLBACK, "default", row->fallback, strlen(row->fallback)};
    if (row->kind == HR_PARAM_NUMBERS || row->kind == HR_PARAM_WORDS) {
        HR_TRY(hr_read_tree(origin, arena, &node, err));
    } else {
        node = hr_node_new(HR_NODE_TEXT, (hr_mark){origin, 0, 0}, arena);
        if (node == NULL)
            return HR_FAIL(err, HR_ERR_MEMORY, "no memory for defaults");
        node->text = row->fallback;
    }
    node->mark = (hr_mark){origin, 0, 0};
    const hr_binder binder = {.root = NULL, .arena = arena};
    HR_TRY(hr_bind(&binder, &position, node, &bindings, err));
    shape->fallback[key] = bindings.first->bound;
out:
    return st;
}

hr_status hr_shape_finish(hr_shape *shape, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        size_row(shape, key);
        const size_t *size = shape->size[key];
        shape->first[key] = shape->n_slots;
        if (hr_param_rows[key].kind != HR_PARAM_SECTION)
            shape->n_slots += size[0] * size[1] * size[2];
        shape->first_count[key] = shape->n_counts;
        if (is_list_row(key))
            shape->n_counts += size[0] * size[1] * size[2];
        if (hr_param_rows[key].fallback != NULL)
            HR_TRY(bind_fallback(shape, key, arena, err));
    }
out:
    return st;
}

static bool is_inside(const hr_shape *shape, hr_key key, const size_t *index)
{
    const size_t *size = shape->size[key];
    return index[0] < size[0] && index[1] < size[1] && index[2] < size[2];
}

static size_t offset(const hr_shape *shape, hr_key key, const size_t *index)
{
    const size_t *size = shape->size[key];
    return (index[0] * size[1] + index[1]) * size[2] + index[2];
}

size_t hr_shape_slot(const hr_shape *shape, hr_key key, const size_t index[HR_PLACE_INDICES])
{
    return shape->first[key] + offset(shape, key, index);
}

/* ---- values */

hr_status hr_params_init(hr_params *params, const hr_shape *shape, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    *params = (hr_params){.shape = shape};
    HR_TAKE(params->slot, arena, shape->n_slots);
    HR_TAKE(params->count, arena, shape->n_counts);
out:
    return st;
}

/* Forget every value and count below the list row `list` at `index` (its own index free). */
static void clear_list(hr_params *params, hr_key list, const size_t *index)
{
    const hr_shape *shape = params->shape;
    const char *prefix = hr_param_rows[list].path;
    const char *pattern = prefix;
    char what;
    size_t fixed = 0;
    while (next_index(&pattern, &what))
        fixed++;
    fixed--; /* the list's own index is free */
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        if (strncmp(hr_param_rows[key].path, prefix, strlen(prefix)) != 0)
            continue;
        const size_t *size = shape->size[key];
        const bool section = hr_param_rows[key].kind == HR_PARAM_SECTION;
        for (size_t i = 0; i < size[0] * size[1] * size[2]; i++) {
            const size_t at[] = {i / (size[1] * size[2]), i / size[2] % size[1], i % size[2]};
            if (memcmp(at, index, fixed * sizeof *at) != 0)
                continue;
            if (!section)
                params->slot[shape->first[key] + i] = NULL;
            else if (is_list_row(key))
                params->count[shape->first_count[key] + i] = 0;
        }
    }
}

void hr_params_apply(hr_params *params, const hr_bindings *bindings)
{
    const hr_shape *shape = params->shape;
    for (const hr_binding *binding = bindings->first; binding; binding = binding->next) {
        HR_ASSERT(is_inside(shape, binding->key, binding->index));
        if (binding->kind == HR_BIND_VALUE)
            params->slot[hr_shape_slot(shape, binding->key, binding->index)] =
                &binding->bound->value;
        else if (binding->kind == HR_BIND_COUNT)
            params->count[shape->first_count[binding->key] +
                          offset(shape, binding->key, binding->index)] = binding->count;
        else
            clear_list(params, binding->key, binding->index);
    }
}

const hr_value *hr_params_item(const hr_params *params, hr_key key, size_t i, size_t j, size_t k)
{
    const hr_shape *shape = params->shape;
    const size_t index[] = {i, j, k};
    const hr_value *value = NULL;
    if (is_inside(shape, key, index))
        value = params->slot[hr_shape_slot(shape, key, index)];
    if (value != NULL)
        return value;
    return shape->fallback[key] != NULL ? &shape->fallback[key]->value : &absent;
}

const hr_value *hr_params_at(const hr_params *params, hr_key key, size_t i, size_t j)
{
    return hr_params_item(params, key, i, j, 0);
}

size_t hr_params_count(const hr_params *params, hr_key key, size_t i)
{
    const char *pattern = hr_param_rows[key].path;
    char what;
    size_t n = 0;
    while (next_index(&pattern, &what))
        n++;
    size_t index[HR_PLACE_INDICES] = {0};
    if (n > 1)
        index[0] = i;
    if (!is_inside(params->shape, key, index))
        return 0;
    return params->count[params->shape->first_count[key] + offset(params->shape, key, index)];
}

/* ---- where a message points */

/* The smaller, the better the place: in the study's file, then earlier in it. */
static int rank_of(const hr_origin *origin)
{
    switch (origin->kind) {
    case HR_ORIGIN_STUDY:
        return 0;
    case HR_ORIGIN_SET:
        return 1;
    default:
        return 2;
    }
}

static bool is_better(hr_mark mark, hr_mark than)
{
    if (mark.origin == NULL || than.origin == NULL)
        return mark.origin != NULL;
    if (mark.origin != than.origin)
        return rank_of(mark.origin) < rank_of(than.origin);
    return mark.line < than.line || (mark.line == than.line && mark.column < than.column);
}

/* Mark of a value that somebody has written, not of the table's own. */
static hr_mark mark_of(const hr_value *value)
{
    const hr_mark nowhere = {0};
    if (value == NULL)
        return nowhere;
    const hr_mark mark = ((const hr_bound *)value)->mark;
    return mark.origin == NULL || mark.origin->kind == HR_ORIGIN_FALLBACK ? nowhere : mark;
}

/* Is the row at or below the first `n` characters of the pattern? */
static bool is_below(hr_key key, const char *pattern, size_t n)
{
    const char *path = hr_param_rows[key].path;
    return hr_param_rows[key].kind != HR_PARAM_SECTION && strncmp(path, pattern, n) == 0 &&
           (n == 0 || path[n] == '\0' || strchr(".[", path[n]) != NULL);
}

/* The best mark below the first `n` characters of the pattern, whose `fixed` indices are given. */
static hr_mark best_below(const hr_params *params, const char *pattern, size_t n,
                          const size_t *index, size_t fixed)
{
    hr_mark best = {0};
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        const size_t *size = params->shape->size[key];
        const size_t places = is_below(key, pattern, n) ? size[0] * size[1] * size[2] : 0;
        for (size_t i = 0; i < places; i++) {
            const size_t at[] = {i / (size[1] * size[2]), i / size[2] % size[1], i % size[2]};
            if (memcmp(at, index, fixed * sizeof *at) != 0)
                continue;
            const hr_mark mark = mark_of(params->slot[hr_shape_slot(params->shape, key, at)]);
            if (is_better(mark, best))
                best = mark;
        }
    }
    return best;
}

hr_mark hr_params_mark(const hr_params *params, hr_key key, const size_t index[HR_PLACE_INDICES])
{
    const char *pattern = hr_param_rows[key].path;
    size_t n = strlen(pattern), fixed = 0;
    for (const char *at = pattern; *at != '\0'; at++)
        fixed += *at == '[' || *at == '{';
    hr_mark mark = best_below(params, pattern, n, index, fixed);
    while (mark.origin == NULL && n > 0) { /* one component less: ".word", ".{resource}" or "[]" */
        do
            n--;
        while (n > 0 && pattern[n] != '.' && pattern[n] != '[');
        fixed -= pattern[n] == '[' || (pattern[n] == '.' && pattern[n + 1] == '{');
        mark = best_below(params, pattern, n, index, fixed);
    }
    if (n == 0)
        mark.line = 0; /* somewhere in the file */
    return mark;
}

hr_status hr_params_fail(const hr_params *params, hr_key key, size_t i, size_t j, hr_err *err,
                         const char *format, ...)
{
    char message[HR_ERR_MESSAGE / 2], path[HR_LONGEST_PATH];
    size_t index[HR_PLACE_INDICES] = {i, j, 0};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    key = hr_site_place(params, key, index);
    hr_place_path(key, index, path);
    const hr_value *value = hr_params_item(params, key, index[0], index[1], index[2]);
    const hr_mark mark = hr_params_mark(params, key, index);
    if (!value->is_set)
        return hr_mark_fail(mark, err, "%s: %s", path, message);
    const bool is_default = mark_of(value).origin == NULL;
    return hr_mark_fail(mark, err, "%s = %.80s%s: %s", path, value->text,
                        is_default ? " (default)" : "", message);
}
