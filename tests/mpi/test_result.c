/* The result file: what was written is read again, exactly; what is not ours or not whole is
 * refused in one sentence. */
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/result.h"
#include "results/result_schema.h"
#include "study.h"

enum { N = 6 };

typedef struct place {
    char folder[64], output[96];
    hr_study study;
    hr_arena arena;
    hr_tally tally[N];
} place;

/* Numbers that differ from cell to cell and need all 128 bits. */
static void fill(hr_tally *tally, uint64_t configuration)
{
    tally->n_replications = 16 + configuration;
    for (uint32_t i = 0; i < tally->n_cells; i++) {
        if ((i + configuration) % 5 == 0)
            continue;
        tally->cell[i] = (hr_cell){.hits = 1 + i % 16,
                                   .x = 1000 * (i + 1) + configuration,
                                   .xx = (hr_u128)(i + 1) << 70,
                                   .y = 4000 * (i + 2),
                                   .yy = (hr_u128)(i + 7) << 71,
                                   .xy = (hr_u128)(i + 5) << 69};
    }
}

static int set_up(void **state)
{
    hr_err err = {0};
    place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    (void)snprintf(p->folder, sizeof p->folder, "/tmp/test_result_XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->output, sizeof p->output, "%s/out.h5", p->folder);
    assert_int_equal(hr_small_study_open(&p->study, &err), HR_OK);
    assert_int_equal(p->study.n_configurations, N);
    for (uint64_t c = 0; c < N; c++) {
        assert_int_equal(hr_tally_init(&p->tally[c], p->study.n_cells, &p->arena, &err), HR_OK);
        fill(&p->tally[c], c);
    }
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    char command[256];
    (void)snprintf(command, sizeof command, "rm -rf %s", p->folder);
    assert_int_equal(system(command), 0);
    hr_study_free(&p->study);
    hr_arena_free(&p->arena);
    free(p);
    return 0;
}

static const hr_provenance provenance = {.command = "headroom run small.yaml",
                                         .version = "9.8",
                                         .isa = "baseline",
                                         .n_ranks = 3,
                                         .n_threads = 2,
                                         .seconds = 1.5,
                                         .busy_seconds = 7.25,
                                         .meetings = 123456789012345,
                                         .replications = 99,
                                         .n_runs = 4,
                                         .digest = 0xFEDCBA9876543210,
                                         .accounts = {.sum = {[HR_ACCOUNT_COMPUTING] = 7250000000,
                                                              [HR_ACCOUNT_REST] = 1750000000,
                                                              [HR_ACCOUNT_FETCHES] = 41},
                                                      .most = {[HR_ACCOUNT_LONGEST_FETCH] = 30},
                                                      .n_cores = 6}};

static void write_result(place *p)
{
    hr_err err = {0};
    hr_result_writer *writer;
    assert_int_equal(hr_result_create(&writer, p->output, &p->study, &err), HR_OK);
    for (uint64_t c = 0; c < N; c++)
        assert_int_equal(hr_result_append(writer, c, &p->tally[c], (unsigned)c, HR_PRECISE, &err),
                         HR_OK);
    assert_int_equal(hr_result_finish(writer, &provenance, &err), HR_OK);
}

static bool is_equal(double a, double b)
{
    return (isnan(a) && isnan(b)) || (!(a < b) && !(a > b) && !isnan(a) && !isnan(b));
}

/* The estimate that the writer must have written. */
static hr_estimate expected(const place *p, unsigned outcome, uint32_t cell, uint64_t c)
{
    hr_err err = {0};
    hr_arena arena = {0};
    hr_configuration configuration = {0};
    const hr_layout *layout = &p->study.pools[0].layout;
    const hr_outcome *row = &hr_outcomes[outcome];
    unsigned index[HR_MAX_AXES];
    uint32_t rest = cell;
    for (int a = HR_MAX_AXES - 1; a >= 0; a--) {
        index[a] = rest % layout->size[row->axes[a]];
        rest /= layout->size[row->axes[a]];
    }
    assert_int_equal(hr_study_configuration(&p->study, NULL, c, 0, &arena, &configuration, &err),
                     HR_OK);
    const double alpha = hr_look_alpha(1.0 - p->study.precision.confidence, (unsigned)c);
    const hr_estimate e = hr_estimate_cell(row, &p->tally[c].cell[layout->first[outcome] + cell],
                                           p->tally[c].n_replications,
                                           hr_outcome_scale(outcome, &configuration, index), alpha);
    hr_arena_free(&arena);
    return e;
}

/* Every number of every outcome, through the grid of named dimensions and back. */
static void test_estimates(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_result result;
    hr_estimate got[N];
    unsigned n_checked = 0;
    write_result(p);
    assert_int_equal(hr_result_open(&result, p->output, &err), HR_OK);
    const hr_layout *layout = &p->study.pools[0].layout;
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        const unsigned cells = layout->selected[o] ? hr_layout_cells(layout, o) : 0;
        for (uint32_t cell = 0; cell < cells; cell++) {
            assert_int_equal(hr_result_estimates(&result, 0, o, layout->first[o] + cell, got, &err),
                             HR_OK);
            for (uint64_t c = 0; c < N; c++) {
                const hr_estimate wanted = expected(p, o, cell, c);
                assert_true(is_equal(got[c].value, wanted.value));
                assert_true(is_equal(got[c].lower, wanted.lower));
                assert_true(is_equal(got[c].upper, wanted.upper));
                assert_true(is_equal(got[c].standard_error, wanted.standard_error));
                assert_int_equal(got[c].hits, wanted.hits);
                assert_int_equal(got[c].n, p->tally[c].n_replications);
                n_checked++;
            }
        }
    }
    assert_int_equal(n_checked, N * layout->n_cells);
    hr_result_close(&result);
}

static void test_tallies_and_effort(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_result result;
    hr_tally tally;
    uint64_t replications[N];
    unsigned look[N];
    hr_verdict verdict[N];
    write_result(p);
    assert_int_equal(hr_result_open(&result, p->output, &err), HR_OK);
    assert_int_equal(hr_tally_init(&tally, result.study.n_cells, &p->arena, &err), HR_OK);
    assert_int_equal(hr_result_effort(&result, replications, look, verdict, &err), HR_OK);
    for (uint64_t c = 0; c < N; c++) {
        assert_int_equal(hr_result_tally(&result, c, &tally, &err), HR_OK);
        assert_int_equal(hr_tally_digest(&tally, c), hr_tally_digest(&p->tally[c], c));
        assert_int_equal(replications[c], 16 + c);
        assert_int_equal(look[c], c);
        assert_int_equal(verdict[c], HR_PRECISE);
    }
    assert_int_equal(hr_result_tally(&result, N, &tally, &err), HR_ERR_DATA);
    hr_result_close(&result);
}

/* Configuration 2 becomes a tilted one with estimates of either kind, 4 one whose weights are off.
 */
static void tilt(place *p)
{
    const double one = 1.0;
    for (uint64_t c = 2; c <= 4; c += 2) {
        hr_tally *tally = &p->tally[c];
        const uint64_t n = tally->n_replications;
        tally->is_weighted = true;
        tally->weights.all = (hr_cell){.hits = n, .x = n * c / 2, .xx = n * c};
        tally->weights.rung[0] = (hr_cell){.hits = 3, .x = 5, .xx = 9, .behind = {.x = 77}};
        for (uint32_t i = 0; i < tally->n_cells; i++) {
            if (tally->cell[i].x == 0)
                continue;
            tally->cell[i].hits = i % 2 == 0 ? 99 : 100;
            tally->cell[i].behind.x = (hr_u128)i << 90;
            memcpy(&tally->cell[i].behind.largest, &one, sizeof one);
        }
    }
}

/* There are diagnostics, and flags beside the estimates, if and only if something was tilted. */
static void test_diagnostics(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_result result;
    hr_estimate got[N];
    hr_tally tally;
    unsigned n_reliable = 0, n_unreliable = 0;
    write_result(p);
    assert_int_equal(hr_result_open(&result, p->output, &err), HR_OK);
    assert_false(hr_result_is_tilted(&result));
    hr_result_close(&result);
    assert_int_equal(remove(p->output), 0);
    tilt(p);
    write_result(p);
    assert_int_equal(hr_result_open(&result, p->output, &err), HR_OK);
    assert_true(hr_result_is_tilted(&result));
    const hr_layout *layout = &p->study.pools[0].layout;
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        const unsigned cells = layout->selected[o] ? hr_layout_cells(layout, o) : 0;
        for (uint32_t cell = 0; cell < cells; cell++) {
            assert_int_equal(hr_result_estimates(&result, 0, o, layout->first[o] + cell, got, &err),
                             HR_OK);
            for (uint64_t c = 0; c < N; c++) {
                const bool wanted = c == 4 || expected(p, o, cell, c).is_unreliable;
                assert_int_equal(got[c].is_unreliable, wanted);
                assert_true(wanted || hr_estimate_decides(&got[c]));
                n_reliable += c == 2 && !wanted;
                n_unreliable += c == 2 && wanted;
            }
        }
    }
    assert_true(n_reliable > 0 && n_unreliable > 0);
    assert_int_equal(hr_tally_init(&tally, result.study.n_cells, &p->arena, &err), HR_OK);
    for (uint64_t c = 0; c < N; c++) {
        assert_int_equal(hr_result_tally(&result, c, &tally, &err), HR_OK);
        assert_int_equal(tally.is_weighted, c == 2 || c == 4);
        assert_int_equal(hr_tally_digest(&tally, c), hr_tally_digest(&p->tally[c], c));
    }
    hr_result_close(&result);
}

static void test_provenance(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_result result;
    uint64_t identity = 0;
    write_result(p);
    assert_int_equal(hr_result_identity(p->output, &identity, &err), HR_OK);
    assert_int_equal(identity, p->study.identity);
    assert_int_equal(hr_result_open(&result, p->output, &err), HR_OK);
    assert_string_equal(result.study.text, hr_small_study);
    assert_int_equal(result.study.identity, p->study.identity);
    assert_string_equal(result.version, "9.8");
    assert_string_equal(result.provenance.command, provenance.command);
    assert_int_equal(result.provenance.digest, provenance.digest);
    assert_int_equal(result.provenance.meetings, provenance.meetings);
    assert_int_equal(result.provenance.n_runs, 4);
    assert_int_equal(result.provenance.n_sets, 0);
    for (int i = 0; i < HR_N_ACCOUNTS; i++)
        assert_true(is_equal(hr_accounts_number(&result.provenance.accounts, (hr_account)i),
                             hr_accounts_number(&provenance.accounts, (hr_account)i)));
    hr_result_close(&result);
}

/* --set values are part of the study: without them the file could not be read again. */
static void test_sets_are_kept(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_result result;
    hr_result_writer *writer;
    const char *sets[] = {"seed=8", "design.worlds=1"};
    hr_provenance with_sets = provenance;
    with_sets.sets = sets;
    with_sets.n_sets = 2;
    hr_study_free(&p->study);
    assert_int_equal(hr_study_parse(&p->study, "small.yaml", hr_small_study, strlen(hr_small_study),
                                    sets, 2, &err),
                     HR_OK);
    assert_int_equal(hr_result_create(&writer, p->output, &p->study, &err), HR_OK);
    for (uint64_t c = 0; c < 2; c++)
        assert_int_equal(hr_result_append(writer, c, &p->tally[c], 0, HR_EXHAUSTED, &err), HR_OK);
    assert_int_equal(hr_result_finish(writer, &with_sets, &err), HR_OK);
    assert_int_equal(hr_result_open(&result, p->output, &err), HR_OK);
    assert_int_equal(result.study.seed, 8);
    assert_int_equal(result.n_configurations, 2);
    hr_result_close(&result);
}

static void open_schema(hr_schema *schema, hr_study *study, const char *const *sets, size_t n)
{
    hr_err err = {0};
    if (hr_study_parse(study, "small.yaml", hr_small_study, strlen(hr_small_study), sets, n,
                       &err) != HR_OK ||
        hr_schema_init(schema, study, 0, &err) != HR_OK)
        fail_msg("%s", err.message);
}

/* Where the target stands on the dimensions of its outcome, and what "any" means there. */
static void test_place_of_the_target(void **state)
{
    (void)state;
    static const char *const sets[] = {"target.outcome=period_overload", "target.level=target",
                                       "target.min_episode=60 s"};
    hr_study study = {0};
    hr_schema schema = {0};
    size_t position[HR_MOST_VARIABLE_DIMS];
    const char *watched[HR_MAX_RESOURCES];
    open_schema(&schema, &study, sets, 3);
    const unsigned outcome = study.target.outcome;
    const size_t cell = study.target.cell - study.pools[0].layout.first[outcome];
    const hr_variable *variable = hr_schema_find(&schema, outcome);
    assert_non_null(variable);
    assert_int_equal(variable->n_dims, 3);
    hr_schema_position(&schema, variable, cell, position);
    assert_string_equal(schema.dim[HR_DIM_LEVEL].text[position[0]], "target");
    assert_string_equal(schema.dim[HR_DIM_RESOURCE].text[position[1]], "any");
    assert_true(is_equal(schema.dim[HR_DIM_MIN_EPISODE].real[position[2]], 60.0));
    assert_int_equal(hr_schema_watched(&schema, outcome, cell, watched), 1);
    assert_string_equal(watched[0], "load");
    assert_int_equal(
        hr_schema_watched(&schema, hr_outcome_find("participants_present"), 0, watched), 0);
    hr_schema_free(&schema);
    hr_study_free(&study);
}

/* As the study states them, whatever level the target's ceilings are of. */
/* Slabs tile a grid by whole last dimensions. */
static void test_slabs(void **state)
{
    (void)state;
    hr_study study;
    hr_schema schema;
    open_schema(&schema, &study, NULL, 0);
    for (size_t v = 0; v < schema.n_variables; v++) {
        const hr_variable *variable = &schema.variable[v];
        for (size_t most = 1; most <= variable->n_grid; most++) {
            for (size_t at = 0; at < variable->n_grid; at++) {
                const hr_slab slab = hr_schema_slab(&schema, variable, at, most);
                assert_true(slab.n >= 1 && slab.n <= most);
                assert_int_equal(slab.first, at - at % slab.n);
                assert_int_equal(variable->n_grid % slab.n, 0);
            }
        }
        assert_int_equal(hr_schema_slab(&schema, variable, 0, variable->n_grid).n,
                         variable->n_grid);
    }
    hr_schema_free(&schema);
    hr_study_free(&study);
}

static void test_capacity_factors(void **state)
{
    (void)state;
    static const char *const sets[] = {"observe.capacity=[70 %, 0.95, 1, 1.3]",
                                       "observe.every=10 min",
                                       "probe.sizes=[1, 4]",
                                       "probe.load.load=1",
                                       "target.outcome=fits",
                                       "target.size=4"};
    static const double wanted[] = {0.7, 0.95, 1.0, 1.3};
    hr_study study = {0};
    hr_schema schema = {0};
    open_schema(&schema, &study, sets, sizeof sets / sizeof *sets);
    const hr_dim_row *factors = &schema.dim[HR_DIM_CAPACITY];
    assert_int_equal(factors->n, 4);
    assert_memory_equal(factors->real, wanted, sizeof wanted);
    hr_schema_free(&schema);
    hr_study_free(&study);
}

static void test_abandoned_leaves_nothing(void **state)
{
    place *p = *state;
    hr_err err = {0};
    hr_result_writer *writer;
    char command[256];
    assert_int_equal(hr_result_create(&writer, p->output, &p->study, &err), HR_OK);
    hr_result_abandon(writer);
    (void)snprintf(command, sizeof command, "test -z \"$(ls -A %s)\"", p->folder);
    assert_int_equal(system(command), 0);
}

static void expect_refused(const char *path, const char *words)
{
    hr_err err = {0};
    hr_result result;
    assert_int_equal(hr_result_open(&result, path, &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, words));
    assert_non_null(strstr(err.message, path));
}

/* Cut at many lengths: never a crash, never half an answer. */
static void test_truncated_files_are_refused(void **state)
{
    place *p = *state;
    struct stat there;
    write_result(p);
    assert_int_equal(stat(p->output, &there), 0);
    expect_refused("/no/such/file.h5", "No such file");
    for (off_t length = there.st_size - 1; length > 0; length -= there.st_size / 40) {
        assert_int_equal(truncate(p->output, length), 0);
        expect_refused(p->output, "");
    }
    assert_int_equal(truncate(p->output, 0), 0);
    expect_refused(p->output, "not an HDF5 file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_estimates),
        TEST(test_tallies_and_effort),
        TEST(test_diagnostics),
        TEST(test_provenance),
        TEST(test_sets_are_kept),
        TEST(test_place_of_the_target),
        cmocka_unit_test(test_slabs),
        TEST(test_capacity_factors),
        TEST(test_abandoned_leaves_nothing),
        TEST(test_truncated_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
