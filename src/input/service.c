#include "input/service.h"

/* Share of the homed users whom their routing group serves, or, without groups, some server. */
static double served(const hr_service *service)
{
    if (!service->is_running)
        return 0.0;
    return service->has_no_groups ? service->out < service->n_servers
                                  : hr_groups_served(service->n_servers, service->out);
}

/* Of those, whom `more` servers that go out send to another one. */
static double displaced_by(const hr_service *service, unsigned more)
{
    const unsigned up = service->n_servers - service->out;
    if (!service->has_no_groups)
        return hr_groups_displaced(service->n_servers, service->out, more);
    return more < up ? (double)more / up : 0.0;
}

/* `users` have to sign in, now. */
static void queue(hr_service *service, double users)
{
    if (service->rate > 0.0)
        service->waiting += users;
    else
        service->signed_in += users;
}

hr_service hr_service_begin(const hr_failures *failures, unsigned n_servers)
{
    hr_service service = {.n_servers = n_servers,
                          .has_no_groups = failures->has_no_groups,
                          .is_running = true,
                          .homed = 1.0,
                          .signed_in = 1.0};
    const double sign_ins = failures->users * n_servers * failures->endpoints;
    if (sign_ins > 0.0)
        service.rate = failures->sign_ins / sign_ins;
    return service;
}

void hr_service_settle(hr_service *service, unsigned out, bool is_running)
{
    service->out = out;
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
    service->waiting -= through;
    service->signed_in += through;
}

/* Servers go: whoever was on them and has a replica left signs in there. Users of a group that is
 * lost may have been anywhere. */
static void servers_go(hr_service *service, unsigned more)
{
    const double before = served(service);
    if (!(before > 0.0)) {
        service->out += more;
        return;
    }
    const double in_service = service->signed_in / (service->homed * before); /* of those served */
    const double displaced = service->homed * in_service * displaced_by(service, more);
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

void hr_service_change(hr_service *service, unsigned out, bool is_running)
{
    if (service->is_running && !is_running) {
        service->is_running = false;
        service->signed_in = service->waiting = 0.0;
    }
    if (out > service->out)
        servers_go(service, out - service->out);
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

double hr_service_factor(const hr_service *service)
{
    const unsigned up = service->n_servers - service->out;
    return up > 0 ? service->signed_in * service->n_servers / up : 0.0;
}
