#include "results/result_schema.h"

#include <stdio.h>
#include <string.h>

/* ---- coordinates */

static const hr_dim_row rows[HR_N_DIMS] = {
    [HR_DIM_LEVEL] = {"level", NULL, "level of the ceilings: target, limit or full", 0, 0, 0, 0},
    [HR_DIM_RESOURCE] = {"resource", NULL, "resource over its ceiling; any: at least one of them",
                         0, 0, 0, 0},
    [HR_DIM_SERVER] = {"server", "1", "number of the server in the pool, from 0", 0, 0, 0, 0},
    [HR_DIM_AT_LEAST] = {"at_least", "1", "at least so many servers", 0, 0, 0, 0},
    [HR_DIM_MIN_EPISODE] = {"min_episode", "s", "episodes or stays of at least this length", 0, 0,
                            0, 0},
    [HR_DIM_CLASS] = {"class", NULL, "class of meetings", 0, 0, 0, 0},
    [HR_DIM_CAPACITY] = {"capacity_factor", "1", "factor on all ceilings of the target", 0, 0, 0,
                         0},
    [HR_DIM_TIME] = {"time", "s", "observed time, study time", 0, 0, 0, 0},
    [HR_DIM_PROBE] = {"probe_size", "1", "participants of the meeting that is tried", 0, 0, 0, 0},
    [HR_DIM_THRESHOLD] = {"threshold", "1", "total load of the pool above this", 0, 0, 0, 0},
    [HR_DIM_CAUSE] = {"cause", NULL, "why users have no service; any: all of it", 0, 0, 0, 0},
    [HR_DIM_POOL] = {"pool", NULL, "pool of the deployment that began it", 0, 0, 0, 0},
};

static hr_status take_integers(hr_schema *schema, hr_dim dim, int64_t first, size_t n, hr_err *err)
{
    hr_status st = HR_OK;
    int64_t *values = NULL;
    HR_TAKE(values, &schema->arena, n);
    for (size_t i = 0; i < n; i++)
        values[i] = first + (int64_t)i;
    schema->dim[dim].n = n;
    schema->dim[dim].integer = values;
out:
    return st;
}

static hr_status take_reals(hr_schema *schema, hr_dim dim, const double *from, size_t n,
                            hr_err *err)
{
    hr_status st = HR_OK;
    double *values = NULL;
    HR_TAKE(values, &schema->arena, n);
    for (size_t i = 0; i < n; i++)
        values[i] = from[i];
    schema->dim[dim].n = n;
    schema->dim[dim].real = values;
out:
    return st;
}

static hr_status take_resources(hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *example = &schema->example;
    const size_t n = example->n_resources + 1;
    const char **names = NULL, **units = NULL;
    HR_TAKE(names, &schema->arena, n);
    HR_TAKE(units, &schema->arena, n);
    names[0] = "any";
    units[0] = "";
    for (size_t r = 1; r < n; r++) {
        names[r] = hr_resources[example->resource[r - 1]].name;
        units[r] = hr_resources[example->resource[r - 1]].unit;
    }
    schema->dim[HR_DIM_RESOURCE].n = n;
    schema->dim[HR_DIM_RESOURCE].text = names;
    schema->resource_unit = units;
out:
    return st;
}

static hr_status take_classes(hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t n = schema->example.n_classes;
    const char **names = NULL;
    HR_TAKE(names, &schema->arena, n);
    for (size_t k = 0; k < n; k++)
        names[k] = schema->example.classes[k].name;
    schema->dim[HR_DIM_CLASS].n = n;
    schema->dim[HR_DIM_CLASS].text = names;
out:
    return st;
}

/* Of the whole deployment: only the first pool has such outcomes. */
static hr_status take_pools(hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t n = schema->layout->size[HR_AXIS_POOL];
    const char **names = NULL;
    HR_TAKE(names, &schema->arena, n);
    for (size_t p = 0; p < n; p++)
        names[p] = schema->study->pools[p].name;
    schema->dim[HR_DIM_POOL].n = n;
    schema->dim[HR_DIM_POOL].text = names;
out:
    return st;
}

static hr_status take_dims(hr_schema *schema, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *example = &schema->example;
    const unsigned *size = schema->layout->size;
    double *probes = NULL;
    memcpy(schema->dim, rows, sizeof rows);
    schema->dim[HR_DIM_LEVEL].n = HR_N_LEVELS;
    schema->dim[HR_DIM_LEVEL].text = hr_level_names;
    HR_TRY(take_resources(schema, err));
    HR_TRY(take_integers(schema, HR_DIM_SERVER, 0, size[HR_AXIS_SERVER], err));
    HR_TRY(take_integers(schema, HR_DIM_AT_LEAST, 1, size[HR_AXIS_K], err));
    HR_TRY(take_reals(schema, HR_DIM_MIN_EPISODE, example->min_episode, example->n_durations, err));
    HR_TRY(take_classes(schema, err));
    HR_TRY(take_pools(schema, err));
    HR_TRY(take_reals(schema, HR_DIM_CAPACITY, schema->study->capacity_factors,
                      schema->study->n_capacity_factors, err));
    HR_TRY(take_reals(schema, HR_DIM_TIME, example->observed, example->n_observed, err));
    HR_TAKE(probes, &schema->arena, example->n_probes);
    for (unsigned p = 0; p < example->n_probes; p++)
        probes[p] = example->probes[p].size;
    HR_TRY(take_reals(schema, HR_DIM_PROBE, probes, example->n_probes, err));
    if (example->failures != NULL) {
        schema->dim[HR_DIM_CAUSE].n = HR_N_CAUSES;
        schema->dim[HR_DIM_CAUSE].text = hr_cause_names;
    }
    HR_TRY(take_reals(schema, HR_DIM_THRESHOLD, example->threshold, example->n_thresholds, err));
    if (example->n_resources > 0)
        schema->dim[HR_DIM_THRESHOLD].unit = hr_resources[example->resource[0]].unit;
out:
    return st;
}

/* ---- variables */

static const hr_dim dim_of_axis[HR_N_AXES] = {
    [HR_AXIS_SERVER] = HR_DIM_SERVER,
    [HR_AXIS_K] = HR_DIM_AT_LEAST,
    [HR_AXIS_DURATION] = HR_DIM_MIN_EPISODE,
    [HR_AXIS_CLASS] = HR_DIM_CLASS,
    [HR_AXIS_RESOURCE] = HR_DIM_RESOURCE,
    [HR_AXIS_CAPACITY] = HR_DIM_CAPACITY,
    [HR_AXIS_TIME] = HR_DIM_TIME,
    [HR_AXIS_LEVEL] = HR_DIM_LEVEL,
    [HR_AXIS_PROBE] = HR_DIM_PROBE,
    [HR_AXIS_THRESHOLD] = HR_DIM_THRESHOLD,
    [HR_AXIS_CAUSE] = HR_DIM_CAUSE,
    [HR_AXIS_POOL] = HR_DIM_POOL,
};

static void add_dim(const hr_schema *schema, hr_variable *variable, hr_dim dim)
{
    HR_ASSERT(variable->n_dims < HR_MOST_VARIABLE_DIMS);
    variable->dim[variable->n_dims++] = dim;
    variable->n_grid *= schema->dim[dim].n;
}

static bool has_no_dim(const hr_schema *schema, hr_axis axis)
{
    return axis == HR_AXIS_NONE || (axis == HR_AXIS_TIME && schema->example.n_observed == 0);
}

/* Position on the dimensions of one step on one axis, folded into `place`. */
static size_t advance(const hr_schema *schema, size_t place, hr_axis axis, unsigned i)
{
    const hr_dim_row *dim = schema->dim;
    if (has_no_dim(schema, axis))
        return place;
    if (axis == HR_AXIS_CRITERION) {
        const hr_criterion *criterion = &schema->example.criteria[i];
        place = place * dim[HR_DIM_LEVEL].n + (size_t)criterion->level;
        return place * dim[HR_DIM_RESOURCE].n + (size_t)(criterion->resource + 1);
    }
    return place * dim[dim_of_axis[axis]].n + i + (axis == HR_AXIS_RESOURCE ? 1 : 0);
}

static hr_status make_places(hr_schema *schema, hr_variable *variable, hr_err *err)
{
    hr_status st = HR_OK;
    uint32_t *places = NULL;
    const hr_axis *axes = hr_outcomes[variable->outcome].axes;
    HR_TAKE(places, &schema->arena, variable->n_cells);
    for (size_t cell = 0; cell < variable->n_cells; cell++) {
        unsigned index[HR_MAX_AXES];
        size_t place = 0;
        hr_schema_index(schema, variable->outcome, cell, index);
        for (int a = 0; a < HR_MAX_AXES; a++)
            place = advance(schema, place, axes[a], index[a]);
        HR_ASSERT(place < variable->n_grid);
        places[cell] = (uint32_t)place;
    }
    variable->place = places;
out:
    return st;
}

/* "resource" in a unit stands for the resource's own, which is one only with one resource. */
static hr_status make_unit(hr_schema *schema, hr_variable *variable, hr_err *err)
{
    const char *unit = hr_outcomes[variable->outcome].unit;
    char text[80];
    variable->unit = unit;
    if (strncmp(unit, "resource", strlen("resource")) != 0)
        return HR_OK;
    variable->unit = NULL;
    if (schema->example.n_resources != 1)
        return HR_OK;
    const bool squared = strchr(unit, '^') != NULL && strcmp(schema->resource_unit[1], "1") != 0;
    (void)snprintf(text, sizeof text, squared ? "(%s)^2" : "%s", schema->resource_unit[1]);
    variable->unit = hr_arena_text(&schema->arena, text, strlen(text));
    if (variable->unit == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for a unit");
    return HR_OK;
}

static hr_status make_variable(hr_schema *schema, unsigned outcome, hr_err *err)
{
    hr_status st = HR_OK;
    hr_variable *variable = &schema->variable[schema->n_variables++];
    *variable = (hr_variable){.outcome = outcome, .n_grid = 1};
    variable->n_cells = hr_layout_cells(schema->layout, outcome);
    for (int a = 0; a < HR_MAX_AXES; a++) {
        const hr_axis axis = hr_outcomes[outcome].axes[a];
        if (has_no_dim(schema, axis))
            continue;
        add_dim(schema, variable, axis == HR_AXIS_CRITERION ? HR_DIM_LEVEL : dim_of_axis[axis]);
        if (axis == HR_AXIS_CRITERION)
            add_dim(schema, variable, HR_DIM_RESOURCE);
    }
    HR_TRY(make_unit(schema, variable, err));
    HR_TRY(make_places(schema, variable, err));
out:
    return st;
}

/* Coordinates that nothing uses would only be in the way of a reader. */
static void drop_unused(hr_schema *schema)
{
    bool used[HR_N_DIMS] = {[HR_DIM_RESOURCE] = true}; /* names the resources */
    for (size_t v = 0; v < schema->n_variables; v++) {
        for (unsigned d = 0; d < schema->variable[v].n_dims; d++)
            used[schema->variable[v].dim[d]] = true;
    }
    for (int d = 0; d < HR_N_DIMS; d++)
        schema->dim[d].n = used[d] ? schema->dim[d].n : 0;
}

/* The first pool's estimates are the file's; every other pool has a group of its own. */
static hr_status name_places(hr_schema *schema, hr_err *err)
{
    char home[128];
    schema->home = "";
    schema->group = "/estimates";
    if (schema->pool == 0)
        return HR_OK;
    (void)snprintf(home, sizeof home, HR_POOLS_GROUP "/%s",
                   schema->study->pools[schema->pool].name);
    schema->home = hr_arena_text(&schema->arena, home, strlen(home));
    schema->group = schema->home;
    return schema->home != NULL ? HR_OK : HR_FAIL(err, HR_ERR_MEMORY, "no memory for a name");
}

hr_status hr_schema_init(hr_schema *schema, const hr_study *study, unsigned pool, hr_err *err)
{
    hr_status st = HR_OK;
    *schema = (hr_schema){.study = study, .pool = pool, .layout = &study->pools[pool].layout};
    HR_TRY(name_places(schema, err));
    HR_TRY(hr_study_pool(study, NULL, pool, 0, 0, &schema->arena, &schema->example, err));
    HR_TRY(take_dims(schema, err));
    HR_TAKE(schema->variable, &schema->arena, hr_n_outcomes);
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        if (schema->layout->selected[o])
            HR_TRY(make_variable(schema, o, err));
    }
    drop_unused(schema);
out:
    if (st != HR_OK)
        hr_schema_free(schema);
    return st;
}

void hr_schema_free(hr_schema *schema)
{
    hr_arena_free(&schema->arena);
    *schema = (hr_schema){0};
}

const hr_variable *hr_schema_find(const hr_schema *schema, unsigned outcome)
{
    for (size_t v = 0; v < schema->n_variables; v++) {
        if (schema->variable[v].outcome == outcome)
            return &schema->variable[v];
    }
    return NULL;
}

void hr_schema_index(const hr_schema *schema, unsigned outcome, size_t cell,
                     unsigned index[HR_MAX_AXES])
{
    for (int a = HR_MAX_AXES - 1; a >= 0; a--) {
        const unsigned size = schema->layout->size[hr_outcomes[outcome].axes[a]];
        index[a] = (unsigned)(cell % size);
        cell /= size;
    }
}

void hr_schema_position(const hr_schema *schema, const hr_variable *variable, size_t cell,
                        size_t position[HR_MOST_VARIABLE_DIMS])
{
    HR_ASSERT(cell < variable->n_cells);
    size_t place = variable->place[cell];
    for (unsigned d = variable->n_dims; d-- > 0;) {
        const size_t n = schema->dim[variable->dim[d]].n;
        position[d] = place % n;
        place /= n;
    }
}

unsigned hr_schema_watched(const hr_schema *schema, unsigned outcome, size_t cell,
                           const char *names[HR_MAX_RESOURCES])
{
    const hr_configuration *example = &schema->example;
    unsigned index[HR_MAX_AXES], n = 0;
    uint64_t seen = 0;
    int axis = 0;
    while (axis < HR_MAX_AXES && hr_outcomes[outcome].axes[axis] != HR_AXIS_CRITERION)
        axis++;
    if (axis == HR_MAX_AXES)
        return 0;
    hr_schema_index(schema, outcome, cell, index);
    for (unsigned l = 0; l < example->n_limits; l++) {
        const unsigned r = example->limits[l].resource;
        if ((example->criteria[index[axis]].limits >> l & 1) == 0 || (seen >> r & 1) != 0)
            continue;
        names[n++] = hr_resources[example->resource[r]].name;
        seen |= (uint64_t)1 << r;
    }
    return n;
}

/* Whole dimensions, from the last one on, as far as they fit. */
hr_slab hr_schema_slab(const hr_schema *schema, const hr_variable *variable, size_t place,
                       size_t most)
{
    size_t n = 1;
    for (unsigned d = variable->n_dims; d > 0; d--) {
        const size_t next = n * schema->dim[variable->dim[d - 1]].n;
        if (next > most)
            break;
        n = next;
    }
    return (hr_slab){.first = place - place % n, .n = n};
}
