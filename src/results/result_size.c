#include "results/result_size.h"

#include <stdio.h>

#include "estimate/sequential.h"
#include "results/bracket.h"
#include "study/size.h"

static const char group[] = "/size";

static uint64_t count(const hr_study *study)
{
    return hr_size_rows(study) * study->size.n_candidates;
}

/* ---- estimates */

hr_status hr_sizes_init(hr_sizes *sizes, const hr_study *study, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    *sizes = (hr_sizes){.study = study};
    if (study->size.along != HR_SIZE_NOT_ASKED)
        HR_TAKE(sizes->sized, arena, count(study));
out:
    return st;
}

static hr_estimate estimate_of(const hr_study *study, const hr_configuration *configuration,
                               const hr_tally *tally, size_t candidate, double alpha)
{
    const unsigned outcome = study->target.outcome;
    const hr_layout *layout = &study->pools[study->target.pool].layout;
    const uint32_t cell = hr_size_cell(study, candidate);
    unsigned index[HR_MAX_AXES];
    hr_layout_index(layout, outcome, cell - layout->first[outcome], index);
    return hr_estimate_cell(&hr_outcomes[outcome], &tally->cell[cell], tally->n_replications,
                            hr_outcome_scale(outcome, configuration, index), alpha);
}

hr_status hr_sizes_add(hr_sizes *sizes, const hr_configuration *configuration,
                       const hr_tally *tally, unsigned look, hr_verdict verdict, hr_arena *arena,
                       hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = sizes->study;
    size_t first = 0;
    if (sizes->sized == NULL)
        return HR_OK;
    const bool is_curve = study->size.along != HR_SIZE_CHOICE;
    const struct hr_sequential rule = hr_size_rule(study);
    const double alpha = hr_sequential_alpha(&rule, look);
    const uint64_t row = hr_size_row(study, configuration->index, &first);
    const size_t end = is_curve ? study->size.n_candidates : first + 1;
    for (size_t i = first; i < end; i++) {
        hr_sized *sized = &sizes->sized[row * study->size.n_candidates + i];
        sized->estimate = estimate_of(study, configuration, tally, i, alpha);
        sized->verdict = is_curve ? hr_sequential_verdict(&rule, &sized->estimate) : verdict;
        if (sized->verdict == HR_GO_ON)
            sized->verdict = HR_SPARED;
        if (verdict == HR_BOUND_MET || verdict == HR_BOUND_MISSED)
            HR_TRY(hr_bracket(study, configuration, arena, &sized->estimate, &verdict, err));
    }
out:
    return st;
}

/* ---- the file */

typedef enum field { VALUE, LOWER, UPPER, N_REALS } field;
static const char *const real_names[N_REALS] = {"value", "lower", "upper"};
static const char *const real_docs[N_REALS] = {
    "the target's outcome for each candidate",
    "lower end of the interval that the candidate was tested by",
    "upper end of the interval that the candidate was tested by"};

static double *field_of(hr_sized *sized, field which)
{
    hr_estimate *e = &sized->estimate;
    return which == VALUE ? &e->value : which == LOWER ? &e->lower : &e->upper;
}

static hr_h5_array array_of(const hr_study *study, hr_h5_type type, char path[64], const char *name)
{
    (void)snprintf(path, 64, "%s/%s", group, name);
    return (hr_h5_array){.path = path,
                         .type = type,
                         .n_dims = 2,
                         .size = {hr_size_rows(study), study->size.n_candidates},
                         .scale = {"/size/row", "/size/candidate"},
                         .unit = type == HR_H5_INTEGER ? "1" : NULL};
}

static hr_status write_scales(const hr_sizes *sizes, const hr_h5 *h5, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    int64_t *first = NULL;
    const char **labels = NULL;
    const hr_study *study = sizes->study;
    const uint64_t n_rows = hr_size_rows(study);
    HR_TAKE(first, &arena, n_rows);
    HR_TAKE(labels, &arena, study->size.n_candidates);
    for (uint64_t row = 0; row < n_rows; row++)
        first[row] = (int64_t)hr_size_configuration(study, row, 0);
    for (size_t i = 0; i < study->size.n_candidates; i++)
        labels[i] = hr_size_label(study, i);
    const hr_h5_array rows = {.path = "/size/row",
                              .type = HR_H5_INTEGER,
                              .n_dims = 1,
                              .size = {n_rows},
                              .is_scale = true,
                              .unit = "1",
                              .long_name = "configuration of the row's first candidate"};
    const hr_h5_array candidates = {.path = "/size/candidate",
                                    .type = HR_H5_TEXT,
                                    .n_dims = 1,
                                    .size = {study->size.n_candidates},
                                    .is_scale = true,
                                    .long_name = study->size.vary};
    HR_TRY(hr_h5_write(h5, &rows, first, err));
    HR_TRY(hr_h5_write(h5, &candidates, labels, err));
out:
    hr_arena_free(&arena);
    return st;
}

static hr_status write_question(const hr_study *study, const hr_h5 *h5, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_size *size = &study->size;
    HR_TRY(hr_h5_put_text(h5, group, "vary", size->vary, err));
    HR_TRY(hr_h5_put_text(h5, group, "find", size->find_largest ? "largest" : "smallest", err));
    HR_TRY(hr_h5_put_real(h5, group, size->is_at_least ? "at_least" : "at_most", size->threshold,
                          err));
    HR_TRY(hr_h5_put_real(h5, group, "indifference", size->indifference, err));
    HR_TRY(hr_h5_put_real(h5, group, "confidence", study->precision.confidence, err));
out:
    return st;
}

static hr_status write_reals(const hr_sizes *sizes, const hr_h5 *h5, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    double *values = NULL;
    char path[64];
    const uint64_t n = count(sizes->study);
    HR_TAKE(values, arena, n);
    for (field f = VALUE; f < N_REALS; f++) {
        hr_h5_array array = array_of(sizes->study, HR_H5_REAL, path, real_names[f]);
        array.long_name = real_docs[f];
        for (uint64_t i = 0; i < n; i++)
            values[i] = *field_of(&sizes->sized[i], f);
        HR_TRY(hr_h5_write(h5, &array, values, err));
    }
out:
    return st;
}

static hr_status write_integers(const hr_sizes *sizes, const hr_h5 *h5, hr_arena *arena,
                                hr_err *err)
{
    hr_status st = HR_OK;
    int64_t *values = NULL;
    char path[64];
    const uint64_t n = count(sizes->study);
    HR_TAKE(values, arena, n);
    hr_h5_array array = array_of(sizes->study, HR_H5_INTEGER, path, "replications");
    array.long_name = "replications behind the estimate";
    for (uint64_t i = 0; i < n; i++)
        values[i] = (int64_t)sizes->sized[i].estimate.n;
    HR_TRY(hr_h5_write(h5, &array, values, err));
    array = array_of(sizes->study, HR_H5_INTEGER, path, "verdict");
    array.long_name = "what was found, as in /estimates/stopped_because";
    for (uint64_t i = 0; i < n; i++)
        values[i] = (int64_t)sizes->sized[i].verdict;
    HR_TRY(hr_h5_write(h5, &array, values, err));
out:
    return st;
}

/* The answers: numbers of candidates, so that candidate `met` is the first that meets the threshold
 * and `missed` - 1 the last that misses it. */
static hr_status write_answers(const hr_sizes *sizes, const hr_h5 *h5, hr_arena *arena, hr_err *err)
{
    static const char *const paths[] = {"/size/met", "/size/missed"};
    static const char *const docs[] = {
        "the first candidate that meets the threshold; the number of candidates where none does",
        "so many candidates, from the first on, miss the threshold"};
    hr_status st = HR_OK;
    int64_t *values[2] = {NULL, NULL};
    const hr_study *study = sizes->study;
    const uint64_t n_rows = hr_size_rows(study);
    for (int k = 0; k < 2; k++)
        HR_TAKE(values[k], arena, n_rows);
    for (uint64_t row = 0; row < n_rows; row++) {
        const hr_row_state state = hr_sized_state(study, sizes->sized, row);
        values[0][row] = (int64_t)state.met;
        values[1][row] = (int64_t)state.missed;
    }
    for (int k = 0; k < 2; k++) {
        const hr_h5_array array = {.path = paths[k],
                                   .type = HR_H5_INTEGER,
                                   .n_dims = 1,
                                   .size = {n_rows},
                                   .scale = {"/size/row"},
                                   .unit = "1",
                                   .long_name = docs[k]};
        HR_TRY(hr_h5_write(h5, &array, values[k], err));
    }
out:
    return st;
}

hr_status hr_sizes_write(const hr_sizes *sizes, const hr_h5 *h5, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    if (sizes->sized == NULL)
        return HR_OK;
    HR_TRY(hr_h5_group(h5, group, err));
    HR_TRY(write_question(sizes->study, h5, err));
    HR_TRY(write_scales(sizes, h5, err));
    HR_TRY(write_reals(sizes, h5, &arena, err));
    HR_TRY(write_integers(sizes, h5, &arena, err));
    HR_TRY(write_answers(sizes, h5, &arena, err));
out:
    hr_arena_free(&arena);
    return st;
}

hr_status hr_sizes_read(const hr_h5 *h5, const hr_study *study, hr_sized *sized, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    double *reals = NULL;
    int64_t *integers = NULL;
    const uint64_t n = count(study);
    const hr_h5_box box = {.n_dims = 2, .size = {hr_size_rows(study), study->size.n_candidates}};
    char path[64];
    HR_TAKE(reals, &arena, n);
    HR_TAKE(integers, &arena, n);
    for (field f = VALUE; f < N_REALS; f++) {
        (void)snprintf(path, sizeof path, "%s/%s", group, real_names[f]);
        HR_TRY(hr_h5_get_box(h5, path, HR_H5_REAL, &box, reals, err));
        for (uint64_t i = 0; i < n; i++)
            *field_of(&sized[i], f) = reals[i];
    }
    HR_TRY(hr_h5_get_box(h5, "/size/replications", HR_H5_INTEGER, &box, integers, err));
    for (uint64_t i = 0; i < n; i++)
        sized[i].estimate.n = (uint64_t)integers[i];
    HR_TRY(hr_h5_get_box(h5, "/size/verdict", HR_H5_INTEGER, &box, integers, err));
    for (uint64_t i = 0; i < n; i++) {
        sized[i].verdict = (hr_verdict)integers[i];
        sized[i].estimate.is_bound = sized[i].estimate.value <= 0.0;
    }
out:
    hr_arena_free(&arena);
    return st;
}

hr_row_state hr_sized_state(const hr_study *study, const hr_sized *sized, uint64_t row)
{
    const size_t n = study->size.n_candidates;
    hr_row_state state = {.missed = 0, .met = n};
    for (size_t i = 0; i < n; i++)
        hr_sequential_count(&state, i, sized[row * n + i].verdict);
    return state;
}
