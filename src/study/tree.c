#include "study/tree.h"

#include <stdint.h>
#include <string.h>

#include "study/call.h"

hr_node *hr_node_new(hr_node_kind kind, hr_mark mark, hr_arena *arena)
{
    hr_node *node = hr_arena_take(arena, 1, sizeof *node);
    if (node != NULL)
        *node = (hr_node){.kind = kind, .text = "", .mark = mark, .key_mark = mark};
    return node;
}

void hr_node_append(hr_node *parent, hr_node *child)
{
    child->next = NULL;
    if (parent->last != NULL)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->n++;
}

hr_node *hr_node_child(const hr_node *map, hr_span key)
{
    if (map->kind != HR_NODE_MAP)
        return NULL;
    for (hr_node *child = map->first; child != NULL; child = child->next) {
        if (hr_span_is(key, child->key))
            return child;
    }
    return NULL;
}

hr_node *hr_node_item(const hr_node *list, size_t i)
{
    hr_node *item = list->kind == HR_NODE_LIST ? list->first : NULL;
    while (item != NULL && i-- > 0)
        item = item->next;
    return item;
}

void hr_node_remove(hr_node *parent, const hr_node *child)
{
    hr_node *before = NULL;
    for (hr_node *at = parent->first; at != NULL; before = at, at = at->next) {
        if (at != child)
            continue;
        if (before != NULL)
            before->next = at->next;
        else
            parent->first = at->next;
        if (parent->last == at)
            parent->last = before;
        parent->n--;
        return;
    }
}

bool hr_node_is_empty(const hr_node *node)
{
    return node->kind == HR_NODE_TEXT && (node->text[0] == '\0' || strcmp(node->text, "~") == 0);
}

bool hr_tree_keys_are_paths(hr_span key)
{
    return hr_span_is(key, "choose") || hr_span_is(key, "unknown") || hr_span_is(key, "daily");
}

/* ---- paths */

static bool is_position(hr_span word, size_t *index)
{
    *index = 0;
    for (size_t i = 0; i < word.length; i++) {
        if (word.at[i] < '0' || word.at[i] > '9' || i > 5)
            return false;
        *index = *index * 10 + (size_t)(word.at[i] - '0');
    }
    return word.length > 0;
}

bool hr_path_next(hr_span *path, hr_span *word, size_t *index)
{
    if (path->length > 0 && path->at[0] == '.')
        *path = (hr_span){path->at + 1, path->length - 1};
    if (path->length == 0)
        return false;
    const bool bracket = path->at[0] == '[';
    size_t n = bracket ? 1 : 0;
    while (n < path->length &&
           (bracket ? path->at[n] != ']' : path->at[n] != '.' && path->at[n] != '['))
        n++;
    *word = bracket ? (hr_span){path->at + 1, n - 1} : (hr_span){path->at, n};
    n += bracket && n < path->length;
    *path = (hr_span){path->at + n, path->length - n};
    if (!is_position(*word, index))
        *index = SIZE_MAX;
    return true;
}

/* Among keys that are paths: the child whose key is `path` or the longest beginning of it; the
 * rest is left in `path`. */
static hr_node *child_by_path(const hr_node *map, hr_span *path)
{
    hr_node *best = NULL;
    size_t length = 0;
    for (hr_node *child = map->first; child != NULL; child = child->next) {
        const size_t n = strlen(child->key);
        if (n < length || n > path->length || memcmp(child->key, path->at, n) != 0)
            continue;
        if (n == path->length || path->at[n] == '.' || path->at[n] == '[') {
            best = child;
            length = n;
        }
    }
    if (best != NULL)
        *path = (hr_span){path->at + length, path->length - length};
    return best;
}

hr_node *hr_tree_at(const hr_node *root, hr_span path)
{
    const hr_node *node = root;
    hr_span word;
    size_t index;
    bool keys_are_paths = false;
    while (node != NULL && path.length > 0) {
        if (keys_are_paths && node->kind == HR_NODE_MAP) {
            node = child_by_path(node, &path);
            keys_are_paths = false;
            continue;
        }
        if (!hr_path_next(&path, &word, &index))
            break;
        keys_are_paths = node == root && hr_tree_keys_are_paths(word);
        if (node->kind == HR_NODE_LIST)
            node = hr_node_item(node, index);
        else
            node = hr_node_child(node, word);
    }
    return (hr_node *)node;
}

/* ---- merging */

static hr_status no_memory(hr_err *err)
{
    (void)HR_FAIL(err, HR_ERR_MEMORY, "no memory for the study's tree");
    return HR_ERR_MEMORY;
}

static hr_status merge_into(hr_node *slot, const hr_node *value, bool keys_are_paths,
                            hr_arena *arena, hr_err *err);

/* Make `slot` an empty node of `kind`. */
static void clear(hr_node *slot, hr_node_kind kind)
{
    slot->kind = kind;
    slot->text = "";
    slot->first = slot->last = NULL;
    slot->n = 0;
}

static hr_status copy_items(hr_node *slot, const hr_node *list, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    clear(slot, HR_NODE_LIST);
    for (const hr_node *item = list->first; item != NULL; item = item->next) {
        hr_node *twin = hr_node_new(HR_NODE_TEXT, item->mark, arena);
        if (twin == NULL)
            return no_memory(err);
        HR_TRY(merge_into(twin, item, false, arena, err));
        hr_node_append(slot, twin);
    }
out:
    return st;
}

/* Merge `value` over what `slot` holds: a copy, with keys that have dots spread out. */
static hr_status merge_into(hr_node *slot, const hr_node *value, bool keys_are_paths,
                            hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const bool says_nothing = value->kind == HR_NODE_TEXT && value->text[0] == '\0';
    if (says_nothing && slot->kind != HR_NODE_TEXT)
        return HR_OK; /* `pool:` with nothing below changes nothing */
    slot->mark = value->mark;
    slot->key_mark = value->key_mark;
    if (value->kind == HR_NODE_LIST)
        return copy_items(slot, value, arena, err);
    if (slot->kind != value->kind)
        clear(slot, value->kind);
    slot->text = value->text;
    if (value->kind == HR_NODE_MAP)
        HR_TRY(hr_tree_merge(&slot, value, keys_are_paths, arena, err));
out:
    return st;
}

/* The child of `parent` under `key`, made when absent. */
static hr_status child_for(hr_node *parent, hr_span key, hr_mark mark, hr_node **child,
                           hr_arena *arena, hr_err *err)
{
    *child = hr_node_child(parent, key);
    if (*child != NULL)
        return HR_OK;
    *child = hr_node_new(HR_NODE_TEXT, mark, arena);
    if (*child == NULL)
        return no_memory(err);
    (*child)->key = hr_arena_text(arena, key.at, key.length);
    if ((*child)->key == NULL)
        return no_memory(err);
    hr_node_append(parent, *child);
    return HR_OK;
}

static hr_status put_child(hr_node *parent, hr_span key, const hr_node *value, bool keys_are_paths,
                           hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_node *child = NULL;
    if (value->kind == HR_NODE_TEXT && strcmp(value->text, "~") == 0) {
        hr_node_remove(parent, hr_node_child(parent, key));
        return HR_OK;
    }
    HR_TRY(child_for(parent, key, value->key_mark, &child, arena, err));
    HR_TRY(merge_into(child, value, keys_are_paths, arena, err));
out:
    return st;
}

static bool has_dots(const char *key)
{
    return strpbrk(key, ".[") != NULL;
}

/* Named levels of a choice are maps of their own: a path into a list would make a new list of that
 * item alone there, and it would replace the study's. */
static hr_status refuse_items(const hr_node *choice, hr_err *err)
{
    for (const hr_node *level = choice->first; level != NULL; level = level->next) {
        for (const hr_node *child = level->first; child != NULL; child = child->next) {
            if (child->key != NULL && strchr(child->key, '[') != NULL)
                return hr_mark_fail(child->key_mark, err,
                                    "choose.%s: %s: a named level gives lists whole; to vary one "
                                    "item, choose its key by itself: choose.%s: [...]",
                                    choice->key, child->key, child->key);
        }
    }
    return HR_OK;
}

hr_status hr_tree_merge(hr_node **into, const hr_node *from, bool keys_are_paths, hr_arena *arena,
                        hr_err *err)
{
    hr_status st = HR_OK;
    if (*into == NULL)
        *into = hr_node_new(HR_NODE_MAP, from->mark, arena);
    if (*into == NULL)
        return no_memory(err);
    for (const hr_node *child = from->first; child != NULL; child = child->next) {
        const hr_span key = hr_span_of(child->key);
        if (keys_are_paths && child->kind == HR_NODE_MAP)
            HR_TRY(refuse_items(child, err));
        if (!keys_are_paths && has_dots(child->key))
            HR_TRY(hr_tree_put(*into, key, child, child->key_mark, arena, err));
        else
            HR_TRY(put_child(*into, key, child, !keys_are_paths && hr_tree_keys_are_paths(key),
                             arena, err));
    }
out:
    return st;
}

/* Replace the argument `name` of the call that `node` holds. */
static hr_status put_argument(hr_node *node, hr_span name, const hr_node *value, hr_mark mark,
                              hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_err why = {0};
    if (value->kind != HR_NODE_TEXT)
        return hr_mark_fail(value->mark, err, "%s of \"%s\" is a single value, not a map or list",
                            value->key ? value->key : "argument", node->text);
    st = hr_call_replace(node->text, name, value->text, &node->text, arena, &why);
    if (st == HR_ERR_MEMORY)
        return no_memory(err);
    if (st != HR_OK)
        return hr_mark_fail(mark, err, "%s", why.message);
    node->mark = value->mark;
    return HR_OK;
}

/* Step into `node` by one component, making what is absent; NULL in `next` when impossible. */
static hr_status step_into(hr_node *node, hr_span word, size_t index, hr_span rest, hr_mark mark,
                           hr_node **next, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    *next = NULL;
    if (node->kind == HR_NODE_LIST) {
        *next = hr_node_item(node, index);
        if (*next == NULL && index == node->n) {
            *next = hr_node_new(HR_NODE_MAP, mark, arena);
            if (*next == NULL)
                return no_memory(err);
            hr_node_append(node, *next);
        }
        return HR_OK;
    }
    HR_TRY(child_for(node, word, mark, next, arena, err));
    hr_node *child = *next;
    if (child->kind != HR_NODE_TEXT || rest.length == 0 || hr_call_is(child->text))
        return HR_OK;
    hr_span ahead = rest, ahead_word;
    size_t position;
    (void)hr_path_next(&ahead, &ahead_word, &position);
    child->kind = position == 0 ? HR_NODE_LIST : HR_NODE_MAP;
    child->text = "";
out:
    return st;
}

static hr_status refuse_path(hr_mark mark, hr_span path, const hr_node *node, hr_err *err)
{
    const int length = path.length < 80 ? (int)path.length : 80;
    if (node != NULL && node->kind == HR_NODE_LIST)
        return hr_mark_fail(mark, err, "%.*s: the list has %zu items, numbered from 0", length,
                            path.at, node->n);
    return hr_mark_fail(mark, err, "%.*s is no path: write words joined by dots", length, path.at);
}

/* Put `value` at `path` below `node`, whose own keys are words. */
static hr_status put_below(hr_node *node, hr_span path, const hr_node *value, hr_mark mark,
                           hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_span all = path;
    for (unsigned depth = 0; depth < HR_TREE_DEPTH; depth++) {
        hr_span word;
        size_t index;
        hr_node *next;
        if (!hr_path_next(&path, &word, &index) || word.length == 0)
            break;
        if (node->kind == HR_NODE_TEXT)
            return path.length == 0 ? put_argument(node, word, value, mark, arena, err)
                                    : refuse_path(mark, all, node, err);
        if (path.length == 0 && node->kind == HR_NODE_MAP)
            return put_child(node, word, value, false, arena, err);
        HR_TRY(step_into(node, word, index, path, mark, &next, arena, err));
        if (next == NULL)
            return refuse_path(mark, all, node, err);
        if (path.length == 0)
            return merge_into(next, value, false, arena, err);
        node = next;
    }
    st = refuse_path(mark, all, NULL, err);
out:
    return st;
}

/* Put `value` at `path` into choose, unknown or daily, whose keys are paths. */
static hr_status put_by_path(hr_node *section, hr_span path, const hr_node *value, hr_mark mark,
                             hr_arena *arena, hr_err *err)
{
    if (hr_node_is_empty(section)) {
        section->kind = HR_NODE_MAP;
        section->text = "";
    }
    if (section->kind != HR_NODE_MAP || path.length == 0)
        return refuse_path(mark, path, NULL, err);
    hr_span rest = path;
    hr_node *child = child_by_path(section, &rest);
    if (child == NULL || rest.length == 0)
        return put_child(section, path, value, false, arena, err);
    return put_below(child, rest, value, mark, arena, err);
}

hr_status hr_tree_put(hr_node *root, hr_span path, const hr_node *value, hr_mark mark,
                      hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_span rest = path, word;
    size_t index;
    hr_node *section = NULL;
    if (!hr_path_next(&rest, &word, &index) || !hr_tree_keys_are_paths(word))
        return put_below(root, path, value, mark, arena, err);
    if (rest.length == 0)
        return put_child(root, word, value, true, arena, err);
    HR_TRY(child_for(root, word, mark, &section, arena, err));
    HR_TRY(put_by_path(section, (hr_span){rest.at + 1, rest.length - 1}, value, mark, arena, err));
out:
    return st;
}
