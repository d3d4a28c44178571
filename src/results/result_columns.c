#include "results/result_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const part_suffix[HR_N_PARTS] = {"", "_lower", "_upper", "_se", "_hits"};
static const char *const part_doc[HR_N_PARTS] = {
    "", "lower end of the interval of: ", "upper end of the interval of: ", "standard error of: ",
    "replications that contributed to: "};

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
                                 const char *path, hr_err *err)
{
    char names[512];
    const char *name = hr_outcomes[variable->outcome].name;
    (void)snprintf(names, sizeof names, "%s_lower %s_upper %s_se %s_hits", name, name, name, name);
    return hr_h5_put_text(columns->h5, path, "ancillary_variables", names, err);
}

static hr_status make_array(hr_columns *columns, hr_column *column, hr_part_of part,
                            hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_variable *variable = column->variable;
    const hr_schema *schema = columns->schema;
    char long_name[256], scale[HR_MOST_VARIABLE_DIMS][160];
    hr_h5_array array = {.type = part == HR_PART_HITS ? HR_H5_INTEGER : HR_H5_REAL,
                         .n_dims = variable->n_dims + 1,
                         .rows = columns->rows,
                         .unit = part == HR_PART_HITS ? "1" : variable->unit,
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
    if (part == HR_PART_VALUE)
        HR_TRY(name_companions(columns, variable, array.path, err));
out:
    return st;
}

static void clear(hr_columns *columns)
{
    for (size_t v = 0; v < columns->schema->n_variables; v++) {
        hr_column *column = &columns->column[v];
        const size_t n = columns->rows * column->variable->n_grid;
        memset(column->hits, 0, n * sizeof *column->hits);
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
    *columns = (hr_columns){.h5 = h5, .schema = schema, .rows = band_rows(schema)};
    HR_TAKE(columns->column, arena, schema->n_variables);
    for (size_t v = 0; v < schema->n_variables; v++) {
        hr_column *column = &columns->column[v];
        column->variable = &schema->variable[v];
        const size_t n = columns->rows * column->variable->n_grid;
        for (int part = 0; part < HR_PART_HITS; part++)
            HR_TAKE(column->real[part], arena, n);
        HR_TAKE(column->hits, arena, n);
        for (int part = 0; part < HR_N_PARTS; part++)
            HR_TRY(make_array(columns, column, (hr_part_of)part, arena, err));
    }
    clear(columns);
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
    }
}

hr_status hr_columns_add(hr_columns *columns, const hr_configuration *configuration,
                         const hr_tally *tally, double alpha, hr_err *err)
{
    for (size_t v = 0; v < columns->schema->n_variables; v++)
        add_variable(columns, &columns->column[v], configuration, tally, alpha);
    columns->n_filled++;
    return columns->n_filled == columns->rows ? flush(columns, err) : HR_OK;
}

hr_status hr_columns_finish(hr_columns *columns, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(flush(columns, err));
    for (size_t v = 0; v < columns->schema->n_variables; v++) {
        for (int part = 0; part < HR_N_PARTS; part++)
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
    for (int part = 0; part < HR_N_PARTS; part++) {
        const char *path = path_of(&arena, schema, variable, (hr_part_of)part);
        if (path == NULL)
            HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the name of an array"));
        /* Hits are below 2^53: as doubles they are exact. */
        HR_TRY(hr_h5_get_box(h5, path, HR_H5_REAL, &box, scratch, err));
        for (uint64_t i = 0; i < n; i++) {
            hr_estimate *e = &estimates[i];
            double *const to[] = {&e->value, &e->lower, &e->upper, &e->standard_error};
            if (part == HR_PART_HITS)
                e->hits = (uint64_t)scratch[i];
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
