#include "input/service.h"

#include "base/real.h"

/* Share of the homed users whom their routing group serves, or, without groups, some server. */
static double served(const hr_service *service)
{
    if (!service->is_running)
        return 0.0;
    return service->has_no_groups ? service->out < service->n_servers
                                  : hr_groups_served(service->n_servers, service->out);
}

/* `users` have to sign in, now. */
static void queue(hr_service *service, double users)
{
    if (service->rate > 0.0) {
        service->waiting += users;
    } else {
        hr_connections_pass(&service->connections, service->signed_in, users, 0.0, NULL);
        service->signed_in += users;
    }
}

hr_service hr_service_begin(const hr_failures *failures, unsigned n_servers)
{
    hr_service service = {.n_servers = n_servers,
                          .has_no_groups = failures->has_no_groups,
                          .is_running = true,
                          .users = failures->users * n_servers,
                          .homed = 1.0,
                          .signed_in = 1.0,
                          .endpoints = failures->endpoints,
                          .sign_ins = failures->sign_ins,
                          .connections = hr_connections_begin(failures, n_servers)};
    const double sign_ins = failures->users * n_servers * failures->endpoints;
    if (sign_ins > 0.0)
        service.rate = failures->sign_ins / sign_ins;
    return service;
}

static unsigned count_out(const hr_service *service, const uint8_t *state)
{
    unsigned out = 0;
    for (unsigned j = 0; j < service->n_servers; j++)
        out += state[j] == HR_SERVER_OUT;
    return out;
}

void hr_service_settle(hr_service *service, const uint8_t *state, bool is_running)
{
    service->out = count_out(service, state);
    hr_connections_settle(&service->connections, state);
    service->is_running = is_running;
    service->waiting = 0.0;
    service->signed_in = service->homed * served(service);
}

double hr_service_queue(const hr_service *service)
{
    return service->waiting > 0.0 ? service->waiting / service->rate : 0.0;
}

void hr_service_pass(hr_service *service, double seconds, bool is_measured)
{
    const double empty = hr_service_queue(service);
    const double busy = seconds < empty ? seconds : empty;
    const double through = seconds < empty ? service->rate * seconds : service->waiting;
    if (is_measured) {
        service->lost[HR_CAUSE_POOL] += service->is_running ? 0.0 : service->homed * seconds;
        if (service->is_running)
            service->lost[HR_CAUSE_GROUP] += service->homed * (1.0 - served(service)) * seconds;
        service->lost[HR_CAUSE_SIGN_IN] += (service->waiting - 0.5 * through) * busy;
        service->lost[HR_CAUSE_FAILOVER] += service->away * seconds;
    }
    hr_connections_pass(&service->connections, service->signed_in, through, seconds, NULL);
    service->waiting -= through;
    service->signed_in += through;
}

/* Share of the users in service whom `more` servers that go out send to another one; `lost` is the
 * share of their connections. */
static double displaced_by(const hr_service *service, unsigned more, double lost)
{
    if (!service->has_no_groups)
        return hr_groups_displaced(service->n_servers, service->out, more);
    return more < service->n_servers - service->out ? lost : 0.0;
}

/* Servers go: whoever was on them and has a replica left signs in there. Users of a group that is
 * lost may have been anywhere. */
static void servers_go(hr_service *service, unsigned more, double lost)
{
    const double before = served(service);
    if (!(before > 0.0)) {
        service->out += more;
        return;
    }
    const double in_service = service->signed_in / (service->homed * before); /* of those served */
    const double displaced = service->homed * in_service * displaced_by(service, more, lost);
    service->out += more;
    const double after = served(service);
    service->waiting *= after / before;
    service->signed_in *= after / before;
    service->signed_in -= displaced;
    queue(service, displaced);
}

/* Groups that have two replicas again are served again; who was in service moves back unnoticed
 * [U]. */
static void servers_come(hr_service *service, unsigned n)
{
    const double before = served(service);
    service->out -= n;
    queue(service, service->homed * (served(service) - before));
}

void hr_service_change(hr_service *service, const uint8_t *state, bool is_running)
{
    const unsigned out = count_out(service, state);
    const double lost = hr_connections_lose(&service->connections, state);
    if (service->is_running && !is_running) {
        service->is_running = false;
        service->signed_in = service->waiting = 0.0;
    }
    if (out > service->out)
        servers_go(service, out - service->out, lost);
    else if (out < service->out)
        servers_come(service, service->out - out);
    if (!service->is_running && is_running) {
        service->is_running = true;
        queue(service, service->homed * served(service));
    }
}

void hr_service_partner_lost(hr_service *service, double users)
{
    service->away = users;
}

void hr_service_take_over(hr_service *service)
{
    queue(service, service->away * served(service));
    service->homed += service->away;
    service->away = 0.0;
}

bool hr_service_is_settled(const hr_service *service)
{
    return !(service->waiting > 0.0) && hr_connections_are_even(&service->connections);
}

/* Share of the users in service whose work is on a server: routing groups say where, or, where
 * there are none, connections. */
static double share_of(const hr_service *service, unsigned server)
{
    const hr_connections *c = &service->connections;
    if (service->has_no_groups)
        return c->share[server];
    return c->is_up[server] ? 1.0 / c->n_up : 0.0;
}

double hr_service_factor(const hr_service *service, unsigned server)
{
    const unsigned up = service->n_servers - service->out;
    if (!service->has_no_groups || service->connections.balance == HR_BALANCE_EVENLY)
        return up > 0 ? service->signed_in * service->n_servers / up : 0.0;
    return service->signed_in * service->n_servers * share_of(service, server);
}

void hr_service_sign_ins(const hr_service *service, double seconds, double *sign_ins)
{
    const unsigned n = service->n_servers, up = n - service->out;
    const double all = service->rate * seconds;
    const double through = service->waiting < all ? service->waiting : all;
    const double renewed = service->signed_in * -hr_expm1(-service->connections.renewals * seconds);
    hr_connections later = service->connections;
    double into[HR_MAX_SERVERS];
    hr_connections_pass(&later, service->signed_in, through, seconds, into);
    for (unsigned j = 0; j < n; j++) {
        if (later.balance == HR_BALANCE_EVENLY) {
            sign_ins[j] = service->waiting > 0.0 && up > 0 ? service->sign_ins / up : 0.0;
            continue;
        }
        const double each = through + renewed > 0.0
                                ? (through * service->endpoints + renewed) / (through + renewed)
                                : 0.0;
        const double anyway = share_of(service, j) * renewed;
        sign_ins[j] = service->users * (into[j] * each - anyway) / seconds;
    }
}
