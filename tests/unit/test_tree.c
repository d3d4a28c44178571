/* The tree: reading YAML, paths, merging, canonical lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "study/reader.h"
#include "study/tree.h"

typedef struct fixture {
    hr_arena arena;
    hr_origin origin;
    hr_node *root;
    hr_err err;
} fixture;

static hr_status read_bytes(fixture *f, const char *text, size_t length)
{
    *f = (fixture){.origin = {HR_ORIGIN_STUDY, "test.yaml", text, length}};
    return hr_read_tree(&f->origin, &f->arena, &f->root, &f->err);
}

static void read_good(fixture *f, const char *text)
{
    if (read_bytes(f, text, strlen(text)) != HR_OK)
        fail_msg("%s", f->err.message);
}

static void refuse_bytes(const char *text, size_t length, const char *said)
{
    fixture f;
    assert_int_equal(read_bytes(&f, text, length), HR_ERR_DATA);
    if (strstr(f.err.message, said) == NULL)
        fail_msg("\"%s\" is not in: %s", said, f.err.message);
    hr_arena_free(&f.arena);
}

static void refuse(const char *text, const char *said)
{
    refuse_bytes(text, strlen(text), said);
}

static const char *text_at(const fixture *f, const char *path)
{
    const hr_node *node = hr_tree_at(f->root, hr_span_of(path));
    return node != NULL && node->kind == HR_NODE_TEXT ? node->text : NULL;
}

/* ---- reading */

static void maps_lists_and_texts_are_read_with_marks(void **state)
{
    (void)state;
    fixture f;
    read_good(&f, "# a comment\npool:\n  servers:  12   # twelve\nlist: [a, {b: 4 per hour}]\n");
    assert_string_equal(text_at(&f, "pool.servers"), "12");
    assert_string_equal(text_at(&f, "list[0]"), "a");
    assert_string_equal(text_at(&f, "list.1.b"), "4 per hour");
    assert_null(text_at(&f, "list[2]"));
    assert_null(text_at(&f, "pool.servers.more"));
    const hr_node *node = hr_tree_at(f.root, hr_span_of("pool.servers"));
    assert_string_equal(hr_mark_text(node->mark, &f.arena), "test.yaml:3:13");
    assert_string_equal(hr_mark_text(node->key_mark, &f.arena), "test.yaml:3:3");
    hr_arena_free(&f.arena);
}

static void json_is_a_part_of_it(void **state)
{
    (void)state;
    fixture f;
    read_good(&f, "{\"pool\": {\"servers\": 12, \"list\": [1, 2.5e3, true, \"a\\u00e9\"]}}");
    assert_string_equal(text_at(&f, "pool.servers"), "12");
    assert_string_equal(text_at(&f, "pool.list[1]"), "2.5e3");
    assert_string_equal(text_at(&f, "pool.list[3]"), "a\xc3\xa9");
    hr_arena_free(&f.arena);
}

static void nothing_is_an_empty_map(void **state)
{
    (void)state;
    fixture f;
    read_good(&f, "");
    assert_int_equal(f.root->kind, HR_NODE_MAP);
    hr_arena_free(&f.arena);
    read_good(&f, "# only a comment\n");
    assert_int_equal(f.root->n, 0);
    hr_arena_free(&f.arena);
}

static void what_is_no_study_is_refused_with_its_place(void **state)
{
    (void)state;
    refuse("a: 1\nb: 2\na: 3\n", "test.yaml:3:1: a is given twice; the first stands in line 1");
    refuse("a: [1, 2\n", "not YAML");
    refuse("a:\n\t- b\n", "not YAML");
    refuse("a: 1\n---\nb: 2\n", "a second document");
    refuse("a: !!python/object:os.system {}\n", "tags");
    refuse("? [a, b]\n: 1\n", "a key must be a word");
    refuse("{\"a\": \"\\0\"}", "NUL");
    refuse("a: *nothing\n", "not YAML");
    refuse_bytes("a: \xff\xfe\n", 6, "not a UTF-8 text");
    refuse_bytes("a: b\0c", 6, "not a UTF-8 text");
    /* UTF-16, though it has a mark */
    refuse_bytes("\xff\xfe\x61\x00\x3a\x00", 6, "not a UTF-8 text");
}

static void messages_show_the_line_and_a_caret(void **state)
{
    (void)state;
    refuse("a: 1\n  \xc3\xa9: [1,\n", "test.yaml");
    fixture f;
    read_good(&f, "x: 1\nword: \xc3\xa9\xc3\xa9 # e\n");
    const hr_node *node = hr_tree_at(f.root, hr_span_of("word"));
    assert_int_equal(hr_mark_fail(node->mark, &f.err, "no %s", "good"), HR_ERR_DATA);
    assert_string_equal(f.err.message, "test.yaml:2:7: no good\n"
                                       "    word: \xc3\xa9\xc3\xa9 # e\n"
                                       "          ^");
    hr_arena_free(&f.arena);
}

static void depth_size_and_aliases_are_bounded(void **state)
{
    (void)state;
    char deep[200];
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    refuse_bytes(deep, sizeof deep, "levels");
    refuse("a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
           "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
           "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
           "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n",
           "aliases counted each time");
    refuse("a: &a [*a]\n", "levels"); /* a list in itself */
    const size_t length = (size_t)HR_READER_BYTES + 1;
    char *long_text = malloc(length);
    assert_non_null(long_text);
    memset(long_text, '#', length);
    refuse_bytes(long_text, length, "longer than 4 MiB");
    free(long_text);
}

/* ---- paths and merging */

static void put(fixture *f, const char *path, const char *value)
{
    hr_origin *origin = hr_arena_take(&f->arena, 1, sizeof *origin);
    hr_node *node = NULL;
    *origin = (hr_origin){HR_ORIGIN_SET, path, value, strlen(value)};
    assert_int_equal(hr_read_tree(origin, &f->arena, &node, &f->err), HR_OK);
    const hr_status st =
        hr_tree_put(f->root, hr_span_of(path), node, node->mark, &f->arena, &f->err);
    if (st != HR_OK)
        fail_msg("%s", f->err.message);
}

static void refuse_put(fixture *f, const char *path, const char *value, const char *said)
{
    const hr_origin origin = {HR_ORIGIN_SET, path, value, strlen(value)};
    hr_node *node = NULL;
    f->err = (hr_err){0};
    assert_int_equal(hr_read_tree(&origin, &f->arena, &node, &f->err), HR_OK);
    assert_int_equal(hr_tree_put(f->root, hr_span_of(path), node, node->mark, &f->arena, &f->err),
                     HR_ERR_USAGE);
    if (strstr(f->err.message, said) == NULL)
        fail_msg("\"%s\" is not in: %s", said, f->err.message);
    f->err = (hr_err){0};
}

static void puts_make_replace_and_remove(void **state)
{
    (void)state;
    fixture f;
    read_good(&f, "pool: {servers: 12, server: {cpu: 1 Mc/s}}\nlist: [a, b]\n");
    put(&f, "pool.servers", "8");
    put(&f, "pool.server", "{memory: 2 GiB}");
    put(&f, "list[1]", "c");
    put(&f, "list[2]", "d");
    put(&f, "new.deep.key", "x");
    put(&f, "items[0].rate", "4 per hour");
    assert_string_equal(hr_tree_lines(f.root, &f.arena), "items[0].rate = 4 per hour\n"
                                                         "list = [a, c, d]\n"
                                                         "new.deep.key = x\n"
                                                         "pool.server.cpu = 1 Mc/s\n"
                                                         "pool.server.memory = 2 GiB\n"
                                                         "pool.servers = 8\n");
    put(&f, "pool.server", "~");
    assert_null(hr_tree_at(f.root, hr_span_of("pool.server")));
    refuse_put(&f, "list[9]", "x", "the list has 3 items");
    refuse_put(&f, "pool..x", "x", "is no path");
    refuse_put(&f, "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.1.2.3.4.5.6.7", "x",
               "is no path");
    hr_arena_free(&f.arena);
}

static void puts_reach_into_calls(void **state)
{
    (void)state;
    fixture f;
    read_good(&f, "meetings: {duration: \"lognormal(mean 45 min, cv 0.8)\", size: 4}\n");
    put(&f, "meetings.duration.mean", "1 h");
    assert_string_equal(text_at(&f, "meetings.duration"), "lognormal(mean 1 h, cv 0.8)");
    refuse_put(&f, "meetings.duration.sd", "1 h", "has no argument \"sd\"");
    refuse_put(&f, "meetings.duration.mean", "[1, 2]", "single value");
    hr_arena_free(&f.arena);
}

static void keys_below_choose_unknown_and_daily_are_paths(void **state)
{
    (void)state;
    fixture f;
    read_good(&f, "choose: {pool.servers: [2, 4]}\ndaily: {a.b: \"gamma(mean 1, cv 0.1)\"}\n");
    put(&f, "choose.pool.servers", "[8]");
    put(&f, "choose.placement.rule", "[random]");
    put(&f, "choose.pool.servers[0]", "9");
    put(&f, "unknown.x.y", "uniform(1, 2)");
    put(&f, "daily.a.b.cv", "0.2");
    assert_string_equal(hr_tree_lines(f.root, &f.arena), "choose.pool.servers = [9]\n"
                                                         "choose.placement.rule = [random]\n"
                                                         "daily.a.b = gamma(mean 1, cv 0.2)\n"
                                                         "unknown.x.y = uniform(1, 2)\n");
    put(&f, "unknown.x.y", "~");
    assert_int_equal(hr_tree_at(f.root, hr_span_of("unknown"))->n, 0);
    hr_arena_free(&f.arena);
}

static void maps_merge_and_lists_replace(void **state)
{
    (void)state;
    fixture base, over;
    read_good(&base, "a: {b: 1, c: {d: 2}}\nl: [1, 2, 3]\nt: x\n");
    read_good(&over, "a: {c: {e: 5}, b: 7}\nl: [9, {p.q: 8}]\na.f: 6\nt: ~\nn:\n");
    hr_err err = {0};
    assert_int_equal(hr_tree_merge(&base.root, over.root, false, &base.arena, &err), HR_OK);
    assert_string_equal(hr_tree_lines(base.root, &base.arena), "a.b = 7\n"
                                                               "a.c.d = 2\n"
                                                               "a.c.e = 5\n"
                                                               "a.f = 6\n"
                                                               "l[0] = 9\n"
                                                               "l[1].p.q = 8\n");
    assert_string_equal(text_at(&over, "a.c.e"), "5"); /* copied, not moved */
    hr_arena_free(&over.arena);
    hr_arena_free(&base.arena);
}

/* Lines are what --set reads: putting them into nothing gives them again. */
static void lines_read_back_as_themselves(void **state)
{
    (void)state;
    fixture f, again;
    read_good(&f, "study: \"a: b # c \\\"d\\\" \\\\e\"\n"
                  "list:\n  - {k: 1, m: [x, \"y, z\"]}\n  - {k: 2}\n"
                  "choose:\n  z.b: {one: {p: \"mix(1 at 50 %, 2 at 50 %)\"}, two: {p: 3}}\n"
                  "  a.c: [\"- x\", \"[\", '{', \"~x\", \"*a\", \"&b\", \"!c\", \"%d\", \"@e\"]\n"
                  "neg: -5 min\nlaw: uniform(1, 2)\n\"odd key\": v\n");
    const char *lines = hr_tree_lines(f.root, &f.arena);
    read_good(&again, "");
    char *copy = hr_arena_text(&f.arena, lines, strlen(lines));
    for (char *line = strtok(copy, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *equals = strstr(line, " = ");
        *equals = '\0';
        put(&again, line, equals + 3);
    }
    assert_string_equal(hr_tree_lines(again.root, &again.arena), lines);
    hr_arena_free(&f.arena);
    hr_arena_free(&again.arena);
}

static void files_must_be_regular_and_there(void **state)
{
    (void)state;
    hr_arena arena = {0};
    hr_err err = {0};
    const char *text;
    size_t length;
    assert_int_equal(hr_read_file("/nonexistent/x.yaml", &arena, &text, &length, &err),
                     HR_ERR_DATA);
    assert_non_null(strstr(err.message, "cannot be opened"));
    err = (hr_err){0};
    assert_int_equal(hr_read_file("/dev/null", &arena, &text, &length, &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, "not a regular file"));
    hr_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_lists_and_texts_are_read_with_marks),
        cmocka_unit_test(json_is_a_part_of_it),
        cmocka_unit_test(nothing_is_an_empty_map),
        cmocka_unit_test(what_is_no_study_is_refused_with_its_place),
        cmocka_unit_test(messages_show_the_line_and_a_caret),
        cmocka_unit_test(depth_size_and_aliases_are_bounded),
        cmocka_unit_test(puts_make_replace_and_remove),
        cmocka_unit_test(puts_reach_into_calls),
        cmocka_unit_test(keys_below_choose_unknown_and_daily_are_paths),
        cmocka_unit_test(maps_merge_and_lists_replace),
        cmocka_unit_test(lines_read_back_as_themselves),
        cmocka_unit_test(files_must_be_regular_and_there),
    };
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
