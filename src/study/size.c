#include "study/size.h"

#include <stdio.h>
#include <string.h>

#include "study/design.h"
#include "study/span.h"
#include "study/study_tree.h"

/* ---- candidates */

/* Choices stand before unknowns, the last one runs fastest. */
static uint64_t stride_of(const hr_study *study)
{
    uint64_t stride = 1;
    for (size_t a = study->size.axis + 1; a < study->n_axes && study->axes[a].is_choice; a++)
        stride *= study->axes[a].n_levels;
    return stride;
}

static size_t level_of(const hr_study *study, size_t candidate)
{
    HR_ASSERT(candidate < study->size.n_candidates);
    return study->size.find_largest ? study->size.n_candidates - 1 - candidate : candidate;
}

uint64_t hr_size_rows(const hr_study *study)
{
    HR_ASSERT(study->size.along != HR_SIZE_NOT_ASKED);
    if (study->size.along != HR_SIZE_CHOICE)
        return study->n_configurations;
    return study->n_configurations / study->size.n_candidates;
}

uint64_t hr_size_configuration(const hr_study *study, uint64_t row, size_t candidate)
{
    const uint64_t level = level_of(study, candidate), stride = stride_of(study);
    if (study->size.along != HR_SIZE_CHOICE)
        return row;
    return (row / stride * study->size.n_candidates + level) * stride + row % stride;
}

uint64_t hr_size_row(const hr_study *study, uint64_t configuration, size_t *candidate)
{
    const uint64_t stride = stride_of(study), n = study->size.n_candidates;
    *candidate = 0;
    if (study->size.along != HR_SIZE_CHOICE)
        return configuration;
    *candidate = level_of(study, (size_t)(configuration / stride % n));
    return configuration / (stride * n) * stride + configuration % stride;
}

uint32_t hr_size_cell(const hr_study *study, size_t candidate)
{
    return study->size.first_cell + study->size.stride * (uint32_t)level_of(study, candidate);
}

const char *hr_size_label(const hr_study *study, size_t candidate)
{
    return study->size.labels[level_of(study, candidate)];
}

struct hr_sequential hr_size_rule(const hr_study *study)
{
    const hr_size *size = &study->size;
    return (struct hr_sequential){.threshold = size->threshold,
                                  .is_at_least = size->is_at_least,
                                  .indifference = size->indifference,
                                  .error = 1.0 - study->precision.confidence,
                                  .n_candidates = size->n_candidates,
                                  .at_most = study->precision.at_most};
}

/* ---- reading */

typedef struct hr_curve_row {
    const char *path;
    hr_size_along along;
    hr_axis axis;
    bool find_largest;
} hr_curve_row;

/* What one run holds for all values: the candidates are cells, not configurations. */
static const hr_curve_row curves[] = {
    {"probe.sizes", HR_SIZE_PROBE, HR_AXIS_PROBE, true},
    {"observe.capacity", HR_SIZE_CAPACITY, HR_AXIS_CAPACITY, false},
};
enum { N_CURVES = sizeof curves / sizeof *curves };

static hr_status must_rise(const hr_params *params, const char *what, hr_err *err)
{
    return hr_params_fail(params, HR_KEY_size_vary, 0, 0, err,
                          "the values of %s must rise, from the least to the most", what);
}

/* Levels that are not numbers stand in the order of the study, which is taken at its word. */
static hr_status read_choice(hr_study *study, const hr_params *params, hr_err *err)
{
    hr_size *size = &study->size;
    const struct hr_choice *choice = NULL;
    hr_guess guess = hr_guess_for(hr_span_of(size->vary));
    for (size_t a = 0; a < study->n_axes && study->axes[a].is_choice; a++) {
        hr_guess_offer(&guess, study->axes[a].path);
        if (strcmp(study->axes[a].path, size->vary) != 0)
            continue;
        size->axis = a;
        choice = &study->tree->design.choices[a];
    }
    if (choice == NULL)
        return hr_params_fail(params, HR_KEY_size_vary, 0, 0, err,
                              "is not a key of choose%s%.100s; give its values there, e.g. "
                              "choose.pool.servers: 2 to 40",
                              guess.best != NULL ? ", did you mean " : "",
                              guess.best != NULL ? guess.best : "");
    for (size_t l = 1; choice->is_numeric && l < choice->n_levels; l++) {
        if (!(choice->levels[l].number > choice->levels[l - 1].number))
            return must_rise(params, "choose", err);
    }
    size->along = HR_SIZE_CHOICE;
    size->n_candidates = choice->n_levels;
    size->labels = study->axes[size->axis].labels;
    size->first_cell = study->target.cell;
    return HR_OK;
}

static double curve_value(const hr_study *study, const hr_configuration *example,
                          const hr_curve_row *row, size_t i)
{
    return row->along == HR_SIZE_PROBE ? (double)example->probes[i].size
                                       : study->capacity_factors[i];
}

/* The cells of the target's outcome along the curve's axis, all else as the target says. */
static hr_status find_cells(hr_study *study, const hr_params *params, const hr_curve_row *row,
                            hr_err *err)
{
    hr_size *size = &study->size;
    const hr_target *target = &study->target;
    const hr_layout *layout = &study->pools[target->pool].layout;
    const hr_axis *axes = hr_outcomes[target->outcome].axes;
    int at = 0;
    while (at < HR_MAX_AXES && axes[at] != row->axis)
        at++;
    if (at == HR_MAX_AXES)
        return hr_params_fail(params, HR_KEY_size_vary, 0, 0, err,
                              "target.outcome %s does not tell %s apart",
                              hr_outcomes[target->outcome].name, row->path);
    size->stride = 1;
    for (int a = at + 1; a < HR_MAX_AXES; a++)
        size->stride *= layout->size[axes[a]];
    size->n_candidates = layout->size[row->axis];
    const uint32_t within = target->cell - layout->first[target->outcome];
    const uint32_t level = within / size->stride % (uint32_t)size->n_candidates;
    size->first_cell = target->cell - level * size->stride;
    return HR_OK;
}

static hr_status read_curve(hr_study *study, const hr_params *params,
                            const hr_configuration *example, const hr_curve_row *row, hr_err *err)
{
    hr_status st = HR_OK;
    hr_size *size = &study->size;
    const char **labels = NULL;
    HR_TRY(find_cells(study, params, row, err));
    HR_TAKE(labels, &study->arena, size->n_candidates);
    for (size_t i = 0; i < size->n_candidates; i++) {
        char text[32];
        const double value = curve_value(study, example, row, i);
        if (i > 0 && !(value > curve_value(study, example, row, i - 1)))
            return must_rise(params, row->path, err);
        (void)snprintf(text, sizeof text, "%.6g", value);
        labels[i] = hr_arena_text(&study->arena, text, strlen(text));
        if (labels[i] == NULL)
            return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the study");
    }
    size->labels = labels;
    size->along = row->along;
    size->find_largest = row->find_largest;
out:
    return st;
}

static hr_status read_threshold(hr_study *study, const hr_params *params, hr_err *err)
{
    hr_size *size = &study->size;
    const hr_value *at_least = hr_params_get(params, HR_KEY_size_at_least);
    const hr_outcome *outcome = &hr_outcomes[study->target.outcome];
    size->is_at_least = at_least->is_set;
    size->has_bracket = hr_params_get(params, HR_KEY_size_bracket)->choice == 1;
    size->threshold = at_least->is_set ? at_least->number : study->target.at_most;
    size->indifference = hr_params_get(params, HR_KEY_size_indifference)->number;
    if (at_least->is_set && outcome->most != 1.0)
        return hr_params_fail(params, HR_KEY_size_at_least, 0, 0, err,
                              "target.outcome %s is not a share; give target.at_most",
                              outcome->name);
    if (at_least->is_set && study->target.has_threshold)
        return hr_params_fail(params, HR_KEY_size_at_least, 0, 0, err,
                              "stands beside target.at_most; give one of them");
    if (!at_least->is_set && !study->target.has_threshold)
        return hr_params_fail(params, HR_KEY_size_vary, 0, 0, err,
                              "needs target.at_most, the threshold to meet");
    return HR_OK;
}

hr_status hr_size_read(hr_study *study, const hr_params *params, const hr_configuration *example,
                       hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *vary = hr_params_get(params, HR_KEY_size_vary);
    const hr_value *find = hr_params_get(params, HR_KEY_size_find);
    const hr_curve_row *curve = NULL;
    study->size = (hr_size){.along = HR_SIZE_NOT_ASKED};
    if (!vary->is_set)
        return HR_OK;
    study->size.vary = vary->text;
    for (int i = 0; i < N_CURVES; i++)
        curve = strcmp(vary->text, curves[i].path) == 0 ? &curves[i] : curve;
    HR_TRY(curve != NULL ? read_curve(study, params, example, curve, err)
                         : read_choice(study, params, err));
    if (find->is_set)
        study->size.find_largest = find->choice == 1;
    HR_TRY(read_threshold(study, params, err));
out:
    return st;
}
