/* Failures: what the servers of a pool are from one change to the next, and their ceilings, which
 * move with the users. Users whose server is out are served by others, so background goes where
 * they go; whoever waits to sign in loads nobody, but signing in is work itself. */
#include <math.h>
#include <string.h>

#include "input/outages.h"
#include "input/service.h"

/* The ceiling of a server that is out: nothing is there that could be over. */
#define NO_CEILING ((int64_t)1 << 61)

typedef struct failing {
    const hr_writing *writing;
    const double *held; /* [n_resources * n_servers] steps of background, all servers up */
    const hr_outage *outage;
    uint32_t n, next; /* outages, the first that has not happened yet */
    const hr_quorum *quorum;
    hr_service service;
    hr_tick now;
    bool has_witness;
    unsigned reasons_out[HR_MAX_SERVERS], reasons_drain[HR_MAX_SERVERS];
} failing;

static unsigned n_servers(const failing *f)
{
    return f->writing->configuration->n_servers;
}

/* ---- rows of the input */

static void write_states(const failing *f, uint8_t *state)
{
    for (unsigned j = 0; j < n_servers(f); j++)
        state[j] = f->reasons_out[j] > 0     ? HR_SERVER_OUT
                   : f->reasons_drain[j] > 0 ? HR_SERVER_DRAINS
                                             : HR_SERVER_UP;
}

static void write_ceilings(const failing *f, const uint8_t *state, int64_t *ceiling)
{
    const hr_configuration *c = f->writing->configuration;
    const hr_prepared *p = f->writing->prepared;
    double sign_ins[HR_MAX_SERVERS];
    hr_service_sign_ins(&f->service, (double)p->session_step / HR_TICKS_PER_SECOND, sign_ins);
    for (unsigned l = 0; l < c->n_limits; l++) {
        const unsigned r = c->limits[l].resource;
        const bool is_cpu = c->resource[r] == HR_RESOURCE_CPU;
        for (unsigned j = 0; j < n_servers(f); j++) {
            const size_t place = l * (size_t)n_servers(f) + j;
            const double work = is_cpu ? sign_ins[j] * c->failures->sign_in_work : 0.0; /* Mc/s */
            const double taken =
                f->held[r * (size_t)n_servers(f) + j] * hr_service_factor(&f->service, j) +
                work * p->steps[r];
            ceiling[place] =
                state[j] == HR_SERVER_OUT ? NO_CEILING : (int64_t)floor(p->ceiling[place] - taken);
        }
    }
}

static hr_status add_change(const failing *f, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = f->writing->input;
    const size_t n = n_servers(f), row = in->n_changes, rows = row + 1;
    const size_t n_ceilings = n * f->writing->configuration->n_limits;
    struct hr_input_store *store = in->store;
    HR_TRY(hr_room_grow(&store->change, rows, sizeof *in->change, row, err));
    HR_TRY(hr_room_grow(&store->server_state, rows * n, sizeof *in->server_state, row * n, err));
    HR_TRY(hr_room_grow(&store->signed_in, rows, sizeof *in->signed_in, row, err));
    HR_TRY(hr_room_grow(&store->ceiling, rows * n_ceilings, sizeof *in->ceiling, row * n_ceilings,
                        err));
    in->change = store->change.data;
    in->server_state = store->server_state.data;
    in->signed_in = store->signed_in.data;
    in->ceiling = store->ceiling.data;
    in->change[row] = f->now;
    in->signed_in[row] = f->service.signed_in;
    write_states(f, in->server_state + row * n);
    if (!f->service.is_running) /* all services have stopped */
        memset(in->server_state + row * n, HR_SERVER_OUT, n);
    write_ceilings(f, in->server_state + row * n, in->ceiling + row * n_ceilings);
    in->n_changes++;
out:
    return st;
}

/* ---- time */

static void pass_until(failing *f, hr_tick tick)
{
    const hr_tick from = f->writing->prepared->from;
    if (f->now < from && from < tick)
        pass_until(f, from);
    hr_service_pass(&f->service, (double)(tick - f->now) / HR_TICKS_PER_SECOND, f->now >= from);
    f->now = tick;
}

static void apply(failing *f, const hr_outage *outage)
{
    switch (outage->kind) {
    case HR_OUTAGE_OUT:
        f->reasons_out[outage->server]++;
        break;
    case HR_OUTAGE_BACK:
        f->reasons_out[outage->server]--;
        break;
    case HR_OUTAGE_DRAIN:
        f->reasons_drain[outage->server]++;
        break;
    case HR_OUTAGE_DRAINED:
        f->reasons_drain[outage->server]--;
        break;
    case HR_OUTAGE_WITNESS_OUT:
        f->has_witness = false;
        break;
    case HR_OUTAGE_WITNESS_BACK:
        f->has_witness = true;
        break;
    case HR_OUTAGE_PARTNER_LOST:
        hr_service_partner_lost(&f->service, f->writing->configuration->failures->partner);
        break;
    case HR_OUTAGE_TAKE_OVER:
        hr_service_take_over(&f->service);
        break;
    }
}

/* Everything that happens up to `now`, at once. */
static void happen(failing *f)
{
    for (; f->next < f->n && f->outage[f->next].tick <= f->now; f->next++)
        apply(f, &f->outage[f->next]);
}

static unsigned count_out(const failing *f)
{
    unsigned out = 0;
    for (unsigned j = 0; j < n_servers(f); j++)
        out += f->reasons_out[j] > 0;
    return out;
}

static bool runs(const failing *f, bool is_running)
{
    uint8_t state[HR_MAX_SERVERS];
    write_states(f, state);
    return count_out(f) < n_servers(f) &&
           (f->quorum == NULL || hr_quorum_holds(f->quorum, state, f->has_witness, is_running));
}

static void change_servers(failing *f)
{
    uint8_t state[HR_MAX_SERVERS];
    write_states(f, state);
    hr_service_change(&f->service, state, runs(f, f->service.is_running));
}

/* Rows at every change, and every step of the session grid while users sign in or their connections
 * are uneven, which changes the background. */
static hr_status walk(failing *f, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared *p = f->writing->prepared;
    HR_TRY(add_change(f, err));
    for (;;) {
        const hr_tick event = f->next < f->n ? f->outage[f->next].tick : p->to;
        hr_tick tick = event;
        if (!hr_service_is_settled(&f->service) && p->session_step < event - f->now)
            tick = f->now + p->session_step;
        pass_until(f, tick);
        if (tick >= p->to)
            break;
        happen(f);
        if (tick == event)
            change_servers(f);
        HR_TRY(add_change(f, err));
    }
out:
    return st;
}

static void count(const failing *f)
{
    hr_input *in = f->writing->input;
    const hr_prepared *p = f->writing->prepared;
    const hr_tick from = p->failures.resilient_from, to = p->failures.witness_back_at;
    const hr_tick begins = from > p->from ? from : p->from, ends = to < p->to ? to : p->to;
    in->service_lost[HR_CAUSE_ANY] = 0;
    for (unsigned i = HR_CAUSE_ANY + 1; i < HR_N_CAUSES; i++) {
        in->service_lost[i] =
            (uint64_t)(f->service.lost[i] * HR_TICKS_PER_SECOND * HR_USERS_ONE + 0.5);
        in->service_lost[HR_CAUSE_ANY] += in->service_lost[i];
    }
    in->resilient = begins < ends ? ends - begins : 0;
}

hr_status hr_write_failures(const hr_writing *writing, const double *held, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = writing->configuration;
    failing f = {.writing = writing,
                 .held = held,
                 .quorum = c->failures->has_quorum ? hr_quorum_of(c->n_servers) : NULL,
                 .now = writing->prepared->begin,
                 .has_witness = true};
    f.service = hr_service_begin(c->failures, c->n_servers);
    HR_TRY(hr_outages_draw(writing, &f.outage, &f.n, err));
    happen(&f);
    uint8_t state[HR_MAX_SERVERS];
    write_states(&f, state);
    hr_service_settle(&f.service, state, runs(&f, true));
    HR_TRY(walk(&f, err));
    count(&f);
out:
    return st;
}
