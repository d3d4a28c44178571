#define _POSIX_C_SOURCE 200809L
#include "study/reader.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

enum { MOST_NODES = 20000 };

typedef struct hr_reading {
    const hr_origin *origin;
    yaml_document_t document;
    size_t n_nodes; /* made so far: aliases repeat, so this bounds what they can grow to */
    hr_arena *arena;
} hr_reading;

static hr_mark mark_of(const hr_origin *origin, yaml_mark_t mark)
{
    return (hr_mark){origin, mark.line + 1, mark.column + 1};
}

static hr_status no_memory(hr_err *err)
{
    return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the study's tree");
}

/* ---- conversion of libyaml's document */

static hr_status convert(hr_reading *reading, int index, unsigned depth, hr_node **out,
                         hr_err *err);

static hr_status convert_pair(hr_reading *reading, const yaml_node_pair_t *pair, unsigned depth,
                              hr_node *map, hr_err *err)
{
    hr_status st = HR_OK;
    hr_node *child = NULL;
    const yaml_node_t *key = yaml_document_get_node(&reading->document, pair->key);
    const hr_mark at = mark_of(reading->origin, key->start_mark);
    if (key->type != YAML_SCALAR_NODE || key->data.scalar.length == 0)
        return hr_mark_fail(at, err, "a key must be a word");
    const hr_span written = {(const char *)key->data.scalar.value, key->data.scalar.length};
    const char *name = hr_span_canonical(written, reading->arena);
    if (name == NULL)
        return no_memory(err);
    const hr_node *twin = hr_node_child(map, hr_span_of(name));
    if (twin != NULL)
        return hr_mark_fail(at, err, "%.80s is given twice; the first stands in line %zu", name,
                            twin->key_mark.line);
    HR_TRY(convert(reading, pair->value, depth + 1, &child, err));
    child->key = name;
    child->key_mark = at;
    hr_node_append(map, child);
out:
    return st;
}

static hr_status convert_children(hr_reading *reading, const yaml_node_t *from, unsigned depth,
                                  hr_node *node, hr_err *err)
{
    hr_status st = HR_OK;
    if (from->type == YAML_MAPPING_NODE) {
        const yaml_node_pair_t *pair = from->data.mapping.pairs.start;
        for (; pair < from->data.mapping.pairs.top; pair++)
            HR_TRY(convert_pair(reading, pair, depth, node, err));
        return HR_OK;
    }
    const yaml_node_item_t *item = from->data.sequence.items.start;
    for (; item < from->data.sequence.items.top; item++) {
        hr_node *child = NULL;
        HR_TRY(convert(reading, *item, depth + 1, &child, err));
        hr_node_append(node, child);
    }
out:
    return st;
}

static bool has_own_tag(const yaml_node_t *node)
{
    const char *tag = (const char *)node->tag;
    return tag != NULL && strcmp(tag, YAML_STR_TAG) != 0 && strcmp(tag, YAML_MAP_TAG) != 0 &&
           strcmp(tag, YAML_SEQ_TAG) != 0;
}

static hr_status convert(hr_reading *reading, int index, unsigned depth, hr_node **out, hr_err *err)
{
    hr_status st = HR_OK;
    const yaml_node_t *from = yaml_document_get_node(&reading->document, index);
    const hr_mark mark = mark_of(reading->origin, from->start_mark);
    if (depth > HR_TREE_DEPTH)
        return hr_mark_fail(mark, err, "more than %d levels of maps and lists", HR_TREE_DEPTH);
    if (++reading->n_nodes > MOST_NODES)
        return hr_mark_fail(mark, err, "more than %d values (aliases counted each time)",
                            MOST_NODES);
    if (has_own_tag(from))
        return hr_mark_fail(mark, err, "tags (%.40s) have no meaning here",
                            (const char *)from->tag);
    const hr_node_kind kind = from->type == YAML_MAPPING_NODE    ? HR_NODE_MAP
                              : from->type == YAML_SEQUENCE_NODE ? HR_NODE_LIST
                                                                 : HR_NODE_TEXT;
    *out = hr_node_new(kind, mark, reading->arena);
    if (*out == NULL)
        return no_memory(err);
    if (kind != HR_NODE_TEXT)
        return convert_children(reading, from, depth, *out, err);
    const hr_span text = {(const char *)from->data.scalar.value, from->data.scalar.length};
    if (memchr(text.at, '\0', text.length) != NULL)
        return hr_mark_fail(mark, err, "the text holds a NUL character");
    (*out)->text = hr_span_canonical(text, reading->arena);
    st = (*out)->text != NULL ? HR_OK : no_memory(err);
    return st;
}

/* ---- the parser */

static hr_status parser_failed(const yaml_parser_t *parser, const hr_origin *origin, hr_err *err)
{
    const char *problem = parser->problem ? parser->problem : "not understood";
    if (parser->error == YAML_MEMORY_ERROR)
        return no_memory(err);
    if (parser->error == YAML_READER_ERROR) {
        hr_mark mark = {origin, 1, 1};
        for (size_t i = 0; i < parser->problem_offset && i < origin->length; i++) {
            mark.column++;
            if (origin->text[i] == '\n') {
                mark.line++;
                mark.column = 1;
            }
        }
        return hr_mark_fail(mark, err, "not a UTF-8 text: %s", problem);
    }
    const char *hint = strstr(problem, "cannot start any token") ? " (tab or reserved sign? quote "
                                                                   "it)"
                                                                 : "";
    return hr_mark_fail(mark_of(origin, parser->problem_mark), err, "not YAML: %s%s", problem,
                        hint);
}

static hr_status read_root(hr_reading *reading, hr_node **root, hr_err *err)
{
    hr_status st = HR_OK;
    if (yaml_document_get_root_node(&reading->document) == NULL) {
        *root = hr_node_new(HR_NODE_MAP, (hr_mark){reading->origin, 0, 0}, reading->arena);
        return *root != NULL ? HR_OK : no_memory(err);
    }
    HR_TRY(convert(reading, 1, 0, root, err));
out:
    return st;
}

static hr_status refuse_second(yaml_parser_t *parser, const hr_origin *origin, hr_err *err)
{
    hr_status st = HR_OK;
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second))
        return parser_failed(parser, origin, err);
    const yaml_node_t *root = yaml_document_get_root_node(&second);
    if (root != NULL)
        st = hr_mark_fail(mark_of(origin, root->start_mark), err,
                          "a second document; a study is one");
    yaml_document_delete(&second);
    return st;
}

hr_status hr_read_tree(const hr_origin *origin, hr_arena *arena, hr_node **root, hr_err *err)
{
    hr_status st = HR_OK;
    hr_reading reading = {.origin = origin, .arena = arena};
    yaml_parser_t parser;
    if (origin->length > HR_READER_BYTES)
        return hr_mark_fail((hr_mark){origin, 0, 0}, err, "longer than %d MiB",
                            HR_READER_BYTES >> 20);
    if (!yaml_parser_initialize(&parser))
        return no_memory(err);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)origin->text, origin->length);
    if (!yaml_parser_load(&parser, &reading.document)) {
        st = parser_failed(&parser, origin, err);
        yaml_parser_delete(&parser);
        return st;
    }
    HR_TRY(read_root(&reading, root, err));
    if (yaml_document_get_root_node(&reading.document) != NULL)
        HR_TRY(refuse_second(&parser, origin, err));
out:
    yaml_document_delete(&reading.document);
    yaml_parser_delete(&parser);
    return st;
}

/* ---- files */

static hr_status read_stream(FILE *file, const char *path, hr_arena *arena, const char **text,
                             size_t *length, hr_err *err)
{
    hr_status st = HR_OK;
    struct stat about;
    char *bytes = NULL;
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode))
        return HR_FAIL(err, HR_ERR_DATA, "%s: not a regular file", path);
    if (about.st_size > HR_READER_BYTES)
        return HR_FAIL(err, HR_ERR_DATA, "%s: longer than %d MiB", path, HR_READER_BYTES >> 20);
    HR_TAKE(bytes, arena, about.st_size + 1);
    *length = fread(bytes, 1, (size_t)about.st_size, file);
    if (ferror(file))
        return HR_FAIL(err, HR_ERR_DATA, "%s: cannot be read: %s", path, strerror(errno));
    *text = bytes;
out:
    return st;
}

hr_status hr_read_file(const char *path, hr_arena *arena, const char **text, size_t *length,
                       hr_err *err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return HR_FAIL(err, HR_ERR_DATA, "%s: cannot be opened: %s", path, strerror(errno));
    const hr_status st = read_stream(file, path, arena, text, length, err);
    (void)fclose(file);
    return st;
}
