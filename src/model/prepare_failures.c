/* Failures: study times as ticks, laws made ready to draw from. */
#include "base/stream.h"
#include "model/preparing.h"

/* Up times of a server between failures that come at any time. */
static hr_law up_time(double mean)
{
    return (hr_law){.kind = HR_LAW_EXPONENTIAL, .a = mean};
}

hr_status hr_prepare_failures(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_failures *f = p->configuration->failures;
    hr_prepared_failures *o = &p->prepared->failures;
    if (f == NULL)
        return HR_OK;
    o->out_at = hr_preparing_time(f->out_at);
    o->drain_at = hr_preparing_time(f->out_at - f->notice);
    o->back_at = hr_preparing_time(f->out_at + f->out_for);
    const double missed =
        f->has_mirror && f->mirror_after < f->back_end_for ? f->mirror_after : f->back_end_for;
    o->witness_out_at = hr_preparing_time(f->back_end_at);
    o->witness_back_at = hr_preparing_time(f->back_end_at + missed);
    o->resilient_from = hr_preparing_time(f->back_end_at + f->resilient_after);
    o->partner_at = hr_preparing_time(f->partner_at);
    o->take_over_at = hr_preparing_time(f->partner_at + f->failover_for);
    HR_TRY(hr_sampler_init(&o->rejoin, &f->rejoin, p->arena, err));
    if (!(f->every > 0.0))
        return HR_OK;
    const hr_law up = up_time(f->every);
    HR_TRY(hr_sampler_init(&o->up, &up, p->arena, err));
    HR_TRY(hr_sampler_init(&o->repair, &f->repair, p->arena, err));
    HR_TRY(hr_law_length_biased(&f->repair, p->arena, &o->repair_weighted, err));
out:
    return st;
}

hr_tick hr_prepared_return_after(const hr_prepared *prepared, uint32_t tie, uint32_t pick,
                                 uint32_t number, unsigned turn)
{
    const uint64_t name = (uint64_t)tie << 32 | pick;
    const uint64_t state = hr_hash((const uint64_t[]){name, HR_PURPOSE_FAILURE}, 2);
    const unsigned own = turn == 0 ? 0 : 1 + (turn - 1) % (HR_RETURNS - 1);
    const uint64_t place = (uint64_t)number * HR_RETURNS + own;
    const double seconds =
        hr_sampler_draw(&prepared->failures.rejoin, (uint32_t)(hr_split(state, place) >> 32));
    const bool is_late = turn > 0 && seconds < HR_RETRY_SECONDS;
    return 1 + hr_preparing_ticks(is_late ? HR_RETRY_SECONDS : seconds);
}
