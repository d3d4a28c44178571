/* The studies that come with the program: they open, and say what they claim to say. */
#include <stdio.h>

#include "front_end_pool.h"
#include "model/workload.h"
#include "study/params.h"

static void open_ready(pool *p, const char *name)
{
    *p = (pool){0};
    for (size_t i = 0; i < hr_n_presets; i++) {
        const char *text = hr_presets[i].text;
        if (strcmp(hr_presets[i].name, name) != 0)
            continue;
        if (hr_study_parse(&p->study, name, text, strlen(text), NULL, 0, &p->err) != HR_OK)
            fail_msg("%s", p->err.message);
        return;
    }
    fail_msg("there is no ready study %s", name);
}

static void every_ready_study_opens(void **state)
{
    (void)state;
    assert_true(hr_n_presets >= 6);
    for (size_t i = 0; i < hr_n_presets; i++) {
        const hr_preset *ready = &hr_presets[i];
        pool p = {0};
        hr_status st = hr_study_parse(&p.study, ready->name, ready->text, strlen(ready->text), NULL,
                                      0, &p.err);
        const uint64_t n = st == HR_OK ? p.study.n_configurations : 0;
        for (uint64_t k = 0; k < n && st == HR_OK; k += n > 1 ? n - 1 : 1) {
            hr_arena_reset(&p.arena);
            st = hr_study_configuration(&p.study, NULL, k, 1, &p.arena, &p.c, &p.err);
        }
        if (st != HR_OK)
            fail_msg("%s: %s", ready->name, p.err.message);
        assert_true(strlen(p.study.question) > 0);
        pool_free(&p);
    }
}

/* Not the cost of a workload of another role? */
static bool is_of_front_end(const char *path)
{
    for (unsigned w = 0; w < HR_N_WORKLOADS; w++) {
        const size_t n = strlen(hr_workloads[w].name);
        if (strncmp(path, "cost.", 5) == 0 && strncmp(path + 5, hr_workloads[w].name, n) == 0 &&
            path[5 + n] == '.')
            return hr_workloads[w].role == HR_ROLE_front_end;
    }
    return true;
}

/* The presets show every value with its source; none may differ from the table's default. */
static void the_preset_shows_the_defaults(void **state)
{
    static const hr_key keys[] = {
#define HR_ROW(name, ...) HR_KEY_##name,
#include "study/params_deployment.def"
#include "study/params_front_end.def"

#include "study/params_activity.def"
#undef HR_ROW
    };
    (void)state;
    pool alone, whole;
    open_ready(&alone, "lync-2013/front-end");
    open_ready(&whole, "lync-2013/deployment");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const hr_param_row *row = &hr_param_rows[keys[i]];
        const bool is_alone = keys[i] < HR_KEY_remote_users && is_of_front_end(row->path);
        char line[256];
        if (row->fallback == NULL || strcmp(row->path, "arrivals.hold") == 0 ||
            strncmp(row->path, "deployment.", 11) == 0)
            continue;
        (void)snprintf(line, sizeof line, "%s = %s\n", row->path, row->fallback);
        if (strstr(is_alone ? alone.study.resolved : whole.study.resolved, line) == NULL)
            fail_msg("the preset has no line `%s = %s`", row->path, row->fallback);
    }
    pool_free(&alone);
    pool_free(&whole);
}

/* It sees the first worlds of the full study, under the same choices. */
static void the_quickstart_is_the_full_study_with_fewer_worlds(void **state)
{
    (void)state;
    pool full;
    pool quick;
    open_ready(&full, "pool-80000");
    open_ready(&quick, "quickstart");
    assert_true(full.study.n_configurations >= 1000);
    assert_true(quick.study.n_worlds < full.study.n_worlds);
    assert_int_equal(quick.study.n_choices, full.study.n_choices);
    assert_int_equal(quick.study.n_axes, full.study.n_axes);
    for (size_t a = 0; a < full.study.n_axes; a++) {
        double in_full = 0.0;
        double in_quick = 1.0;
        assert_string_equal(quick.study.axes[a].path, full.study.axes[a].path);
        assert_int_equal(hr_study_coordinate(&full.study, a, 77, &in_full, &full.err), HR_OK);
        assert_int_equal(hr_study_coordinate(&quick.study, a, 77, &in_quick, &quick.err), HR_OK);
        assert_near(in_quick, in_full, 0.0);
    }
    pool_free(&full);
    pool_free(&quick);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ready_study_opens),
        cmocka_unit_test(the_preset_shows_the_defaults),
        cmocka_unit_test(the_quickstart_is_the_full_study_with_fewer_worlds),
    };
    return cmocka_run_group_tests_name("presets", tests, NULL, NULL);
}
