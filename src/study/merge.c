#define _POSIX_C_SOURCE 200809L
#include "study/merge.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "study/reader.h"
#include "study/study.h"

enum { MOST_BASES = 8 };

/* One file in the chain of bases. */
typedef struct hr_link {
    const hr_origin *origin;
    const struct hr_link *above; /* the one that named it */
} hr_link;

static hr_status no_memory(hr_err *err)
{
    return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the study");
}

/* "dir/of/file.yaml" and "name" -> "dir/of/name"; NULL without memory. */
static const char *beside(const char *file, hr_span name, hr_arena *arena)
{
    const char *slash = strrchr(file, '/');
    const size_t n = slash != NULL && name.at[0] != '/' ? (size_t)(slash - file + 1) : 0;
    char *path = hr_arena_take(arena, n + name.length + 1, 1);
    if (path == NULL)
        return NULL;
    memcpy(path, file, n);
    memcpy(path + n, name.at, name.length);
    return path;
}

/* ---- table(file.csv) */

typedef struct hr_csv {
    const char *at, *end;
} hr_csv;

/* Next line that is neither empty nor a comment nor, at the top, a header. */
static bool next_row(hr_csv *csv, bool first, hr_span *value, hr_span *share)
{
    while (csv->at < csv->end) {
        const char *stop = memchr(csv->at, '\n', (size_t)(csv->end - csv->at));
        const char *end = stop != NULL ? stop : csv->end;
        const hr_span line = hr_span_trim((hr_span){csv->at, (size_t)(end - csv->at)});
        csv->at = stop != NULL ? stop + 1 : csv->end;
        double number;
        if (line.length == 0 || line.at[0] == '#')
            continue;
        const char *comma = memchr(line.at, ',', line.length);
        const size_t n = comma != NULL ? (size_t)(comma - line.at) : line.length;
        *value = hr_span_trim((hr_span){line.at, n});
        *share = comma != NULL ? hr_span_trim((hr_span){comma + 1, line.length - n - 1})
                               : (hr_span){line.at, 0};
        if (!first || hr_span_number(*value, &number) > 0)
            return true;
        first = false;
    }
    return false;
}

static hr_status mix_of_csv(const char *text, size_t length, hr_mark mark, const char **mix,
                            hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_csv csv = {text, text + length};
    hr_span value, share;
    size_t rows = 0, bytes = 16, n = 0;
    char *out = NULL;
    for (; next_row(&csv, rows == 0, &value, &share); rows++) {
        if (share.length == 0 || memchr(share.at, ',', share.length) != NULL)
            return hr_mark_fail(mark, err, "row %zu of the table: needs two columns, value,share",
                                rows + 1);
        bytes += value.length + share.length + 8;
    }
    if (rows == 0)
        return hr_mark_fail(mark, err, "the table is empty: needs rows value,share");
    HR_TAKE(out, arena, bytes);
    csv.at = text;
    n = (size_t)snprintf(out, bytes, "mix(");
    for (size_t i = 0; i < rows && next_row(&csv, i == 0, &value, &share); i++)
        n += (size_t)snprintf(out + n, bytes - n, "%s%.*s at %.*s", i > 0 ? ", " : "",
                              (int)value.length, value.at, (int)share.length, share.at);
    (void)snprintf(out + n, bytes - n, ")");
    *mix = hr_span_canonical(hr_span_of(out), arena);
    if (*mix == NULL)
        return no_memory(err);
out:
    return st;
}

static hr_status expand_tables(hr_node *node, const char *file, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    for (hr_node *child = node->first; child != NULL; child = child->next)
        HR_TRY(expand_tables(child, file, arena, err));
    if (node->kind != HR_NODE_TEXT || strncmp(node->text, "table(", 6) != 0)
        return HR_OK;
    const hr_span text = hr_span_of(node->text);
    if (text.at[text.length - 1] != ')')
        return hr_mark_fail(node->mark, err, "%.80s: the parenthesis is not closed", text.at);
    const hr_span inner = hr_span_trim((hr_span){text.at + 6, text.length - 7});
    const char *csv = NULL;
    size_t length = 0;
    hr_err why = {0};
    if (inner.length == 0)
        return hr_mark_fail(node->mark, err, "table(file.csv) needs the name of a file");
    const char *path = beside(file, inner, arena);
    if (path == NULL)
        return no_memory(err);
    st = hr_read_file(path, arena, &csv, &length, &why);
    if (st != HR_OK)
        return hr_mark_fail(node->mark, err, "%.600s", why.message);
    HR_TRY(mix_of_csv(csv, length, node->mark, &node->text, arena, err));
out:
    return st;
}

/* ---- bases */

static const hr_preset *find_preset(const char *name)
{
    for (size_t i = 0; i < hr_n_presets; i++) {
        if (strcmp(hr_presets[i].name, name) == 0)
            return &hr_presets[i];
    }
    return NULL;
}

static hr_status no_such_base(const char *name, hr_mark mark, hr_err *err)
{
    hr_guess guess = hr_guess_for(hr_span_of(name));
    for (size_t i = 0; i < hr_n_presets; i++)
        hr_guess_offer(&guess, hr_presets[i].name);
    if (guess.best != NULL)
        return hr_mark_fail(mark, err, "base = %.100s: no such preset or file; did you mean %s?",
                            name, guess.best);
    return hr_mark_fail(mark, err, "base = %.100s: no such preset or file (headroom list presets)",
                        name);
}

/* The text that a base's name stands for. */
static hr_status open_base(const hr_node *node, const hr_link *above, hr_origin *origin,
                           hr_arena *arena, hr_err *err)
{
    hr_err why = {0};
    if (node->kind != HR_NODE_TEXT || hr_node_is_empty(node))
        return hr_mark_fail(node->mark, err, "base: needs the name of a preset or a file");
    const hr_preset *preset = find_preset(node->text);
    if (preset != NULL) {
        *origin = (hr_origin){HR_ORIGIN_BASE, preset->name, preset->text, strlen(preset->text)};
        return HR_OK;
    }
    *origin = (hr_origin){.kind = HR_ORIGIN_BASE};
    origin->name = beside(above->origin->name, hr_span_of(node->text), arena);
    if (origin->name == NULL)
        return no_memory(err);
    const hr_status st = hr_read_file(origin->name, arena, &origin->text, &origin->length, &why);
    if (st == HR_ERR_MEMORY)
        return no_memory(err);
    if (st != HR_OK)
        return no_such_base(node->text, node->mark, err);
    return HR_OK;
}

static void leave_out(hr_node *root)
{
    static const char *const own[] = {"choose", "unknown", "daily",   "claims",
                                      "size",   "study",   "question"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        hr_node_remove(root, hr_node_child(root, hr_span_of(own[i])));
}

static hr_status load(const hr_link *link, const hr_node *base, hr_arena *arena, hr_node **root,
                      hr_err *err);

static hr_status load_base(const hr_node *base, const hr_link *above, hr_arena *arena,
                           hr_node **root, hr_err *err)
{
    hr_status st = HR_OK;
    hr_origin *origin = NULL;
    size_t depth = 0;
    HR_TAKE(origin, arena, 1);
    HR_TRY(open_base(base, above, origin, arena, err));
    for (const hr_link *at = above; at != NULL; at = at->above) {
        if (strcmp(at->origin->name, origin->name) == 0)
            return hr_mark_fail(base->mark, err, "base = %.100s: the bases go in a circle",
                                base->text);
        if (++depth > MOST_BASES)
            return hr_mark_fail(base->mark, err, "more than %d bases on top of each other",
                                MOST_BASES);
    }
    const hr_link link = {origin, above};
    HR_TRY(load(&link, NULL, arena, root, err));
    leave_out(*root);
out:
    return st;
}

/* Read one text, put it on its base (`base` from --set wins over its own). */
static hr_status load(const hr_link *link, const hr_node *base, hr_arena *arena, hr_node **root,
                      hr_err *err)
{
    hr_status st = HR_OK;
    hr_node *own = NULL;
    HR_TRY(hr_read_tree(link->origin, arena, &own, err));
    if (own->kind != HR_NODE_MAP)
        return hr_mark_fail(own->mark, err,
                            "a study is a map of keys and values, e.g. "
                            "\"pool: {servers: 12}\"");
    HR_TRY(expand_tables(own, link->origin->name, arena, err));
    if (base == NULL)
        base = hr_node_child(own, hr_span_of("base"));
    if (base != NULL)
        HR_TRY(load_base(base, link, arena, root, err));
    HR_TRY(hr_tree_merge(root, own, false, arena, err));
    (*root)->mark = own->mark;
    hr_node_remove(*root, hr_node_child(*root, hr_span_of("base")));
out:
    return st;
}

/* ---- --set */

typedef struct hr_setting {
    hr_span path;
    hr_node *value;
} hr_setting;

static hr_status read_set(const char *set, const char *file, hr_setting *setting, hr_arena *arena,
                          hr_err *err)
{
    hr_status st = HR_OK;
    hr_origin *origin = NULL;
    const char *equals = strchr(set, '=');
    if (equals == NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "--set %.200s: write path=value, e.g. pool.servers=12",
                       set);
    HR_TAKE(origin, arena, 1);
    *origin = (hr_origin){HR_ORIGIN_SET, set, equals + 1, strlen(equals + 1)};
    setting->path = hr_span_trim((hr_span){set, (size_t)(equals - set)});
    HR_TRY(hr_read_tree(origin, arena, &setting->value, err));
    if (setting->path.length == 0 || hr_span_trim(hr_span_of(equals + 1)).length == 0)
        return HR_FAIL(err, HR_ERR_USAGE, "--set %.200s: write path=value, e.g. pool.servers=12",
                       set);
    HR_TRY(expand_tables(setting->value, file, arena, err));
out:
    return st;
}

/* Of two keys that exclude each other the one of the study itself wins over that of its base, and
 * --set over both; two of one rank stay, to be refused later. */
static void drop_overruled(hr_node *root)
{
    static const char *const pairs[][3] = {{"window", "length", "busy_hours"},
                                           {"observe", "every", "times"}};
    static const int rank[] = {
        [HR_ORIGIN_FALLBACK] = 0, [HR_ORIGIN_BASE] = 1, [HR_ORIGIN_STUDY] = 2, [HR_ORIGIN_SET] = 3};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        hr_node *section = hr_node_child(root, hr_span_of(pairs[i][0]));
        const hr_node *a = section ? hr_node_child(section, hr_span_of(pairs[i][1])) : NULL;
        const hr_node *b = section ? hr_node_child(section, hr_span_of(pairs[i][2])) : NULL;
        if (a == NULL || b == NULL)
            continue;
        const int rank_a = rank[a->mark.origin->kind], rank_b = rank[b->mark.origin->kind];
        if (rank_a != rank_b)
            hr_node_remove(section, rank_a < rank_b ? a : b);
    }
}

hr_status hr_merge(const hr_origin *study, const char *const *sets, size_t n_sets, hr_arena *arena,
                   hr_node **root, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_link link = {study, NULL};
    hr_setting *settings = NULL;
    const hr_node *base = NULL;
    *root = NULL;
    HR_TAKE(settings, arena, n_sets);
    for (size_t i = 0; i < n_sets; i++) {
        HR_TRY(read_set(sets[i], study->name, &settings[i], arena, err));
        if (hr_span_is(settings[i].path, "base"))
            base = settings[i].value;
    }
    HR_TRY(load(&link, base, arena, root, err));
    for (size_t i = 0; i < n_sets; i++) {
        const hr_setting *setting = &settings[i];
        if (!hr_span_is(setting->path, "base"))
            HR_TRY(hr_tree_put(*root, setting->path, setting->value, setting->value->mark, arena,
                               err));
    }
    drop_overruled(*root);
out:
    return st;
}
