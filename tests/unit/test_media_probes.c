/* One more meeting where media are placed apart: is there room for each of its media? */
#include "model/prepared.h"
#include "unit/replayed_pool.h"

#define APART  "placement.unit=modality"
#define PROBES "probe.sizes=[4, 11, 100, 300, 1000]", "observe.every=5 min"

static void the_media_of_a_probe_sum_to_it(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, APART, PROBES);
    const size_t n = p.c.n_resources, cpu = resource(&p, HR_RESOURCE_CPU);
    for (unsigned i = 0; i < p.c.n_probes; i++) {
        const double *part = p.c.probes[i].part;
        assert_non_null(part);
        for (size_t r = 0; r < n; r++) {
            double sum = 0.0;
            int64_t steps = 0;
            for (size_t m = 0; m <= HR_MEDIUM_LAST; m++) {
                sum += part[m * n + r];
                steps += p.c.prepared->probe_part[(i * (HR_MEDIUM_LAST + 1) + m) * n + r];
            }
            assert_near(sum, p.c.probes[i].load[r], 1e-9 * (1.0 + sum));
            assert_int_equal(steps, p.c.prepared->probe[i * n + r]);
        }
    }
    const double *tested = p.c.probes[4].part; /* sound and data, and no roster */
    assert_near(tested[HR_MEDIUM_FOCUS * n + cpu], 0.0, 0.0);
    assert_near(tested[HR_MEDIUM_SHARING * n + cpu], 0.0, 0.0);
    assert_near(tested[HR_MEDIUM_AV * n + cpu], 8800.0, 1e-6);
    assert_near(tested[HR_MEDIUM_DATA * n + cpu], 3900.0, 1e-6);
    pool_free(&p);
}

/* With one server there is nothing to choose: a meeting fits in parts when it fits as a whole. */
static void one_server_takes_parts_as_it_takes_the_whole(void **state)
{
    (void)state;
    pool whole, apart;
    replayed a = {0}, b = {0};
    OPEN(&whole, PROBES, "pool.servers=1", "window.busy_hours=2", "population.in_conference=6 %");
    OPEN(&apart, PROBES, "pool.servers=1", "window.busy_hours=2", "population.in_conference=6 %",
         APART);
    run(&whole, &a, 0);
    run(&apart, &b, 0);
    const size_t n = HR_N_LEVELS * (size_t)whole.c.n_probes;
    uint64_t fits = 0, nowhere = 0;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a.counts.fits[i], b.counts.fits[i]);
        assert_int_equal(a.counts.fits_somewhere[i], b.counts.fits_somewhere[i]);
        assert_int_equal(a.counts.fits_servers[i], b.counts.fits_servers[i]);
        assert_int_equal(a.counts.stranded[i], b.counts.stranded[i]);
        assert_int_equal(a.counts.nowhere[i], b.counts.nowhere[i]);
        fits += b.counts.fits[i];
        nowhere += b.counts.nowhere[i];
    }
    assert_true(fits > 0 && nowhere > 0);
    end(&whole, &a);
    end(&apart, &b);
}

/* On several servers parts find room where the whole does not; what happens stays the same, and
 * every instant is one of the four. */
static void parts_fit_where_the_whole_is_stranded(void **state)
{
    (void)state;
    pool p, unasked;
    replayed r = {0}, same = {0};
    OPEN(&p, APART, PROBES, "pool.servers=4", "window.busy_hours=2", "placement.rule=random",
         "population.in_conference=6 %");
    OPEN(&unasked, APART, "pool.servers=4", "window.busy_hours=2", "placement.rule=random",
         "population.in_conference=6 %");
    run(&p, &r, 0);
    run(&unasked, &same, 0);
    uint64_t only_in_parts = 0, misplaced = 0;
    for (size_t i = 0; i < HR_N_LEVELS * (size_t)p.c.n_probes; i++) {
        const uint64_t n = r.counts.n_snapshots[0];
        assert_int_equal(r.counts.fits_somewhere[i] + r.counts.stranded[i] + r.counts.nowhere[i],
                         n);
        assert_true(r.counts.fits[i] <= r.counts.fits_somewhere[i]);
        only_in_parts += r.counts.fits_servers[i] == 0 && r.counts.fits_somewhere[i] > 0;
        misplaced += r.counts.fits_somewhere[i] - r.counts.fits[i];
    }
    assert_true(only_in_parts > 0 && misplaced > 0);
    assert_memory_equal(r.counts.peak, same.counts.peak,
                        4 * p.c.n_resources * sizeof *same.counts.peak);
    end(&p, &r);
    end(&unasked, &same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_media_of_a_probe_sum_to_it),
        cmocka_unit_test(one_server_takes_parts_as_it_takes_the_whole),
        cmocka_unit_test(parts_fit_where_the_whole_is_stranded),
    };
    return cmocka_run_group_tests_name("media of probes", tests, NULL, NULL);
}
