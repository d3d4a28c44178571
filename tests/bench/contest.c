#include "contest.h"

#include "naive.h"
#include "sample.h"

static hr_status take_naive(const char *section, const contest_plan *plan, contest_round *round,
                            naive_result *answer, hr_err *err)
{
    const sample_place place = {section, "naive C", "-", "input + replay", "ns per meeting"};
    const double begun = sample_cpu_s();
    const naive_result result = naive_run(plan->replications, round->number + 1);
    const double seconds = sample_cpu_s() - begun;
    if (result.n_meetings == 0)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the naive program");
    round->naive_ns = 1e9 * seconds / (double)result.n_meetings;
    if (round->is_recorded) {
        sample_write(&place, round->naive_ns, round->naive_ns);
        naive_add(answer, &result);
    }
    return HR_OK;
}

hr_status contest_run(const char *section, const contest_plan *plan, const contest_turn *turns,
                      size_t n_turns, hr_err *err)
{
    hr_status st = HR_OK;
    naive_result answer = {0};
    const double begun = sample_read_clocks().wall;
    for (unsigned i = 0; i <= plan->rounds; i++) {
        if (i > plan->least_rounds && sample_read_clocks().wall - begun > plan->seconds)
            break;
        const sample_clocks start = sample_read_clocks();
        contest_round round = {.number = i, .is_recorded = i > 0};
        HR_TRY(take_naive(section, plan, &round, &answer, err));
        for (size_t k = 0; k < n_turns; k++) {
            const contest_turn *turn = &turns[(k + i + n_turns - 1) % n_turns];
            HR_TRY(turn->take(turn->subject, &round, err));
        }
        if (round.is_recorded)
            sample_probe(section, start, round.naive_ns);
    }
    sample_write_answer(&(sample_place){section, "naive C", "-", "input + replay", ""}, &answer);
out:
    return st;
}
