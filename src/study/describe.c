#define _POSIX_C_SOURCE 200809L
#include "study/describe.h"

#include <stdio.h>
#include <string.h>

#include "study/assemble.h"
#include "study/study_tree.h"

const char *const hr_set_by_names[HR_N_SET_BY] = {
    [HR_SET_BY_DEFAULT] = "default", [HR_SET_BY_BASE] = "base",     [HR_SET_BY_STUDY] = "study",
    [HR_SET_BY_SET] = "--set",       [HR_SET_BY_CHOOSE] = "choose", [HR_SET_BY_UNKNOWN] = "unknown",
    [HR_SET_BY_DAILY] = "daily",
};

static hr_status no_memory(hr_err *err)
{
    return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the list of values");
}

/* "5.46 Mc/s", as the law's own unit has it. */
static const char *number_text(const hr_bound *bound, hr_arena *arena)
{
    char text[120];
    const hr_quantity *quantity = &bound->quantity;
    const char *unit = hr_quantity_unit(quantity, arena);
    if (unit == NULL)
        return NULL;
    const bool pure = strcmp(unit, "1") == 0;
    (void)snprintf(text, sizeof text, "%.6g%s%s", bound->value.number / quantity->scale,
                   pure ? "" : " ", pure ? "" : unit);
    return hr_arena_text(arena, text, strlen(text));
}

/* "lognormal(mean 45 min, ...)" of a law with a drawn argument: its present arguments, in the
 * law's unit or as pure numbers. */
static const char *call_text(const hr_call *call, hr_arena *arena)
{
    char text[240];
    size_t n = (size_t)snprintf(text, sizeof text, "%s(", call->row->name);
    for (size_t i = 0; i < call->n_arguments && n < sizeof text; i++) {
        const hr_argument *argument = &call->argument[i];
        const bool pure =
            hr_call_argument_meaning(call, argument->name).dimension != call->meaning.dimension;
        const double scale = pure ? 1.0 : call->quantity.scale;
        const char *unit = pure ? "1" : hr_quantity_unit(&call->quantity, arena);
        if (unit == NULL)
            return NULL;
        n +=
            (size_t)snprintf(text + n, sizeof text - n, "%s%s %.6g%s%s", i > 0 ? ", " : "",
                             argument->name, argument->number / scale,
                             strcmp(unit, "1") == 0 ? "" : " ", strcmp(unit, "1") == 0 ? "" : unit);
    }
    if (n + 2 > sizeof text)
        n = sizeof text - 2;
    text[n] = ')';
    return hr_arena_text(arena, text, n + 1);
}

static hr_status describe_value(hr_key key, const size_t index[HR_PLACE_INDICES],
                                const hr_bound *bound, hr_described *out, hr_arena *arena,
                                hr_err *err)
{
    char path[HR_LONGEST_PATH];
    const hr_param_row *row = &hr_param_rows[key];
    hr_place_path(key, index, path);
    *out = (hr_described){.path = hr_arena_text(arena, path, strlen(path)),
                          .text = bound->value.text,
                          .where = bound->value.where,
                          .by = bound->by,
                          .is_assumption = strstr(row->source, "[U]") != NULL,
                          .row = row};
    if (bound->drawn_from != NULL) {
        out->law = bound->drawn_from;
        out->text = bound->call != NULL ? call_text(bound->call, arena) : number_text(bound, arena);
    }
    return out->path != NULL && out->text != NULL ? HR_OK : no_memory(err);
}

/* Values of one row, all its places; appended at `n`. */
static hr_status describe_row(const hr_params *params, hr_key key, hr_described *out, size_t *n,
                              hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_shape *shape = params->shape;
    const size_t *size = shape->size[key];
    const bool has_places = strpbrk(hr_param_rows[key].path, "[{") != NULL;
    for (size_t i = 0; i < size[0] * size[1] * size[2]; i++) {
        const size_t index[] = {i / (size[1] * size[2]), i / size[2] % size[1], i % size[2]};
        const hr_value *value = params->slot[shape->first[key] + i];
        if (value == NULL && !has_places && shape->fallback[key] != NULL)
            value = &shape->fallback[key]->value;
        if (value == NULL)
            continue;
        HR_TRY(describe_value(key, index, (const hr_bound *)value, &out[*n], arena, err));
        ++*n;
    }
out:
    return st;
}

hr_status hr_study_describe(const hr_study *study, uint64_t index, hr_arena *arena,
                            const hr_described **values, size_t *n, hr_err *err)
{
    hr_status st = HR_OK;
    hr_params params = {0};
    hr_described *out = NULL;
    *n = 0;
    HR_TRY(hr_study_params(study, index, 0, &params, arena, err));
    size_t most = HR_N_KEYS;
    for (size_t i = 0; i < params.shape->n_slots; i++)
        most += params.slot[i] != NULL;
    HR_TAKE(out, arena, most);
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        if (hr_param_rows[key].kind != HR_PARAM_SECTION)
            HR_TRY(describe_row(&params, key, out, n, arena, err));
    }
    *values = out;
out:
    return st;
}
