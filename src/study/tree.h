/* tree: a study as maps, lists and texts, each knowing where it was written.
 *
 * Trees live in an arena and are changed only while a study is opened. Paths are
 * `pool.ceilings.cpu.target`, list items `arrivals.sources[0].rate` or `arrivals.sources.0.rate`.
 * Below choose, unknown and daily the rest of a path is one key: it is a path itself.
 */
#ifndef HR_STUDY_TREE_H
#define HR_STUDY_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/mem.h"
#include "study/span.h"

enum { HR_TREE_DEPTH = 32 };

/* What was read: a file, a preset, one --set, or the fallbacks of the parameter table. */
typedef enum hr_origin_kind {
    HR_ORIGIN_STUDY,
    HR_ORIGIN_BASE,
    HR_ORIGIN_SET,
    HR_ORIGIN_FALLBACK,
} hr_origin_kind;

typedef struct hr_origin {
    hr_origin_kind kind;
    const char *name; /* file or preset, as messages show it; SET: all of "path=value" */
    const char *text; /* all of it, for the excerpt in messages */
    size_t length;
} hr_origin;

typedef struct hr_mark {
    const hr_origin *origin;
    size_t line, column; /* from 1; 0 = nowhere in particular */
} hr_mark;

typedef enum hr_node_kind { HR_NODE_TEXT, HR_NODE_MAP, HR_NODE_LIST } hr_node_kind;

typedef struct hr_node {
    hr_node_kind kind;
    const char *key;              /* in a map */
    const char *text;             /* TEXT: runs of white space made one blank; else "" */
    hr_mark mark;                 /* of the value */
    hr_mark key_mark;             /* of the key; of the item in a list */
    struct hr_node *first, *last; /* children, in order of writing */
    struct hr_node *next;
    size_t n; /* children */
} hr_node;

/* Fail with "name:line:col: <message>" and the line with a caret below. Status HR_ERR_USAGE
 * when the mark is in a --set, else HR_ERR_DATA. */
hr_status hr_mark_fail(hr_mark mark, hr_err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "name:line:col", or the name alone. NULL without memory. */
const char *hr_mark_text(hr_mark mark, hr_arena *arena);

/* A new node, child of nothing; NULL without memory. `text` and `key` are borrowed. */
hr_node *hr_node_new(hr_node_kind kind, hr_mark mark, hr_arena *arena);
void hr_node_append(hr_node *parent, hr_node *child);
/* Child by key; NULL when absent or `map` is no map. */
hr_node *hr_node_child(const hr_node *map, hr_span key);
hr_node *hr_node_item(const hr_node *list, size_t i);
void hr_node_remove(hr_node *parent, const hr_node *child);
/* Is it a text that says nothing ("" or "~")? */
bool hr_node_is_empty(const hr_node *node);
/* Is `key`, a child of the root, a map whose keys are paths (choose, unknown, daily)? */
bool hr_tree_keys_are_paths(hr_span key);

/* Take the next component of a path: a word, or a list position in `index` (else SIZE_MAX).
 * False at the end; a malformed rest comes back as one word. */
bool hr_path_next(hr_span *path, hr_span *word, size_t *index);
/* Node at a path, NULL when absent. */
hr_node *hr_tree_at(const hr_node *root, hr_span path);

/* Merge `from` into `*into` (which may be NULL): maps key by key, texts and lists replace; an
 * empty text removes. Keys with dots are paths. `from` is copied. */
HR_MUST_CHECK hr_status hr_tree_merge(hr_node **into, const hr_node *from, bool keys_are_paths,
                                      hr_arena *arena, hr_err *err);
/* Merge `value` into the tree at `path`, making maps on the way; a path that leads into a call
 * (`meetings.duration.mean`) replaces that argument of it. Errors name `mark`. */
HR_MUST_CHECK hr_status hr_tree_put(hr_node *root, hr_span path, const hr_node *value, hr_mark mark,
                                    hr_arena *arena, hr_err *err);

/* Canonical lines "path = value" of the tree, which --set would read back: keys sorted except
 * below choose, unknown and daily, where order has a meaning. NULL without memory. */
const char *hr_tree_lines(const hr_node *root, hr_arena *arena);
/* The node in one line, `[a, b]` or `{k: v}`. NULL without memory. */
const char *hr_tree_flow(const hr_node *node, hr_arena *arena);

#endif
