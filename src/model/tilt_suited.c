/* What can be tilted, and by what: a tilt is planned for these, or it is said why not. */
#include "model/occupancy.h"
#include "model/prepared.h"
#include "model/tilt_plan.h"

#define LEAST_TICKS 64.0 /* mean duration: laws are rounded to ticks, which weights do not know */

bool hr_tilt_is_by_server(const hr_configuration *c)
{
    const hr_placement *p = &c->placement;
    return (p->rule == HR_RULE_RANDOM || p->rule == HR_RULE_ROUND_ROBIN) && c->n_servers > 1 &&
           c->admission != HR_ADMISSION_NONE_FITS && p->dedicated == 0 && !(p->start_gate > 0.0) &&
           !(p->review_period > 0.0) && p->unit == HR_UNIT_MEETING &&
           !hr_failures_happen(c->failures);
}

static bool is_in_turn(const hr_configuration *c)
{
    return c->placement.rule == HR_RULE_ROUND_ROBIN && c->n_servers > 1;
}

bool hr_tilt_is_lasting(const hr_configuration *c)
{
    bool all = true;
    for (unsigned i = 0; i < c->n_sources; i++)
        all = all && (hr_occupancy_is_poisson(&c->sources[i]) ||
                      c->sources[i].kind == HR_SOURCE_POISSON_BATCH);
    return !all || is_in_turn(c);
}

bool hr_tilt_has_batches(const hr_configuration *c)
{
    bool any = false;
    for (unsigned i = 0; i < c->n_sources; i++)
        any = any || c->sources[i].kind == HR_SOURCE_POISSON_BATCH;
    return any;
}

static const char *why_not_lasting(const hr_configuration *c)
{
    if (is_in_turn(c) && !hr_tilt_is_by_server(c))
        return "servers that are gone through in turn are left out or refuse";
    for (unsigned i = 0; i < c->n_sources; i++) {
        if (c->sources[i].kind == HR_SOURCE_POISSON_BATCH)
            return "batches at random times in turn, or beside such of a given number, are not "
                   "aimed at";
        if (c->prepared->sources[i].keep <= UINT32_MAX)
            return "starts are thinned from another configuration's";
    }
    bool all_alike = true;
    for (unsigned k = 0; k < c->n_classes; k++) {
        if (c->prepared->classes[k].load != NULL)
            return "random loads and durations cannot lean together";
        all_alike = all_alike && hr_law_is_constant(&c->classes[k].duration);
    }
    return all_alike ? "durations that are all alike cannot lean" : NULL;
}

/* Where overload comes from something else than many meetings at once, it may be likely though they
 * are not; then the true laws see it better. Left to itself, the plan keeps away from these. */
static const char *why_not_sure(const hr_configuration *c)
{
    const hr_placement *p = &c->placement;
    const bool is_direct =
        c->n_servers == 1 || (p->rule == HR_RULE_RANDOM && hr_tilt_is_by_server(c));
    if (hr_failures_happen(c->failures))
        return "servers fail";
    if (is_direct) /* the rule does not look at servers */
        return NULL;
    if (!c->prepared->joins_at_once)
        return "people join on a ramp, so that servers fill otherwise than meetings arrive";
    if (c->prepared->report_period > 0)
        return "old reports overload servers that the pool would not";
    if (p->metric == HR_METRIC_MEETINGS || p->metric == HR_METRIC_PARTICIPANTS ||
        p->unit == HR_UNIT_MODALITY || p->dedicated > 0 || p->start_gate > 0.0)
        return "the rule does not even out the load";
    return NULL;
}

const char *hr_tilt_unsuited(const hr_configuration *c, const hr_tilt_aim *aim)
{
    if (aim->engine == HR_RARE_PLAIN)
        return "as the study says (rare.engine)";
    if (aim->unsuited != NULL)
        return aim->unsuited;
    if (aim->criteria == 0)
        return "the target has no ceiling that could be aimed at";
    if (aim->is_everywhere && hr_tilt_is_by_server(c))
        return "servers fill by themselves, and all of them would have to";
    if (c->meetings != HR_MEETINGS_OWN)
        return "the pool has no meetings of its own";
    if (c->inserted != NULL)
        return "a meeting is inserted";
    if (c->prepared->mean_duration * HR_TICKS_PER_SECOND < LEAST_TICKS)
        return "meetings last a few ticks, so that their laws are not those of whole ticks";
    if (aim->engine == HR_RARE_AUTO && why_not_sure(c) != NULL)
        return why_not_sure(c);
    return hr_tilt_is_lasting(c) ? why_not_lasting(c) : hr_tilt_cluster_decline(c);
}
