/* One input for several configurations: meetings are drawn once, and each configuration has its own
 * loads, ceilings and background besides. */
#include <string.h>

#include "input/store.h"

/* ---- who may share */

static bool are_equal(double a, double b)
{
    return !(a < b) && !(a > b);
}

/* The same starts from the same words. */
static bool has_same_starts(const hr_source *a, const hr_source *b)
{
    if (!(hr_source_share(a, b) >= 1.0 && hr_source_share(b, a) >= 1.0))
        return false;
    return a->kind != HR_SOURCE_PIECEWISE ||
           memcmp(a->rates, b->rates, a->n_pieces * sizeof *a->rates) == 0;
}

static bool has_same_kinds(const hr_profile *a, const hr_profile *b)
{
    bool same = are_equal(a->share, b->share) && a->n_kinds == b->n_kinds;
    for (unsigned i = 0; same && i < a->n_kinds; i++)
        same = are_equal(a->kinds[i].share, b->kinds[i].share);
    return same;
}

/* Costs and random loads may differ: loads are written for each. */
static bool has_same_meetings(const hr_class *a, const hr_class *b)
{
    bool same = are_equal(a->share, b->share) && hr_law_equals(&a->size, &b->size) &&
                hr_law_equals(&a->duration, &b->duration) && a->n_profiles == b->n_profiles;
    for (unsigned i = 0; same && i < a->n_profiles; i++)
        same = has_same_kinds(&a->profiles[i], &b->profiles[i]);
    return same;
}

bool hr_input_may_share(const hr_configuration *a, const hr_configuration *b)
{
    const hr_prepared *p = a->prepared, *q = b->prepared;
    bool same = a->inserted == NULL && b->inserted == NULL && a->tilt == NULL && b->tilt == NULL &&
                a->seed == b->seed && a->group == b->group && p->begin == q->begin &&
                p->from == q->from && p->to == q->to && a->start == b->start &&
                a->n_sources == b->n_sources && a->n_classes == b->n_classes &&
                p->joins_at_once == q->joins_at_once && hr_law_equals(&a->join, &b->join);
    for (unsigned i = 0; same && i < a->n_sources; i++)
        same = has_same_starts(p->sources[i].drawn, q->sources[i].drawn);
    for (unsigned k = 0; same && k < a->n_classes; k++)
        same = has_same_meetings(&a->classes[k], &b->classes[k]);
    return same;
}

/* ---- what is one's own */

static bool has_same_profile_costs(const hr_prepared_profile *a, const hr_prepared_profile *b,
                                   size_t n_resources)
{
    return memcmp(a->cost, b->cost, n_resources * sizeof *a->cost) == 0 &&
           memcmp(a->kind_cost, b->kind_cost, a->n_kinds * n_resources * sizeof *a->kind_cost) == 0;
}

static bool has_same_loads(const hr_configuration *a, const hr_configuration *b)
{
    const size_t n_resources = a->n_resources;
    bool same = a->n_resources == b->n_resources && are_equal(a->large_from, b->large_from);
    for (unsigned k = 0; same && k < a->n_classes; k++) {
        const hr_prepared_class *p = &a->prepared->classes[k], *q = &b->prepared->classes[k];
        same = p->load == NULL && q->load == NULL;
        for (unsigned i = 0; same && i < a->classes[k].n_profiles; i++)
            same = has_same_profile_costs(&p->profiles[i], &q->profiles[i], n_resources);
    }
    return same;
}

/* Sessions are drawn server by server from one stream for each item: those of a smaller pool are
 * the first ones of a larger pool. */
static bool has_same_sessions(const hr_configuration *a, const hr_configuration *b)
{
    const hr_prepared *p = a->prepared, *q = b->prepared;
    bool same = a->n_background == b->n_background && p->session_step == q->session_step &&
                !hr_failures_happen(a->failures) && !hr_failures_happen(b->failures);
    for (unsigned i = 0; same && i < a->n_background; i++) {
        const hr_background *x = &a->background[i], *y = &b->background[i];
        same = x->kind == y->kind &&
               (x->kind != HR_BACKGROUND_SESSIONS ||
                (are_equal(x->sessions, y->sessions) && are_equal(x->holding, y->holding)));
    }
    return same;
}

/* Who draws the sessions of configuration `l`: the first of the largest pools that has the same. */
static unsigned donor_of(const hr_writing *writing, unsigned l)
{
    const hr_configuration *const *all = writing->sharing;
    unsigned donor = l;
    for (unsigned k = 0; k < writing->n_sharing; k++) {
        const unsigned n = all[k]->n_servers, most = all[donor]->n_servers;
        if ((n > most || (n == most && k < donor)) && has_same_sessions(all[k], all[l]))
            donor = k;
    }
    return donor;
}

static hr_status copy_sessions(hr_input *input, unsigned n_servers, const hr_input *donor,
                               unsigned most_servers, unsigned n_items, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t n_rows = (size_t)donor->n_steps * n_items;
    input->n_steps = donor->n_steps;
    input->sessions = donor->sessions;
    if (n_servers == most_servers)
        return HR_OK;
    HR_ROOM(input->sessions, &input->store->sessions, n_rows * n_servers);
    for (size_t row = 0; row < n_rows; row++)
        memcpy(input->sessions + row * n_servers, donor->sessions + row * most_servers,
               n_servers * sizeof *input->sessions);
out:
    return st;
}

static hr_status share_sessions(const hr_writing *writing, hr_input *const *input, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned l = 0; l < writing->n_sharing; l++) {
        const hr_configuration *own = writing->sharing[l];
        const unsigned donor = donor_of(writing, l);
        if (donor != l)
            HR_TRY(copy_sessions(input[l], own->n_servers, input[donor],
                                 writing->sharing[donor]->n_servers, own->prepared->n_session_items,
                                 err));
    }
out:
    return st;
}

/* The meetings of the first, seen by another. */
static void borrow(hr_input *input, const hr_input *first, unsigned lane)
{
    struct hr_input_store *store = input->store;
    *input = *first;
    input->store = store;
    input->lane = lane; /* whose bit of `kept` counts */
}

hr_status hr_write_own(const hr_writing *writing, hr_input *const *input, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned l = 0; l < writing->n_sharing; l++) {
        hr_writing own = *writing;
        own.input = input[l];
        own.configuration = writing->sharing[l];
        own.prepared = own.configuration->prepared;
        own.input->lane = l;
        if (l > 0) {
            borrow(input[l], input[0], l);
            if (!has_same_loads(own.configuration, writing->configuration))
                HR_TRY(hr_write_loads(&own, err));
        }
        HR_TRY(hr_write_background(&own, donor_of(writing, l) == l, err));
        HR_TRY(hr_write_probe_words(&own, err));
    }
    HR_TRY(share_sessions(writing, input, err));
out:
    return st;
}
