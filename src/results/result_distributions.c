#include "results/result_distributions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/real.h"
#include "estimate/estimate.h"
#include "results/result_columns.h"
#include "results/result_coordinates.h"

static const char group[] = "/distributions";

/* Five quantiles of hr_spread; bins: quarter decades from 1e-8 to 1, all below in the first. */
enum { N_QUANTILES = 5, N_BINS = 33, LOWEST_DECADE = -8, MOST_GRID = 64 };
enum { SLAB_BYTES = 8 << 20 };
enum { MOST_NUMBERS = 100000 }; /* choices times grid: bounds memory */
static const double quantiles[N_QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

typedef enum stat { MEAN, MEAN_LOWER, MEAN_UPPER, SD, SD_BETWEEN, N_STATS } stat;
static const char *const stat_suffix[N_STATS] = {"_mean", "_mean_lower", "_mean_upper", "_sd",
                                                 "_sd_between"};
static const char *const stat_doc[N_STATS] = {
    "mean over configurations of: ",
    "lower end of the interval of the mean over configurations of: ",
    "upper end of the interval of the mean over configurations of: ",
    "standard deviation over configurations of the estimates of: ",
    "standard deviation over configurations, noise of the estimates removed, of: "};

typedef struct work {
    const hr_h5 *h5;
    const hr_schema *schema;
    hr_arena arena;
    double edge[N_BINS];
    size_t most;       /* places of a slab */
    hr_slab slab;      /* of the variable at hand, in `all` */
    hr_estimate *all;  /* [n_configurations][slab.n] */
    hr_estimate *some; /* [n_worlds] */
    double *scratch;   /* [n_configurations * most] */
    /* of the variable at hand, [n_choices * n_grid] and so on */
    double *value[N_STATS], *quantile;
    int64_t *histogram;
} work;

/* Per server and per class there are too many; they are read from /estimates when needed. */
static bool has_distribution(const hr_schema *schema, const hr_variable *variable)
{
    const hr_study *study = schema->study;
    if (study->n_worlds < 2 || study->n_choices * variable->n_grid > MOST_NUMBERS)
        return false;
    if (variable->outcome == study->target.outcome)
        return true;
    for (unsigned d = 0; d < variable->n_dims; d++) {
        if (variable->dim[d] == HR_DIM_SERVER || variable->dim[d] == HR_DIM_CLASS)
            return false;
    }
    return hr_outcomes[variable->outcome].by_default && variable->n_grid <= MOST_GRID;
}

/* ---- coordinates of the group */

static hr_status print_choice(const hr_study *study, uint64_t choice, char *text, size_t size,
                              hr_err *err)
{
    hr_status st = HR_OK;
    size_t used = 0;
    text[0] = '\0';
    for (size_t a = 0; a < study->n_axes && used < size; a++) {
        const hr_axis_of_study *axis = &study->axes[a];
        double value;
        if (!axis->is_choice)
            continue;
        HR_TRY(hr_study_coordinate(study, a, choice, &value, err));
        const char *comma = used == 0 ? "" : ", ";
        const bool is_text = axis->labels != NULL && axis->unit[0] == '\0';
        const int n = is_text ? snprintf(text + used, size - used, "%s%s=%s", comma, axis->path,
                                         axis->labels[(size_t)value])
                              : snprintf(text + used, size - used, "%s%s=%g %s", comma, axis->path,
                                         value, strcmp(axis->unit, "1") == 0 ? "" : axis->unit);
        used += n > 0 ? (size_t)n : 0;
    }
out:
    return st;
}

static hr_status write_choices(work *w, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = w->schema->study;
    const char **labels = NULL;
    HR_TAKE(labels, &w->arena, study->n_choices);
    for (uint64_t c = 0; c < study->n_choices; c++) {
        char text[512];
        HR_TRY(print_choice(study, c, text, sizeof text, err));
        labels[c] = hr_arena_text(&w->arena, text, strlen(text));
        if (labels[c] == NULL)
            HR_TRY(HR_FAIL(err, HR_ERR_MEMORY, "no memory for the name of a choice"));
    }
    const hr_h5_array array = {.path = "/distributions/choice",
                               .type = HR_H5_TEXT,
                               .n_dims = 1,
                               .size = {study->n_choices},
                               .is_scale = true,
                               .long_name = "combination of what may be chosen"};
    HR_TRY(hr_h5_write(w->h5, &array, labels, err));
out:
    return st;
}

static hr_status write_scale(const work *w, const char *path, const double *values, size_t n,
                             const char *long_name, hr_err *err)
{
    const hr_h5_array array = {.path = path,
                               .type = HR_H5_REAL,
                               .n_dims = 1,
                               .size = {n},
                               .is_scale = true,
                               .unit = "1",
                               .long_name = long_name};
    return hr_h5_write(w->h5, &array, values, err);
}

static hr_status write_coordinates(work *w, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_h5_group(w->h5, group, err));
    HR_TRY(hr_coordinates_link_dims(w->h5, w->schema, group, err));
    HR_TRY(write_choices(w, err));
    HR_TRY(write_scale(w, "/distributions/quantile", quantiles, N_QUANTILES,
                       "share of configurations at or below", err));
    for (int b = 1; b < N_BINS; b++)
        w->edge[b] = hr_pow(10.0, LOWEST_DECADE + 0.25 * (b - 1));
    HR_TRY(write_scale(w, "/distributions/bin", w->edge, N_BINS,
                       "lower edge of the bin, which ends where the next begins, the last at 1",
                       err));
    HR_TRY(hr_h5_put_text(w->h5, group, "coordinates", "resource_unit", err));
out:
    return st;
}

/* ---- numbers */

static void fill_histogram(const work *w, const hr_estimate *estimates, uint64_t n, int64_t *bins)
{
    for (uint64_t i = 0; i < n; i++) {
        int b = N_BINS - 1;
        if (isnan(estimates[i].value))
            continue;
        while (b > 0 && estimates[i].value < w->edge[b])
            b--;
        bins[b]++;
    }
}

/* The estimates of one choice: every n_choices-th configuration. Only the target's outcome has
 * anything to do with the threshold; for others the verdicts are not looked at. */
static hr_spread spread_of_choice(work *w, unsigned outcome, uint64_t choice, size_t place)
{
    const hr_study *study = w->schema->study;
    const struct hr_spread_rule rule = {.confidence = study->precision.confidence,
                                        .most = hr_outcomes[outcome].most,
                                        .has_threshold = study->target.has_threshold,
                                        .threshold = study->target.at_most};
    for (uint64_t world = 0; world < study->n_worlds; world++)
        w->some[world] =
            w->all[(world * study->n_choices + choice) * w->slab.n + place - w->slab.first];
    return hr_spread_of(&rule, w->some, study->n_worlds, w->scratch);
}

/* Make `place` part of the slab. */
static hr_status read_place(work *w, const hr_variable *variable, size_t place, hr_err *err)
{
    if (w->slab.n > 0 && place >= w->slab.first && place - w->slab.first < w->slab.n)
        return HR_OK;
    w->slab = hr_schema_slab(w->schema, variable, place, w->most);
    return hr_columns_read(w->h5, w->schema, variable, w->slab, w->all, w->scratch, err);
}

static hr_status fill_place(work *w, const hr_variable *variable, size_t place, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = w->schema->study;
    HR_TRY(read_place(w, variable, place, err));
    for (uint64_t c = 0; c < study->n_choices; c++) {
        const hr_spread spread = spread_of_choice(w, variable->outcome, c, place);
        const double values[N_STATS] = {spread.mean, spread.mean_lower, spread.mean_upper,
                                        spread.sd_total, spread.sd_between};
        const size_t at = c * variable->n_grid + place;
        for (int s = 0; s < N_STATS; s++)
            w->value[s][at] = values[s];
        for (int q = 0; q < N_QUANTILES; q++)
            w->quantile[at * N_QUANTILES + (size_t)q] = spread.quantile[q];
        fill_histogram(w, w->some, study->n_worlds, w->histogram + at * N_BINS);
    }
out:
    return st;
}

/* ---- writing one outcome */

static hr_status write_array(const work *w, const hr_variable *variable, const char *suffix,
                             const char *doc, const char *extra, const void *data, hr_err *err)
{
    char path[128], long_name[320], scale[HR_H5_MOST_DIMS][64];
    const hr_outcome *outcome = &hr_outcomes[variable->outcome];
    const bool is_bins = extra != NULL && strcmp(extra, "bin") == 0;
    hr_h5_array array = {.path = path,
                         .type = is_bins ? HR_H5_INTEGER : HR_H5_REAL,
                         .n_dims = 1,
                         .size = {w->schema->study->n_choices},
                         .scale = {"/distributions/choice"},
                         .unit = is_bins ? "1" : variable->unit,
                         .long_name = long_name};
    (void)snprintf(path, sizeof path, "%s/%s%s", group, outcome->name, suffix);
    (void)snprintf(long_name, sizeof long_name, "%s%s", doc, outcome->doc);
    for (unsigned d = 0; d < variable->n_dims; d++) {
        const hr_dim_row *dim = &w->schema->dim[variable->dim[d]];
        (void)snprintf(scale[d], sizeof scale[d], "/%s", dim->name);
        array.scale[array.n_dims] = scale[d];
        array.size[array.n_dims++] = dim->n;
    }
    if (extra != NULL) {
        array.size[array.n_dims] = is_bins ? N_BINS : N_QUANTILES;
        array.scale[array.n_dims++] = is_bins ? "/distributions/bin" : "/distributions/quantile";
    }
    array.rows = array.size[0];
    return hr_h5_write(w->h5, &array, data, err);
}

static hr_status take_arrays(work *w, hr_arena *arena, size_t n, hr_err *err)
{
    hr_status st = HR_OK;
    for (int s = 0; s < N_STATS; s++) {
        HR_TAKE(w->value[s], arena, n);
        for (size_t i = 0; i < n; i++)
            w->value[s][i] = (double)NAN;
    }
    HR_TAKE(w->quantile, arena, n * N_QUANTILES);
    for (size_t i = 0; i < n * N_QUANTILES; i++)
        w->quantile[i] = (double)NAN;
    HR_TAKE(w->histogram, arena, n * N_BINS);
out:
    return st;
}

static hr_status write_variable(work *w, const hr_variable *variable, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    w->slab = (hr_slab){0};
    HR_TRY(take_arrays(w, &arena, w->schema->study->n_choices * variable->n_grid, err));
    for (size_t c = 0; c < variable->n_cells; c++)
        HR_TRY(fill_place(w, variable, variable->place[c], err));
    for (int s = 0; s < N_STATS; s++)
        HR_TRY(write_array(w, variable, stat_suffix[s], stat_doc[s], NULL, w->value[s], err));
    HR_TRY(write_array(w, variable, "_quantile", "quantiles over configurations of: ", "quantile",
                       w->quantile, err));
    if (hr_outcomes[variable->outcome].most == 1.0)
        HR_TRY(write_array(w, variable, "_histogram", "configurations by the size of: ", "bin",
                           w->histogram, err));
out:
    hr_arena_free(&arena);
    return st;
}

/* ---- against the target */

static hr_status write_verdicts(work *w, hr_err *err)
{
    static const char *const names[] = {"met", "missed", "undecided"};
    static const char *const docs[] = {"configurations that meet the target, by their intervals",
                                       "configurations that miss it",
                                       "configurations whose interval holds the threshold"};
    hr_status st = HR_OK;
    int64_t *counts[3] = {NULL, NULL, NULL};
    const hr_study *study = w->schema->study;
    w->schema += study->target.pool;
    const hr_variable *variable = hr_schema_find(w->schema, study->target.outcome);
    HR_ASSERT(variable != NULL);
    const size_t cell = study->target.cell - w->schema->layout->first[study->target.outcome];
    w->slab = (hr_slab){0};
    HR_TRY(read_place(w, variable, variable->place[cell], err));
    for (int i = 0; i < 3; i++)
        HR_TAKE(counts[i], &w->arena, study->n_choices);
    for (uint64_t c = 0; c < study->n_choices; c++) {
        const hr_spread spread =
            spread_of_choice(w, study->target.outcome, c, variable->place[cell]);
        counts[0][c] = (int64_t)spread.met;
        counts[1][c] = (int64_t)spread.missed;
        counts[2][c] = (int64_t)spread.undecided;
    }
    for (int i = 0; i < 3; i++) {
        char path[64];
        const hr_h5_array array = {.path = path,
                                   .type = HR_H5_INTEGER,
                                   .n_dims = 1,
                                   .size = {study->n_choices},
                                   .scale = {"/distributions/choice"},
                                   .unit = "1",
                                   .long_name = docs[i]};
        (void)snprintf(path, sizeof path, "%s/%s", group, names[i]);
        HR_TRY(hr_h5_write(w->h5, &array, counts[i], err));
    }
out:
    return st;
}

/* What fits in memory, but no more than the largest grid has, and one place in any case. */
static size_t most_places(const hr_schema *schema)
{
    size_t most = 1;
    for (size_t v = 0; v < schema->n_variables; v++) {
        const hr_variable *variable = &schema->variable[v];
        if (has_distribution(schema, variable) && variable->n_grid > most)
            most = variable->n_grid;
    }
    const uint64_t place = schema->study->n_configurations * (sizeof(hr_estimate) + sizeof(double));
    const size_t fit = (size_t)(SLAB_BYTES / place);
    return fit < 1 ? 1 : most < fit ? most : fit;
}

hr_status hr_distributions_write(const hr_h5 *h5, const hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    work w = {.h5 = h5, .schema = schema};
    const uint64_t n = schema->study->n_configurations;
    w.most = most_places(schema);
    HR_TAKE(w.all, &w.arena, n * w.most);
    HR_TAKE(w.some, &w.arena, schema->study->n_worlds);
    HR_TAKE(w.scratch, &w.arena, n * w.most);
    HR_TRY(write_coordinates(&w, err));
    for (size_t v = 0; v < schema->n_variables; v++) {
        if (has_distribution(schema, &schema->variable[v]))
            HR_TRY(write_variable(&w, &schema->variable[v], err));
    }
    if (schema->study->target.has_threshold)
        HR_TRY(write_verdicts(&w, err));
out:
    hr_arena_free(&w.arena);
    return st;
}
