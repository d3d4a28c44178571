#include "results/result_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "estimate/diagnosis.h"

static const char *const part_suffix[HR_N_PARTS] = {"",    "_lower", "_upper",
                                                    "_se", "_hits",  "_unreliable"};
static const char *const part_doc[HR_N_PARTS] = {"",
                                                 "lower end of the interval of: ",
                                                 "upper end of the interval of: ",
                                                 "standard error of: ",
                                                 "replications that contributed to: ",
                                                 "1 where the estimate decides nothing, of: "};

enum { BAND = 256, BUFFER_BYTES = 16 << 20 };

/* "/estimates/time_over_lower" */
static const char *path_of(hr_arena *arena, const hr_schema *schema, const hr_variable *variable,
                           hr_part_of part)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s%s", schema->group, hr_outcomes[variable->outcome].name,
                   part_suffix[part]);
    return hr_arena_text(arena, path, strlen(path));
}

/* Configurations in a band: as many as fit the buffer, so that wide studies stay in memory. */
static size_t band_rows(const hr_schema *schema)
{
    size_t row = 1;
    for (size_t v = 0; v < schema->n_variables; v++)
        row += HR_N_PARTS * sizeof(double) * schema->variable[v].n_grid;
    const size_t fit = BUFFER_BYTES / row;
    const size_t rows = fit < 1 ? 1 : fit < BAND ? fit : BAND;
    const uint64_t n = schema->study->n_configurations;
    return n < rows ? (size_t)n : rows;
}

static hr_status name_companions(const hr_columns *columns, const hr_variable *variable,
                                 hr_err *err)
{
    char names[512], path[256];
    size_t used = 0;
    const char *name = hr_outcomes[variable->outcome].name;
    (void)snprintf(path, sizeof path, "%s/%s", columns->schema->group, name);
    for (int part = HR_PART_LOWER; part < columns->n_parts; part++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s%s", used > 0 ? " " : "",
                                 name, part_suffix[part]);
    return hr_h5_put_text(columns->h5, path, "ancillary_variables", names, err);
}

static bool is_integer(hr_part_of part)
{
    return part >= HR_PART_HITS;
}

static hr_status make_array(hr_columns *columns, hr_column *column, hr_part_of part,
                            hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_variable *variable = column->variable;
    const hr_schema *schema = columns->schema;
    char long_name[256], scale[HR_MOST_VARIABLE_DIMS][160];
    hr_h5_array array = {.type = is_integer(part) ? HR_H5_INTEGER : HR_H5_REAL,
                         .n_dims = variable->n_dims + 1,
                         .rows = columns->rows,
                         .unit = is_integer(part) ? "1" : variable->unit,
                         .long_name = long_name};
    (void)snprintf(long_name, sizeof long_name, "%s%s", part_doc[part],
                   hr_outcomes[variable->outcome].doc);
    array.path = path_of(arena, schema, variable, part);
    if (array.path == NULL)
        HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the name of an array"));
    array.size[0] = schema->study->n_configurations;
    array.scale[0] = "/configuration";
    for (unsigned d = 0; d < variable->n_dims; d++) {
        const hr_dim_row *dim = &schema->dim[variable->dim[d]];
        (void)snprintf(scale[d], sizeof scale[d], "%s/%s", schema->home, dim->name);
        array.size[d + 1] = dim->n;
        array.scale[d + 1] = scale[d];
    }
    HR_TRY(hr_h5_make(columns->h5, &array, &column->dataset[part], err));
out:
    return st;
}

static void clear(hr_columns *columns)
{
    for (size_t v = 0; v < columns->schema->n_variables; v++) {
        hr_column *column = &columns->column[v];
        const size_t n = columns->rows * column->variable->n_grid;
        memset(column->hits, 0, n * sizeof *column->hits);
        if (column->unreliable != NULL)
            memset(column->unreliable, 0, n * sizeof *column->unreliable);
        for (int part = 0; part < HR_PART_HITS; part++) {
            for (size_t i = 0; i < n; i++)
                column->real[part][i] = (double)NAN;
        }
    }
}

hr_status hr_columns_make(hr_columns *columns, const hr_h5 *h5, const hr_schema *schema,
                          hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    *columns = (hr_columns){.h5 = h5,
                            .schema = schema,
                            .arena = arena,
                            .rows = band_rows(schema),
                            .n_parts = HR_PART_UNRELIABLE};
    HR_TAKE(columns->column, arena, schema->n_variables);
    for (size_t v = 0; v < schema->n_variables; v++) {
        hr_column *column = &columns->column[v];
        column->variable = &schema->variable[v];
        const size_t n = columns->rows * column->variable->n_grid;
        for (int part = 0; part < HR_PART_HITS; part++)
            HR_TAKE(column->real[part], arena, n);
        HR_TAKE(column->hits, arena, n);
        for (int part = 0; part < columns->n_parts; part++)
            HR_TRY(make_array(columns, column, (hr_part_of)part, arena, err));
    }
    clear(columns);
out:
    return st;
}

/* The first weighted tally: what has been written before is reliable, 0 like all that is not. */
static hr_status make_unreliable(hr_columns *columns, hr_err *err)
{
    hr_status st = HR_OK;
    for (size_t v = 0; v < columns->schema->n_variables; v++) {
        hr_column *column = &columns->column[v];
        HR_TAKE(column->unreliable, columns->arena, columns->rows * column->variable->n_grid);
        HR_TRY(make_array(columns, column, HR_PART_UNRELIABLE, columns->arena, err));
    }
    columns->n_parts = HR_N_PARTS;
out:
    return st;
}

static hr_status flush(hr_columns *columns, hr_err *err)
{
    hr_status st = HR_OK;
    if (columns->n_filled == 0)
        return HR_OK;
    for (size_t v = 0; v < columns->schema->n_variables; v++) {
        const hr_column *column = &columns->column[v];
        hr_h5_box box = {.n_dims = column->variable->n_dims + 1};
        box.from[0] = columns->first;
        box.size[0] = columns->n_filled;
        for (unsigned d = 0; d < column->variable->n_dims; d++)
            box.size[d + 1] = columns->schema->dim[column->variable->dim[d]].n;
        for (int part = 0; part < HR_PART_HITS; part++)
            HR_TRY(hr_h5_put_box(columns->h5, column->dataset[part], HR_H5_REAL, &box,
                                 column->real[part], err));
        HR_TRY(hr_h5_put_box(columns->h5, column->dataset[HR_PART_HITS], HR_H5_INTEGER, &box,
                             column->hits, err));
        if (column->unreliable != NULL)
            HR_TRY(hr_h5_put_box(columns->h5, column->dataset[HR_PART_UNRELIABLE], HR_H5_INTEGER,
                                 &box, column->unreliable, err));
    }
    columns->first += columns->n_filled;
    columns->n_filled = 0;
    clear(columns);
out:
    return st;
}

static void add_variable(hr_columns *columns, hr_column *column,
                         const hr_configuration *configuration, const hr_tally *tally, double alpha)
{
    const hr_variable *variable = column->variable;
    const hr_cell *cells = tally->cell + columns->schema->layout->first[variable->outcome];
    const size_t row = columns->n_filled * variable->n_grid;
    const bool is_off = hr_weights_are_off(tally);
    for (size_t c = 0; c < variable->n_cells; c++) {
        unsigned index[HR_MAX_AXES];
        hr_schema_index(columns->schema, variable->outcome, c, index);
        const double scale = hr_outcome_scale(variable->outcome, configuration, index);
        const hr_estimate e = hr_estimate_cell(&hr_outcomes[variable->outcome], &cells[c],
                                               tally->n_replications, scale, alpha);
        const size_t place = row + variable->place[c];
        column->real[HR_PART_VALUE][place] = e.value;
        column->real[HR_PART_LOWER][place] = e.lower;
        column->real[HR_PART_UPPER][place] = e.upper;
        column->real[HR_PART_ERROR][place] = e.standard_error;
        column->hits[place] = (int64_t)e.hits;
        if (column->unreliable != NULL)
            column->unreliable[place] = e.is_unreliable || is_off;
    }
}

hr_status hr_columns_add(hr_columns *columns, const hr_configuration *configuration,
                         const hr_tally *tally, double alpha, hr_err *err)
{
    hr_status st = HR_OK;
    if (tally->is_weighted && columns->n_parts < HR_N_PARTS)
        HR_TRY(make_unreliable(columns, err));
    for (size_t v = 0; v < columns->schema->n_variables; v++)
        add_variable(columns, &columns->column[v], configuration, tally, alpha);
    columns->n_filled++;
    if (columns->n_filled == columns->rows)
        HR_TRY(flush(columns, err));
out:
    return st;
}

hr_status hr_columns_finish(hr_columns *columns, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(flush(columns, err));
    for (size_t v = 0; v < columns->schema->n_variables; v++) {
        HR_TRY(name_companions(columns, columns->column[v].variable, err));
        for (int part = 0; part < columns->n_parts; part++)
            HR_TRY(hr_h5_check(columns->h5, H5Dclose(columns->column[v].dataset[part]),
                               "closing an array", err));
    }
out:
    return st;
}

static hr_h5_box box_of(const hr_schema *schema, const hr_variable *variable, hr_slab slab)
{
    hr_h5_box box = {.n_dims = variable->n_dims + 1};
    size_t covered = 1;
    box.size[0] = schema->study->n_configurations;
    for (unsigned d = variable->n_dims; d > 0; d--) {
        const size_t n = schema->dim[variable->dim[d - 1]].n;
        const bool is_whole = covered < slab.n;
        box.from[d] = is_whole ? 0 : slab.first % n;
        box.size[d] = is_whole ? n : 1;
        covered *= n;
        slab.first /= n;
    }
    return box;
}

hr_status hr_columns_read(const hr_h5 *h5, const hr_schema *schema, const hr_variable *variable,
                          hr_slab slab, hr_estimate *estimates, double *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const uint64_t n = schema->study->n_configurations * slab.n;
    const hr_h5_box box = box_of(schema, variable, slab);
    memset(estimates, 0, n * sizeof *estimates);
    for (int part = 0; part < HR_N_PARTS; part++) {
        const char *path = path_of(&arena, schema, variable, (hr_part_of)part);
        if (path == NULL)
            HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the name of an array"));
        if (part == HR_PART_UNRELIABLE && H5Lexists(h5->file, path, H5P_DEFAULT) <= 0)
            break;
        /* Hits are below 2^53: as doubles they are exact. */
        HR_TRY(hr_h5_get_box(h5, path, HR_H5_REAL, &box, scratch, err));
        for (uint64_t i = 0; i < n; i++) {
            hr_estimate *e = &estimates[i];
            double *const to[] = {&e->value, &e->lower, &e->upper, &e->standard_error};
            if (part == HR_PART_HITS)
                e->hits = (uint64_t)scratch[i];
            else if (part == HR_PART_UNRELIABLE)
                e->is_unreliable = scratch[i] > 0.0;
            else
                *to[part] = scratch[i];
        }
    }
    for (uint64_t i = 0; i < n; i++)
        estimates[i].is_bound = estimates[i].hits == 0 && !isnan(estimates[i].value);
out:
    hr_arena_free(&arena);
    return st;
}
