#include <string.h>

#include "results/result.h"
#include "results/result_columns.h"
#include "results/result_diagnostics.h"
#include "results/result_exact.h"
#include "results/result_file.h"
#include "results/result_h5.h"
#include "results/result_provenance.h"
#include "results/result_schema.h"
#include "results/result_size.h"
#include "results/result_tallies.h"

struct hr_result_file {
    hr_h5 h5;
    hr_schema *schema; /* [study.n_pools] */
    hr_tally_window window;
    hr_arena arena; /* of the window */
};

static hr_status check_format(const hr_h5 *h5, hr_err *err)
{
    int64_t version = 0;
    if (H5Aexists(h5->file, HR_FORMAT_NAME) <= 0 || H5Aexists(h5->file, HR_IDENTITY_NAME) <= 0)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%s: an HDF5 file, but not a headroom result (no attribute " HR_FORMAT_NAME
                       ")",
                       h5->path);
    const hr_status st = hr_h5_get_integer(h5, "/", HR_FORMAT_NAME, &version, err);
    if (st == HR_OK && version != HR_FORMAT_VERSION)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%s: result format %lld, but this headroom reads format %d; "
                       "use the version that wrote it",
                       h5->path, (long long)version, HR_FORMAT_VERSION);
    return st;
}

static hr_status read_identity(const hr_h5 *h5, uint64_t *identity, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const char *text;
    HR_TRY(check_format(h5, err));
    HR_TRY(hr_h5_get_text(h5, "/", HR_IDENTITY_NAME, &arena, &text, err));
    if (!hr_hex_parse(text, identity))
        HR_TRY(HR_FAIL(err, HR_ERR_DATA, "%s: damaged: " HR_IDENTITY_NAME " '%s'", h5->path, text));
out:
    hr_arena_free(&arena);
    return st;
}

hr_status hr_result_identity(const char *path, uint64_t *identity, hr_err *err)
{
    hr_status st = HR_OK;
    hr_h5 h5;
    HR_TRY(hr_h5_open(&h5, path, err));
    HR_TRY(read_identity(&h5, identity, err));
out:
    hr_h5_drop(&h5);
    return st;
}

static hr_status parse_study(hr_result *result, uint64_t identity, hr_err *err)
{
    hr_status st = HR_OK;
    const char *text, *source, *resolved;
    const hr_h5 *h5 = &result->file->h5;
    HR_TRY(hr_h5_get_text(h5, "/provenance", "study", &result->arena, &text, err));
    HR_TRY(hr_h5_get_text(h5, "/provenance", "study_source", &result->arena, &source, err));
    HR_TRY(hr_h5_get_text(h5, "/provenance", "resolved", &result->arena, &resolved, err));
    HR_TRY(hr_study_parse_resolved(&result->study, source, text, resolved, err));
    if (result->study.identity != identity)
        HR_TRY(HR_FAIL(err, HR_ERR_DATA,
                       "%s: written by headroom %s, which reads its study in another "
                       "way (presets or defaults have changed); show it with that version",
                       h5->path, result->version));
out:
    return st;
}

hr_status hr_result_open(hr_result *result, const char *path, hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t identity;
    *result = (hr_result){0};
    HR_TAKE(result->file, &result->arena, 1);
    result->file->h5.file = -1;
    HR_TRY(hr_h5_open(&result->file->h5, path, err));
    HR_TRY(read_identity(&result->file->h5, &identity, err));
    HR_TRY(hr_provenance_read(&result->file->h5, result, err));
    HR_TRY(parse_study(result, identity, err));
    HR_TAKE(result->file->schema, &result->arena, result->study.n_pools);
    for (unsigned p = 0; p < result->study.n_pools; p++)
        HR_TRY(hr_schema_init(&result->file->schema[p], &result->study, p, err));
    result->n_configurations = result->study.n_configurations;
out:
    if (st != HR_OK)
        hr_result_close(result);
    return st;
}

void hr_result_close(hr_result *result)
{
    if (result == NULL || result->file == NULL)
        return;
    hr_h5_drop(&result->file->h5);
    for (unsigned p = 0; result->file->schema != NULL && p < result->study.n_pools; p++)
        hr_schema_free(&result->file->schema[p]);
    hr_arena_free(&result->file->arena);
    hr_study_free(&result->study);
    hr_arena arena = result->arena;
    *result = (hr_result){0};
    hr_arena_free(&arena);
}

hr_status hr_result_estimates(const hr_result *result, unsigned pool, unsigned outcome,
                              unsigned cell, hr_estimate *estimates, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    double *scratch = NULL;
    uint64_t *n = NULL;
    const hr_schema *schema = &result->file->schema[pool];
    const hr_variable *variable = hr_schema_find(schema, outcome);
    HR_ASSERT(variable != NULL);
    const uint32_t first = schema->layout->first[outcome];
    HR_ASSERT(cell >= first && cell - first < variable->n_cells);
    HR_TAKE(scratch, &arena, result->n_configurations);
    HR_TAKE(n, &arena, result->n_configurations);
    const hr_slab slab = {.first = variable->place[cell - first], .n = 1};
    HR_TRY(hr_columns_read(&result->file->h5, schema, variable, slab, estimates, scratch, err));
    HR_TRY(hr_result_effort(result, n, NULL, NULL, err));
    for (uint64_t i = 0; i < result->n_configurations; i++)
        estimates[i].n = n[i];
out:
    hr_arena_free(&arena);
    return st;
}

hr_status hr_result_effort(const hr_result *result, uint64_t *replications, unsigned *look,
                           hr_verdict *verdict, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    int64_t *values = NULL;
    const uint64_t n = result->n_configurations;
    const hr_h5_box box = {.n_dims = 1, .size = {n}};
    const bool wanted[HR_N_EFFORTS] = {replications != NULL, look != NULL, verdict != NULL};
    HR_TAKE(values, &arena, n);
    for (int e = 0; e < HR_N_EFFORTS; e++) {
        if (!wanted[e])
            continue;
        HR_TRY(hr_h5_get_box(&result->file->h5, hr_effort_rows[e].path, HR_H5_INTEGER, &box, values,
                             err));
        for (uint64_t i = 0; i < n; i++) {
            if (e == HR_EFFORT_REPLICATIONS)
                replications[i] = (uint64_t)values[i];
            else if (e == HR_EFFORT_LOOK)
                look[i] = (unsigned)values[i];
            else
                verdict[i] = (hr_verdict)values[i];
        }
    }
out:
    hr_arena_free(&arena);
    return st;
}

hr_status hr_result_sizes(const hr_result *result, hr_sized *sized, hr_err *err)
{
    return hr_sizes_read(&result->file->h5, &result->study, sized, err);
}

hr_status hr_result_exact(const hr_result *result, double *value, const char **method, hr_err *err)
{
    return hr_exact_column_read(&result->file->h5, &result->file->schema[result->study.target.pool],
                                value, method, err);
}

hr_status hr_result_tally(const hr_result *result, uint64_t configuration, hr_tally *tally,
                          hr_err *err)
{
    struct hr_result_file *file = result->file;
    return hr_tallies_read(&file->h5, &file->window, result->n_configurations, configuration,
                           &file->arena, tally, err);
}

bool hr_result_is_tilted(const hr_result *result)
{
    return hr_diagnostics_are_there(&result->file->h5);
}
