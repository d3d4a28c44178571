#include "study/signals.h"

#include <string.h>

#include "model/outcome.h"
#include "study/bind.h"

static bool needs_backlog(const char *outcome)
{
    const unsigned o = hr_outcome_find(outcome);
    return strcmp(outcome, "all") == 0 ||
           (o < hr_n_outcomes && (hr_outcomes[o].needs & HR_NEEDS_BACKLOG) != 0);
}

/* Only by its name, as it takes the reference. */
static bool needs_anatomy(const char *outcome)
{
    const unsigned o = hr_outcome_find(outcome);
    return o < hr_n_outcomes && (hr_outcomes[o].needs & HR_NEEDS_ANATOMY) != 0;
}

static bool needs_excess(const char *outcome)
{
    const unsigned o = hr_outcome_find(outcome);
    return strcmp(outcome, "all") == 0 ||
           (o < hr_n_outcomes && (hr_outcomes[o].needs & HR_NEEDS_EXCESS) == HR_NEEDS_EXCESS);
}

static bool needs_lengths(const char *outcome)
{
    return strcmp(outcome, "all") == 0 || strcmp(outcome, "episodes_lasting") == 0;
}

static bool is_asked(const hr_params *params, hr_key key, size_t i, bool (*needs)(const char *))
{
    const hr_value *name = hr_params_at(params, key, i, 0);
    return name->is_set && needs(name->text);
}

/* Does an outcome that is asked for need it? */
static bool follows(const hr_params *params, bool (*needs)(const char *))
{
    const hr_value *names = hr_params_get(params, HR_KEY_observe_outcomes);
    bool any = is_asked(params, HR_KEY_target_outcome, 0, needs);
    for (size_t i = 0; i < names->n; i++)
        any = any || needs(names->words[i]);
    for (size_t i = 0; i < hr_params_count(params, HR_KEY_claims, 0); i++)
        any = any || is_asked(params, HR_KEY_claim_outcome, i, needs);
    return any;
}

/* An episode that was there when the simulation began has lasted for the warm-up when it ends in
 * the window, or longer, nobody knows: which is enough for lengths that are no longer than that. */
static hr_status warm_up_for_lengths(const hr_params *params, hr_configuration *c, hr_err *err)
{
    const hr_value *warm_up = hr_params_get(params, HR_KEY_warm_up);
    const double longest = c->min_episode[c->n_durations - 1];
    if (c->start == HR_START_EMPTY || c->warm_up >= longest)
        return HR_OK;
    if (warm_up->is_set)
        return hr_params_fail(params, HR_KEY_warm_up, 0, 0, err,
                              "episodes_lasting tells lengths of up to %g s, and needs as long a "
                              "warm-up",
                              longest);
    c->warm_up = longest;
    return HR_OK;
}

hr_status hr_signals_assemble(const hr_params *params, hr_configuration *configuration, hr_err *err)
{
    hr_backlog_marks *marks = &configuration->backlog;
    marks->is_followed = follows(params, needs_backlog);
    configuration->follows_anatomy = follows(params, needs_anatomy);
    configuration->follows_excess = follows(params, needs_excess);
    marks->throttled_from = hr_params_get(params, HR_KEY_throttled_from)->number;
    marks->throttled_until = hr_params_get(params, HR_KEY_throttled_until)->number;
    marks->rejected_from = hr_params_get(params, HR_KEY_rejected_from)->number;
    if (marks->throttled_until >= marks->throttled_from)
        return hr_params_fail(params, HR_KEY_throttled_until, 0, 0, err,
                              "must be less than signals.throttled.from, %g s",
                              marks->throttled_from);
    return follows(params, needs_lengths) ? warm_up_for_lengths(params, configuration, err) : HR_OK;
}
