#include "exact/load_at.h"

#include "exact/batch.h"
#include "exact/instant.h"

const char *hr_load_at_decline(const hr_configuration *configuration)
{
    return hr_batch_decline(configuration);
}

bool hr_load_at_splits(const hr_configuration *configuration)
{
    return hr_instant_decline_counts(configuration) == NULL;
}

static bool has_epochs(const hr_configuration *c)
{
    for (unsigned s = 0; s < c->n_sources; s++) {
        if (hr_batch_is_one(&c->sources[s]) && c->sources[s].kind != HR_SOURCE_POISSON_BATCH)
            return true;
    }
    return false;
}

hr_status hr_load_at(const hr_load_asked *asked, int64_t above, const hr_exact_effort *effort,
                     hr_arena *arena, hr_lattice *lattice, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = asked->configuration;
    double *alive = NULL;
    hr_jumps jumps;
    HR_TAKE(alive, arena, c->n_classes);
    hr_instant_alive(c, asked->time, alive);
    HR_TRY(hr_loads_jumps(asked->loads, alive, asked->weight, arena, &jumps, err));
    HR_TRY(hr_batch_add_jumps(asked, effort, arena, &jumps, why, err));
    if (*why != NULL)
        return HR_OK;
    HR_TRY(hr_compound(&jumps, above, effort, arena, lattice, why, err));
    while (*why == hr_compound_vanishes && above > 0 && has_epochs(c)) {
        above /= 2; /* the rates' part alone may hardly reach so far */
        *why = NULL;
        HR_TRY(hr_compound(&jumps, above, effort, arena, lattice, why, err));
    }
    if (*why == NULL)
        HR_TRY(hr_batch_add_epochs(asked, effort, arena, lattice, why, err));
out:
    return st;
}

void hr_load_at_alive(const hr_configuration *configuration, double t, double *alive)
{
    hr_instant_alive(configuration, t, alive);
    for (unsigned s = 0; s < configuration->n_sources; s++) {
        if (!hr_batch_is_one(&configuration->sources[s]))
            continue;
        const double mean = hr_batch_mean(configuration, s, t);
        for (unsigned k = 0; k < configuration->n_classes; k++)
            alive[k] += configuration->classes[k].share * mean;
    }
}
