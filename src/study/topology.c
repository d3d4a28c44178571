#include "study/topology.h"

#include <math.h>

#include "study/deployment.h"
#include "study/front_end.h"
#include "study/sites.h"
#include "study/topology_rule.h"

/* Published limits of one pool. */
#define FRONT_ENDS         12.0 /* [S:capmodel]; 16 in Skype for Business Server 2019 [S:sfb19cap] */
#define POOL_USERS         80000.0  /* [S:capmodel]; 106,000 in 2019 [S:sfb19cap] */
#define LEAST_FRONT_ENDS   3.0      /* [S:quorum] */
#define STANDARD_USERS     2500.0   /* [S:capmodel] */
#define FAILOVER_USERS     5000.0   /* [S:capmodel] */
#define DIRECTORS          10.0     /* [S:topo] */
#define CHAT_SERVERS       4.0      /* active ones [S:pchat] */
#define SHARED_MEETING     250.0    /* people [S:capmodel] */
#define LARGE_MEETING      1000.0   /* [S:large] */
#define SIGN_INS           12.0     /* per second [S:perftool] */
#define SIGN_IN_TIME       7200.0   /* s, in which all log on [S:usermodel] */
#define USERS_OF_ONE_STORE 160000.0 /* two pools of 80,000 [S:capmodel] */
#define TAIL               0x1p-33  /* meetings that are larger are none */

static double number(const hr_site *site, hr_key key)
{
    return hr_params_get(site->params, key)->number;
}

hr_site hr_topology_look(const hr_params *deployment, const hr_params *params)
{
    hr_site site = {.deployment = deployment, .params = params};
    const hr_pool_keys *pool = NULL;
    const double servers = hr_params_get(deployment, HR_KEY_pool_servers)->number;
    const double large = number(&site, HR_KEY_large_meetings_servers);
    site.is_standard = hr_deployment_first(params).role == HR_ROLE_standard_edition;
    site.servers = number(&site, HR_KEY_pool_servers);
    site.users = site.servers * hr_front_end_users(params, site.servers);
    for (unsigned i = 0; (pool = hr_deployment_pool(i)) != NULL; i++)
        site.has_others = site.has_others || number(&site, pool->servers) > 0.0;
    site.has_large_pool = large > 0.0 && params == deployment;
    site.pools = large > 0.0 ? 2.0 : 1.0;
    for (size_t i = 0; i < hr_params_count(params, HR_KEY_sites, 0); i++)
        site.pools += hr_params_at(params, HR_KEY_site_servers, i, 0)->number > 0.0;
    site.all_users = servers * hr_front_end_users(deployment, servers) +
                     hr_sites_users(deployment, NULL, HR_NOWHERE);
    for (unsigned i = 0; (pool = hr_deployment_pool(i)) != NULL; i++) {
        if (pool->role == HR_ROLE_back_end)
            site.back_ends = hr_sites_servers(deployment, pool);
        if (pool->role == HR_ROLE_monitoring_store)
            site.stores = hr_sites_servers(deployment, pool);
        if (pool->role == HR_ROLE_edge)
            site.edges = hr_sites_servers(deployment, pool);
    }
    return site;
}

/* ---- servers and pools */

/* A list with one capacity per server that are not all the same. */
static bool is_mixed(const hr_params *params, hr_key key, hr_spot *spot)
{
    for (size_t r = 0; r < HR_N_RESOURCES; r++) {
        const hr_value *value = hr_params_at(params, key, r, 0);
        for (size_t k = 1; value->is_set && k < value->n; k++) {
            if (value->list[k] < value->list[0] || value->list[k] > value->list[0]) {
                *spot = (hr_spot){key, r, 0};
                return true;
            }
        }
    }
    return false;
}

static bool mixes_servers(const hr_site *site, hr_spot *spot)
{
    const hr_pool_keys *pool = NULL;
    bool is_broken = is_mixed(site->params, HR_KEY_pool_server, spot);
    for (unsigned i = 0; !is_broken && (pool = hr_deployment_pool(i)) != NULL; i++)
        is_broken = number(site, pool->servers) > 0.0 && is_mixed(site->params, pool->server, spot);
    if (!is_broken && site->has_large_pool)
        is_broken = is_mixed(site->params, HR_KEY_large_meetings_server, spot);
    return is_broken;
}

static bool has_too_many_front_ends(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return !site->is_standard && site->servers > FRONT_ENDS;
}

static bool has_too_many_users(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return !site->is_standard && site->users > POOL_USERS;
}

static bool has_too_few_front_ends(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return !site->is_standard && site->servers < LEAST_FRONT_ENDS;
}

static bool lacks_back_end(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return !site->is_standard && site->has_others &&
           !hr_deployment_has(site->params, HR_ROLE_back_end);
}

/* Of those that there are, one for each pool. */
static bool shares_back_end(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return !site->is_standard && !lacks_back_end(site, spot) && site->has_others &&
           site->back_ends < site->pools;
}

static bool lacks_witness(const hr_site *site, hr_spot *spot)
{
    return lacks_back_end(site, spot) && fmod(site->servers, 2.0) == 0.0;
}

static bool signs_in_too_fast(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return site->users / SIGN_IN_TIME > SIGN_INS;
}

/* ---- Standard Edition */

static bool balances_standard_edition(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return site->is_standard && site->servers > 1.0;
}

static bool is_failed_over(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return site->is_standard && site->users > STANDARD_USERS && site->users <= FAILOVER_USERS;
}

static bool is_beyond_failover(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return site->is_standard && site->users > FAILOVER_USERS;
}

static bool has_spare_back_end(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return site->is_standard && hr_deployment_has(site->params, HR_ROLE_back_end);
}

/* ---- roles that need others */

static bool has_calls(const hr_site *site)
{
    return hr_front_end_calls(site->params, site->users) > 0.0 ||
           number(site, HR_KEY_dial_in) * number(site, HR_KEY_modality_audio) > 0.0;
}

static bool lacks_mediation(const hr_site *site, hr_spot *spot)
{
    bool is_collocated = false;
    for (size_t l = 0; l < HR_N_LEVELS; l++)
        is_collocated =
            is_collocated ||
            hr_params_at(site->params, HR_KEY_pool_ceilings, HR_RESOURCE_PSTN_CALLS, l)->is_set;
    (void)spot;
    return has_calls(site) && !is_collocated && !hr_deployment_has(site->params, HR_ROLE_mediation);
}

static bool chats_on_front_ends(const hr_site *site, hr_spot *spot)
{
    *spot = (hr_spot){HR_KEY_pool_server, HR_RESOURCE_CHAT_USERS, 0};
    bool is_set = hr_params_at(site->params, spot->key, spot->i, 0)->is_set;
    for (size_t l = 0; l < HR_N_LEVELS && !is_set; l++) {
        *spot = (hr_spot){HR_KEY_pool_ceilings, HR_RESOURCE_CHAT_USERS, l};
        is_set = hr_params_at(site->params, spot->key, spot->i, l)->is_set;
    }
    return !site->is_standard && is_set;
}

static bool lacks_chat(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return !site->is_standard && site->has_others && number(site, HR_KEY_chat_users) > 0.0 &&
           !hr_deployment_has(site->params, HR_ROLE_persistent_chat);
}

static bool lacks_chat_store(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return hr_deployment_has(site->params, HR_ROLE_persistent_chat) &&
           !hr_deployment_has(site->params, HR_ROLE_persistent_chat_store);
}

static bool has_too_many_chat_servers(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return number(site, HR_KEY_persistent_chat_servers) > CHAT_SERVERS;
}

static bool has_too_many_directors(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return number(site, HR_KEY_director_servers) > DIRECTORS;
}

static bool shares_store_too_widely(const hr_site *site, hr_spot *spot)
{
    const double stores = site->stores;
    const double users = site->all_users;
    (void)spot;
    return stores > 0.0 && (users > stores * USERS_OF_ONE_STORE || site->pools > 2.0 * stores);
}

/* ---- other sites */

/* Has a site no part in any pool of a role that the deployment has? */
static bool is_left_out(const hr_site *site, hr_role_id role, hr_spot *spot)
{
    const hr_pool_keys *keys = hr_deployment_keys(role);
    if (site->params->site == 0)
        return false;
    const size_t i = site->params->site - 1;
    *spot = (hr_spot){hr_site_key(keys->servers), i, 0};
    return hr_site_served_at(site->deployment, i, keys) == HR_NOWHERE;
}

static bool leaves_out_who_is_outside(const hr_site *site, hr_spot *spot)
{
    const double outside = number(site, HR_KEY_external_remote) +
                           number(site, HR_KEY_external_anonymous) +
                           number(site, HR_KEY_external_federated);
    return outside + number(site, HR_KEY_remote_users) > 0.0 && site->edges > 0.0 &&
           is_left_out(site, HR_ROLE_edge, spot);
}

static bool leaves_out_calls(const hr_site *site, hr_spot *spot)
{
    return has_calls(site) && hr_deployment_has(site->params, HR_ROLE_mediation) &&
           is_left_out(site, HR_ROLE_mediation, spot);
}

/* ---- Edge */

static bool has_single_edge(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return number(site, HR_KEY_edge_servers) == 1.0;
}

static bool is_by_dns(const hr_site *site)
{
    return hr_params_get(site->params, HR_KEY_edge_balancer)->choice == 0;
}

static bool balances_web_conferences(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return number(site, HR_KEY_edge_servers) > 1.0 && !is_by_dns(site) &&
           number(site, HR_KEY_modality_data) > 0.0;
}

static bool federates_by_dns(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return number(site, HR_KEY_edge_servers) > 1.0 && is_by_dns(site) &&
           number(site, HR_KEY_external_federated) > 0.0;
}

/* Edge pools of several sites, and partners who are reached through them. */
static bool has_several_routes(const hr_site *site, hr_spot *spot)
{
    const double own = number(site, HR_KEY_edge_servers);
    (void)spot;
    return own > 0.0 && site->edges > own && number(site, HR_KEY_external_federated) > 0.0;
}

/* ---- meetings */

/* What is scheduled in the pool for large meetings is no meeting of a shared pool. */
static bool has_meeting_above(const hr_site *site, double size, bool is_shared, hr_spot *spot)
{
    if (is_shared && site->has_large_pool && number(site, HR_KEY_large_meetings_from) <= size + 1.0)
        return false;
    const bool has_tail = number(site, HR_KEY_tail_share) > 0.0;
    const hr_key key[] = {HR_KEY_meeting_size, HR_KEY_meeting_tail};
    for (size_t k = 0; k < 1U + has_tail; k++) {
        const hr_law *law = &hr_params_get(site->params, key[k])->law;
        *spot = (hr_spot){key[k], 0, 0};
        if (hr_law_quantile(law, 1.0 - TAIL) > size)
            return true;
    }
    return false;
}

static bool has_large_meetings(const hr_site *site, hr_spot *spot)
{
    return has_meeting_above(site, SHARED_MEETING, true, spot) &&
           !has_meeting_above(site, LARGE_MEETING, false, &(hr_spot){HR_KEY_meeting_size, 0, 0});
}

static bool has_larger_meetings(const hr_site *site, hr_spot *spot)
{
    return has_meeting_above(site, LARGE_MEETING, false, spot);
}

static bool has_single_large_server(const hr_site *site, hr_spot *spot)
{
    (void)spot;
    return number(site, HR_KEY_large_meetings_servers) == 1.0;
}

/* ---- the table */

static const hr_topology_row rows[] = {
    {{"identical_servers", false, "servers of one pool differ",
      "all servers of a pool run the same roles and are sent equal loads",
      "[S:seed-roles][S:seed-load]"},
     HR_KEY_pool_server,
     mixes_servers},
    {{"front_ends", false, "more than 12 Front Ends in one pool",
      "a pool has at most 12 Front Ends, in Skype for Business Server 2019 16",
      "[S:capmodel][S:sfb19cap]"},
     HR_KEY_pool_servers,
     has_too_many_front_ends},
    {{"pool_users", false, "more than 80,000 users on one pool",
      "a pool is for at most 80,000 users, in Skype for Business Server 2019 for 106,000",
      "[S:capmodel][S:sfb19cap]"},
     HR_KEY_users,
     has_too_many_users},
    {{"three_front_ends", false, "fewer than three Front Ends",
      "three are the least that make sense in a pool, and two are discouraged",
      "[S:quorum][S:sfbha]"},
     HR_KEY_pool_servers,
     has_too_few_front_ends},
    {{"back_end", false, "an Enterprise deployment that names other roles, but no Back End",
      "an Enterprise pool needs Front Ends and a Back End", "[S:seed-roles]"},
     HR_KEY_back_end_servers,
     lacks_back_end},
    {{"back_end_of_each_pool", false, "fewer Back Ends than Front End pools",
      "a Back End serves the Front End pool that it belongs to; one for large meetings needs its "
      "own "
      "too",
      "[S:seed-roles][S:large]"},
     HR_KEY_back_end_servers,
     shares_back_end},
    {{"witness", false, "an even number of Front Ends and no Back End",
      "a pool of even size counts the primary Back End database as its witness: without it and one "
      "server too few the whole pool stops",
      "[S:quorum][S:sfbha]"},
     HR_KEY_pool_servers,
     lacks_witness},
    {{"sign_ins", false, "users who could not all sign in within two hours",
      "a pool takes about 12 sign-ins a second, and all log on within 120 minutes",
      "[S:perftool][S:usermodel]"},
     HR_KEY_users,
     signs_in_too_fast},
    {{"standard_edition_alone", true, "several Standard Edition servers in one pool",
      "a Standard Edition server is a pool of its own; its partner in a pair is another pool",
      "[S:capmodel][S:pair]"},
     HR_KEY_pool_servers,
     balances_standard_edition},
    {{"standard_edition_users", false, "more than 2,500 users on a Standard Edition server",
      "2,500 are its own; it carries up to 5,000 only while its partner is away", "[S:capmodel]"},
     HR_KEY_users,
     is_failed_over},
    {{"standard_edition_failover", false, "more than 5,000 users on a Standard Edition server",
      "with the users of its partner it carries at most 5,000", "[S:capmodel]"},
     HR_KEY_users,
     is_beyond_failover},
    {{"standard_edition_databases", false, "a Back End beside a Standard Edition server",
      "Standard Edition has its databases on the same server", "[S:capmodel]"},
     HR_KEY_back_end_servers,
     has_spare_back_end},
    {{"mediation", false, "calls or dial-in, but nothing that carries them",
      "voice and dial-in need Mediation: on the Front Ends, as pool.ceilings.pstn_calls says, or "
      "on "
      "servers of its own, as deployment.mediation.servers says",
      "[S:seed-roles]"},
     HR_KEY_mediation_servers,
     lacks_mediation},
    {{"mediation_of_each_site", false,
      "calls leave the Front Ends of a site that has no part in any Mediation pool, and are "
      "followed "
      "nowhere",
      "voice and dial-in need Mediation: its own servers, those of another site "
      "(deployment.sites[].mediation.of), or with `mediation: {servers: 0}` its Front Ends",
      "[S:seed-roles]"},
     HR_KEY_mediation_servers,
     leaves_out_calls},
    {{"chat_on_front_ends", true, "chat users on Enterprise Front Ends",
      "a Persistent Chat Front End does not go on Enterprise Front Ends; it may stand on a "
      "Standard "
      "Edition server",
      "[S:seed-roles]"},
     HR_KEY_pool_server,
     chats_on_front_ends},
    {{"chat_servers", false, "chat users, but no Persistent Chat server for them",
      "they cannot be served by Enterprise Front Ends, only by Standard Edition or by servers of "
      "their own",
      "[S:seed-roles]"},
     HR_KEY_persistent_chat_servers,
     lacks_chat},
    {{"databases_apart", false, "Persistent Chat servers, but no store for them",
      "roles do not share a database: the rooms cannot be kept in that of the Back End",
      "[S:seed-roles]"},
     HR_KEY_persistent_chat_store_servers,
     lacks_chat_store},
    {{"active_chat_servers", false, "more than four Persistent Chat servers",
      "a Persistent Chat pool has at most four active servers, eight with those that stand by",
      "[S:pchat]"},
     HR_KEY_persistent_chat_servers,
     has_too_many_chat_servers},
    {{"directors", false, "more than ten Directors", "a Director pool has at most ten servers",
      "[S:topo]"},
     HR_KEY_director_servers,
     has_too_many_directors},
    {{"monitoring_store", false, "one monitoring store for more users than two pools have",
      "a store serves at most two pools of 80,000 users", "[S:capmodel]"},
     HR_KEY_monitoring_store_servers,
     shares_store_too_widely},
    {{"edge_of_each_site", false,
      "who is outside at a site that has no part in any Edge pool is followed nowhere",
      "users and participants outside come in through Edge Servers: its own, or those of another "
      "site (deployment.sites[].edge.of)",
      "[S:seed-roles]"},
     HR_KEY_edge_servers,
     leaves_out_who_is_outside},
    {{"two_edges", false, "a single Edge Server", "high availability needs at least two",
      "[S:capmodel]"},
     HR_KEY_edge_servers,
     has_single_edge},
    {{"edge_hardware_balancer", false, "web conferencing behind a hardware balancer of the Edge",
      "it must not balance the internal side of web conferencing, nor XMPP", "[S:hlb]"},
     HR_KEY_edge_balancer,
     balances_web_conferences},
    {{"dns_failover", false, "partners that reach the Edge pool by DNS balancing",
      "clients from before 2010, old federation partners, public messaging and XMPP connect by DNS "
      "balancing, but do not fail over",
      "[S:dnslb]"},
     HR_KEY_edge_balancer,
     federates_by_dns},
    {{"federation_route", false, "partners reached through the Edge pools of several sites",
      "a deployment has one outbound route for partners and one XMPP gateway; another Edge pool "
      "takes "
      "them only when that is changed by hand",
      "[S:edgedr]"},
     HR_KEY_edge_servers,
     has_several_routes},
    {{"shared_pool_meetings", false, "meetings of more than 250 people",
      "a pool that others use holds meetings of at most 250, one of them at a time; up to 1,000 "
      "need "
      "a pool of their own",
      "[S:capmodel][S:large]"},
     HR_KEY_meeting_tail,
     has_large_meetings},
    {{"largest_meetings", false, "meetings of more than 1,000 people",
      "even a pool of its own holds at most 1,000 in a meeting", "[S:large][S:lmfaq]"},
     HR_KEY_meeting_tail,
     has_larger_meetings},
    {{"two_large_meeting_servers", false, "a single server for large meetings",
      "a pool for them needs one Front End and one Back End, and two are recommended", "[S:large]"},
     HR_KEY_large_meetings_servers,
     has_single_large_server},
};
_Static_assert(sizeof rows / sizeof *rows <= HR_MAX_TOPOLOGY_RULES, "findings hold every rule");

const hr_topology_row *hr_topology_row_at(unsigned i)
{
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const hr_topology_rule *hr_topology_rule_at(unsigned i)
{
    return i < sizeof rows / sizeof *rows ? &rows[i].rule : NULL;
}
