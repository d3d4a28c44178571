#include "study/sites.h"

#include <stdio.h>
#include <string.h>

#include "study/bind.h"
#include "study/deployment.h"

enum { LONGEST_NAME = 32 };
static const char FIRST[] = "first"; /* what a site calls the first one */

/* What a site may say for itself, and the first one's row that it stands for. */
static const struct {
    hr_key site, first;
    bool is_failure; /* what a site does not say, and has no default, does not happen there */
} rows[] = {
    {HR_KEY_site_users, HR_KEY_users, false},
    {HR_KEY_site_servers, HR_KEY_pool_servers, false},
    {HR_KEY_site_server, HR_KEY_pool_server, false},
    {HR_KEY_site_ceilings, HR_KEY_pool_ceilings, false},
    {HR_KEY_site_in_conference, HR_KEY_in_conference, false},
    {HR_KEY_site_on_the_clock, HR_KEY_on_the_clock, false},
    {HR_KEY_site_tail_share, HR_KEY_tail_share, false},
#define HR_FAILURE(name, ...) {HR_KEY_site_failures_##name, HR_KEY_failures_##name, true},
#include "study/params_failures.def"
#define HR_ROLE_POOL(name, ...)                                                                    \
    {HR_KEY_site_##name##_servers, HR_KEY_##name##_servers, false},                                \
        {HR_KEY_site_##name##_server, HR_KEY_##name##_server, false},                              \
        {HR_KEY_site_##name##_ceilings, HR_KEY_##name##_ceilings, false},                          \
        {HR_KEY_site_##name##_balancer, HR_KEY_##name##_balancer, false},                          \
        {HR_KEY_site_##name##_when_full, HR_KEY_##name##_when_full, false},                        \
        {HR_KEY_site_##name##_down, HR_KEY_##name##_down, true},                                   \
        {HR_KEY_site_##name##_out, HR_KEY_##name##_out, true},                                     \
        {HR_KEY_site_##name##_every, HR_KEY_##name##_every, true},
#include "model/role.def"
    {HR_KEY_site_mediation_calls, HR_KEY_mediation_calls, false},
    {HR_KEY_site_gateway_calls, HR_KEY_gateway_calls, false},
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

hr_key hr_site_place(const hr_params *params, hr_key key, size_t index[HR_PLACE_INDICES])
{
    const hr_key own = params->site > 0 ? hr_site_key(key) : key;
    const size_t at = params->site - 1, i = index[0], j = index[1];
    if (own == key || !hr_params_item(params, own, at, i, j)->is_set)
        return key;
    memcpy(index, (const size_t[HR_PLACE_INDICES]){at, i, j}, HR_PLACE_INDICES * sizeof *index);
    return own;
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
    if (is_role(name) || strcmp(name, FIRST) == 0)
        return hr_params_fail(params, HR_KEY_site_name, i, 0, err,
                              "is the name of a role or means the first pool; give the site "
                              "another");
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

hr_status hr_site_role_keys(const hr_pool_keys *site, const hr_pool_keys *role, hr_arena *arena,
                            hr_pool_keys *keys, hr_err *err)
{
    char name[HR_LONGEST_PATH], section[HR_LONGEST_PATH];
    (void)snprintf(name, sizeof name, "%s.%s", site->name, role->name);
    (void)snprintf(section, sizeof section, "deployment.sites[%zu].%s", site->site, role->name);
    *keys = *role;
    keys->kind = HR_POOL_SITE_ROLE;
    keys->name = hr_arena_text(arena, name, strlen(name));
    keys->section = hr_arena_text(arena, section, strlen(section));
    keys->servers = hr_site_key(role->servers);
    keys->site = site->site;
    return keys->name != NULL && keys->section != NULL
               ? HR_OK
               : HR_FAIL(err, HR_ERR_MEMORY, "no memory for the name of a pool");
}

/* ---- who serves whom */

static bool is_there(const hr_params *params, size_t i)
{
    return hr_params_at(params, HR_KEY_site_servers, i, 0)->number > 0.0;
}

/* Servers that site `i` says it has of a role, itself being there. */
static double servers_at(const hr_params *params, size_t i, const hr_pool_keys *role)
{
    return is_there(params, i) ? hr_params_at(params, hr_site_key(role->servers), i, 0)->number
                               : 0.0;
}

size_t hr_site_named(const hr_params *params, const char *name)
{
    const size_t n = hr_params_count(params, HR_KEY_sites, 0);
    size_t i = 0;
    if (strcmp(name, FIRST) == 0)
        return HR_AT_FIRST;
    while (i < n && strcmp(hr_params_at(params, HR_KEY_site_name, i, 0)->text, name) != 0)
        i++;
    return i < n ? i : HR_NOWHERE;
}

/* The number of servers of a role there. */
static const hr_value *servers_of(const hr_params *params, const hr_pool_keys *role, size_t at)
{
    return at == HR_AT_FIRST ? hr_params_get(params, role->servers)
                             : hr_params_at(params, hr_site_key(role->servers), at, 0);
}

size_t hr_site_served_at(const hr_params *params, size_t i, const hr_pool_keys *role)
{
    const hr_value *of = hr_params_at(params, role->of, i, 0);
    size_t at = hr_deployment_serves_all(role->role) ? HR_AT_FIRST : HR_NOWHERE;
    if (servers_at(params, i, role) > 0.0)
        return i;
    if (of->is_set)
        at = hr_site_named(params, of->text);
    if (at == HR_NOWHERE)
        return HR_NOWHERE;
    const double servers =
        at == HR_AT_FIRST ? servers_of(params, role, at)->number : servers_at(params, at, role);
    return servers > 0.0 ? at : HR_NOWHERE;
}

double hr_sites_users(const hr_params *params, const hr_pool_keys *role, size_t at)
{
    double sum = 0.0;
    for (size_t i = 0; i < hr_params_count(params, HR_KEY_sites, 0); i++) {
        const hr_value *users = hr_params_at(params, HR_KEY_site_users, i, 0);
        const double servers = hr_params_at(params, HR_KEY_site_servers, i, 0)->number;
        if (is_there(params, i) && i != at &&
            (role == NULL || hr_site_served_at(params, i, role) == at))
            sum += users->form == HR_FORM_PER_SERVER ? users->number * servers : users->number;
    }
    return sum;
}

/* ---- values */

/* What makes something fail, of a site or its roles, is their own; how and when it fails is as at
 * the first pool. */
static bool is_incident(unsigned row)
{
    return rows[row].is_failure && hr_param_rows[rows[row].first].fallback == NULL;
}

static void replace(hr_params *params, hr_key key, const hr_value *value)
{
    params->slot[hr_shape_slot(params->shape, key, (const size_t[HR_PLACE_INDICES]){0})] = value;
}

/* Roles that it has a part in elsewhere: what is there decides whether there are any. */
static void take_servers_of_others(const hr_params *params, hr_params *of_site)
{
    const hr_pool_keys *role = NULL;
    const size_t i = of_site->site - 1;
    for (unsigned k = 0; (role = hr_deployment_pool(k)) != NULL; k++) {
        const hr_value *of = hr_params_at(params, role->of, i, 0);
        const size_t at = of->is_set ? hr_site_served_at(params, i, role) : HR_NOWHERE;
        if (at != HR_NOWHERE && at != i)
            replace(of_site, role->servers, servers_of(params, role, at));
    }
}

hr_status hr_site_params(const hr_params *params, size_t i, hr_arena *arena, hr_params *of_site,
                         hr_err *err)
{
    hr_status st = HR_OK;
    const hr_shape *shape = params->shape;
    *of_site = *params; /* its counts are the study's */
    of_site->site = i + 1;
    HR_TAKE(of_site->slot, arena, shape->n_slots);
    memcpy(of_site->slot, params->slot, shape->n_slots * sizeof *params->slot);
    for (unsigned k = 0; k < N_ROWS; k++) {
        const size_t *size = shape->size[rows[k].first];
        for (size_t a = 0; a < size[0]; a++) {
            for (size_t b = 0; b < size[1]; b++) {
                const size_t to[HR_PLACE_INDICES] = {a, b, 0};
                const hr_value *value = hr_params_item(params, rows[k].site, i, a, b);
                if (value->is_set || is_incident(k))
                    of_site->slot[hr_shape_slot(shape, rows[k].first, to)] = value;
            }
        }
    }
    take_servers_of_others(params, of_site);
out:
    return st;
}

double hr_sites_servers(const hr_params *params, const hr_pool_keys *role)
{
    double sum = hr_params_get(params, role->servers)->number;
    for (size_t i = 0; i < hr_params_count(params, HR_KEY_sites, 0); i++)
        sum += servers_at(params, i, role);
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

/* What a site says of others' pools: there is such a site, and it has no servers itself. */
static hr_status check_parts(const hr_params *params, size_t i, hr_err *err)
{
    const hr_pool_keys *role = NULL;
    for (unsigned k = 0; (role = hr_deployment_pool(k)) != NULL; k++) {
        const hr_value *of = hr_params_at(params, role->of, i, 0);
        const size_t at = of->is_set ? hr_site_named(params, of->text) : HR_AT_FIRST;
        if (at == HR_NOWHERE)
            return hr_params_fail(params, role->of, i, 0, err,
                                  "is no site; write `first`, or the name of another site");
        if (at == i)
            return hr_params_fail(params, role->of, i, 0, err,
                                  "is this site itself; give it servers");
        if (of->is_set && servers_at(params, i, role) > 0.0)
            return hr_params_fail(params, role->of, i, 0, err,
                                  "has a part in another site's servers, but %s.servers says that "
                                  "it has its own; remove one of the two",
                                  role->name);
    }
    return HR_OK;
}

hr_status hr_site_assemble(const hr_params *params, const hr_pool_keys *keys, hr_arena *arena,
                           hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_params of_site = {0};
    HR_TRY(check_same(params, keys, err));
    HR_TRY(check_parts(params, keys->site, err));
    HR_TRY(hr_site_params(params, keys->site, arena, &of_site, err));
    const bool has_servers = hr_params_get(&of_site, HR_KEY_pool_servers)->number > 0.0;
    if (!has_servers) { /* the shape is that of one server */
        static const hr_value one = {.is_set = true, .number = 1.0, .text = "1", .where = ""};
        static const hr_value none = {.is_set = true, .text = "0", .where = ""};
        replace(&of_site, HR_KEY_pool_servers, &one);
        if (hr_params_get(&of_site, HR_KEY_failures_down)->is_set)
            replace(&of_site, HR_KEY_failures_down, &none);
        if (hr_params_get(&of_site, HR_KEY_failures_out)->is_set)
            replace(&of_site, HR_KEY_failures_out, &none);
    }
    hr_pool_keys as_first = hr_deployment_first(&of_site);
    as_first.kind = keys->kind;
    as_first.name = keys->name;
    HR_TRY(hr_assemble_pool(&of_site, &as_first, arena, configuration, err));
    configuration->may_be_empty = true;
    if (!has_servers)
        configuration->n_servers = 0;
out:
    return st;
}

hr_status hr_site_assemble_role(const hr_params *params, const hr_pool_keys *keys,
                                const hr_feeders *of, hr_arena *arena,
                                hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_params of_site = {0};
    hr_configuration site = *of->first;
    hr_feeders feeders = *of;
    const hr_pool_keys *role = hr_deployment_keys(keys->role);
    hr_pool_keys as_first = *keys;
    HR_TRY(hr_site_params(params, keys->site, arena, &of_site, err));
    as_first.servers = role->servers;
    feeders.first = &site;
    if (site.n_servers == 0)
        site.n_servers = 1; /* for its shape */
    HR_TRY(hr_deployment_assemble(&of_site, &as_first, &feeders, arena, configuration, err));
    if (!(servers_at(params, keys->site, role) > 0.0))
        configuration->n_servers = 0;
out:
    return st;
}
