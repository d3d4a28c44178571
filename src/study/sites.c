#include "study/sites.h"

#include <string.h>

#include "study/bind.h"
#include "study/deployment.h"

enum { LONGEST_NAME = 32 };

/* What a site may say for itself, and the first pool's row that it stands for. */
static const struct {
    hr_key site, first;
} rows[] = {
    {HR_KEY_site_users, HR_KEY_users},
    {HR_KEY_site_servers, HR_KEY_pool_servers},
    {HR_KEY_site_server, HR_KEY_pool_server},
    {HR_KEY_site_ceilings, HR_KEY_pool_ceilings},
    {HR_KEY_site_in_conference, HR_KEY_in_conference},
    {HR_KEY_site_on_the_clock, HR_KEY_on_the_clock},
    {HR_KEY_site_tail_share, HR_KEY_tail_share},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

hr_key hr_site_key(hr_key key)
{
    for (unsigned k = 0; k < N_ROWS; k++) {
        if (rows[k].first == key)
            return rows[k].site;
    }
    return key;
}

/* ---- names */

static bool is_word(const char *text)
{
    const size_t n = strlen(text);
    return n > 0 && n <= LONGEST_NAME && text[0] >= 'a' && text[0] <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

static bool is_role(const char *text)
{
    for (unsigned i = 0; i < HR_N_ROLES; i++) {
        if (strcmp(hr_roles[i].name, text) == 0)
            return true;
    }
    return false;
}

static hr_status check_name(const hr_params *params, size_t i, hr_err *err)
{
    const char *name = hr_params_at(params, HR_KEY_site_name, i, 0)->text;
    if (!is_word(name))
        return hr_params_fail(params, HR_KEY_site_name, i, 0, err,
                              "needs a name of at most %d small letters, digits, - and _, e.g. "
                              "`munich`",
                              (int)LONGEST_NAME);
    if (is_role(name))
        return hr_params_fail(params, HR_KEY_site_name, i, 0, err,
                              "is the name of a role; give the site another");
    for (size_t k = 0; k < i; k++) {
        if (strcmp(name, hr_params_at(params, HR_KEY_site_name, k, 0)->text) == 0)
            return hr_params_fail(params, HR_KEY_site_name, i, 0, err,
                                  "is the name of another site too");
    }
    return HR_OK;
}

hr_status hr_site_keys(const hr_params *params, size_t i, hr_pool_keys *keys, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(check_name(params, i, err));
    if (!hr_params_at(params, HR_KEY_site_users, i, 0)->is_set)
        return hr_params_fail(params, HR_KEY_site_users, i, 0, err,
                              "missing: how many users are homed there? e.g. `6660 per server`");
    if (!hr_params_at(params, HR_KEY_site_servers, i, 0)->is_set)
        return hr_params_fail(params, HR_KEY_site_servers, i, 0, err,
                              "missing: how many servers has its pool?");
    *keys = hr_deployment_first(params);
    keys->kind = HR_POOL_SITE;
    keys->name = hr_params_at(params, HR_KEY_site_name, i, 0)->text;
    keys->servers = HR_KEY_site_servers;
    keys->site = i;
out:
    return st;
}

/* ---- values */

hr_status hr_site_params(const hr_params *params, size_t i, hr_arena *arena, hr_params *of_site,
                         hr_err *err)
{
    hr_status st = HR_OK;
    const hr_shape *shape = params->shape;
    *of_site = *params; /* its counts are the study's */
    HR_TAKE(of_site->slot, arena, shape->n_slots);
    memcpy(of_site->slot, params->slot, shape->n_slots * sizeof *params->slot);
    for (unsigned k = 0; k < N_ROWS; k++) {
        const size_t *size = shape->size[rows[k].first];
        for (size_t a = 0; a < size[0]; a++) {
            for (size_t b = 0; b < size[1]; b++) {
                const size_t to[HR_PLACE_INDICES] = {a, b, 0};
                const hr_value *value = hr_params_item(params, rows[k].site, i, a, b);
                if (value->is_set)
                    of_site->slot[hr_shape_slot(shape, rows[k].first, to)] = value;
            }
        }
    }
out:
    return st;
}

double hr_sites_users(const hr_params *params)
{
    double sum = 0.0;
    for (size_t i = 0; i < hr_params_count(params, HR_KEY_sites, 0); i++) {
        const hr_value *users = hr_params_at(params, HR_KEY_site_users, i, 0);
        const double servers = hr_params_at(params, HR_KEY_site_servers, i, 0)->number;
        if (servers > 0.0)
            sum += users->form == HR_FORM_PER_SERVER ? users->number * servers : users->number;
    }
    return sum;
}

/* ---- the pool */

/* The pools of a study are the same in all its configurations. */
static hr_status check_same(const hr_params *params, const hr_pool_keys *keys, hr_err *err)
{
    const hr_value *name = hr_params_at(params, HR_KEY_site_name, keys->site, 0);
    if (hr_params_count(params, HR_KEY_sites, 0) > keys->site && name->is_set &&
        strcmp(name->text, keys->name) == 0)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_DATA,
                   "deployment.sites[%zu]: `%s` is not in all configurations; list it outside of "
                   "`choose`, and choose deployment.sites[%zu].servers, 0 where it is not there",
                   keys->site, keys->name, keys->site);
}

hr_status hr_site_assemble(const hr_params *params, const hr_pool_keys *keys, hr_arena *arena,
                           hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_params of_site = {0};
    HR_TRY(check_same(params, keys, err));
    HR_TRY(hr_site_params(params, keys->site, arena, &of_site, err));
    const bool is_there = hr_params_get(&of_site, HR_KEY_pool_servers)->number > 0.0;
    if (!is_there) { /* the shape is that of one server */
        static const hr_value one = {.is_set = true, .number = 1.0, .text = "1", .where = ""};
        of_site.slot[hr_shape_slot(of_site.shape, HR_KEY_pool_servers,
                                   (const size_t[HR_PLACE_INDICES]){0})] = &one;
    }
    hr_pool_keys as_first = hr_deployment_first(&of_site);
    as_first.kind = keys->kind;
    as_first.name = keys->name;
    HR_TRY(hr_assemble_pool(&of_site, &as_first, arena, configuration, err));
    configuration->may_be_empty = true;
    if (!is_there)
        configuration->n_servers = 0;
out:
    return st;
}
