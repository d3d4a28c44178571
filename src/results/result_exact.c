#include "results/result_exact.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_LENGTH = 256 };

static void path_of(const hr_schema *schema, const char *suffix, char path[PATH_LENGTH])
{
    (void)snprintf(path, PATH_LENGTH, "%s/%s%s", schema->group,
                   hr_outcomes[schema->study->target.outcome].name, suffix);
}

hr_status hr_exact_column_make(hr_exact_column *column, const hr_schema *schema, hr_arena *arena,
                               hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = schema->study->n_configurations;
    *column = (hr_exact_column){.schema = schema, .effort = hr_exact_effort_beside((double)n)};
    HR_TAKE(column->value, arena, n);
    HR_TAKE(column->method, arena, n);
out:
    return st;
}

void hr_exact_column_free(hr_exact_column *column)
{
    hr_arena_free(&column->scratch);
}

static int64_t row_of(const char *name)
{
    for (unsigned m = 0; m < hr_n_exact_methods; m++) {
        if (strcmp(hr_exact_methods[m].name, name) == 0)
            return m;
    }
    return -1;
}

hr_status hr_exact_column_add(hr_exact_column *column, uint64_t index,
                              const hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_exact answer = {.is = HR_EXACT_NOTHING};
    unsigned place[HR_MAX_AXES];
    const hr_schema *schema = column->schema;
    const hr_target *target = &schema->study->target;
    hr_schema_index(schema, target->outcome, target->cell - schema->layout->first[target->outcome],
                    place);
    hr_arena_reset(&column->scratch);
    if (!schema->study->has_daily && configuration->n_servers > 0 &&
        hr_outcome_scale(target->outcome, configuration, place) > 0.0)
        HR_TRY(hr_exact_value(configuration, target->outcome, place, &column->effort,
                              &column->scratch, &answer, err));
    const bool is_known = answer.is == HR_EXACT_VALUE;
    column->value[index] = is_known ? answer.value : (double)NAN;
    column->method[index] = is_known ? row_of(answer.method) : -1;
out:
    return st;
}

/* "campbell pool_total ...", as attributes of flags want it. */
static void name_methods(char *names, size_t room)
{
    size_t used = 0;
    for (unsigned m = 0; m < hr_n_exact_methods && used < room; m++)
        used += (size_t)snprintf(names + used, room - used, "%s%s", m > 0 ? " " : "",
                                 hr_exact_methods[m].name);
}

hr_status hr_exact_column_write(const hr_exact_column *column, const hr_h5 *h5, hr_err *err)
{
    hr_status st = HR_OK;
    enum { MOST = 32 };
    const hr_schema *schema = column->schema;
    const hr_variable *variable = hr_schema_find(schema, schema->study->target.outcome);
    const uint64_t n = schema->study->n_configurations;
    char path[PATH_LENGTH], names[512];
    int64_t numbers[MOST];
    HR_ASSERT(variable != NULL && hr_n_exact_methods <= MOST);
    path_of(schema, "_exact", path);
    hr_h5_array array = {.path = path,
                         .type = HR_H5_REAL,
                         .n_dims = 1,
                         .size = {n},
                         .scale = {"/configuration"},
                         .rows = n,
                         .unit = variable->unit,
                         .long_name = "exact value of the target, where a cheap method knows it"};
    HR_TRY(hr_h5_write(h5, &array, column->value, err));
    path_of(schema, "_exact_by", path);
    array.type = HR_H5_INTEGER;
    array.unit = "1";
    array.long_name = "method of the exact value, -1 where it is not known";
    HR_TRY(hr_h5_write(h5, &array, column->method, err));
    for (unsigned m = 0; m < hr_n_exact_methods; m++)
        numbers[m] = m;
    name_methods(names, sizeof names);
    HR_TRY(hr_h5_put_integers(h5, path, "flag_values", numbers, hr_n_exact_methods, err));
    HR_TRY(hr_h5_put_text(h5, path, "flag_meanings", names, err));
out:
    return st;
}

hr_status hr_exact_column_read(const hr_h5 *h5, const hr_schema *schema, double *value,
                               const char **method, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena scratch = {0};
    int64_t *row = NULL;
    const uint64_t n = schema->study->n_configurations;
    const hr_h5_box box = {.n_dims = 1, .size = {n}};
    char path[PATH_LENGTH];
    for (uint64_t i = 0; i < n; i++) {
        value[i] = (double)NAN;
        method[i] = NULL;
    }
    path_of(schema, "_exact_by", path);
    if (H5Lexists(h5->file, path, H5P_DEFAULT) <= 0)
        return HR_OK; /* written before there was one */
    HR_TAKE(row, &scratch, n);
    HR_TRY(hr_h5_get_box(h5, path, HR_H5_INTEGER, &box, row, err));
    path_of(schema, "_exact", path);
    HR_TRY(hr_h5_get_box(h5, path, HR_H5_REAL, &box, value, err));
    for (uint64_t i = 0; i < n; i++) {
        if (row[i] >= 0 && row[i] < (int64_t)hr_n_exact_methods)
            method[i] = hr_exact_methods[row[i]].name;
    }
out:
    hr_arena_free(&scratch);
    return st;
}
