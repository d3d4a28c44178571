/* Probes: what one more meeting would load a server with. */
#include "study/assemble_pool.h"
#include "study/charge.h"
#include "study/modality.h"

/* Load of an ordinary meeting with everybody there, averaged over modalities, contents and kinds
 * of participants. */
static double mean_load(const hr_class *class, unsigned resource)
{
    double load = 0.0;
    for (unsigned i = 0; i < class->n_profiles; i++) {
        const hr_profile *profile = &class->profiles[i];
        double each = 0.0;
        for (unsigned k = 0; k < profile->n_kinds; k++)
            each += profile->kinds[k].share * profile->kinds[k].cost[resource];
        load += profile->share * (profile->cost[resource] + hr_law_mean(&class->size) * each);
    }
    return load;
}

hr_status hr_assemble_front_end_probe(const hr_params *params, hr_arena *arena,
                                      const hr_configuration *configuration, double size,
                                      double *load, hr_err *err)
{
    hr_status st = HR_OK;
    hr_class class = {.size = {.kind = HR_LAW_CONSTANT, .a = size}};
    hr_charges charges;
    hr_charges_read(&charges, params);
    HR_TRY(hr_modality_profiles(params, &charges, arena, configuration, &class, err));
    for (unsigned r = 0; r < configuration->n_resources; r++)
        load[r] = size > HR_LARGEST_SHARED_MEETING
                      ? size * hr_charge_large(&charges, configuration->resource[r])
                      : mean_load(&class, r);
out:
    return st;
}

/* ---- where media are apart */

/* Of an ordinary meeting with everybody there, averaged like the whole. */
static double mean_part(const hr_class *class, hr_medium medium, unsigned resource)
{
    double load = 0.0;
    for (unsigned i = 0; i < class->n_profiles; i++) {
        const hr_profile *profile = &class->profiles[i];
        for (unsigned m = 0; m < profile->n_parts; m++) {
            const hr_profile *part = &class->profiles[profile->first_part + m];
            double each = 0.0;
            for (unsigned k = 0; part->medium == medium && k < part->n_kinds; k++)
                each += part->kinds[k].share * part->kinds[k].cost[resource];
            if (part->medium == medium)
                load += profile->share * (part->cost[resource] + hr_law_mean(&class->size) * each);
        }
    }
    return load;
}

/* A large meeting counts one, with the first of its media that there is. */
static void count_large(const hr_configuration *c, double size, double *part)
{
    const int large = hr_assemble_resource(c, HR_RESOURCE_LARGE_MEETINGS);
    for (unsigned m = 1; large >= 0 && m <= HR_MEDIUM_LAST; m++) {
        for (unsigned r = 0; r < c->n_resources; r++) {
            if (!(part[m * c->n_resources + r] > 0.0))
                continue;
            part[m * c->n_resources + (unsigned)large] = size >= c->large_from ? 1.0 : 0.0;
            return;
        }
    }
}

hr_status hr_assemble_probe_parts(const hr_params *params, hr_arena *arena,
                                  const hr_configuration *c, double size, const double **parts,
                                  hr_err *err)
{
    hr_status st = HR_OK;
    hr_class class = {.size = {.kind = HR_LAW_CONSTANT, .a = size}};
    hr_charges charges;
    double *out = NULL;
    if (c->placement.unit != HR_UNIT_MODALITY)
        return HR_OK;
    HR_TAKE(out, arena, (HR_MEDIUM_LAST + (size_t)1) * c->n_resources);
    hr_charges_read(&charges, params);
    HR_TRY(hr_modality_profiles(params, &charges, arena, c, &class, err));
    for (unsigned m = 0; m <= HR_MEDIUM_LAST; m++) {
        for (unsigned r = 0; r < c->n_resources; r++)
            out[m * c->n_resources + r] =
                size > HR_LARGEST_SHARED_MEETING
                    ? size * hr_charge_large_part(&charges, (hr_medium)m, c->resource[r])
                    : mean_part(&class, (hr_medium)m, r);
    }
    count_large(c, size, out);
    *parts = out;
out:
    return st;
}

/* ---- the probes of a study */

static hr_status general_probe(const hr_params *params, const hr_configuration *c, double size,
                               double *load, hr_err *err)
{
    bool any = false;
    for (unsigned r = 0; r < c->n_resources; r++) {
        const hr_value *value = hr_params_at(params, HR_KEY_probe_load, c->resource[r], 0);
        if (value->is_set && value->form != HR_FORM_PLAIN)
            return hr_params_fail(params, HR_KEY_probe_load, c->resource[r], 0, err,
                                  "needs a quantity, not a percentage");
        any = any || value->is_set;
        load[r] = size * value->number;
    }
    if (!any)
        return hr_params_fail(params, HR_KEY_probe_sizes, 0, 0, err,
                              "with meetings.classes the load of a probe must be given: "
                              "probe.load.{resource}, per participant");
    return HR_OK;
}

hr_status hr_assemble_probes(const hr_params *params, hr_arena *arena, hr_configuration *c,
                             bool is_general, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *sizes = hr_params_get(params, HR_KEY_probe_sizes);
    hr_probe *probes = NULL;
    if (!sizes->is_set)
        return HR_OK;
    HR_TAKE(probes, arena, sizes->n);
    for (size_t i = 0; i < sizes->n; i++) {
        double *load = NULL;
        HR_TAKE(load, arena, c->n_resources);
        if (is_general)
            HR_TRY(general_probe(params, c, sizes->list[i], load, err));
        else
            HR_TRY(hr_assemble_front_end_probe(params, arena, c, sizes->list[i], load, err));
        const int r = hr_assemble_resource(c, HR_RESOURCE_LARGE_MEETINGS);
        if (r >= 0)
            load[r] = sizes->list[i] >= c->large_from ? 1.0 : 0.0;
        probes[i] = (hr_probe){sizes->list[i], load, NULL};
        if (!is_general)
            HR_TRY(hr_assemble_probe_parts(params, arena, c, sizes->list[i], &probes[i].part, err));
    }
    c->n_probes = (unsigned)sizes->n;
    c->probes = probes;
out:
    return st;
}

/* ---- a meeting that is held */

#define INSERTED_LASTS 3600.0 /* s [U] */

hr_status hr_assemble_inserted(const hr_params *params, hr_arena *arena, hr_configuration *c,
                               bool is_general, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *size = hr_params_get(params, HR_KEY_insert_size);
    const hr_value *at = hr_params_get(params, HR_KEY_insert_at);
    const hr_value *lasts = hr_params_get(params, HR_KEY_insert_duration);
    hr_inserted *inserted = NULL;
    if (!size->is_set)
        return HR_OK;
    if (is_general)
        return hr_params_fail(params, HR_KEY_insert_size, 0, 0, err,
                              "needs the costs of users and their meetings, which meetings.classes "
                              "replaces; give it a class there");
    HR_TAKE(inserted, arena, 1);
    inserted->class_of = 2; /* behind the others of the Front End */
    inserted->size = (uint32_t)size->number;
    inserted->duration = lasts->is_set ? lasts->number : INSERTED_LASTS;
    inserted->at = at->is_set ? at->number : c->from + 0.5 * (c->length - inserted->duration);
    if (inserted->at < c->from || inserted->at + inserted->duration > c->from + c->length)
        return hr_params_fail(params, at->is_set ? HR_KEY_insert_at : HR_KEY_insert_size, 0, 0, err,
                              "the inserted meeting lasts %g min and must begin and end in the "
                              "window, which lasts %g min from %g min on",
                              inserted->duration / 60.0, c->length / 60.0, c->from / 60.0);
    c->inserted = inserted;
out:
    return st;
}
