/* Configurations on one shared input: each is counted as it would be alone, cell by cell, whatever
 * they differ in and whoever replays them. */
#include "base/vector.h"
#include "kernel/kernel.h"
#include "model/counts.h"
#include "unit/study_text.h"

enum { DAYS = 3 };

/* Two resources, two classes, kinds, ramp, both kinds of background, snapshots, probes. */
#define RICH                                                                                       \
    "pool:\n"                                                                                      \
    "  servers: 5\n"                                                                               \
    "  server: {cpu: 1000 Mc/s, network_out: 50 Mbit/s}\n"                                         \
    "  ceilings:\n"                                                                                \
    "    cpu: {target: 60 %, full: 100 %}\n"                                                       \
    "    network_out: {full: 100 %}\n"                                                             \
    "arrivals:\n"                                                                                  \
    "  sources:\n"                                                                                 \
    "    - {rate: 120 per hour}\n"                                                                 \
    "    - {kind: clock_batch, period: 30 min, count: poisson(mean 40), lateness: "                \
    "exponential(mean 40 s)}\n"                                                                    \
    "meetings:\n"                                                                                  \
    "  join_ramp: \"uniform(0 s, 300 s)\"\n"                                                       \
    "  classes:\n"                                                                                 \
    "    - {name: small, share: 80 %, size: geometric(success 0.25), duration: "                   \
    "\"lognormal(mean 30 min, cv 0.8)\", load: {cpu: 5 Mc/s},\n"                                   \
    "       kinds: [{share: 70 %, cost: {cpu: 7 Mc/s, network_out: 250 kbit/s}}, {share: 30 %, "   \
    "cost: {cpu: 11 Mc/s}}]}\n"                                                                    \
    "    - {name: large, share: 20 %, size: \"zeta(from 5, alpha 2.2, to 60)\", duration: "        \
    "exponential(mean 50 min), cost: {cpu: 6 Mc/s, network_out: 200 kbit/s},\n"                    \
    "       load: {cpu: \"uniform(1 Mc/s, 9 Mc/s)\"}}\n"                                           \
    "background:\n"                                                                                \
    "  items:\n"                                                                                   \
    "    - {name: other, resource: cpu, law: \"normal(mean 150 Mc/s, sd 30 Mc/s)\"}\n"             \
    "    - {name: calls, sessions: 12, holding: 3 min, cost: {cpu: 9 Mc/s}}\n"                     \
    "window: {busy_hours: 1, warm_up: 2 h}\n"                                                      \
    "probe: {sizes: [4, 40], load: {cpu: 7 Mc/s, network_out: 250 kbit/s}}\n"                      \
    "observe: {every: 4 min, outcomes: all}\n"                                                     \
    "design: {common_random_numbers: yes}\n"

/* One resource, loaded by people alone. */
#define PLAIN                                                                                      \
    "pool: {servers: 12, server: {load: 100}, ceilings: {load: {full: 60}}}\n"                     \
    "arrivals: {sources: [{rate: 200 per hour}]}\n"                                                \
    "meetings: {classes: [{size: geometric(success 0.33), duration: exponential(mean 1 h), cost: " \
    "{load: 1}}]}\n"                                                                               \
    "window: {start: empty, from: 2 h, length: 2 h}\n"                                             \
    "observe: {outcomes: [time_over, time_over_server, period_overload, meetings_hit, "            \
    "person_time_over, utilisation, peak_utilisation, participants_present]}\n"                    \
    "design: {common_random_numbers: yes}\n"

#define FRONT_END                                                                                  \
    "base: lync-2013/front-end\n"                                                                  \
    "pool: {servers: 3}\n"                                                                         \
    "window: {busy_hours: 1, warm_up: 1 h}\n"                                                      \
    "placement: {rule: least_loaded}\n"                                                            \
    "design: {common_random_numbers: yes}\n"

static const char *const cases[] = {
    PLAIN "choose: {pool.servers: [1, 2, 7, 12, 16, 17, 40, 256]}\n",
    PLAIN
    "choose: {pool.servers: [12, 9], \"arrivals.sources[0].rate\": [200 per hour, 90 per hour, "
    "150 per hour]}\n",
    PLAIN
    "choose: {pool.ceilings.load.full: [40, 60, 80, 100], placement.ties: [uniform, lowest]}\n",
    PLAIN "choose: {\"meetings.classes[0].cost.load\": [1, 2, 0.5], pool.servers: [12, 3]}\n",
    PLAIN "choose: {placement.rule: [random, least_loaded, round_robin, power_of_d, "
          "fewest_participants, fewest_meetings], placement.report_delay: [0 s, 20 s]}\n",
    PLAIN "choose: {meetings.join_ramp: [\"uniform(0 s, 900 s)\"], pool.servers: [12, 6], "
          "placement.rule: [random, least_loaded, round_robin, fewest_participants, "
          "fewest_meetings]}\n",
    PLAIN "background: {items: [{name: calls, sessions: 12, holding: 3 min, cost: {load: 1}}]}\n"
          "choose: {pool.servers: [3, 12, 6], \"background.items[0].sessions\": [12, 20]}\n",
    PLAIN "background: {items: [{name: held, resource: load, law: \"normal(mean 20, sd 4)\"}]}\n"
          "choose: {pool.servers: [3, 12, 6]}\n",
    /* more meetings of nobody on a server than a narrow key holds, and no server that is padding */
    "pool: {servers: 2, ceilings: {load: {full: 30}}}\n"
    "arrivals: {sources: [{rate: 9000 per hour}]}\n"
    "meetings: {classes: [{size: \"mix(0 at 99 %, 1 at 1 %)\", duration: exponential(mean 1 h), "
    "cost: {load: 1}}]}\n"
    "window: {length: 0.5 h, warm_up: 0 h}\n"
    "design: {common_random_numbers: yes}\n"
    "choose: {placement.rule: [fewest_meetings, random, fewest_participants, round_robin]}\n",
    /* policies of the reference alone in the midst of others */
    PLAIN "placement: {rule: fewest_participants}\n"
          "choose: {placement.growth: [0, 3], placement.report_delay: [0 s, 20 s], "
          "placement.ties: [lowest, uniform]}\n",
    /* media apart beside whole meetings, with thinned rates and other costs; also without a ramp */
    FRONT_END "choose: {placement.unit: [meeting, modality], population.in_conference: [6 %, 4 %], "
              "cost.av: [100 %, 80 %]}\n",
    FRONT_END "meetings: {join_ramp: 0 s}\n"
              "choose: {placement.unit: [modality, meeting], population.in_conference: [4 %, 6 %], "
              "placement.admission: [none, chosen_full]}\n",
    /* meetings end, and others begin, at the very tick at which peaks begin to count */
    "pool: {servers: 2}\n"
    "arrivals: {sources: [{kind: clock_batch, period: 1 h, count: poisson(mean 30), lateness: "
    "0 s}]}\n"
    "meetings: {classes: [{size: 2, duration: 1 h, cost: {load: 1}}]}\n"
    "window: {start: periodic, length: 30 min, warm_up: 2 h}\n"
    "observe: {outcomes: [time_over, peak_utilisation]}\n"
    "design: {common_random_numbers: yes}\n"
    "choose: {pool.ceilings.load.full: [20, 40, 60]}\n",
    RICH "choose: {pool.servers: [5, 8, 3], placement.rule: [least_loaded, random]}\n",
    RICH "choose: {\"arrivals.sources[0].rate\": [120 per hour, 60 per hour], "
         "\"arrivals.sources[1].count\": [poisson(mean 40), poisson(mean 20)]}\n",
    RICH "choose: {\"meetings.classes[1].cost.cpu\": [6 Mc/s, 12 Mc/s], placement.admission: "
         "[none, chosen_full, none_fits]}\n",
    RICH "daily: {\"meetings.classes[1].cost.cpu\": \"uniform(3 Mc/s, 12 Mc/s)\"}\n"
         "choose: {pool.servers: [5, 8], \"meetings.classes[0].load.cpu\": [5 Mc/s, 9 Mc/s]}\n",
};
enum { N_CASES = sizeof cases / sizeof *cases };

typedef struct member {
    hr_configuration configuration;
    hr_input alone, shared;
    hr_counts counts;
    hr_tally expected, tally;
    uint64_t expected_meetings, meetings;
} member;

typedef struct bench {
    hr_study study;
    hr_arena arena, day;
    hr_scratch *scratch;
    member member[HR_MAX_SHARING];
    unsigned n;
} bench;

static void open_bench(bench *b, const char *text)
{
    hr_err err = {0};
    *b = (bench){0};
    open_good(&b->study, text, NULL);
    b->n = (unsigned)b->study.n_configurations;
    assert_in_range(b->n, 2, HR_MAX_SHARING);
    assert_int_equal(hr_scratch_new(&b->scratch, &err), HR_OK);
    for (unsigned i = 0; i < b->n; i++) {
        member *m = &b->member[i];
        assert_int_equal(hr_tally_init(&m->expected, b->study.n_cells, &b->arena, &err), HR_OK);
        assert_int_equal(hr_tally_init(&m->tally, b->study.n_cells, &b->arena, &err), HR_OK);
    }
}

static void close_bench(bench *b)
{
    for (unsigned i = 0; i < b->n; i++) {
        hr_input_free(&b->member[i].alone);
        hr_input_free(&b->member[i].shared);
    }
    hr_scratch_free(b->scratch);
    hr_arena_free(&b->day);
    hr_arena_free(&b->arena);
    hr_study_free(&b->study);
}

static void resolve_day(bench *b, uint64_t day)
{
    hr_err err = {0};
    hr_arena_reset(&b->day);
    for (unsigned i = 0; i < b->n; i++) {
        member *m = &b->member[i];
        resolve_good(&b->study, i, day, &b->day, &m->configuration);
        assert_int_equal(hr_counts_init(&m->counts, &m->configuration, &b->day, &err), HR_OK);
        assert_true(hr_input_may_share(&b->member[0].configuration, &m->configuration));
    }
}

/* Everybody on an input of their own, by the reference. */
static void replay_alone(bench *b, uint64_t day)
{
    hr_err err = {0};
    for (unsigned i = 0; i < b->n; i++) {
        member *m = &b->member[i];
        const hr_lane lane = {&m->configuration, &m->alone, &m->counts};
        m->counts.needs = HR_NEEDS_ALL;
        assert_int_equal(
            hr_input_write(&m->alone, &m->configuration, day, hr_vector_level(0), &err), HR_OK);
        assert_int_equal(
            hr_kernel_number(0)->replay(&lane, 1, hr_vector_level(0), b->scratch, &err), HR_OK);
        hr_tally_add(&m->expected, &b->study.pools[0].layout, &m->configuration, &m->counts, 1.0);
        m->expected_meetings += m->alone.n_meetings;
    }
}

static void replay_shared(bench *b, uint64_t day, const hr_kernel *kernel, const hr_vector *vector)
{
    hr_err err = {0};
    hr_input *input[HR_MAX_SHARING];
    const hr_configuration *configuration[HR_MAX_SHARING];
    hr_lane lane[HR_MAX_SHARING];
    const unsigned together = kernel->most_sharing > 0 ? b->n : 1;
    for (unsigned i = 0; i < b->n; i++) {
        member *m = &b->member[i];
        m->counts.needs = b->study.pools[0].layout.needs;
        input[i] = &m->shared;
        configuration[i] = &m->configuration;
        lane[i] = (hr_lane){configuration[i], input[i], &m->counts};
    }
    assert_int_equal(hr_input_write_shared(input, configuration, b->n, day, vector, &err), HR_OK);
    for (unsigned i = 0; i < b->n; i += together)
        assert_int_equal(kernel->replay(&lane[i], together, vector, b->scratch, &err), HR_OK);
    for (unsigned i = 0; i < b->n; i++) {
        member *m = &b->member[i];
        m->meetings += m->shared.n_own;
        hr_tally_add(&m->tally, &b->study.pools[0].layout, configuration[i], &m->counts, 1.0);
    }
}

/* All days by one kernel. */
static void assert_as_alone(bench *b, int number, const hr_kernel *kernel, const hr_vector *vector)
{
    for (unsigned i = 0; i < b->n; i++) {
        hr_tally_clear(&b->member[i].tally);
        b->member[i].meetings = 0;
    }
    for (uint64_t day = 0; day < DAYS; day++) {
        resolve_day(b, day);
        replay_shared(b, day, kernel, vector);
    }
    for (unsigned i = 0; i < b->n; i++) {
        const member *m = &b->member[i];
        assert_int_equal(m->meetings, m->expected_meetings);
        if (hr_tally_digest(&m->tally, i) != hr_tally_digest(&m->expected, i))
            fail_msg("case %d, member %u: %s, %s, differs from the reference", number, i,
                     kernel->name, vector->name);
    }
}

static void everyone_is_counted_as_alone(void **state)
{
    (void)state;
    for (int k = 0; k < N_CASES; k++) {
        bench b;
        open_bench(&b, cases[k]);
        for (uint64_t day = 0; day < DAYS; day++) {
            resolve_day(&b, day);
            replay_alone(&b, day);
        }
        for (unsigned number = 0; hr_kernel_number(number) != NULL; number++) {
            const hr_kernel *kernel = hr_kernel_number(number);
            /* the reference too, one after another: others fall back to it */
            const bool can = kernel->most_sharing > 0 || kernel->decline == NULL;
            for (unsigned v = 0; can && hr_vector_level(v) != NULL; v++)
                assert_as_alone(&b, k, kernel, hr_vector_level(v));
        }
        close_bench(&b);
    }
}

/* What makes other meetings is not shared. */
static void others_do_not_share(void **state)
{
    (void)state;
    static const char *const differ[] = {
        PLAIN "choose: {\"meetings.classes[0].duration\": [exponential(mean 1 h), exponential(mean "
              "2 h)]}\n",
        PLAIN "choose: {\"meetings.classes[0].size\": [1, 2]}\n",
        PLAIN "choose: {window.length: [2 h, 3 h]}\n",
        PLAIN "choose: {\"meetings.join_ramp\": [0 s, \"uniform(0 s, 9 s)\"]}\n",
    };
    for (size_t k = 0; k < sizeof differ / sizeof *differ; k++) {
        bench b;
        open_bench(&b, differ[k]);
        for (unsigned i = 0; i < b.n; i++)
            resolve_good(&b.study, i, 0, &b.day, &b.member[i].configuration);
        if (hr_input_may_share(&b.member[0].configuration, &b.member[1].configuration))
            fail_msg("case %zu: these have different meetings", k);
        close_bench(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everyone_is_counted_as_alone),
        cmocka_unit_test(others_do_not_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
