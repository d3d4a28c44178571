/* All kernels, one answer: the same inputs replayed by the reference and by every other kernel give
 * the same tally, cell by cell, for studies that between them use every feature of the model. */
#include "base/vector.h"
#include "kernel/kernel.h"
#include "model/counts.h"
#include "model/joint.h"
#include "unit/study_text.h"

/* A whole set of lanes and a part of one. With sanitizers, which make all this ten times as long,
 * a smaller part, and windows BRIEF enough that no kernel, level or feature has to be left out. */
#if defined(__SANITIZE_ADDRESS__)
enum { REPLICATIONS = 9 };
#define BRIEF(set) set
#else
enum { REPLICATIONS = 13 };
#define BRIEF(set) NULL
#endif

/* Two resources, three levels, two classes, kinds, background of both kinds, snapshots, probes. */
#define RICH                                                                                       \
    "pool:\n"                                                                                      \
    "  servers: 5\n"                                                                               \
    "  server: {cpu: 1000 Mc/s, network_out: 50 Mbit/s}\n"                                         \
    "  ceilings:\n"                                                                                \
    "    cpu: {target: 60 %, limit: 80 %, full: 100 %}\n"                                          \
    "    network_out: {target: 70 %, full: 100 %}\n"                                               \
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
    "       reserve: {cpu: 100 Mc/s},\n"                                                           \
    "       kinds: [{share: 70 %, cost: {cpu: 7 Mc/s, network_out: 250 kbit/s}}, {share: 30 %, "   \
    "cost: {cpu: 11 Mc/s}}]}\n"                                                                    \
    "    - {name: large, share: 20 %, size: \"zeta(from 5, alpha 2.2, to 60)\", duration: "        \
    "exponential(mean 50 min), cost: {cpu: 6 Mc/s, network_out: 200 kbit/s},\n"                    \
    "       load: {cpu: \"uniform(1 Mc/s, 9 Mc/s)\"}}\n"                                           \
    "background:\n"                                                                                \
    "  items:\n"                                                                                   \
    "    - {name: other, resource: cpu, law: \"normal(mean 150 Mc/s, sd 30 Mc/s)\"}\n"             \
    "    - {name: calls, sessions: 12, holding: 3 min, cost: {cpu: 9 Mc/s}}\n"                     \
    "window: {busy_hours: 2}\n"                                                                    \
    "probe: {sizes: [4, 40], load: {cpu: 7 Mc/s, network_out: 250 kbit/s}}\n"                      \
    "observe: {every: 4 min, outcomes: all, total_above: [1500 Mc/s], capacity: [80 %, 120 %]}\n"

/* One resource, nothing else. */
#define PLAIN                                                                                      \
    "pool: {servers: 12, server: {load: 100}, ceilings: {load: {full: 60}}}\n"                     \
    "arrivals: {sources: [{rate: 200 per hour}]}\n"                                                \
    "meetings: {classes: [{size: geometric(success 0.33), duration: exponential(mean 1 h), cost: " \
    "{load: 1}}]}\n"                                                                               \
    "window: {start: empty, from: 2 h, length: 2 h}\n"                                             \
    "observe: {outcomes: [time_over, time_over_server, period_overload, meetings_hit, "            \
    "person_time_over, utilisation, peak_utilisation, participants_present]}\n"

/* Nearly every event begins or ends an overload. */
#define RESTLESS                                                                                   \
    "pool: {servers: 1, ceilings: {load: {full: 0.5}}}\n"                                          \
    "arrivals: {sources: [{rate: 100 per hour}]}\n"                                                \
    "meetings: {classes: [{size: 1, duration: constant(0.1 s), cost: {load: 1}}]}\n"               \
    "window: {start: empty, length: 1 h}\n"

typedef struct kernel_case {
    const char *text;
    const char *sets[8];
} kernel_case;

static const kernel_case cases[] = {
    {PLAIN, {NULL}},
    {PLAIN, {"placement.ties=lowest", NULL}},
    {PLAIN, {"placement.metric=load", NULL}},
    {PLAIN, {"placement.rule=random", NULL}},
    {PLAIN, {"placement.rule=round_robin", NULL}},
    {PLAIN, {"placement.rule=power_of_d", "placement.metric=load", NULL}},
    {PLAIN, {"placement.rule=fewest_meetings", "pool.servers=70", NULL}},
    {PLAIN, {"placement.rule=fewest_participants", "pool.servers=1", NULL}},
    {PLAIN, {"placement.rule=fewest_participants", "pool.servers=256", NULL}},
    {PLAIN, {"meetings.join_ramp=uniform(0 s, 900 s)", NULL}},
    {PLAIN,
     {"meetings.join_ramp=uniform(0 s, 300 s)", "pool.ceilings.load.full=90",
      "observe.outcomes=[time_over, people_hit]", NULL}},
    {PLAIN,
     {"meetings.join_ramp=uniform(0 s, 300 s)", "placement.ties=lowest",
      "pool.ceilings.load.full=66", "pool.ceilings.load.target=62", NULL}},
    {PLAIN,
     {"meetings.join_ramp=uniform(0 s, 300 s)", "pool.ceilings.load.full=75",
      "window.start=stationary", "background.items[0].law=normal(mean 5, sd 3)", NULL}},
    {PLAIN, /* far joins, and most after the window or never */
     {"meetings.join_ramp=exponential(mean 90 min)", "arrivals.sources[0].rate=600 per hour",
      "pool.ceilings.load.full=80", NULL}},
    {PLAIN,
     {"meetings.join_ramp=uniform(0 s, 100 s)", "pool.servers=17", "pool.ceilings.load.full=55",
      "window.start=stationary", NULL}},
    {PLAIN,
     {"meetings.join_ramp=uniform(0 s, 100 s)", "pool.servers=200", "pool.ceilings.load.full=12",
      "placement.ties=lowest", "arrivals.sources[0].rate=900 per hour",
      BRIEF("window.length=10 min"), NULL}},
    {PLAIN, /* arrivals and joins at one tick */
     {"meetings.join_ramp=mix(0 s at 50 %, 60 s at 50 %)", "arrivals.sources[0].kind=clock_batch",
      "arrivals.sources[0].rate=~", "arrivals.sources[0].period=10 min",
      "arrivals.sources[0].count=poisson(mean 33)", "pool.ceilings.load.full=75", NULL}},
    {PLAIN, /* more people than a narrow key holds: on a server, in a meeting, in a gap */
     {"meetings.join_ramp=uniform(0 s, 300 s)", "pool.servers=2", "pool.ceilings.load.full=3000",
      "arrivals.sources[0].rate=1700 per hour", BRIEF("window.length=20 min"), NULL}},
    {PLAIN,
     {"meetings.join_ramp=uniform(0 s, 300 s)", "pool.servers=3", "pool.ceilings.load.full=9000",
      "meetings.classes[0].size=mix(1 at 90 %, 2500 at 10 %)",
      "arrivals.sources[0].rate=50 per hour", NULL}},
    {PLAIN,
     {"meetings.join_ramp=uniform(0 s, 9 s)", "pool.servers=3", "pool.ceilings.load.full=9000",
      "meetings.classes[0].size=mix(0 at 50 %, 1200 at 50 %)",
      "arrivals.sources[0].rate=9 per hour", NULL}},
    {PLAIN, {"window.from=30 h", NULL}},
    {PLAIN,
     {"window.length=40 h", "meetings.join_ramp=uniform(0 s, 300 s)", "pool.ceilings.load.full=85",
      "arrivals.sources[0].rate=150 per hour", "placement.metric=load", BRIEF("window.length=12 h"),
      NULL}},
    {RESTLESS, {"meetings.join_ramp=uniform(0 s, 1 s)", NULL}},
    {RESTLESS,
     {"meetings.join_ramp=uniform(0 s, 60 s)", "pool.servers=12", "pool.ceilings.load.full=270",
      "meetings.classes[0].size=300", "window.start=stationary",
      "meetings.classes[0].duration=exponential(mean 3 min)", BRIEF("window.length=15 min"), NULL}},
    {PLAIN, {"placement.report_delay=20 s", "placement.metric=load", NULL}},
    {PLAIN, {"window.start=stationary", "arrivals.sources[0].rate=1 per hour", NULL}},
    {PLAIN, {"placement.metric=load", "pool.ceilings.load.full=75", NULL}},
    {PLAIN, {"placement.metric=load", "pool.ceilings.load.full=75", "placement.ties=lowest", NULL}},
    {PLAIN, {"placement.metric=load", "pool.ceilings.load.full=45", NULL}},
    {PLAIN,
     {"placement.metric=participants", "pool.servers=2", "pool.ceilings.load.full=400", NULL}},
    {PLAIN, {"pool.servers=16", "pool.ceilings.load.full=60", "window.start=stationary", NULL}},
    {PLAIN,
     {"pool.servers=3", "pool.server.load=[200, 260, 230]", "placement.metric=load",
      "pool.ceilings.load.full=100 %", NULL}},
    {PLAIN, {"pool.servers=17", "placement.metric=load", NULL}},
    {PLAIN,
     {"pool.ceilings.load.target=70 %", "meetings.classes[0].duration=lognormal(mean 1 h, cv 2)",
      NULL}},
    {PLAIN, {"background.items[0].law=normal(mean 10, sd 3)", "pool.ceilings.load.full=80", NULL}},
    {PLAIN, {"arrivals.sources[0].rate=4000 per hour", "pool.ceilings.load.full=1020", NULL}},
    {PLAIN, /* 2,250 people on a server in the end: more than 2,047 after 2 h 25 min */
     {"arrivals.sources[0].rate=9000 per hour", "pool.ceilings.load.full=2300",
      BRIEF("window.length=40 min"), NULL}},
    {PLAIN,
     {"arrivals.sources[0].kind=clock_batch", "arrivals.sources[0].rate=~",
      "arrivals.sources[0].period=10 min", "arrivals.sources[0].count=poisson(mean 33)",
      "pool.ceilings.load.full=62", NULL}},
    {PLAIN, {"meetings.classes[0].size=0", NULL}},
    {PLAIN,
     {"pool.servers=17", "placement.ties=lowest", "pool.ceilings.load.full=55",
      "window.start=stationary", NULL}},
    {PLAIN, {"pool.servers=40", "placement.metric=load", "pool.ceilings.load.full=25", NULL}},
    {PLAIN,
     {"pool.servers=2", "pool.ceilings.load.full=3000", "arrivals.sources[0].rate=1700 per hour",
      NULL}},
    {PLAIN,
     {"pool.servers=3", "pool.ceilings.load.full=9000", "pool.ceilings.load.target=8000",
      "meetings.classes[0].size=mix(1 at 90 %, 2500 at 10 %)", NULL}},
    {RESTLESS, {NULL}},
    {RESTLESS, {"arrivals.sources[0].rate=1000 per hour", NULL}},
    {RESTLESS,
     {"pool.servers=12", "pool.ceilings.load.full=250", "meetings.classes[0].size=300",
      "window.start=stationary", "meetings.classes[0].duration=exponential(mean 3 min)", NULL}},
    {PLAIN, {"observe.outcomes=time_over", NULL}},
    {PLAIN, {"observe.outcomes=[time_over, peak_utilisation]", NULL}},
    {PLAIN, {"observe.outcomes=[time_over, participants_present]", NULL}},
    {PLAIN, {"observe.outcomes=[time_over, people_hit]", "placement.rule=random", NULL}},
    {PLAIN, {"observe.outcomes=[time_over, people_hit]", NULL}},
    {PLAIN, {"observe.outcomes=[excess, excess_height]", NULL}},
    {PLAIN,
     {"observe.outcomes=[excess, time_over]", "meetings.join_ramp=uniform(0 s, 300 s)",
      "pool.ceilings.load.target=52", "window.start=stationary",
      "background.items[0].law=normal(mean 5, sd 3)", NULL}},
    {RICH, {NULL}},
    {RICH, {"placement.rule=fewest_participants", NULL}},
    {RICH, {"placement.rule=fewest_meetings", "placement.ties=lowest", NULL}},
    {RICH, {"placement.metric=network_out", NULL}},
    {RICH, {"placement.rule=random", NULL}},
    {RICH, {"placement.rule=round_robin", NULL}},
    {RICH, {"placement.rule=power_of_d", NULL}},
    {RICH, {"placement.rule=fewest_participants", "placement.report_delay=1 s", NULL}},
    {RICH, {"placement.rule=fewest_participants", "placement.report_delay=45 s", NULL}},
    {RICH,
     {"placement.rule=fewest_participants", "placement.report_delay=45 s",
      "placement.in_flight=yes", NULL}},
    {RICH,
     {"placement.rule=fewest_meetings", "placement.report_delay=90 s", "placement.in_flight=yes",
      NULL}},
    {RICH,
     {"placement.metric=cpu", "placement.report_delay=90 s", "placement.in_flight=yes", NULL}},
    {RICH, {"placement.report_delay=90 s", "placement.in_flight=yes", NULL}},
    {RICH, {"placement.admission=chosen_full", "observe.capacity=~", NULL}},
    {RICH,
     {"placement.admission=chosen_full", "observe.capacity=~", "placement.rule=fewest_participants",
      NULL}},
    {RICH,
     {"placement.admission=none_fits", "observe.capacity=~", "placement.rule=fewest_participants",
      NULL}},
    {RICH, {"placement.admission=reserve", "observe.capacity=~", "placement.metric=cpu", NULL}},
    {RICH, {"arrivals.sources[0].rate=190 per hour", NULL}}, /* backlogs that come and go */
    {RICH, {"arrivals.sources[0].rate=260 per hour", "background.session_step=5 s", NULL}},
    {RICH, {"meetings.join_ramp=0 s", NULL}},
    {RICH, {"meetings.join_ramp=0 s", "placement.rule=fewest_participants", NULL}},
    {RICH, {"meetings.join_ramp=0 s", "placement.rule=random", NULL}},
    {PLAIN, /* servers over from the beginning, with meetings from before it */
     {"background.items[0].law=normal(mean 90, sd 30)", "pool.ceilings.load.full=80",
      "window.start=stationary", "placement.rule=random", "observe.outcomes=all", NULL}},
    {PLAIN,
     {"background.items[0].law=normal(mean 90, sd 30)", "pool.ceilings.load.full=80",
      "window.start=stationary", "observe.outcomes=all", NULL}},
    {RICH, {"window.start=empty", "window.from=10 min", NULL}},
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* Everything of one study that a replay needs. */
typedef struct bench {
    hr_study study;
    hr_arena arena, day;
    hr_input input[REPLICATIONS];
    hr_scratch *scratch;
    hr_counts counts[REPLICATIONS];
    hr_stretches stretches[REPLICATIONS];
    hr_tally tally;
} bench;

static void open_bench(bench *b, const kernel_case *one)
{
    hr_err err = {0};
    *b = (bench){0};
    open_good(&b->study, one->text, one->sets);
    assert_int_equal(hr_scratch_new(&b->scratch, &err), HR_OK);
    assert_int_equal(hr_tally_init(&b->tally, b->study.n_cells, &b->arena, &err), HR_OK);
}

static void close_bench(bench *b)
{
    hr_scratch_free(b->scratch);
    for (unsigned l = 0; l < REPLICATIONS; l++)
        hr_input_free(&b->input[l]);
    hr_arena_free(&b->arena);
    hr_arena_free(&b->day);
    hr_study_free(&b->study);
}

/* The times at which the pool is over, which no tally has. */
static uint64_t digest_of_stretches(const bench *b)
{
    uint64_t digest = 0;
    for (unsigned l = 0; l < REPLICATIONS; l++) {
        assert_false(b->stretches[l].is_short);
        for (unsigned level = 0; level < HR_N_LEVELS; level++) {
            const hr_stretch_list *list = &b->stretches[l].level[level];
            const uint64_t words[] = {
                l, level, digest, hr_hash_bytes(list->stretch, list->n * sizeof *list->stretch)};
            digest = hr_hash(words, 4);
        }
    }
    return digest;
}

/* Digest of REPLICATIONS replications from `first` on. */
static uint64_t digest_of(bench *b, const hr_kernel *kernel, const hr_vector *vector,
                          uint64_t first)
{
    hr_err err = {0};
    hr_configuration c[REPLICATIONS];
    hr_lane lane[REPLICATIONS];
    hr_tally_clear(&b->tally);
    hr_arena_reset(&b->day);
    for (unsigned l = 0; l < REPLICATIONS; l++) {
        resolve_good(&b->study, 0, first + l, &b->day, &c[l]);
        assert_int_equal(hr_counts_init(&b->counts[l], &c[l], &b->day, &err), HR_OK);
        b->counts[l].needs =
            kernel == hr_kernel_number(0) ? HR_NEEDS_ALL : b->study.pools[0].layout.needs;
        b->input[l].without_loads =
            !b->study.has_daily &&
            hr_kernel_needs_no_loads(hr_kernel_for(kernel, &c[l], NULL), &c[l]);
        hr_stretches_init(&b->stretches[l], &c[l], &b->day);
        b->counts[l].stretches = &b->stretches[l];
        assert_int_equal(hr_input_write(&b->input[l], &c[l], first + l, vector, &err), HR_OK);
        lane[l] = (hr_lane){&c[l], &b->input[l], &b->counts[l]};
    }
    kernel = hr_kernel_for(kernel, &c[0], NULL);
    for (unsigned l = 0; l < REPLICATIONS; l += kernel->most_lanes) {
        const unsigned left = REPLICATIONS - l;
        const unsigned n = left < kernel->most_lanes ? left : kernel->most_lanes;
        assert_int_equal(kernel->replay(&lane[l], n, vector, b->scratch, &err), HR_OK);
    }
    for (unsigned l = 0; l < REPLICATIONS; l++)
        hr_tally_add(&b->tally, &b->study.pools[0].layout, &c[l], &b->counts[l], 1.0);
    return hr_tally_digest(&b->tally, 0) ^ digest_of_stretches(b);
}

static uint64_t hits(const bench *b, const char *outcome)
{
    const unsigned o = hr_outcome_find(outcome);
    if (!b->study.pools[0].layout.selected[o])
        return 0;
    return b->tally.cell[b->study.pools[0].layout.first[o]].hits;
}

static void kernels_agree_on_everything(void **state)
{
    (void)state;
    uint64_t over = 0, throttled = 0;
    for (int i = 0; i < N_CASES; i++) {
        bench b;
        open_bench(&b, &cases[i]);
        const uint64_t expected = digest_of(&b, hr_kernel_number(0), hr_vector_level(0), 0);
        over += hits(&b, "time_over") > 0;
        throttled += hits(&b, "throttled") > 0;
        for (unsigned k = 1; hr_kernel_number(k) != NULL; k++) {
            for (unsigned level = 0; hr_vector_level(level) != NULL; level++) {
                if (digest_of(&b, hr_kernel_number(k), hr_vector_level(level), 0) != expected)
                    fail_msg("case %d: %s, %s, differs from the reference", i,
                             hr_kernel_number(k)->name, hr_vector_level(level)->name);
            }
        }
        /* and the comparison can fail */
        assert_true(digest_of(&b, hr_kernel_number(0), hr_vector_level(0), 1) != expected);
        close_bench(&b);
    }
    assert_true(over > N_CASES / 2); /* the cases are about something */
    assert_true(throttled > 4);
}

/* Reasons to leave the lanes, and that what seems one is none. */
static void lanes_say_what_they_cannot_do(void **state)
{
    static const struct {
        const char *set, *why;
    } asked[] = {
        {"pool.servers=16", NULL},
        {"meetings.join_ramp=uniform(0 s, 300 s)", NULL},
        {"window.length=100 h", NULL},
        {"placement.rule=random", "its placement rule"},
        {"placement.report_delay=20 s", "load reports"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const kernel_case one = {PLAIN, {asked[i].set, NULL}};
        const char *why = NULL;
        hr_configuration c;
        bench b;
        open_bench(&b, &one);
        resolve_good(&b.study, 0, 0, &b.day, &c);
        const hr_kernel *kernel = hr_kernel_for(NULL, &c, &why);
        assert_string_equal(kernel->name, asked[i].why == NULL ? "lanes" : "scalar");
        if (asked[i].why == NULL)
            assert_null(why);
        else
            assert_string_equal(why, asked[i].why);
        close_bench(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_say_what_they_cannot_do),
        cmocka_unit_test(kernels_agree_on_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
