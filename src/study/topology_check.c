/* The rules of the topology held against a study: what is broken, and where. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>

#include "study/sites.h"
#include "study/study_tree.h"
#include "study/topology.h"
#include "study/topology_rule.h"

/* A Front End pool that is looked at. */
typedef struct hr_deployed {
    const hr_params *deployment;
    const hr_params *params; /* at the site; the deployment's at the first */
} hr_deployed;

/* Where a value stands, without the folders of a long path; "" when no file has it. */
static const char *place_of(const hr_value *value)
{
    enum { LONG = 40 };
    const char *slash = value->is_set ? strrchr(value->where, '/') : NULL;
    if (!value->is_set || strchr(value->where, ':') == NULL || value->where[0] == '-')
        return "";
    return slash != NULL && strlen(value->where) > LONG ? slash + 1 : value->where;
}

/* "pool.servers = 2 (mine.yaml:7:12): what is broken; the rule [source]" */
static hr_status put_finding(const hr_deployed *at, hr_spot spot, const hr_topology_rule *rule,
                             hr_arena *arena, hr_topology_finding *finding, hr_err *err)
{
    char text[HR_ERR_MESSAGE], path[HR_LONGEST_PATH];
    const hr_value *value = hr_params_at(at->params, spot.key, spot.i, spot.j);
    const char *place = place_of(value);
    const bool has_place = place[0] != '\0';
    size_t index[HR_PLACE_INDICES] = {spot.i, spot.j, 0};
    const hr_key key = hr_site_place(at->params, spot.key, index);
    hr_place_path(key, index, path);
    (void)snprintf(text, sizeof text, "%s%s%.60s%s%s%s: %s; %s %s", path,
                   value->is_set ? " = " : "", value->is_set ? value->text : "",
                   has_place ? " (" : "", place, has_place ? ")" : "", rule->broken, rule->rule,
                   rule->source);
    *finding = (hr_topology_finding){rule, hr_arena_text(arena, text, strlen(text))};
    return finding->text != NULL ? HR_OK
                                 : HR_FAIL(err, HR_ERR_MEMORY, "no memory for the topology");
}

static hr_status refuse(const hr_deployed *at, hr_spot spot, const hr_topology_rule *rule,
                        hr_err *err)
{
    return hr_params_fail(at->params, spot.key, spot.i, spot.j, err, "%s; %s %s", rule->broken,
                          rule->rule, rule->source);
}

/* Rules that are broken here and were not before. */
static hr_status check_pool(const hr_deployed *at, hr_arena *arena, hr_topology_finding *found,
                            hr_err *err)
{
    hr_status st = HR_OK;
    const hr_site site = hr_topology_look(at->deployment, at->params);
    const hr_topology_row *row = NULL;
    for (unsigned r = 0; (row = hr_topology_row_at(r)) != NULL; r++) {
        hr_spot spot = {row->key, 0, 0};
        if (found[r].rule != NULL || !row->is_broken(&site, &spot))
            continue;
        if (row->rule.is_refusal)
            return refuse(at, spot, &row->rule, err);
        HR_TRY(put_finding(at, spot, &row->rule, arena, &found[r], err));
    }
out:
    return st;
}

/* The first pool with all roles, then the pools of other sites, as if each were the first. */
static hr_status check_pools(const hr_params *params, hr_arena *arena, hr_arena *scratch,
                             hr_topology_finding *found, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_deployed first = {params, params};
    if (hr_params_count(params, HR_KEY_classes, 0) > 0)
        return HR_OK;
    HR_TRY(check_pool(&first, arena, found, err));
    for (size_t i = 0; i < hr_params_count(params, HR_KEY_sites, 0); i++) {
        hr_params of_site = {0};
        HR_TRY(hr_site_params(params, i, scratch, &of_site, err));
        const hr_deployed site = {params, &of_site};
        if (hr_params_get(&of_site, HR_KEY_pool_servers)->number > 0.0)
            HR_TRY(check_pool(&site, arena, found, err));
    }
out:
    return st;
}

static hr_status check_configuration(const hr_study *study, uint64_t index, hr_arena *arena,
                                     hr_topology_finding *found, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena scratch = {0};
    hr_params params = {0};
    HR_TRY(hr_study_params(study, index, 0, &params, &scratch, err));
    HR_TRY(check_pools(&params, arena, &scratch, found, err));
out:
    hr_arena_free(&scratch);
    return st;
}

hr_status hr_topology_check(const hr_study *study, uint64_t index, hr_arena *arena,
                            hr_topology *topology, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_design *design = &study->tree->design;
    hr_topology_finding found[HR_MAX_TOPOLOGY_RULES] = {{0}}, *finding = NULL;
    *topology = (hr_topology){0};
    HR_TRY(check_configuration(study, index, arena, found, err));
    for (size_t a = 0; a < design->n_axes; a++) {
        for (size_t l = 0; l < design->choices[a].n_levels; l++)
            HR_TRY(check_configuration(study, hr_design_neighbour(design, index, a, l), arena,
                                       found, err));
    }
    HR_TAKE(finding, arena, HR_MAX_TOPOLOGY_RULES);
    for (unsigned r = 0; r < HR_MAX_TOPOLOGY_RULES; r++) {
        if (found[r].rule != NULL)
            finding[topology->n++] = found[r];
    }
    topology->finding = finding;
out:
    return st;
}
