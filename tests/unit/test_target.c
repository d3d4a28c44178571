/* The target, the claims and the outcomes of a study: which number each of them means. */
#include "unit/study_text.h"

static uint32_t cell_of(const hr_study *study, const char *outcome, unsigned i, unsigned j,
                        unsigned k)
{
    const unsigned o = hr_outcome_find(outcome);
    const hr_axis *axes = hr_outcomes[o].axes;
    const unsigned *size = study->pools[0].layout.size;
    return study->pools[0].layout.first[o] + (i * size[axes[1]] + j) * size[axes[2]] + k;
}

#define TWO                                                                                        \
    "pool:\n  servers: 3\n  server: {load: 14, cpu: 1 Gc/s}\n"                                     \
    "  ceilings: {load: {target: 80 %, full: 100 %}, cpu: {target: 70 %, full: 100 %}}\n"          \
    "arrivals: {sources: [{rate: 20 per hour}]}\n"                                                 \
    "meetings: {classes: [{name: a, share: 50 %, duration: 1 h, cost: {load: 1, cpu: 1 Mc/s}},\n"  \
    "                     {name: b, share: 50 %, duration: 1 h, cost: {load: 2}}]}\n"

static void targets_point_at_their_cell(void **state)
{
    (void)state;
    static const struct {
        const char *text, *outcome;
        unsigned i, j, k;
    } cases[] = {
        {"", "time_over", 3, 0, 0}, /* level full, any resource */
        {"target: {level: target}\n", "time_over", 0, 0, 0},
        {"target: {outcome: period_overload, min_episode: 60 s, at_most: 1 %}\n", "period_overload",
         3, 1, 0},
        {"target: {outcome: period_overload, min_episode: 45 s}\n", "period_overload", 3, 1, 0},
        {"target: {outcome: time_over_server, server: 2}\n", "time_over_server", 3, 2, 0},
        {"target: {outcome: time_over_at_least, k: 3}\n", "time_over_at_least", 3, 2, 0},
        {"target: {outcome: blocking, class: b}\n", "blocking", 1, 0, 0},
        {"target: {outcome: utilisation, resources: [cpu]}\n", "utilisation", 1, 0, 0},
        {"target: {outcome: over_at, time: 30 min}\nobserve: {times: [10 min, 30 min]}\n",
         "over_at", 1, 3, 0},
        {"target: {outcome: fits, size: 6, level: target}\nprobe: {sizes: [4, 6], load: {load: "
         "1}}\n",
         "fits", 0, HR_LEVEL_TARGET, 1},
        {"target: {outcome: load_mean, server: 1, resources: cpu}\nobserve: {every: 10 min}\n",
         "load_mean", 0, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hr_study study;
        char text[1200];
        (void)snprintf(text, sizeof text, "%s%s", TWO, cases[i].text);
        open_good(&study, text, NULL);
        assert_int_equal(study.target.outcome, hr_outcome_find(cases[i].outcome));
        assert_true(study.pools[0].layout.selected[study.target.outcome]);
        assert_int_equal(study.target.cell,
                         cell_of(&study, cases[i].outcome, cases[i].i, cases[i].j, cases[i].k));
        hr_study_free(&study);
    }
}

static void claims_are_read(void **state)
{
    (void)state;
    hr_study study;
    open_good(&study,
              TWO "claims:\n"
                  "  - {say: rarely over, outcome: time_over, at_most: 1 %}\n"
                  "  - {say: cpu is not it, outcome: time_over, level: target, resource: cpu, "
                  "at_most: 0.1 %}\n"
                  "  - {outcome: blocking, class: a, at_least: 0}\n",
              NULL);
    assert_int_equal(study.n_claims, 3);
    assert_string_equal(study.claims[0].say, "rarely over");
    assert_true(study.claims[0].is_upper && study.claims[0].bound == 0.01);
    assert_int_equal(study.claims[0].cell, cell_of(&study, "time_over", 3, 0, 0));
    assert_int_equal(study.claims[1].cell, cell_of(&study, "time_over", 2, 0, 0));
    assert_false(study.claims[2].is_upper);
    hr_study_free(&study);
}

static void outcomes_are_selected_by_name(void **state)
{
    (void)state;
    hr_study study;
    open_good(&study, TWO "observe: {outcomes: [episodes]}\n", NULL);
    assert_true(study.pools[0].layout.selected[hr_outcome_find("episodes")]);
    assert_true(study.pools[0].layout.selected[hr_outcome_find("time_over")]); /* the target */
    assert_false(study.pools[0].layout.selected[hr_outcome_find("people_hit")]);
    hr_study_free(&study);
    open_good(&study, TWO "observe: {outcomes: all}\n", NULL);
    assert_true(study.pools[0].layout.selected[hr_outcome_find("time_over_server")]);
    assert_false(study.pools[0].layout.selected[hr_outcome_find("fits")]); /* nothing to measure */
    hr_study_free(&study);
}

static void targets_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    assert_bad(TWO "target: {outcome: time_ovre}\n", "did you mean time_over?");
    assert_bad(TWO "target: {outcome: fits}\n", "has nothing to measure here");
    assert_bad(TWO "observe: {outcomes: [over_at]}\n", "has nothing to measure here");
    assert_bad(TWO "target: {level: limit}\n", "no named resource has a ceiling at level limit");
    assert_bad(TWO "target: {outcome: time_over_server, server: 3}\n", "must lie between 0 and 2");
    assert_bad(TWO "target: {outcome: blocking, class: c}\n", "no class has this name");
    assert_bad(TWO "target: {outcome: fits, size: 5}\nprobe: {sizes: 4, load: {load: 1}}\n",
               "none of probe.sizes");
    assert_bad(TWO "target: {outcome: over_at, time: 1 min}\nobserve: {times: 2 min}\n",
               "none of observe.times");
    assert_bad(TWO "claims: [{say: x, at_most: 1 %}]\n", "claims[0].outcome: is missing");
    assert_bad(TWO "claims: [{outcome: time_over}]\n", "at_least or at_most");
    assert_bad(TWO "claims: [{outcome: time_over, at_most: 1, resource: memory}]\n",
               "has no ceiling");
    assert_bad(TWO "precision: {stop_when_decided: yes}\n", "needs target.at_most");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_point_at_their_cell),
        cmocka_unit_test(claims_are_read),
        cmocka_unit_test(outcomes_are_selected_by_name),
        cmocka_unit_test(targets_that_mean_nothing_are_refused),
    };
    return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
