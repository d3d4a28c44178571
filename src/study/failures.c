#include "study/failures.h"

#include "study/front_end.h"

static double number(const hr_params *params, hr_key key)
{
    return hr_params_get(params, key)->number;
}

static bool is_set(const hr_params *params, hr_key key)
{
    return hr_params_get(params, key)->is_set;
}

/* The rows that make something fail; the others have defaults. */
static bool has_failures(const hr_params *params)
{
    static const hr_key keys[] = {HR_KEY_failures_down, HR_KEY_failures_out, HR_KEY_failures_every,
                                  HR_KEY_failures_back_end_for, HR_KEY_failures_partner};
    bool any = false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        any = any || is_set(params, keys[i]);
    return any;
}

bool hr_failures_has_partner(const hr_params *params)
{
    return is_set(params, HR_KEY_failures_partner);
}

double hr_failures_take_over(const hr_params *params)
{
    return number(params, HR_KEY_failures_partner_at) + number(params, HR_KEY_failures_failover);
}

/* Servers that go out, of the first pool or another one. */
static void fill_servers(const hr_params *params, hr_key down, hr_key out, hr_key every,
                         hr_failures *f)
{
    f->n_down = (unsigned)number(params, down);
    f->n_out = (unsigned)number(params, out);
    f->every = number(params, every);
    f->out_at = number(params, HR_KEY_failures_out_at);
    f->out_for = number(params, HR_KEY_failures_out_for);
    f->notice = number(params, HR_KEY_failures_notice);
    f->which = (hr_which)hr_params_get(params, HR_KEY_failures_which)->choice;
    f->repair = hr_params_get(params, HR_KEY_failures_repair)->law;
    f->rejoin = hr_params_get(params, HR_KEY_failures_rejoin)->law;
}

/* What else the first pool loses. */
static void fill_outages(const hr_params *params, hr_failures *f)
{
    f->back_end_for = number(params, HR_KEY_failures_back_end_for);
    f->back_end_at = number(params, HR_KEY_failures_back_end_at);
    f->has_mirror = hr_params_get(params, HR_KEY_failures_mirror)->choice != 0;
    f->mirror_after = number(params, HR_KEY_failures_mirror_after);
    f->resilient_after = number(params, HR_KEY_failures_resilient_after);
    f->partner = number(params, HR_KEY_failures_partner);
    f->partner_at = number(params, HR_KEY_failures_partner_at);
    f->failover_for = number(params, HR_KEY_failures_failover);
}

/* How they sign in; with a balancer that leaves connections where they are, who comes takes the
 * place of who goes [U], as often as users sign in on an ordinary day. */
static void fill_sign_ins(const hr_params *params, hr_balance balance, hr_failures *f)
{
    f->endpoints = number(params, HR_KEY_failures_endpoints);
    f->sign_ins = number(params, HR_KEY_failures_sign_ins);
    f->sign_in_work = number(params, HR_KEY_failures_sign_in_work);
    f->balance = balance;
    if (balance != HR_BALANCE_EVENLY)
        f->renewals = number(params, HR_KEY_activity_sign_in_share) *
                      number(params, HR_KEY_activity_sign_in_rate);
}

/* What becomes of users. */
static void fill_people(const hr_params *params, unsigned n_servers, hr_failures *f)
{
    const bool is_dns = hr_params_get(params, HR_KEY_failures_balancer)->choice == 0;
    fill_sign_ins(params, is_dns ? HR_BALANCE_EVENLY : HR_BALANCE_TO_FEWEST, f);
    f->users = is_set(params, HR_KEY_users) ? hr_front_end_users(params, n_servers) : 0.0;
    f->has_quorum = hr_params_get(params, HR_KEY_failures_quorum)->choice == 0;
}

static hr_status check_number(const hr_params *params, hr_key down, hr_key out,
                              const hr_failures *f, unsigned n_servers, hr_err *err)
{
    if (f->n_down + f->n_out > n_servers)
        return hr_params_fail(params, f->n_out > 0 ? out : down, 0, 0, err,
                              "%u servers go out of a pool of %u", f->n_down + f->n_out, n_servers);
    return HR_OK;
}

static hr_status check(const hr_params *params, const hr_failures *f, const hr_configuration *c,
                       hr_err *err)
{
    if (f->has_quorum && hr_quorum_of(c->n_servers) == NULL)
        return hr_params_fail(params, HR_KEY_failures_quorum, 0, 0, err,
                              "no quorum is published for a pool of %u servers (1 to 12 and 16 "
                              "are): write `none`",
                              c->n_servers);
    if (f->partner > 0.0 && hr_params_count(params, HR_KEY_classes, 0) > 0)
        return hr_params_fail(params, HR_KEY_failures_partner, 0, 0, err,
                              "a partner's users bring meetings, and how many is not known beside "
                              "meetings.classes");
    return HR_OK;
}

hr_status hr_failures_assemble(const hr_params *params, hr_arena *arena,
                               hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_failures *failures = NULL;
    if (!has_failures(params))
        return HR_OK;
    HR_TAKE(failures, arena, 1);
    fill_servers(params, HR_KEY_failures_down, HR_KEY_failures_out, HR_KEY_failures_every,
                 failures);
    fill_outages(params, failures);
    fill_people(params, configuration->n_servers, failures);
    HR_TRY(check_number(params, HR_KEY_failures_down, HR_KEY_failures_out, failures,
                        configuration->n_servers, err));
    HR_TRY(check(params, failures, configuration, err));
    configuration->failures = failures;
out:
    return st;
}

hr_status hr_failures_of_role(const hr_params *params, const hr_pool_keys *keys,
                              const hr_role_users *users, hr_arena *arena,
                              hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_failures *failures = NULL;
    const unsigned n = configuration->n_servers;
    const bool is_dns = hr_params_get(params, keys->balancer)->choice == 0;
    const bool fails =
        is_set(params, keys->down) || is_set(params, keys->out) || is_set(params, keys->every);
    if (!fails || n == 0)
        return HR_OK;
    if (keys->role == HR_ROLE_back_end)
        return hr_params_fail(params,
                              is_set(params, keys->down)  ? keys->down
                              : is_set(params, keys->out) ? keys->out
                                                          : keys->every,
                              0, 0, err,
                              "the first pool leans on the Back End: write failures.back_end");
    HR_TAKE(failures, arena, 1);
    fill_servers(params, keys->down, keys->out, keys->every, failures);
    failures->has_no_groups = true;
    failures->users = users->number / n;
    if (users->connect)
        fill_sign_ins(params, is_dns ? HR_BALANCE_AT_RANDOM : HR_BALANCE_TO_FEWEST, failures);
    HR_TRY(check_number(params, keys->down, keys->out, failures, n, err));
    configuration->failures = failures;
out:
    return st;
}
