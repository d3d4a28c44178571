/* The canonical form of a tree: sorted lines "path = value" that --set would read back. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/tree.h"

/* Text that grows in an arena; `failed` once memory ran out. */
typedef struct hr_writer {
    hr_arena *arena;
    char *text;
    size_t length, capacity;
    bool failed;
} hr_writer;

static void put_bytes(hr_writer *writer, const char *bytes, size_t n)
{
    if (writer->failed)
        return;
    if (writer->length + n + 1 > writer->capacity) {
        const size_t capacity = 2 * (writer->length + n + 512);
        char *text = hr_arena_take(writer->arena, capacity, 1);
        if (text == NULL) {
            writer->failed = true;
            return;
        }
        if (writer->length > 0)
            memcpy(text, writer->text, writer->length);
        writer->text = text;
        writer->capacity = capacity;
    }
    memcpy(writer->text + writer->length, bytes, n);
    writer->length += n;
    writer->text[writer->length] = '\0';
}

static void put_text(hr_writer *writer, const char *text)
{
    put_bytes(writer, text, strlen(text));
}

static bool is_plain(const char *text, bool in_flow)
{
    if (text[0] == '\0' || strchr("-+0123456789_", text[0]) == NULL) {
        const char c = (char)(text[0] | 0x20);
        if (c < 'a' || c > 'z')
            return false;
    }
    if (text[0] == '-' && (text[1] < '0' || text[1] > '9'))
        return false;
    for (const char *c = text; *c != '\0'; c++) {
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (letter || (*c >= '0' && *c <= '9'))
            continue;
        if (strchr(in_flow ? "_.+-/%() =" : "_.+-/%() =,[]", *c) == NULL)
            return false;
    }
    return true;
}

/* Plain where YAML reads it back unchanged, else in double quotes. */
static void put_scalar(hr_writer *writer, const char *text, bool in_flow)
{
    if (is_plain(text, in_flow)) {
        put_text(writer, text);
        return;
    }
    put_text(writer, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        char escape[8];
        if (*c == '"' || *c == '\\')
            (void)snprintf(escape, sizeof escape, "\\%c", *c);
        else if ((unsigned char)*c < ' ')
            (void)snprintf(escape, sizeof escape, "\\x%02x", (unsigned)*c);
        else
            (void)snprintf(escape, sizeof escape, "%c", *c);
        put_text(writer, escape);
    }
    put_text(writer, "\"");
}

static void put_flow(hr_writer *writer, const hr_node *node)
{
    if (node->kind == HR_NODE_TEXT) {
        put_scalar(writer, node->text, true);
        return;
    }
    const bool map = node->kind == HR_NODE_MAP;
    put_text(writer, map ? "{" : "[");
    for (const hr_node *child = node->first; child != NULL; child = child->next) {
        if (child != node->first)
            put_text(writer, ", ");
        if (map) {
            put_scalar(writer, child->key, true);
            put_text(writer, ": ");
        }
        put_flow(writer, child);
    }
    put_text(writer, map ? "}" : "]");
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const hr_node *const *)a)->key, (*(const hr_node *const *)b)->key);
}

static bool is_list_of_texts(const hr_node *node)
{
    for (const hr_node *child = node->first; child != NULL; child = child->next) {
        if (child->kind != HR_NODE_TEXT)
            return false;
    }
    return node->kind == HR_NODE_LIST;
}

static void put_node(hr_writer *writer, const hr_node *node, const char *path, bool keys_are_paths);

static void put_line(hr_writer *writer, const hr_node *node, const char *path)
{
    put_text(writer, path);
    put_text(writer, " = ");
    if (node->kind == HR_NODE_TEXT)
        put_scalar(writer, node->text, false);
    else
        put_flow(writer, node);
    put_text(writer, "\n");
}

static void put_children(hr_writer *writer, const hr_node *node, const char *path,
                         bool keys_are_paths)
{
    const hr_node **child = hr_arena_take(writer->arena, node->n, sizeof(const hr_node *));
    if (child == NULL) {
        writer->failed = true;
        return;
    }
    size_t n = 0;
    for (const hr_node *at = node->first; at != NULL; at = at->next)
        child[n++] = at;
    if (node->kind == HR_NODE_MAP && !keys_are_paths && n > 1)
        qsort(child, n, sizeof *child, by_key);
    for (size_t i = 0; i < n && !writer->failed; i++) {
        const size_t size = strlen(path) + (child[i]->key ? strlen(child[i]->key) : 0) + 32;
        char *below = hr_arena_take(writer->arena, size, 1);
        if (below == NULL) {
            writer->failed = true;
            return;
        }
        if (node->kind == HR_NODE_LIST)
            (void)snprintf(below, size, "%s[%zu]", path, i);
        else
            (void)snprintf(below, size, "%s%s%s", path, path[0] ? "." : "", child[i]->key);
        const bool free_keys = path[0] == '\0' && hr_tree_keys_are_paths(hr_span_of(child[i]->key));
        if (keys_are_paths)
            put_line(writer, child[i], below);
        else
            put_node(writer, child[i], below, free_keys);
    }
}

static void put_node(hr_writer *writer, const hr_node *node, const char *path, bool keys_are_paths)
{
    if (node->kind == HR_NODE_TEXT && node->text[0] == '\0')
        return;
    if (node->kind == HR_NODE_TEXT || is_list_of_texts(node))
        put_line(writer, node, path);
    else
        put_children(writer, node, path, keys_are_paths);
}

const char *hr_tree_lines(const hr_node *root, hr_arena *arena)
{
    hr_writer writer = {.arena = arena};
    put_bytes(&writer, "", 0);
    put_children(&writer, root, "", false);
    return writer.failed ? NULL : writer.text;
}

const char *hr_tree_flow(const hr_node *node, hr_arena *arena)
{
    hr_writer writer = {.arena = arena};
    put_flow(&writer, node);
    return writer.failed ? NULL : writer.text;
}
