/* What a meeting adds to its server: at its start, and once all have joined. */
#include <string.h>

#include "input/store.h"
#include "input/tilting.h"

static inline void add_cost(int64_t *load, const int64_t *cost, unsigned n_resources, int64_t times)
{
    for (unsigned r = 0; r < n_resources; r++)
        load[r] += times * cost[r];
}

static const hr_prepared_profile *profile_of(const hr_writing *writing, uint32_t meeting)
{
    const hr_input *in = writing->input;
    return &writing->prepared->classes[in->class_of[meeting]].profiles[in->profile[meeting]];
}

/* Meetings differ in nothing but size and times, and everybody is there at once. */
static bool has_one_profile(const hr_writing *writing)
{
    const hr_class *class = &writing->configuration->classes[0];
    return writing->configuration->n_classes == 1 && class->n_profiles == 1 &&
           writing->prepared->classes[0].profiles[0].n_kinds == 1 &&
           writing->prepared->classes[0].load == NULL && writing->prepared->joins_at_once;
}

/* Loads are linear in size. */
static void write_linear_loads(const hr_writing *writing)
{
    hr_input *in = writing->input;
    const hr_prepared_profile *profile = &writing->prepared->classes[0].profiles[0];
    const size_t n_resources = writing->configuration->n_resources;
    const uint32_t *size = in->size;
    for (size_t r = 0; r < n_resources; r++) {
        const int64_t cost = profile->cost[r], each = profile->kind_cost[r];
        int64_t *load = in->initial + r;
#pragma omp simd
        for (uint32_t i = 0; i < in->n_meetings; i++)
            load[i * n_resources] = cost + each * (int64_t)size[i];
    }
}

/* Every participant of a meeting costs the same, and all are there at once. */
static bool has_one_kind_each(const hr_writing *writing)
{
    bool has = writing->prepared->joins_at_once;
    for (unsigned k = 0; k < writing->configuration->n_classes; k++) {
        const hr_prepared_class *class = &writing->prepared->classes[k];
        has = has && class->load == NULL;
        for (unsigned i = 0; i < writing->configuration->classes[k].n_profiles; i++)
            has = has && class->profiles[i].n_kinds == 1;
    }
    return has;
}

/* Loads are linear in size, with the costs of each one's profile; the number of resources is known
 * to the compiler. */
__attribute__((always_inline)) static inline void write_by_profile(const hr_writing *writing,
                                                                   const unsigned n_resources)
{
    const hr_input *in = writing->input;
    int64_t *load = in->initial;
    for (uint32_t i = 0; i < in->n_meetings; i++, load += n_resources) {
        const hr_prepared_profile *profile = profile_of(writing, i);
        const int64_t size = in->size[i];
        for (unsigned r = 0; r < n_resources; r++)
            load[r] = profile->cost[r] + size * profile->kind_cost[r];
    }
}

/* A function with the number of resources known to the compiler. */
#define WITH_RESOURCES(function, writing)                                                          \
    do {                                                                                           \
        switch ((writing)->configuration->n_resources) {                                           \
        case 1:                                                                                    \
            function(writing, 1);                                                                  \
            break;                                                                                 \
        case 2:                                                                                    \
            function(writing, 2);                                                                  \
            break;                                                                                 \
        case 3:                                                                                    \
            function(writing, 3);                                                                  \
            break;                                                                                 \
        case 4:                                                                                    \
            function(writing, 4);                                                                  \
            break;                                                                                 \
        case 5:                                                                                    \
            function(writing, 5);                                                                  \
            break;                                                                                 \
        case 6:                                                                                    \
            function(writing, 6);                                                                  \
            break;                                                                                 \
        case 7:                                                                                    \
            function(writing, 7);                                                                  \
            break;                                                                                 \
        default:                                                                                   \
            function(writing, HR_MAX_RESOURCES);                                                   \
        }                                                                                          \
    } while (0)

static void add_random_loads(const hr_writing *writing, unsigned resource, uint32_t *words)
{
    hr_input *in = writing->input;
    const hr_prepared *p = writing->prepared;
    const size_t n_resources = writing->configuration->n_resources;
    hr_stream stream;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_LOAD, resource, writing->vector);
    hr_stream_fill(&stream, (in->n_meetings + (size_t)HR_LANES - 1) / HR_LANES, words);
    hr_tilting_force(writing, resource, words);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_sampler *load = p->classes[in->class_of[i]].load;
        if (load != NULL)
            in->initial[i * n_resources + resource] +=
                (int64_t)(hr_sampler_draw(&load[resource], words[i]) * p->steps[resource] + 0.5);
    }
}

/* What a meeting costs whoever is in it. */
static void write_costs(const hr_writing *writing)
{
    const hr_input *in = writing->input;
    const unsigned n_resources = writing->configuration->n_resources;
    for (uint32_t i = 0; i < in->n_meetings; i++)
        memcpy(in->initial + i * (size_t)n_resources, profile_of(writing, i)->cost,
               n_resources * sizeof *in->initial);
}

/* Load from the start on: the profile's cost per meeting and the class's random load. */
static hr_status write_initial(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = writing->input;
    const unsigned n_resources = writing->configuration->n_resources;
    bool random = false;
    for (unsigned k = 0; k < writing->configuration->n_classes; k++)
        random = random || writing->prepared->classes[k].load != NULL;
    write_costs(writing);
    if (!random)
        return HR_OK;
    HR_TRY(hr_room_grow(&in->store->words, in->n_meetings + (size_t)HR_LANES, sizeof(uint32_t), 0,
                        err));
    for (unsigned r = 0; r < n_resources; r++)
        add_random_loads(writing, r, in->store->words.data);
out:
    return st;
}

/* Everybody is there at once: the loads are final at the start. */
static void add_participants(const hr_writing *writing)
{
    hr_input *in = writing->input;
    const unsigned n_resources = writing->configuration->n_resources;
    hr_stream kinds;
    hr_stream_open(&kinds, writing->id, HR_PURPOSE_KIND, 0, writing->vector);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_prepared_profile *profile = profile_of(writing, i);
        int64_t *load = in->initial + i * (size_t)n_resources;
        if (profile->n_kinds == 1)
            add_cost(load, profile->kind_cost, n_resources, in->size[i]);
        for (uint32_t k = 0; profile->n_kinds > 1 && k < in->size[i]; k++) {
            const size_t kind = hr_sampler_index(&profile->kind, hr_stream_next(&kinds));
            add_cost(load, profile->kind_cost + kind * n_resources, n_resources, 1);
        }
    }
}

/* Joins of a meeting stand together, as many as its size, which counts those who come. */
__attribute__((always_inline)) static inline void add_joins(const hr_writing *writing,
                                                            const unsigned n_resources)
{
    hr_input *in = writing->input;
    for (uint32_t i = 0, j = 0; j < in->n_joins; i++) {
        if (in->join_meeting[j] != i)
            continue; /* nobody's */
        const int64_t *cost = profile_of(writing, i)->kind_cost;
        int64_t *load = in->final + i * (size_t)n_resources, sum[HR_MAX_RESOURCES];
        memcpy(sum, load, n_resources * sizeof *sum); /* not in memory till all are in */
        for (const uint32_t end = j + in->size[i]; j < end; j++)
            add_cost(sum, cost + in->join_kind[j] * (size_t)n_resources, n_resources, 1);
        memcpy(load, sum, n_resources * sizeof *sum);
    }
}

/* A large meeting counts one on the counter of large meetings, from its start to its end. */
static void count_large(const hr_writing *writing, int64_t *load)
{
    const hr_input *in = writing->input;
    const hr_configuration *c = writing->configuration;
    unsigned r = 0;
    while (r < c->n_resources && c->resource[r] != HR_RESOURCE_LARGE_MEETINGS)
        r++;
    if (r == c->n_resources)
        return;
    const int64_t one = (int64_t)writing->prepared->steps[r];
    for (uint32_t i = 0; i < in->n_meetings; i++)
        load[i * (size_t)c->n_resources + r] += in->size[i] >= c->large_from ? one : 0;
}

hr_status hr_write_loads(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    in->initial = in->final = NULL;
    if (in->without_loads)
        return HR_OK;
    const size_t loads = (size_t)in->n_meetings * writing->configuration->n_resources +
                         HR_MAX_RESOURCES; /* see hr_input */
    HR_ROOM(in->initial, &store->initial, loads);
    in->final = in->initial;
    if (has_one_profile(writing)) {
        write_linear_loads(writing);
        count_large(writing, in->initial);
        return HR_OK;
    }
    if (has_one_kind_each(writing)) {
        WITH_RESOURCES(write_by_profile, writing);
        count_large(writing, in->initial);
        return HR_OK;
    }
    HR_TRY(write_initial(writing, err));
    count_large(writing, in->initial);
    if (writing->prepared->joins_at_once) {
        add_participants(writing);
        return HR_OK;
    }
    HR_ROOM(in->final, &store->final, loads);
    memcpy(in->final, in->initial, loads * sizeof *in->final);
    WITH_RESOURCES(add_joins, writing);
out:
    return st;
}

hr_status hr_input_fill_loads(hr_input *copy, const hr_configuration *c, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = copy->store;
    const size_t loads = (size_t)copy->n_meetings * c->n_resources + HR_MAX_RESOURCES;
    const hr_stream_id nobody = {0, 0, 0}; /* nothing is drawn */
    const hr_writing writing = {copy, NULL, &c, 1, c, c->prepared, nobody, NULL};
    HR_ROOM(copy->initial, &store->initial, loads);
    copy->final = copy->initial;
    WITH_RESOURCES(write_by_profile, &writing);
    if (copy->n_joins > 0) {
        HR_ROOM(copy->final, &store->final, loads);
        memcpy(copy->final, copy->initial, loads * sizeof *copy->final);
        write_costs(&writing);
    }
out:
    return st;
}
