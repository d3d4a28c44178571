#include "contestant.h"

#include "sample.h"

/* Processor time of the two halves, s. */
typedef struct halves {
    double input, replay;
} halves;

unsigned contestant_n_kernels(void)
{
    unsigned n = 0;
    while (n < CONTESTANT_MOST_KERNELS && hr_kernel_number(n) != NULL)
        n++;
    return n;
}

unsigned contestant_n_levels(void)
{
    unsigned n = 0;
    while (n < CONTESTANT_MOST_LEVELS && hr_vector_level(n) != NULL)
        n++;
    return n;
}

hr_status contestant_model_open(contestant_model *model, const char *path, const char *const *sets,
                                hr_err *err)
{
    hr_status st = HR_OK;
    hr_groups groups = {0};
    size_t n_sets = 0;
    while (sets[n_sets] != NULL)
        n_sets++;
    HR_TRY(hr_study_open(&model->study, path, sets, n_sets, err));
    HR_ASSERT(model->study.n_configurations <= HR_MAX_SHARING);
    model->n_configurations = (unsigned)model->study.n_configurations;
    for (unsigned l = 0; l < HR_MAX_SHARING; l++) {
        const unsigned own = l < model->n_configurations ? l : 0;
        if (own == l)
            HR_TRY(hr_study_configuration(&model->study, &groups, l, 0, &model->arena,
                                          &model->configuration[l], err));
        HR_TRY(hr_counts_init(&model->counts[l], &model->configuration[own], &model->arena, err));
        model->counts[l].needs = model->study.pools[0].layout.needs; /* as the engine does */
    }
    HR_TRY(hr_scratch_new(&model->scratch, err));
out:
    return st;
}

void contestant_model_free(contestant_model *model)
{
    hr_scratch_free(model->scratch);
    for (unsigned l = 0; l < HR_MAX_SHARING; l++)
        hr_input_free(&model->input[l]);
    hr_arena_free(&model->arena);
    hr_study_free(&model->study);
}

/* Share of the window with any server over the study's target. */
static double time_over(const contestant_model *model, unsigned lane)
{
    const unsigned own = model->n_configurations > 1 ? lane : 0;
    const unsigned n = model->configuration[own].n_servers;
    const hr_study *study = &model->study;
    const uint32_t criterion =
        study->target.cell - study->pools[0].layout.first[study->target.outcome];
    uint64_t over = 0;
    for (unsigned k = 1; k <= n; k++)
        over += model->counts[lane].time_with[criterion * (n + 1) + k];
    return (double)over / (double)(model->input[lane].to - model->input[lane].from);
}

/* One replication of every configuration, or of one as many replications as the kernel has lanes.
 */
static hr_status write_inputs(const contestant *c, unsigned first, unsigned n, hr_err *err)
{
    hr_status st = HR_OK;
    contestant_model *m = c->model;
    hr_input *input[HR_MAX_SHARING];
    const hr_configuration *configuration[HR_MAX_SHARING];
    for (unsigned l = 0; l < n; l++) {
        input[l] = &m->input[l];
        configuration[l] = &m->configuration[l];
    }
    if (m->n_configurations > 1)
        return hr_input_write_shared(input, configuration, n, first, c->vector, err);
    for (unsigned l = 0; l < n; l++) {
        input[l]->without_loads = hr_kernel_needs_no_loads(c->kernel, configuration[0]);
        HR_TRY(hr_input_write(input[l], configuration[0], first + l, c->vector, err));
    }
out:
    return st;
}

/* The only place that writes inputs and calls kernels: replications first .. first + n. */
static hr_status replay(const contestant *c, unsigned first, unsigned n, naive_result *result,
                        halves *seconds, hr_err *err)
{
    hr_status st = HR_OK;
    contestant_model *m = c->model;
    const bool shares = m->n_configurations > 1;
    const unsigned step = shares ? 1 : c->kernel->most_lanes;
    hr_lane lane[HR_MAX_SHARING];
    for (unsigned done = 0; done < n; done += step) {
        const unsigned days = n - done < step ? n - done : step;
        const unsigned lanes = shares ? m->n_configurations : days;
        const double t0 = sample_cpu_s();
        HR_TRY(write_inputs(c, first + done, lanes, err));
        const double t1 = sample_cpu_s();
        for (unsigned l = 0; l < lanes; l++)
            lane[l] = (hr_lane){&m->configuration[shares ? l : 0], &m->input[l], &m->counts[l]};
        HR_TRY(c->kernel->replay(lane, lanes, c->vector, m->scratch, err));
        seconds->replay += sample_cpu_s() - t1;
        seconds->input += t1 - t0;
        for (unsigned l = 0; l < lanes; l++) {
            const double share = time_over(m, l);
            naive_add(result, &(naive_result){m->input[l].n_own, 1, share, share * share});
        }
    }
out:
    return st;
}

static void write_missing(const contestant *c, const char *why)
{
    sample_write_missing(
        &(sample_place){c->model->section, c->kernel->name, c->vector->name, c->parameter, why});
}

hr_status contestant_take(void *subject, const contest_round *round, hr_err *err)
{
    hr_status st = HR_OK;
    contestant *c = subject;
    naive_result result = {0};
    halves seconds = {0};
    const char *why =
        c->kernel->decline != NULL ? c->kernel->decline(c->model->configuration) : NULL;
    if (why != NULL) {
        if (round->number == 1)
            write_missing(c, why);
        return HR_OK;
    }
    HR_TRY(replay(c, round->number * c->replications, c->replications, &result, &seconds, err));
    if (!round->is_recorded)
        return HR_OK;
    naive_add(&c->answer, &result);
    const double ns = 1e9 / (double)result.n_meetings;
    sample_place place = {c->model->section, c->kernel->name, c->vector->name, c->parameter,
                          "ns per meeting"};
    sample_write(&place, ns * (seconds.input + seconds.replay), round->naive_ns);
    if (c->shows_parts) {
        place.parameter = "replay";
        sample_write(&place, ns * seconds.replay, round->naive_ns);
        place.parameter = "input";
        sample_write(&place, ns * seconds.input, round->naive_ns);
    }
out:
    return st;
}

void contestant_write_answer(const contestant *c)
{
    if (c->answer.n_replications == 0)
        return;
    sample_write_answer(
        &(sample_place){c->model->section, c->kernel->name, c->vector->name, c->parameter, ""},
        &c->answer);
}
