/* From a configuration to types of meetings and the rule's chances. */
#include <math.h>

#include "exact/chain.h"
#include "exact/room.h"
#include "model/prepared.h"

static const char *decline(const hr_configuration *c)
{
    const hr_placement *p = &c->placement;
    if (c->feed != NULL)
        return "its load is legs of another pool's participants";
    if (hr_failures_happen(c->failures))
        return "servers are out or fail";
    if (c->inserted != NULL)
        return "a meeting is inserted";
    if (!c->prepared->joins_at_once)
        return "participants join over time";
    if (p->report_period > 0.0)
        return "the rule sees old reports";
    if (p->unit != HR_UNIT_MEETING || p->hint != HR_HINT_NONE || p->growth > 0.0 ||
        p->young_age > 0.0 || p->start_gate > 0.0 || p->dedicated > 0 || p->join_gate > 0.0 ||
        p->most_joins > 0 || p->review_period > 0.0 || c->admission == HR_ADMISSION_BOOKED)
        return "the rule needs more than what is in progress";
    if (c->n_resources != 1)
        return "several resources make too many states";
    return NULL;
}

/* A type for each stage of a duration; the first one's number, -1 without room. */
static int add_stages(hr_chain_model *model, int64_t load, double people, double rate,
                      unsigned stages)
{
    const int first = (int)model->n_types;
    if (model->n_types + stages > HR_CHAIN_MOST_TYPES)
        return -1;
    for (unsigned i = 0; i < stages; i++) {
        const int next = i + 1 < stages ? first + (int)i + 1 : -1;
        model->type[model->n_types++] = (hr_chain_type){load, people, rate, next};
    }
    return first;
}

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

/* The type of meetings of this load and rate that have one stage, or a new one. */
static int find_type(hr_chain_model *model, int64_t load, double people, double rate,
                     unsigned stages)
{
    for (unsigned i = 0; i < model->n_types && stages == 1; i++) {
        const hr_chain_type *t = &model->type[i];
        if (t->load == load && is_same(t->rate, rate) && is_same(t->people, people) && t->next < 0)
            return (int)i;
    }
    return add_stages(model, load, people, rate, stages);
}

static const char *add_kind(hr_chain_model *model, const hr_load_share *s, double share,
                            double rate, unsigned stages)
{
    const hr_configuration *c = model->configuration;
    const double people = s->people / s->share;
    const int type = find_type(model, s->load, people, rate, stages);
    if (type < 0 || model->n_kinds == HR_CHAIN_MOST_TYPES)
        return "meetings of too many loads make too many states";
    const int64_t *reserve = c->prepared->classes[s->class].reserve;
    const int64_t kept_free =
        c->admission == HR_ADMISSION_RESERVE && reserve != NULL ? reserve[model->resource] : 0;
    model->kind[model->n_kinds++] = (hr_chain_kind){s->class, (unsigned)type, share, kept_free};
    return NULL;
}

static const char *add_kinds(hr_chain_model *model, const hr_load_share *s, double horizon)
{
    const hr_class *class = &model->configuration->classes[s->class];
    const hr_law *law = &class->duration;
    const double share = class->share * s->share;
    const char *why = NULL;
    if (isfinite(horizon) && hr_law_survival(law, horizon) >= 1.0)
        return add_kind(model, s, share, 0.0, 1);
    switch (law->kind) {
    case HR_LAW_EXPONENTIAL:
        return add_kind(model, s, share, 1.0 / law->a, 1);
    case HR_LAW_ERLANG:
        return add_kind(model, s, share, law->b / law->a, (unsigned)law->b);
    case HR_LAW_HYPEREXPONENTIAL:
        for (size_t i = 0; i < law->n && why == NULL; i++)
            why = add_kind(model, s, share * law->share[i], 1.0 / law->value[i], 1);
        return why;
    default:
        return "durations are not exponential";
    }
}

/* Are the servers alike to rule, admission and criteria? */
static bool are_equal(const hr_configuration *c)
{
    for (unsigned j = 1; j < c->n_servers; j++) {
        for (unsigned l = 0; l < c->n_limits; l++) {
            if (!is_same(c->limits[l].ceiling[j], c->limits[l].ceiling[0]))
                return false;
        }
        if (c->placement.rule == HR_RULE_RANDOM && !is_same(c->weight[j], c->weight[0]))
            return false;
    }
    return true;
}

static hr_status find_admission(hr_chain_model *model, hr_arena *arena, const char **why,
                                hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = model->configuration;
    const hr_room room = hr_room_of(c, model->resource, why);
    model->refuses = c->admission != HR_ADMISSION_NONE;
    if (model->refuses && room.is_random)
        *why = "background is random";
    HR_TAKE(model->admission, arena, model->n_servers);
    for (unsigned j = 0; j < model->n_servers; j++) {
        model->admission[j] = HUGE_VAL;
        for (unsigned l = 0; l < c->n_limits && model->refuses; l++) {
            if (hr_configuration_limit_is_at(c, l, c->admission_level))
                model->admission[j] = fmin(
                    model->admission[j], c->prepared->ceiling[l * c->n_servers + j] + room.ceiling);
        }
    }
out:
    return st;
}

hr_status hr_chain_model_of(const hr_configuration *configuration, bool alone, double horizon,
                            const hr_exact_effort *effort, hr_arena *arena, hr_chain_model *model,
                            const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = configuration;
    const bool takes_turns = c->placement.rule == HR_RULE_ROUND_ROBIN && c->n_servers > 1;
    hr_loads loads;
    *model = (hr_chain_model){.configuration = c,
                              .resource = 0,
                              .n_servers = c->n_servers,
                              .cycle = 1,
                              .most = UINT32_MAX};
    *why = decline(c);
    if (*why != NULL)
        return HR_OK;
    HR_TRY(hr_loads_make(c, 0, effort, arena, &loads, why, err));
    for (size_t i = 0; i < loads.n_shares && *why == NULL; i++)
        *why = add_kinds(model, &loads.shares[i], horizon);
    model->is_sorted = are_equal(c) && !takes_turns;
    if (takes_turns) {
        if (!are_equal(c))
            *why = "unequal servers take turns";
        model->cycle = c->n_servers;
        model->n_servers = alone ? 1 : c->n_servers;
        if (alone && c->admission == HR_ADMISSION_NONE_FITS)
            *why = "the turn passes over full servers";
    }
    if (model->is_sorted && c->placement.ties == HR_TIES_LOWEST && model->n_types > 1)
        model->is_sorted = false;
    if (!model->is_sorted && c->placement.rule == HR_RULE_POWER_OF_D &&
        c->placement.ties == HR_TIES_LOWEST)
        *why = "ties go to the lowest of random candidates";
    if (model->n_servers * model->n_types + 1 > HR_CHAIN_MOST_CELLS)
        *why = "there are too many servers for their states";
    if (*why == NULL)
        HR_TRY(find_admission(model, arena, why, err));
out:
    return st;
}

/* ---- the rule */

static double score(const hr_chain_model *model, const uint8_t *count, unsigned j)
{
    const hr_configuration *c = model->configuration;
    double meetings = 0.0, people = 0.0, load = 0.0;
    for (unsigned t = 0; t < model->n_types; t++) {
        const double n = count[j * model->n_types + t];
        meetings += n;
        people += n * model->type[t].people;
        load += n * (double)model->type[t].load;
    }
    if (c->placement.metric == HR_METRIC_MEETINGS)
        return meetings;
    if (c->placement.metric == HR_METRIC_PARTICIPANTS)
        return people;
    if (c->placement.metric == HR_METRIC_RELATIVE)
        return load / c->prepared->full[model->resource * c->n_servers + j];
    return load;
}

static bool admits(const hr_chain_model *model, const uint8_t *count, unsigned j, int64_t load,
                   int64_t reserve)
{
    int64_t now = 0;
    for (unsigned t = 0; t < model->n_types; t++)
        now += count[j * model->n_types + t] * model->type[t].load;
    return !model->refuses || (double)(now + load + reserve) <= model->admission[j];
}

/* C(a, d) / C(n, d): that d of n all fall into a certain a of them. */
static double all_within(unsigned a, unsigned n, unsigned d)
{
    double product = 1.0;
    for (unsigned i = 0; i < d; i++)
        product *= a > i ? (double)(a - i) / (double)(n - i) : 0.0;
    return product;
}

/* Smallest score among d random ones of those allowed; equals alike. */
static void choose_least(const hr_chain_model *model, const double *scores, const bool *allowed,
                         double *chance)
{
    const hr_placement *p = &model->configuration->placement;
    unsigned n = 0;
    for (unsigned j = 0; j < model->n_servers; j++)
        n += allowed[j];
    const unsigned d = p->rule == HR_RULE_POWER_OF_D && p->d < n ? p->d : n;
    for (unsigned j = 0; j < model->n_servers; j++) {
        unsigned less = 0, equal = 0, before = 0;
        for (unsigned i = 0; i < model->n_servers && allowed[j]; i++) {
            const bool is_equal = allowed[i] && is_same(scores[i], scores[j]);
            less += allowed[i] && scores[i] < scores[j];
            equal += is_equal;
            before += is_equal && i < j;
        }
        if (equal == 0)
            continue;
        const double group = all_within(n - less, n, d) -
                             (n - less > equal ? all_within(n - less - equal, n, d) : 0);
        const bool is_uniform = p->ties == HR_TIES_UNIFORM || model->is_sorted;
        chance[j] = is_uniform ? group / equal : before == 0 ? group : 0.0;
    }
}

static void choose_random(const hr_chain_model *model, const bool *allowed, double *chance)
{
    double sum = 0.0;
    for (unsigned j = 0; j < model->n_servers; j++)
        sum += allowed[j] ? model->configuration->weight[j] : 0.0;
    for (unsigned j = 0; j < model->n_servers && sum > 0.0; j++)
        chance[j] = allowed[j] ? model->configuration->weight[j] / sum : 0.0;
}

void hr_chain_choose(const hr_chain_model *model, const uint8_t *count, int64_t load,
                     int64_t reserve, double *chance)
{
    const hr_configuration *c = model->configuration;
    const hr_rule rule = c->placement.rule;
    bool allowed[HR_CHAIN_MOST_CELLS];
    double scores[HR_CHAIN_MOST_CELLS];
    for (unsigned j = 0; j < model->n_servers; j++) {
        chance[j] = 0.0;
        scores[j] = score(model, count, j);
        allowed[j] =
            c->admission != HR_ADMISSION_NONE_FITS || admits(model, count, j, load, reserve);
    }
    if (model->cycle > 1) {
        unsigned first = 0;
        while (first < model->n_servers && !allowed[first])
            first++;
        const bool is_turn = model->n_servers > 1 || count[model->n_types] == 0;
        if (first < model->n_servers && is_turn)
            chance[first] = 1.0;
    } else if (rule == HR_RULE_RANDOM && c->n_servers > 1)
        choose_random(model, allowed, chance);
    else
        choose_least(model, scores, allowed, chance);
    for (unsigned j = 0; j < model->n_servers; j++) {
        if (c->admission != HR_ADMISSION_NONE && !admits(model, count, j, load, reserve))
            chance[j] = 0.0;
    }
}
