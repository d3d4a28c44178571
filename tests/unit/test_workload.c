/* The catalogue of workloads: complete, consistent, and adding up to what is published. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model/workload.h"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", value, tolerance, expected);
}

static double cost(hr_workload_id workload, hr_resource_id resource)
{
    const hr_workload_cost *row = hr_workload_cost_find(workload, resource);
    assert_non_null(row);
    return row->value;
}

static void every_workload_is_described(void **state)
{
    (void)state;
    for (unsigned w = 0; w < HR_N_WORKLOADS; w++) {
        assert_true(strlen(hr_workloads[w].name) > 0);
        assert_true(strlen(hr_workloads[w].per) > 0);
        assert_true(strlen(hr_workloads[w].doc) > 0);
        for (unsigned v = 0; v < w; v++)
            assert_string_not_equal(hr_workloads[v].name, hr_workloads[w].name);
    }
}

static void every_cost_has_a_source_and_lies_in_its_range(void **state)
{
    (void)state;
    for (unsigned i = 0; i < hr_n_workload_costs; i++) {
        const hr_workload_cost *row = &hr_workload_costs[i];
        assert_true(strlen(row->doc) > 0);
        assert_ptr_equal(hr_workload_cost_find(row->workload, row->resource), row);
        if (row->is_open) {
            assert_true(row->is_key);
            assert_true(row->value == 0.0 && row->low == 0.0 && row->high == 0.0);
            continue;
        }
        assert_true(row->low <= row->value && row->value <= row->high);
        assert_true(strncmp(row->source, "[S:", 3) == 0 || strcmp(row->source, "[D]") == 0 ||
                    strcmp(row->source, "[U]") == 0);
    }
}

static void an_unknown_cost_is_not_found(void **state)
{
    (void)state;
    assert_null(hr_workload_cost_find(HR_WORKLOAD_av_meeting, HR_RESOURCE_NETWORK_OUT));
    assert_null(hr_workload_cost_find(HR_WORKLOAD_call, HR_RESOURCE_VIEWERS));
}

/* The derived costs, from the figures that they are derived from. */
static void derived_costs_follow_from_published_figures(void **state)
{
    (void)state;
    const hr_resource_id cpu = HR_RESOURCE_CPU;
    const hr_resource_id out = HR_RESOURCE_NETWORK_OUT;
    assert_near(cost(HR_WORKLOAD_av_participant, cpu), 0.47 * 18664.0 / 1000.0, 0.05);
    assert_near(cost(HR_WORKLOAD_av_meeting, cpu), (14.93 - 8.77) * 4.55, 0.05);
    assert_near(cost(HR_WORKLOAD_data_participant, cpu), 1569.0 / 400.0, 0.05);
    assert_near(cost(HR_WORKLOAD_call, cpu), HR_REFERENCE_CPU * 0.8 / 1500.0, 0.05);
    assert_near(cost(HR_WORKLOAD_call, out), 64.8 + 39.8, 0.5);
    assert_near(cost(HR_WORKLOAD_large_participant, out), (70.0 + 38.0) * 8e6 / 1e6, 0.5);
    assert_near(cost(HR_WORKLOAD_data_participant, out), 2 * 10.0 * 8e3 / 2700.0, 0.5);
    assert_near(cost(HR_WORKLOAD_user, out), 1.3 * 1.9, 0.05);
    assert_near(cost(HR_WORKLOAD_mobile_session, HR_RESOURCE_MEMORY), 534.0 / 1024.0, 5e-3);
}

/* One thousand participants with audio and video drew 38 MB/s in the published test. */
static void typical_streams_reproduce_the_large_meeting(void **state)
{
    (void)state;
    const double each = cost(HR_WORKLOAD_av_participant, HR_RESOURCE_NETWORK_OUT) +
                        cost(HR_WORKLOAD_video_receiver, HR_RESOURCE_NETWORK_OUT);
    assert_near(1000.0 * each / 8e3, 38.0, 0.01 * 38.0);
}

/* All work of a server at the published maximum: 55 % of its cycles. */
static void costs_close_at_the_published_maximum(void **state)
{
    (void)state;
    const hr_resource_id cpu = HR_RESOURCE_CPU;
    const double used =
        300.0 * cost(HR_WORKLOAD_av_participant, cpu) + 73.0 * cost(HR_WORKLOAD_av_meeting, cpu) +
        50.0 * cost(HR_WORKLOAD_data_participant, cpu) +
        125.0 * cost(HR_WORKLOAD_sharing_viewer, cpu) + 150.0 * cost(HR_WORKLOAD_call, cpu) +
        0.4 * HR_USERS_PER_SERVER * cost(HR_WORKLOAD_mobile_session, cpu) +
        HR_USERS_PER_SERVER * cost(HR_WORKLOAD_user, cpu);
    assert_near(used, 15041.0, 10.0);
    assert_near(100.0 * used / HR_REFERENCE_CPU, 55.0, 0.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_workload_is_described),
        cmocka_unit_test(every_cost_has_a_source_and_lies_in_its_range),
        cmocka_unit_test(an_unknown_cost_is_not_found),
        cmocka_unit_test(derived_costs_follow_from_published_figures),
        cmocka_unit_test(typical_streams_reproduce_the_large_meeting),
        cmocka_unit_test(costs_close_at_the_published_maximum),
    };
    return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
