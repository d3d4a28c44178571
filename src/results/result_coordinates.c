#include "results/result_coordinates.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 200, PATH = NAME + 32 };

/* ---- dimensions */

static hr_status write_dim(const hr_h5 *h5, const hr_schema *schema, const hr_dim_row *row,
                           hr_err *err)
{
    char path[PATH];
    (void)snprintf(path, sizeof path, "%s/%s", schema->home, row->name);
    const hr_h5_array array = {.path = path,
                               .type = row->text != NULL      ? HR_H5_TEXT
                                       : row->integer != NULL ? HR_H5_INTEGER
                                                              : HR_H5_REAL,
                               .n_dims = 1,
                               .size = {row->n},
                               .is_scale = true,
                               .unit = row->unit,
                               .long_name = row->doc};
    const void *data = row->text != NULL      ? (const void *)row->text
                       : row->integer != NULL ? (const void *)row->integer
                                              : (const void *)row->real;
    return hr_h5_write(h5, &array, data, err);
}

static hr_status write_dims(const hr_h5 *h5, const hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    char path[PATH], scale[PATH];
    (void)snprintf(path, sizeof path, "%s/resource_unit", schema->home);
    (void)snprintf(scale, sizeof scale, "%s/resource", schema->home);
    const hr_h5_array units = {.path = path,
                               .type = HR_H5_TEXT,
                               .n_dims = 1,
                               .size = {schema->dim[HR_DIM_RESOURCE].n},
                               .scale = {scale},
                               .long_name = "unit of loads of the resource"};
    for (int d = 0; d < HR_N_DIMS; d++) {
        if (schema->dim[d].n > 0)
            HR_TRY(write_dim(h5, schema, &schema->dim[d], err));
    }
    HR_TRY(hr_h5_write(h5, &units, schema->resource_unit, err));
out:
    return st;
}

/* ---- what a configuration is */

/* Name of a swept axis in the file: its path; a slash would make a group, and a bundle may carry
 * a name that is taken. */
static void axis_name(const hr_schema *schema, size_t axis, char name[NAME])
{
    static const char *const taken[] = {"configuration", "world", "choice", "resource_unit"};
    const char *path = schema->study->axes[axis].path;
    bool collides = false;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        collides = collides || strcmp(path, taken[i]) == 0;
    for (int d = 0; d < HR_N_DIMS; d++)
        collides = collides || strcmp(path, schema->dim[d].name) == 0;
    (void)snprintf(name, NAME - 16, "%s%s", collides ? "swept." : "", path);
    for (char *c = name; *c != '\0'; c++)
        *c = *c == '/' || *c == ' ' ? '_' : *c;
}

static bool is_textual(const hr_axis_of_study *axis)
{
    return axis->is_choice && axis->labels != NULL && axis->unit[0] == '\0';
}

static hr_h5_array per_configuration(const hr_schema *schema, const char *path, hr_h5_type type)
{
    return (hr_h5_array){.path = path,
                         .type = type,
                         .n_dims = 1,
                         .size = {schema->study->n_configurations},
                         .scale = {"/configuration"},
                         .rows = type == HR_H5_TEXT ? 0 : schema->study->n_configurations};
}

static hr_status write_numbers(const hr_h5 *h5, const hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    int64_t *values = NULL;
    const hr_study *study = schema->study;
    const uint64_t n = study->n_configurations;
    hr_h5_array array = per_configuration(schema, "/configuration", HR_H5_INTEGER);
    HR_TAKE(values, &arena, n);
    for (uint64_t i = 0; i < n; i++)
        values[i] = (int64_t)i;
    array.is_scale = true;
    array.scale[0] = NULL;
    array.unit = "1";
    array.long_name = "configuration: one world and one choice";
    HR_TRY(hr_h5_write(h5, &array, values, err));
    array = per_configuration(schema, "/world", HR_H5_INTEGER);
    array.unit = "1";
    array.long_name = "draw of what is unknown";
    for (uint64_t i = 0; i < n; i++)
        values[i] = (int64_t)(i / study->n_choices);
    HR_TRY(hr_h5_write(h5, &array, values, err));
    array.path = "/choice";
    array.long_name = "combination of what may be chosen";
    for (uint64_t i = 0; i < n; i++)
        values[i] = (int64_t)(i % study->n_choices);
    HR_TRY(hr_h5_write(h5, &array, values, err));
out:
    hr_arena_free(&arena);
    return st;
}

/* Texts cannot be compared cheaply, so their positions stand beside them. */
static hr_status write_labels(const hr_h5 *h5, const hr_schema *schema, size_t axis,
                              const char *name, const double *positions, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const char **labels = NULL;
    const hr_axis_of_study *swept = &schema->study->axes[axis];
    const uint64_t n = schema->study->n_configurations;
    char path[PATH];
    (void)snprintf(path, sizeof path, "/%s", name);
    hr_h5_array array = per_configuration(schema, path, HR_H5_TEXT);
    HR_TAKE(labels, &arena, n);
    for (uint64_t i = 0; i < n; i++) {
        HR_ASSERT(positions[i] >= 0.0 && positions[i] < (double)swept->n_levels);
        labels[i] = swept->labels[(size_t)positions[i]];
    }
    array.long_name = swept->path;
    HR_TRY(hr_h5_write(h5, &array, labels, err));
    array = per_configuration(schema, path, HR_H5_REAL);
    (void)snprintf(path, sizeof path, "/%s_index", name);
    array.unit = "1";
    array.long_name = "position among the entries";
    HR_TRY(hr_h5_write(h5, &array, positions, err));
out:
    hr_arena_free(&arena);
    return st;
}

static hr_status write_axis(const hr_h5 *h5, const hr_schema *schema, size_t axis, double *values,
                            hr_err *err)
{
    hr_status st = HR_OK;
    const hr_axis_of_study *swept = &schema->study->axes[axis];
    char name[NAME], path[PATH];
    axis_name(schema, axis, name);
    for (uint64_t i = 0; i < schema->study->n_configurations; i++)
        HR_TRY(hr_study_coordinate(schema->study, axis, i, &values[i], err));
    if (is_textual(swept)) {
        HR_TRY(write_labels(h5, schema, axis, name, values, err));
    } else {
        (void)snprintf(path, sizeof path, "/%s", name);
        hr_h5_array array = per_configuration(schema, path, HR_H5_REAL);
        array.unit = swept->unit[0] == '\0' ? "1" : swept->unit;
        array.long_name = swept->path;
        HR_TRY(hr_h5_write(h5, &array, values, err));
    }
out:
    return st;
}

/* The names that xarray shall take as coordinates, for a group's attribute "coordinates". */
static hr_status name_coordinates(const hr_h5 *h5, const hr_schema *schema, const char *group,
                                  hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    char *text = NULL, name[NAME];
    const size_t room = (schema->study->n_axes * 2 + 1) * NAME;
    HR_TAKE(text, &arena, room);
    size_t used = (size_t)snprintf(text, room, "world choice resource_unit");
    for (size_t a = 0; a < schema->study->n_axes; a++) {
        axis_name(schema, a, name);
        used += (size_t)snprintf(text + used, room - used, " %s", name);
        if (is_textual(&schema->study->axes[a]))
            used += (size_t)snprintf(text + used, room - used, " %s_index", name);
    }
    HR_TRY(hr_h5_put_text(h5, group, "coordinates", text, err));
out:
    hr_arena_free(&arena);
    return st;
}

hr_status hr_coordinates_write_pool(const hr_h5 *h5, const hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(write_dims(h5, schema, err));
    HR_TRY(hr_coordinates_link(h5, schema, schema->group, err));
out:
    return st;
}

hr_status hr_coordinates_write(const hr_h5 *h5, const hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    double *values = NULL;
    HR_TAKE(values, &arena, schema->study->n_configurations);
    HR_TRY(write_numbers(h5, schema, err));
    HR_TRY(write_dims(h5, schema, err));
    for (size_t a = 0; a < schema->study->n_axes; a++)
        HR_TRY(write_axis(h5, schema, a, values, err));
    HR_TRY(name_coordinates(h5, schema, "/", err));
out:
    hr_arena_free(&arena);
    return st;
}

/* ---- links */

static hr_status link_one(const hr_h5 *h5, const char *home, const char *group, const char *name,
                          hr_err *err)
{
    char from[PATH], to[PATH + 32];
    (void)snprintf(from, sizeof from, "%s/%s", home, name);
    (void)snprintf(to, sizeof to, "%s/%s", group, name);
    return hr_h5_link(h5, from, to, err);
}

hr_status hr_coordinates_link_dims(const hr_h5 *h5, const hr_schema *schema, const char *group,
                                   hr_err *err)
{
    hr_status st = HR_OK;
    for (int d = 0; d < HR_N_DIMS; d++) {
        if (schema->dim[d].n > 0)
            HR_TRY(link_one(h5, schema->home, group, schema->dim[d].name, err));
    }
    HR_TRY(link_one(h5, schema->home, group, "resource_unit", err));
out:
    return st;
}

hr_status hr_coordinates_link(const hr_h5 *h5, const hr_schema *schema, const char *group,
                              hr_err *err)
{
    hr_status st = HR_OK;
    char name[NAME];
    HR_TRY(link_one(h5, "", group, "configuration", err));
    HR_TRY(link_one(h5, "", group, "world", err));
    HR_TRY(link_one(h5, "", group, "choice", err));
    if (schema->pool == 0) /* else they are there */
        HR_TRY(hr_coordinates_link_dims(h5, schema, group, err));
    for (size_t a = 0; a < schema->study->n_axes; a++) {
        axis_name(schema, a, name);
        HR_TRY(link_one(h5, "", group, name, err));
        if (!is_textual(&schema->study->axes[a]))
            continue;
        (void)strncat(name, "_index", sizeof name - strlen(name) - 1);
        HR_TRY(link_one(h5, "", group, name, err));
    }
    HR_TRY(name_coordinates(h5, schema, group, err));
out:
    return st;
}
