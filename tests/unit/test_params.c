/* The parameter table, and binding of texts to its places. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/placement.h"
#include "study/bind.h"
#include "study/reader.h"

typedef struct fixture {
    hr_arena arena;
    hr_origin origin;
    hr_node *root;
    hr_shape shape;
    hr_params params;
    hr_err err;
} fixture;

static hr_status bind_text(fixture *f, const char *text)
{
    hr_status st = HR_OK;
    hr_err *err = &f->err;
    *f = (fixture){.origin = {HR_ORIGIN_STUDY, "test.yaml", text, strlen(text)}};
    const hr_position root = {0};
    hr_bindings bindings = {0};
    HR_TRY(hr_read_tree(&f->origin, &f->arena, &f->root, err));
    const hr_binder binder = {.root = f->root, .arena = &f->arena};
    HR_TRY(hr_bind(&binder, &root, f->root, &bindings, err));
    hr_shape_widen(&f->shape, &bindings);
    HR_TRY(hr_shape_finish(&f->shape, &f->arena, err));
    HR_TRY(hr_params_init(&f->params, &f->shape, &f->arena, err));
    hr_params_apply(&f->params, &bindings);
out:
    return st;
}

static void bind_good(fixture *f, const char *text)
{
    if (bind_text(f, text) != HR_OK)
        fail_msg("%s", f->err.message);
}

static void refuse(const char *text, const char *said)
{
    fixture f;
    assert_int_equal(bind_text(&f, text), HR_ERR_DATA);
    if (strstr(f.err.message, said) == NULL)
        fail_msg("\"%s\" is not in: %s", said, f.err.message);
    hr_arena_free(&f.arena);
}

/* ---- the table itself */

static void rows_are_complete(void **state)
{
    (void)state;
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        const hr_param_row *row = &hr_param_rows[key];
        assert_true(row->path[0] != '\0' && row->doc[0] != '\0');
        assert_non_null(row->source);
        assert_true(strlen(row->path) < 80);
        assert_true(row->low <= row->high);
        if (row->kind == HR_PARAM_CHOICE)
            assert_non_null(row->words);
        for (hr_key other = 0; other < key; other++)
            assert_string_not_equal(row->path, hr_param_rows[other].path);
    }
}

/* Every fallback is bound by hr_shape_finish: that it can be is the test. */
static void fallbacks_are_values_of_their_rows(void **state)
{
    (void)state;
    fixture f;
    bind_good(&f, "");
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        if (hr_param_rows[key].fallback == NULL)
            assert_false(hr_params_get(&f.params, key)->is_set);
        else
            assert_true(hr_params_get(&f.params, key)->is_set);
    }
    hr_arena_free(&f.arena);
}

/* Words whose position is cast to an enumeration. */
static void words_stand_in_the_order_of_their_enumerations(void **state)
{
    (void)state;
    for (int i = 0; i < HR_N_RULES; i++)
        assert_true(hr_span_is(hr_words_at(hr_param_rows[HR_KEY_placement_rule].words, i),
                               hr_rule_rows[i].name));
    for (int i = 0; i < HR_N_ADMISSIONS; i++)
        assert_true(hr_span_is(hr_words_at(hr_param_rows[HR_KEY_admission].words, i),
                               hr_admission_rows[i].name));
    for (int i = 0; i < HR_N_SOURCE_KINDS; i++)
        assert_true(hr_span_is(hr_words_at(hr_param_rows[HR_KEY_source_kind].words, i),
                               hr_source_rows[i].name));
    for (int i = 0; i < HR_N_RESOURCES; i++) {
        assert_true(hr_span_is(hr_words_at(hr_param_rows[HR_KEY_item_resource].words, i),
                               hr_resources[i].name));
        assert_true(hr_span_is(hr_words_at(hr_param_rows[HR_KEY_claim_resource].words, i),
                               hr_resources[i].name));
    }
    for (int i = 0; i < HR_N_LEVELS; i++) {
        assert_true(hr_span_is(hr_words_at(hr_param_rows[HR_KEY_target_level].words, i),
                               hr_level_names[i]));
        assert_true(hr_span_is(hr_words_at(hr_param_rows[HR_KEY_admission_level].words, i),
                               hr_level_names[i]));
    }
}

/* ---- values in places */

static void places_are_filled_left_to_right(void **state)
{
    (void)state;
    fixture f;
    bind_good(&f, "pool:\n  server: {cpu: [1 Gc/s, 2 Gc/s]}\n  ceilings: {cpu: {target: 80 %}}\n"
                  "meetings:\n  classes:\n    - {duration: 1 h}\n"
                  "    - {duration: 2 h, kinds: [{share: 60 %, cost: {cpu: 1 Mc/s}},\n"
                  "                              {share: 40 %, cost: {cpu: 3 Mc/s}}]}\n");
    const hr_value *value = hr_params_at(&f.params, HR_KEY_pool_server, HR_RESOURCE_CPU, 0);
    assert_true(value->n == 2 && value->list[1] == 2000.0);
    value = hr_params_at(&f.params, HR_KEY_pool_ceilings, HR_RESOURCE_CPU, HR_LEVEL_TARGET);
    assert_true(value->form == HR_FORM_PERCENT && value->list[0] == 0.8);
    assert_false(
        hr_params_at(&f.params, HR_KEY_pool_ceilings, HR_RESOURCE_CPU, HR_LEVEL_FULL)->is_set);
    assert_int_equal(hr_params_count(&f.params, HR_KEY_classes, 0), 2);
    assert_int_equal(hr_params_count(&f.params, HR_KEY_kinds, 0), 0);
    assert_int_equal(hr_params_count(&f.params, HR_KEY_kinds, 1), 2);
    value = hr_params_item(&f.params, HR_KEY_kind_cost, 1, 1, HR_RESOURCE_CPU);
    assert_true(value->is_set && value->number == 3.0);
    assert_string_equal(value->where, "test.yaml:8:57");
    assert_true(hr_params_at(&f.params, HR_KEY_class_duration, 1, 0)->law.a == 7200.0);
    /* outside: absent, or the fallback */
    assert_false(hr_params_at(&f.params, HR_KEY_class_duration, 99, 99)->is_set);
    assert_true(hr_params_at(&f.params, HR_KEY_class_share, 99, 0)->number == 1.0);
    hr_arena_free(&f.arena);
}

static void resources_without_a_place_are_found(void **state)
{
    (void)state;
    fixture f;
    bind_good(&f, "pool: {ceilings: {network_out: {full: 1 Gbit/s}, cpu: {full: 100 %}}}\n"
                  "background: {items: [{resource: network_out, law: 13 Mbit/s},\n"
                  "                     {law: 20 Mc/s}]}\n"
                  "observe: {total_above: [3 Gc/s]}\n");
    assert_true(hr_params_at(&f.params, HR_KEY_item_law, 0, 0)->law.a == 13000.0);
    assert_true(hr_params_at(&f.params, HR_KEY_item_law, 1, 0)->law.a == 20.0);
    assert_true(hr_params_get(&f.params, HR_KEY_total_above)->list[0] == 3000.0);
    hr_arena_free(&f.arena);
    refuse("background: {items: [{resource: network_out, law: 20 Mc/s}]}", "no unit of bandwidth");
}

static void kinds_of_values_are_read(void **state)
{
    (void)state;
    fixture f;
    bind_good(&f, "question: why?\nplacement: {in_flight: yes, rule: power_of_d, ties: lowest}\n"
                  "observe: {outcomes: [time_over, fits], times: 7 h}\n"
                  "precision: {at_most: 20000 replications}\n");
    assert_string_equal(hr_params_get(&f.params, HR_KEY_question)->text, "why?");
    assert_int_equal(hr_params_get(&f.params, HR_KEY_in_flight)->choice, 1);
    assert_int_equal(hr_params_get(&f.params, HR_KEY_placement_rule)->choice, HR_RULE_POWER_OF_D);
    assert_int_equal(hr_params_get(&f.params, HR_KEY_placement_ties)->choice, HR_TIES_LOWEST);
    const hr_value *outcomes = hr_params_get(&f.params, HR_KEY_observe_outcomes);
    assert_int_equal(outcomes->n, 2);
    assert_string_equal(outcomes->words[1], "fits");
    assert_string_equal(outcomes->text, "[time_over, fits]");
    assert_true(hr_params_get(&f.params, HR_KEY_observe_times)->list[0] == 25200.0);
    assert_true(hr_params_get(&f.params, HR_KEY_precision_at_most)->number == 20000.0);
    hr_arena_free(&f.arena);
}

static void empty_sections_are_fine_and_empty_values_are_not(void **state)
{
    (void)state;
    fixture f;
    bind_good(&f, "pool:\nunknown:\nmeetings: {classes: []}\n");
    assert_int_equal(hr_params_count(&f.params, HR_KEY_classes, 0), 0);
    hr_arena_free(&f.arena);
    refuse("pool: {servers: }\n", "pool.servers = : has no value");
}

/* ---- messages */

static void unknown_keys_suggest_what_was_meant(void **state)
{
    (void)state;
    refuse("pool:\n  servrs: 3\n",
           "test.yaml:2:3: pool.servrs: unknown key; did you mean servers?");
    refuse("servers: 3\n", "did you mean pool.servers?");
    refuse("pool: {server: {cqu: 3}}\n", "did you mean cpu?");
    refuse("pool: {ceilings: {cpu: {ful: 80 %}}}\n", "did you mean full?");
    refuse("window: {xyzzy: 3}\n", "known here: start, from, busy_hours");
    refuse("deployment: {central_management: {servers: 2}}\n",
           "central_management has no servers of its own (no load): ");
    refuse("pool: {presence: 3}\n", "presence has no servers of its own (on the Front End): ");
    refuse("meetings: {classes: [{durration: 1 h}]}\n", "meetings.classes[0].durration");
    refuse("pool: {\"{resource}\": 3}\n", "unknown key");
}

static void wrong_values_say_what_would_be_right(void **state)
{
    (void)state;
    refuse("window:\n  length: 4\n",
           "test.yaml:2:11: window.length = 4: needs a unit of time, e.g. \"4 h\"\n"
           "      length: 4\n"
           "              ^");
    refuse("pool: {servers: 0}\n", "must lie between 1 and 256");
    refuse("pool: {servers: 2.5}\n", "whole number");
    refuse("pool: {servers: uniform(2)}\n", "belongs under unknown:");
    refuse("arrivals: {sources: [{rate: -1 per hour}]}\n", "must be at least 0 1/s");
    refuse("arrivals: {sources: {rate: 1 per hour}}\n", "is a list: begin each item with");
    refuse("arrivals: {sources: [1]}\n", "holds other keys");
    refuse("pool: 12\n", "pool = 12: holds other keys");
    refuse("pool: {servers: [1, 2]}\n", "needs a single value");
    refuse("window: {length: {a: 1}}\n", "needs a single value");
    refuse("observe: {times: []}\n", "the list is empty");
    refuse("observe: {times: [{a: 1}]}\n", "list of single values");
    refuse("pool: {ceilings: {cpu: {full: [80 %, 3 Mc/s]}}}\n", "written alike");
    refuse("placement: {rule: least_load}\n", "did you mean least_loaded?");
    refuse("placement: {in_flight: maybe}\n", "must be yes or no");
    refuse("meetings: {classes: [{size: \"uniform(-3, 4)\"}]}\n", "reaches -3; must be at least 0");
    refuse("meetings: {classes: [{duration: \"normal(mean 1 h, sd 1 h)\"}]}\n",
           "must be at least 0 s");
}

static void lists_are_bounded(void **state)
{
    (void)state;
    char text[5000] = "meetings: {classes: [";
    for (int i = 0; i < 1001; i++)
        strcat(text, "{},");
    strcat(text, "]}");
    refuse(text, "at most 1000 items");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(fallbacks_are_values_of_their_rows),
        cmocka_unit_test(words_stand_in_the_order_of_their_enumerations),
        cmocka_unit_test(places_are_filled_left_to_right),
        cmocka_unit_test(resources_without_a_place_are_found),
        cmocka_unit_test(kinds_of_values_are_read),
        cmocka_unit_test(empty_sections_are_fine_and_empty_values_are_not),
        cmocka_unit_test(unknown_keys_suggest_what_was_meant),
        cmocka_unit_test(wrong_values_say_what_would_be_right),
        cmocka_unit_test(lists_are_bounded),
    };
    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
