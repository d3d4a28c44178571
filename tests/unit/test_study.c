/* A study as a whole: what it stands on, what overrides it, what identifies it. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "study/describe.h"
#include "study/span.h"
#include "unit/study_text.h"

/* ---- memory that runs out: allocation number `allocations_left` fails */

void *__real_hr_mem_raw(size_t bytes);
void *__wrap_hr_mem_raw(size_t bytes);
static long allocations_left = -1;

void *__wrap_hr_mem_raw(size_t bytes)
{
    if (allocations_left == 0)
        return NULL;
    if (allocations_left > 0)
        allocations_left--;
    return __real_hr_mem_raw(bytes);
}

/* ---- files of their own */

static char directory[] = "/tmp/headroom-test-study-XXXXXX";

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) == NULL;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(directory);
}

static void path_of(const char *name, char out[256])
{
    (void)snprintf(out, 256, "%s/%s", directory, name);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    path_of(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *name)
{
    char path[256];
    path_of(name, path);
    assert_int_equal(unlink(path), 0);
}

static hr_status open_file(hr_study *study, const char *name, hr_err *err)
{
    char path[256];
    path_of(name, path);
    *err = (hr_err){0};
    return hr_study_open(study, path, NULL, 0, err);
}

/* ---- tests */

static void a_study_has_name_seed_and_defaults(void **state)
{
    (void)state;
    hr_study study;
    open_good(&study, SMALL, NULL);
    assert_string_equal(study.name, "test"); /* of test.yaml */
    assert_string_equal(study.question, "");
    assert_string_equal(study.source, "test.yaml");
    assert_string_equal(study.text, SMALL);
    assert_int_equal(study.seed, 1);
    assert_int_equal(study.n_configurations, 1);
    assert_false(study.has_daily);
    assert_true(study.precision.relative == 0.2 && study.precision.confidence == 0.95);
    assert_true(study.precision.hits == 100 && study.precision.at_most == 20000);
    assert_int_equal(study.precision.block, 8);
    assert_int_equal(study.target.outcome, hr_outcome_find("time_over"));
    assert_false(study.target.has_threshold);
    hr_study_free(&study);
    hr_study_free(&study); /* idempotent */
    open_good(&study, "study: mine\nquestion: >\n  Does it\n  fit?\nseed: 9007199254740992\n" SMALL,
              NULL);
    assert_string_equal(study.name, "mine");
    assert_string_equal(study.question, "Does it fit?");
    assert_true(study.seed == 9007199254740992u);
    hr_study_free(&study);
}

static void configurations_past_the_last_are_refused(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    hr_err err = {0};
    double value;
    open_good(&study, SMALL, NULL);
    assert_int_equal(hr_study_configuration(&study, NULL, 1, 0, &arena, &c, &err), HR_ERR_USAGE);
    assert_int_equal(hr_study_coordinate(&study, 0, 0, &value, NULL), HR_ERR_USAGE);
    hr_arena_free(&arena);
    hr_study_free(&study);
}

/* ---- base and --set */

static void sets_win_and_are_blamed(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    const char *const sets[] = {"pool.servers=3",
                                "meetings.classes[0].duration.mean=2 h",
                                "choose.placement.rule=[random, round_robin]",
                                "unknown.arrivals.sources[0].rate=uniform(1 per hour, 2 per hour)",
                                "design.worlds = 4",
                                NULL};
    open_good(&study, SMALL, sets);
    assert_int_equal(study.n_configurations, 8);
    resolve_good(&study, 1, 0, &arena, &c);
    assert_int_equal(c.n_servers, 3);
    assert_true(c.classes[0].duration.a == 7200.0);
    assert_int_equal(c.placement.rule, HR_RULE_ROUND_ROBIN);
    hr_arena_free(&arena);
    hr_study_free(&study);
    static const struct {
        const char *set, *said;
    } wrong[] = {
        {"pool.servrs=3", "--set pool.servrs=3: pool.servrs: unknown key; did you mean servers?"},
        {"window.length=4", "needs a unit of time"},
        {"nonsense", "write path=value"},
        {"=3", "write path=value"},
        {"pool.servers=", "write path=value"},
        {"pool.servers=[1", "not YAML"},
        {"meetings.classes[7].duration=1 h", "the list has 1 items"},
        {"base=nowhere", "no such preset or file"},
        {"choose.pool.serves=[1]", "did you mean servers?"},
        {"unknown.pool.servers=uniform(1, 2)", "whole numbers"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *const one[] = {wrong[i].set, NULL};
        assert_refused(SMALL, one, HR_ERR_USAGE, wrong[i].said);
    }
}

static void presets_are_bases(void **state)
{
    (void)state;
    assert_true(hr_n_presets > 0);
    for (size_t i = 0; i < hr_n_presets; i++) {
        hr_study study;
        hr_err err;
        char text[200];
        (void)snprintf(text, sizeof text, "base: %s\n", hr_presets[i].name);
        if (open_with(&study, text, NULL, &err) != HR_OK)
            fail_msg("%s: %s", hr_presets[i].name, err.message);
        assert_int_equal(study.n_configurations, 1); /* its choose and unknown are left out */
        assert_string_equal(study.question, "");
        hr_study_free(&study);
    }
}

static void bases_are_files_too_and_lose_what_is_their_own(void **state)
{
    (void)state;
    hr_study study;
    hr_err err;
    hr_arena arena = {0};
    hr_configuration c;
    write_file("top.yaml", "base: middle\npool: {servers: 5}\n");
    write_file("middle", "base: bottom.yaml\nstudy: middle\nplacement: {rule: random}\n"
                         "choose: {pool.servers: [7, 8]}\ntarget: {at_most: 1 %}\n");
    write_file("bottom.yaml",
               SMALL "unknown:\n  arrivals.sources[0].rate: uniform(1 per hour, 2 per hour)\n"
                     "claims: [{say: x, outcome: time_over, at_most: 1 %}]\n"
                     "probe: {sizes: 3, load: {load: 1}}\n");
    if (open_file(&study, "top.yaml", &err) != HR_OK)
        fail_msg("%s", err.message);
    assert_string_equal(study.name, "top");
    assert_int_equal(study.n_configurations, 1);
    assert_int_equal(study.n_claims, 0);
    assert_true(study.target.has_threshold); /* targets are handed down */
    resolve_good(&study, 0, 0, &arena, &c);
    assert_int_equal(c.n_servers, 5);
    assert_int_equal(c.placement.rule, HR_RULE_RANDOM);
    assert_int_equal(c.n_probes, 1);
    hr_arena_free(&arena);
    hr_study_free(&study);
    write_file("bottom.yaml", "base: top.yaml\n");
    assert_int_equal(open_file(&study, "top.yaml", &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, "the bases go in a circle"));
    remove_file("top.yaml");
    remove_file("middle");
    remove_file("bottom.yaml");
}

static void tables_come_from_files(void **state)
{
    (void)state;
    hr_study study;
    hr_err err;
    hr_arena arena = {0};
    hr_configuration c;
    write_file("sizes.csv", "size,share\n# tested\n4,85 %\n6, 10 %\r\n11,0.05\n");
    write_file(
        "s.yaml",
        "pool: {servers: 2, server: {load: 14}}\narrivals: {sources: [{rate: 20 per hour}]}\n"
        "meetings: {classes: [{duration: 1 h, size: table(sizes.csv), cost: {load: 1}}]}\n");
    if (open_file(&study, "s.yaml", &err) != HR_OK)
        fail_msg("%s", err.message);
    resolve_good(&study, 0, 0, &arena, &c);
    assert_true(fabs(hr_law_mean(&c.classes[0].size) - 4.55) < 1e-12);
    /* the numbers, not the file's name, are the study's identity */
    assert_non_null(strstr(study.resolved, "size = mix(4 at 85 %, 6 at 10 %, 11 at 0.05)"));
    hr_arena_free(&arena);
    hr_study_free(&study);
    write_file("sizes.csv", "4,85 %\n6\n");
    assert_int_equal(open_file(&study, "s.yaml", &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, "row 2 of the table: needs two columns"));
    write_file("sizes.csv", "");
    assert_int_equal(open_file(&study, "s.yaml", &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, "the table is empty"));
    remove_file("sizes.csv");
    assert_int_equal(open_file(&study, "s.yaml", &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, "sizes.csv: cannot be opened"));
    remove_file("s.yaml");
    assert_int_equal(open_file(&study, "s.yaml", &err), HR_ERR_DATA);
}

/* ---- identity */

static uint64_t identity_of(const char *text, const char *const *sets)
{
    hr_study study;
    open_good(&study, text, sets);
    const uint64_t identity = study.identity;
    hr_study_free(&study);
    return identity;
}

static void identity_is_of_what_is_meant(void **state)
{
    (void)state;
    const uint64_t plain = identity_of(SMALL, NULL);
    const char *const same[] = {"pool.servers=2", NULL}, *const other[] = {"pool.servers=3", NULL};
    assert_true(identity_of("# comment\n" SMALL "# more\n", NULL) == plain);
    assert_true(
        identity_of("meetings: {classes: [{cost: {load:   1}, duration: exponential(mean 1 h)}]}\n"
                    "arrivals:\n  sources:\n  - rate: 20   per hour\n"
                    "pool:\n  server:\n    load: 14\n  servers: 2\n",
                    NULL) == plain);
    assert_true(identity_of(SMALL, same) == plain);
    assert_true(identity_of(SMALL, other) != plain);
    assert_true(identity_of(SMALL "seed: 2\n", NULL) != plain);
    /* the order of choices numbers the configurations */
    assert_true(identity_of(SMALL "choose: {pool.servers: [2, 3], placement.d: [1, 2]}\n", NULL) !=
                identity_of(SMALL "choose: {placement.d: [1, 2], pool.servers: [2, 3]}\n", NULL));
}

/* The resolved lines are the same study, without any of the files that it came from. */
static void resolved_lines_are_the_study(void **state)
{
    (void)state;
    hr_study study, again;
    hr_err err = {0};
    open_good(&study,
              SMALL
              "study: \"a: b\"\nquestion: \"why, #1?\"\n"
              "choose:\n  pool.servers: 2 to 6 by 2\n  x: {a: {placement.rule: random}, b: {}}\n"
              "unknown:\n  arrivals.sources[0].rate: gamma(shape 16, scale 1.25 per hour)\n"
              "claims: [{say: \"it fits, mostly\", outcome: time_over, at_most: 1 %}]\n",
              NULL);
    if (hr_study_parse_resolved(&again, "again", study.text, study.resolved, &err) != HR_OK)
        fail_msg("%s", err.message);
    assert_string_equal(again.text, study.text);
    assert_string_equal(again.resolved, study.resolved);
    assert_true(again.identity == study.identity);
    assert_int_equal(again.n_configurations, study.n_configurations);
    assert_string_equal(again.claims[0].say, "it fits, mostly");
    hr_study_free(&again);
    hr_study_free(&study);
}

/* All presets, too; and what a base and a study say of keys that exclude each other. */
static void resolved_presets_are_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; i <= hr_n_presets; i++) {
        hr_study study, again;
        hr_err err = {0};
        open_good(&study,
                  i < hr_n_presets ? hr_presets[i].text : "base: m0\nwindow: {busy_hours: 2}\n",
                  NULL);
        if (hr_study_parse_resolved(&again, "again", "", study.resolved, &err) != HR_OK)
            fail_msg("%s", err.message);
        assert_true(again.identity == study.identity);
        assert_true(again.layout_identity == study.layout_identity);
        assert_int_equal(again.n_configurations, study.n_configurations);
        hr_study_free(&again);
        hr_study_free(&study);
    }
}

/* ---- describing */

static const hr_described *find(const hr_described *values, size_t n, const char *path)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(values[i].path, path) == 0)
            return &values[i];
    }
    fail_msg("%s is not described", path);
    return NULL;
}

static void values_say_who_gave_them(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_err err = {0};
    const hr_described *values = NULL;
    size_t n = 0;
    const char *const sets[] = {"window.length=2 h", NULL};
    open_good(&study,
              "base: m0\npool: {servers: 4}\nchoose: {placement.rule: [random, round_robin]}\n"
              "unknown:\n  arrivals.sources[0].rate: uniform(10 per hour, 20 per hour)\n"
              "  meetings.classes[0].duration.mean: uniform(30 min, 40 min)\n"
              "daily:\n  placement.report_delay: uniform(1 s, 2 s)\n",
              sets);
    assert_int_equal(hr_study_describe(&study, 1, &arena, &values, &n, &err), HR_OK);
    static const struct {
        const char *path;
        hr_set_by by;
    } cases[] = {
        {"pool.servers", HR_SET_BY_STUDY},
        {"window.length", HR_SET_BY_SET},
        {"window.from", HR_SET_BY_BASE},
        {"placement.d", HR_SET_BY_DEFAULT},
        {"placement.rule", HR_SET_BY_CHOOSE},
        {"arrivals.sources[0].rate", HR_SET_BY_UNKNOWN},
        {"meetings.classes[0].duration", HR_SET_BY_UNKNOWN},
        {"placement.report_delay", HR_SET_BY_DAILY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(find(values, n, cases[i].path)->by, cases[i].by);
    const hr_described *rule = find(values, n, "placement.rule");
    assert_string_equal(rule->text, "round_robin");
    assert_true(rule->is_assumption); /* [U] */
    const hr_described *rate = find(values, n, "arrivals.sources[0].rate");
    double number = 0.0;
    assert_true(hr_span_number(hr_span_of(rate->text), &number) > 0);
    assert_true(number > 10.0 && number < 20.0);
    assert_non_null(strstr(rate->text, " per hour"));
    assert_string_equal(rate->law, "uniform(10 per hour, 20 per hour)");
    assert_non_null(
        strstr(find(values, n, "meetings.classes[0].duration")->text, "exponential(mean "));
    hr_arena_free(&arena);
    hr_study_free(&study);
}

/* ---- memory */

static void lack_of_memory_is_said_at_every_allocation(void **state)
{
    (void)state;
    long n = 0;
    for (;; n++) {
        hr_study study;
        hr_err err;
        allocations_left = n;
        const hr_status st = open_with(&study, SMALL, NULL, &err);
        allocations_left = -1;
        if (st == HR_OK) {
            hr_study_free(&study);
            break;
        }
        assert_int_equal(st, HR_ERR_MEMORY);
        assert_true(n < 1000);
    }
    assert_true(n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_study_has_name_seed_and_defaults),
        cmocka_unit_test(configurations_past_the_last_are_refused),
        cmocka_unit_test(sets_win_and_are_blamed),
        cmocka_unit_test(presets_are_bases),
        cmocka_unit_test(bases_are_files_too_and_lose_what_is_their_own),
        cmocka_unit_test(tables_come_from_files),
        cmocka_unit_test(identity_is_of_what_is_meant),
        cmocka_unit_test(resolved_lines_are_the_study),
        cmocka_unit_test(resolved_presets_are_themselves),
        cmocka_unit_test(values_say_who_gave_them),
        cmocka_unit_test(lack_of_memory_is_said_at_every_allocation),
    };
    return cmocka_run_group_tests_name("study", tests, make_directory, remove_directory);
}
