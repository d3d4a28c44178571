#include "exact/ceiling.h"

#include <math.h>
#include <string.h>

#include "exact/quantity.h"
#include "model/prepared.h"

enum { MOST_DOUBLINGS = 40 };

typedef struct searching {
    const hr_configuration *configuration;
    unsigned outcome;
    const unsigned *index;
    hr_quantity quantity;
    unsigned resource;
    double unit; /* steps between two ceilings that differ */
    const hr_exact_effort *effort;
    hr_arena *arena;
    const char *why;
} searching;

/* The outcome with the criterion's ceilings at `place` units. */
static hr_status try(searching *s, double place, double *value, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = s->configuration;
    hr_configuration other = *c;
    hr_prepared *prepared = NULL;
    double *ceiling = NULL;
    hr_exact answer;
    hr_arena scratch = {0};
    const size_t n = c->n_limits * (size_t)c->n_servers;
    HR_TAKE(prepared, &scratch, 1);
    HR_TAKE(ceiling, &scratch, n);
    *prepared = *c->prepared;
    memcpy(ceiling, c->prepared->ceiling, n * sizeof *ceiling);
    for (unsigned l = 0; l < c->n_limits; l++) {
        const bool is_watched = c->criteria[s->quantity.criterion].limits >> l & 1;
        for (unsigned j = 0; is_watched && j < c->n_servers; j++)
            ceiling[l * c->n_servers + j] = place * s->unit;
    }
    prepared->ceiling = ceiling;
    other.prepared = prepared;
    HR_TRY(hr_exact_value(&other, s->outcome, s->index, s->effort, &scratch, &answer, err));
    *value = answer.value;
    s->why = answer.is == HR_EXACT_VALUE ? NULL : answer.why;
out:
    hr_arena_free(&scratch);
    return st;
}

static const char *decline(const searching *s, unsigned n_resources)
{
    const hr_quantity_kind kind = s->quantity.kind;
    if (kind > HR_QUANTITY_SERVER_HOURS && kind != HR_QUANTITY_PERIOD_OVER)
        return "the target is about no ceiling";
    if (n_resources != 1)
        return "several resources decide";
    return s->configuration->admission == HR_ADMISSION_NONE ? NULL : "meetings may be refused";
}

static hr_status search(searching *s, double at_most, hr_needed_ceiling *needed, hr_err *err)
{
    hr_status st = HR_OK;
    double low = 0.0, high = 1.0, value = 1.0;
    HR_TRY(try(s, low, &needed->below, err));
    for (int i = 0; i < MOST_DOUBLINGS && s->why == NULL; i++, high *= 2.0) {
        HR_TRY(try(s, high, &value, err));
        if (value <= at_most)
            break;
        low = high;
        needed->below = value;
    }
    while (s->why == NULL && high - low > 1.0) {
        double there = 0.0;
        const double middle = floor(0.5 * (low + high));
        HR_TRY(try(s, middle, &there, err));
        *(there <= at_most ? &high : &low) = middle;
        *(there <= at_most ? &value : &needed->below) = there;
    }
    needed->value = value;
    needed->ceiling = high * s->unit / s->configuration->prepared->steps[s->resource];
out:
    return st;
}

hr_status hr_needed_ceiling_of(const hr_configuration *configuration, unsigned outcome,
                               const unsigned index[HR_MAX_AXES], double at_most,
                               const hr_exact_effort *effort, hr_arena *arena,
                               hr_needed_ceiling *needed, hr_err *err)
{
    hr_status st = HR_OK;
    unsigned resource[HR_MAX_RESOURCES] = {0};
    hr_loads loads;
    searching s = {.configuration = configuration,
                   .outcome = outcome,
                   .index = index,
                   .effort = effort,
                   .arena = arena};
    *needed =
        (hr_needed_ceiling){.ceiling = (double)NAN, .value = (double)NAN, .below = (double)NAN};
    if (!hr_quantity_of(configuration, outcome, index, &s.quantity))
        s.why = "the target is about no ceiling";
    else if (s.quantity.kind <= HR_QUANTITY_PERIOD_OVER)
        s.why = decline(&s, hr_quantity_resources(configuration, s.quantity.criterion, resource));
    else
        s.why = "the target is about no ceiling";
    s.resource = needed->resource = resource[0];
    if (s.why == NULL)
        HR_TRY(hr_loads_make(configuration, s.resource, effort, arena, &loads, &s.why, err));
    if (s.why == NULL) {
        s.unit = configuration->n_background > 0 ? 1.0 : (double)loads.span;
        HR_TRY(search(&s, at_most, needed, err));
    }
    needed->why = s.why;
    if (s.why != NULL)
        needed->ceiling = (double)NAN;
out:
    return st;
}
