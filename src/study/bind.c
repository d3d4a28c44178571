#define _POSIX_C_SOURCE 200809L
#include "study/bind.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Law ranges are checked where all but 2^-33 of the probability lies. */
#define TAIL 0x1p-33

enum { MOST_ITEMS = 1000, MOST_INNER_ITEMS = 64 };

static hr_status no_memory(hr_err *err)
{
    return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the study's values");
}

/* ---- what a number means here */

/* The first resource (in the order of the table) that the study gives a server or a ceiling. */
static hr_resource_id first_resource(const hr_node *root)
{
    static const char *const sections[] = {"pool.server", "pool.ceilings"};
    for (size_t r = 0; r < HR_N_RESOURCES; r++) {
        for (size_t i = 0; root != NULL && i < 2; i++) {
            const hr_node *map = hr_tree_at(root, hr_span_of(sections[i]));
            if (map != NULL && hr_node_child(map, hr_span_of(hr_resources[r].name)) != NULL)
                return (hr_resource_id)r;
        }
    }
    return HR_RESOURCE_LOAD;
}

/* The resource that the sibling key `name` says. */
static hr_resource_id sibling_resource(const hr_binder *binder, const hr_position *position,
                                       const hr_node *parent, const char *name)
{
    char path[HR_LONGEST_PATH + 80];
    const char *dot = strrchr(position->path, '.');
    const int n = dot != NULL ? (int)(dot - position->path) : 0;
    (void)snprintf(path, sizeof path, "%.*s.%s", n, position->path, name);
    const hr_node *node = parent != NULL ? hr_node_child(parent, hr_span_of(name)) : NULL;
    if (node == NULL && binder->root != NULL)
        node = hr_tree_at(binder->root, hr_span_of(path));
    for (size_t r = 0; node != NULL && node->kind == HR_NODE_TEXT && r < HR_N_RESOURCES; r++) {
        if (strcmp(node->text, hr_resources[r].name) == 0)
            return (hr_resource_id)r;
    }
    return first_resource(binder->root);
}

hr_meaning hr_bind_meaning(const hr_binder *binder, const hr_position *position,
                           const hr_node *parent)
{
    const hr_param_row *row = &hr_param_rows[position->key];
    hr_meaning meaning = {.dimension = row->dimension};
    if (row->dimension == HR_DIMENSION_NUMBER || row->dimension == HR_DIMENSION_COUNT ||
        row->dimension == HR_DIMENSION_USERS)
        meaning.noun = row->words;
    if (row->dimension != HR_DIMENSION_RESOURCE)
        return meaning;
    const char *place = strstr(row->path, "{resource}");
    if (place == NULL) {
        meaning.resource = row->words != NULL
                               ? sibling_resource(binder, position, parent, row->words)
                               : first_resource(binder->root);
        return meaning;
    }
    size_t i = 0;
    for (const char *at = row->path; at < place; at++)
        i += *at == '[' || *at == '{';
    meaning.resource = (hr_resource_id)position->index[i];
    return meaning;
}

/* ---- ranges */

hr_status hr_bind_check_number(const hr_param_row *row, hr_meaning meaning, hr_form form,
                               bool is_percent, double number, hr_err *err)
{
    const bool share = form == HR_FORM_PERCENT || is_percent;
    const double low = share && row->low < 0.0 ? 0.0 : row->low;
    const double high = share ? 100.0 : row->high;
    if (number >= low && number <= high)
        return HR_OK;
    const char *unit = share ? "1" : hr_dimension_unit(meaning);
    const char *blank = strcmp(unit, "1") == 0 ? "" : " ";
    const char *shown = strcmp(unit, "1") == 0 ? "" : unit;
    if (number < low && high >= 1e6)
        return HR_FAIL(err, HR_ERR_DATA, "must be at least %g%s%s", low, blank, shown);
    return HR_FAIL(err, HR_ERR_DATA, "must lie between %g and %g%s%s", low, high, blank, shown);
}

static hr_status check_law_range(const hr_param_row *row, const hr_bound *bound, hr_err *err)
{
    const hr_value *value = &bound->value;
    const bool constant = hr_law_is_constant(&value->law);
    double ends[2] = {hr_law_mean(&value->law), hr_law_mean(&value->law)};
    if (!constant) {
        ends[0] = hr_law_quantile(&value->law, TAIL);
        ends[1] = hr_law_quantile(&value->law, 1.0 - TAIL);
    }
    for (int i = 0; i < 2; i++) {
        hr_err why = {0};
        if (hr_bind_check_number(row, bound->meaning, value->form, value->is_percent, ends[i],
                                 &why) != HR_OK)
            return HR_FAIL(err, HR_ERR_DATA, "reaches %g; %s", ends[i], why.message);
    }
    return HR_OK;
}

/* ---- leaves */

static void take_form(hr_bound *bound, const hr_quantity *quantity)
{
    bound->quantity = *quantity;
    bound->value.form = quantity->form;
    bound->value.is_percent = quantity->is_percent;
    bound->value.at = quantity->at;
}

static hr_status read_quantity(const hr_param_row *row, const char *text, hr_bound *bound,
                               double *number, hr_err *err)
{
    hr_status st = HR_OK;
    hr_quantity quantity;
    if (hr_call_is(text))
        return HR_FAIL(err, HR_ERR_DATA,
                       "is one value here; a law belongs under unknown: (one draw per world) or "
                       "daily: (one draw per replication)");
    HR_TRY(hr_quantity_parse(hr_span_of(text), bound->meaning, &quantity, err));
    HR_TRY(hr_bind_check_number(row, bound->meaning, quantity.form, quantity.is_percent,
                                quantity.number, err));
    take_form(bound, &quantity);
    *number = quantity.number;
out:
    return st;
}

static hr_status read_law(const hr_param_row *row, const char *text, hr_bound *bound,
                          hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_call *call = NULL;
    HR_TAKE(call, arena, 1);
    HR_TRY(hr_call_parse(hr_span_of(text), bound->meaning, call, arena, err));
    HR_TRY(hr_call_law(call, &bound->value.law, err));
    take_form(bound, &call->quantity);
    bound->call = call;
    HR_TRY(check_law_range(row, bound, err));
out:
    return st;
}

static hr_status read_choice(const char *words, const char *text, int *choice, hr_err *err)
{
    char best[80] = "", shown[200];
    *choice = hr_words_find(words, hr_span_of(text));
    if (*choice >= 0)
        return HR_OK;
    hr_guess guess = hr_guess_for(hr_span_of(text));
    hr_guess_offer_words(&guess, words, best, sizeof best);
    if (guess.best != NULL)
        return HR_FAIL(err, HR_ERR_DATA, "did you mean %s?", guess.best);
    size_t n = 0;
    for (const char *at = words; *at != '\0' && n + 4 < sizeof shown; at++) {
        shown[n++] = *at == '|' ? ',' : *at;
        if (*at == '|')
            shown[n++] = ' ';
    }
    shown[n] = '\0';
    return HR_FAIL(err, HR_ERR_DATA, "must be one of: %s", shown);
}

static hr_status read_flag(const char *text, int *choice, hr_err *err)
{
    static const char words[] = "no|yes|false|true";
    const int i = hr_words_find(words, hr_span_of(text));
    if (i < 0)
        return HR_FAIL(err, HR_ERR_DATA, "must be yes or no");
    *choice = i % 2;
    return HR_OK;
}

/* Texts of a list node, or of a text node as a list of one. */
static hr_status list_texts(const hr_node *node, hr_arena *arena, size_t *n,
                            const char *const **texts, hr_err *err)
{
    hr_status st = HR_OK;
    const char **out = NULL;
    const bool list = node->kind == HR_NODE_LIST;
    *n = list ? node->n : 1;
    if (*n == 0)
        return HR_FAIL(err, HR_ERR_DATA, "the list is empty");
    HR_TAKE(out, arena, *n);
    const hr_node *item = list ? node->first : node;
    for (size_t i = 0; i < *n; i++, item = item->next) {
        if (item->kind != HR_NODE_TEXT)
            return HR_FAIL(err, HR_ERR_DATA, "needs a list of single values");
        out[i] = item->text;
    }
    *texts = out;
out:
    return st;
}

static hr_status read_numbers(const hr_param_row *row, const hr_node *node, hr_bound *bound,
                              hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const char *const *texts = NULL;
    double *numbers = NULL;
    hr_value *value = &bound->value;
    HR_TRY(list_texts(node, arena, &value->n, &texts, err));
    HR_TAKE(numbers, arena, value->n);
    for (size_t i = 0; i < value->n; i++) {
        const hr_form form = value->form;
        HR_TRY(read_quantity(row, texts[i], bound, &numbers[i], err));
        if (i > 0 && value->form != form)
            return HR_FAIL(err, HR_ERR_DATA, "all must be written alike (all plain or all %%)");
    }
    value->list = numbers;
    value->number = numbers[0];
out:
    return st;
}

/* "[a, b]" of a list, for messages and `check --values`. */
static const char *text_of(const hr_node *node, hr_arena *arena)
{
    if (node->kind == HR_NODE_TEXT)
        return node->text;
    size_t size = 8;
    for (const hr_node *item = node->first; item != NULL; item = item->next)
        size += item->kind == HR_NODE_TEXT ? strlen(item->text) + 2 : 8;
    char *text = hr_arena_take(arena, size, 1);
    if (text == NULL)
        return NULL;
    size_t n = (size_t)snprintf(text, size, "[");
    for (const hr_node *item = node->first; item != NULL; item = item->next)
        n += (size_t)snprintf(text + n, size - n, "%s%s",
                              item->kind == HR_NODE_TEXT ? item->text : "...",
                              item->next != NULL ? ", " : "");
    (void)snprintf(text + n, size - n, "]");
    return text;
}

static hr_status read_leaf(const hr_param_row *row, const hr_node *node, hr_bound *bound,
                           hr_arena *arena, hr_err *err)
{
    hr_value *value = &bound->value;
    const bool list = row->kind == HR_PARAM_NUMBERS || row->kind == HR_PARAM_WORDS;
    if (node->kind == HR_NODE_MAP || (node->kind == HR_NODE_LIST && !list))
        return HR_FAIL(err, HR_ERR_DATA, "needs a single value%s", list ? " or a list" : "");
    if (node->kind == HR_NODE_TEXT && hr_node_is_empty(node) && row->kind != HR_PARAM_TEXT)
        return HR_FAIL(err, HR_ERR_DATA, "has no value");
    switch (row->kind) {
    case HR_PARAM_QUANTITY:
        return read_quantity(row, node->text, bound, &value->number, err);
    case HR_PARAM_LAW:
        return read_law(row, node->text, bound, arena, err);
    case HR_PARAM_CHOICE:
        return read_choice(row->words, node->text, &value->choice, err);
    case HR_PARAM_FLAG:
        return read_flag(node->text, &value->choice, err);
    case HR_PARAM_NUMBERS:
        return read_numbers(row, node, bound, arena, err);
    case HR_PARAM_WORDS:
        return list_texts(node, arena, &value->n, &value->words, err);
    case HR_PARAM_TEXT:
    case HR_PARAM_SECTION:
        break;
    }
    return HR_OK;
}

/* ---- walking */

static hr_status emit(const hr_position *position, hr_binding_kind kind, hr_key key,
                      const hr_bound *bound, size_t count, hr_bindings *bindings, hr_arena *arena,
                      hr_err *err)
{
    hr_status st = HR_OK;
    hr_binding *binding = NULL;
    HR_TAKE(binding, arena, 1);
    *binding = (hr_binding){.kind = kind, .key = key, .bound = bound, .count = count};
    memcpy(binding->index, position->index, sizeof binding->index);
    if (bindings->last != NULL)
        bindings->last->next = binding;
    else
        bindings->first = binding;
    bindings->last = binding;
out:
    return st;
}

static hr_set_by set_by(const hr_origin *origin)
{
    switch (origin->kind) {
    case HR_ORIGIN_STUDY:
        return HR_SET_BY_STUDY;
    case HR_ORIGIN_BASE:
        return HR_SET_BY_BASE;
    case HR_ORIGIN_SET:
        return HR_SET_BY_SET;
    default:
        return HR_SET_BY_DEFAULT;
    }
}

static hr_status bind_row(const hr_binder *binder, const hr_position *position, const hr_node *node,
                          const hr_node *parent, hr_bindings *bindings, hr_err *err)
{
    hr_status st = HR_OK;
    hr_err why = {0};
    hr_bound *bound = NULL;
    HR_TAKE(bound, binder->arena, 1);
    bound->mark = node->mark;
    bound->meaning = hr_bind_meaning(binder, position, parent);
    bound->by = binder->is_choice ? HR_SET_BY_CHOOSE : set_by(node->mark.origin);
    bound->value.is_set = true;
    bound->value.text = text_of(node, binder->arena);
    bound->value.where = hr_mark_text(node->mark, binder->arena);
    if (bound->value.text == NULL || bound->value.where == NULL)
        return no_memory(err);
    st = read_leaf(&hr_param_rows[position->key], node, bound, binder->arena, &why);
    if (st == HR_ERR_MEMORY)
        return no_memory(err);
    if (st != HR_OK)
        return hr_mark_fail(node->mark, err, "%s = %.100s: %s", position->path, bound->value.text,
                            why.message);
    HR_TRY(emit(position, HR_BIND_VALUE, position->key, bound, 0, bindings, binder->arena, err));
out:
    return st;
}

/* The `[]` row of the list at the position; HR_N_KEYS when the table has no list there. */
static hr_key list_row(const hr_position *position)
{
    char pattern[HR_LONGEST_PATH + 4];
    (void)snprintf(pattern, sizeof pattern, "%s[]", position->pattern);
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        if (strcmp(hr_param_rows[key].path, pattern) == 0)
            return key;
    }
    return HR_N_KEYS;
}

static hr_status bind_list(const hr_binder *binder, const hr_position *position, hr_key row,
                           const hr_node *node, hr_bindings *bindings, hr_err *err)
{
    hr_status st = HR_OK;
    if (node->kind != HR_NODE_LIST)
        return hr_mark_fail(node->mark, err, "%s is a list: begin each item with \"- \"",
                            position->path);
    const int most = position->n_indices > 0 ? MOST_INNER_ITEMS : MOST_ITEMS;
    if (node->n > (size_t)most)
        return hr_mark_fail(node->mark, err, "%s: at most %d items", position->path, most);
    if (binder->is_choice)
        HR_TRY(emit(position, HR_BIND_CLEAR, row, NULL, 0, bindings, binder->arena, err));
    HR_TRY(emit(position, HR_BIND_COUNT, row, NULL, node->n, bindings, binder->arena, err));
    size_t i = 0;
    for (const hr_node *item = node->first; item != NULL; item = item->next) {
        hr_position below = *position;
        if (!hr_position_step(&below, hr_span_of("item"), i++))
            return hr_mark_fail(item->mark, err, "%s: lists in lists end here", position->path);
        HR_TRY(hr_bind(binder, &below, item, bindings, err));
    }
out:
    return st;
}

static hr_status bind_map(const hr_binder *binder, const hr_position *position, const hr_node *node,
                          hr_bindings *bindings, hr_err *err)
{
    hr_status st = HR_OK;
    for (const hr_node *child = node->first; child != NULL; child = child->next) {
        const hr_span key = hr_span_of(child->key);
        if (position->pattern[0] == '\0' && hr_tree_keys_are_paths(key))
            continue;
        hr_position below = *position;
        if (!hr_position_step(&below, key, SIZE_MAX))
            return hr_bind_unknown_key(position, key, child->key_mark, err);
        if (below.is_row)
            HR_TRY(bind_row(binder, &below, child, node, bindings, err));
        else
            HR_TRY(hr_bind(binder, &below, child, bindings, err));
    }
out:
    return st;
}

hr_status hr_bind(const hr_binder *binder, const hr_position *position, const hr_node *node,
                  hr_bindings *bindings, hr_err *err)
{
    if (position->is_row)
        return bind_row(binder, position, node, NULL, bindings, err);
    if (node->kind == HR_NODE_TEXT && node->text[0] == '\0')
        return HR_OK; /* `pool:` with nothing below */
    const hr_key row = list_row(position);
    if (row != HR_N_KEYS)
        return bind_list(binder, position, row, node, bindings, err);
    if (node->kind != HR_NODE_MAP)
        return hr_mark_fail(node->mark, err, "%s = %.60s: holds other keys, not a value",
                            position->path, node->kind == HR_NODE_TEXT ? node->text : "[...]");
    return bind_map(binder, position, node, bindings, err);
}
