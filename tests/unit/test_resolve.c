/* Configurations resolved side by side: what they share must not show. Each one, resolved among
 * others in one arena, has the same bits in every part as when it is resolved alone. */
#include "study_text.h"

#include "base/stream.h"
#include "model/prepared.h"

typedef struct digest {
    uint64_t state;
} digest;

static void fold(digest *d, const void *bytes, size_t n)
{
    const uint64_t words[] = {d->state, hr_hash_bytes(bytes, n)};
    d->state = hr_hash(words, 2);
}
#define FOLD(d, value) fold((d), &(value), sizeof(value))

static void fold_law(digest *d, const hr_law *law)
{
    const double parameter[] = {law->a, law->b, law->c, law->d};
    FOLD(d, law->kind);
    FOLD(d, parameter);
    fold(d, law->value, law->n * sizeof(double));
    fold(d, law->share, law->n * sizeof(double));
}

static void fold_sampler(digest *d, const hr_sampler *sampler)
{
    const double prepared[] = {sampler->p0, sampler->p1, sampler->weighted};
    fold_law(d, &sampler->law);
    FOLD(d, prepared);
    fold(d, sampler->value, sampler->n * sizeof *sampler->value);
    fold(d, sampler->threshold, sampler->n * sizeof *sampler->threshold);
    fold(d, sampler->guide, sampler->n > 0 ? 256 * sizeof *sampler->guide : 0);
}

static void fold_class(digest *d, const hr_configuration *c, unsigned k)
{
    const hr_class *class = &c->classes[k];
    const hr_prepared_class *prepared = &c->prepared->classes[k];
    const size_t row = c->n_resources * sizeof(int64_t);
    FOLD(d, class->share);
    fold_sampler(d, &prepared->size);
    fold_sampler(d, &prepared->duration);
    fold_sampler(d, &prepared->alive);
    fold_sampler(d, &prepared->profile);
    for (unsigned i = 0; i < class->n_profiles; i++) {
        const hr_prepared_profile *profile = &prepared->profiles[i];
        fold(d, class->profiles[i].cost, row);
        fold(d, profile->cost, row);
        fold_sampler(d, &profile->kind);
        fold(d, profile->kind_cost, profile->n_kinds * row);
    }
}

static void fold_source(digest *d, const hr_prepared_source *source)
{
    const double real[] = {source->drawn->rate, source->greatest_rate, source->alive_mean,
                           source->history};
    FOLD(d, real);
    FOLD(d, source->keep);
    fold_sampler(d, &source->count);
    fold_sampler(d, &source->lateness);
    fold_sampler(d, &source->alive);
}

static void fold_background(digest *d, const hr_configuration *c, unsigned i)
{
    const hr_prepared_background *item = &c->prepared->background[i];
    fold(d, c->background[i].cost, c->n_resources * sizeof(double));
    fold_sampler(d, &item->held);
    fold_sampler(d, &item->in_progress);
    fold_sampler(d, &item->newcomers);
    fold(d, item->survive_all, item->n_survive_all * sizeof *item->survive_all);
}

static uint64_t digest_of(const hr_configuration *c)
{
    digest d = {c->index};
    const hr_prepared *p = c->prepared;
    for (unsigned k = 0; k < c->n_classes; k++)
        fold_class(&d, c, k);
    for (unsigned i = 0; i < c->n_sources; i++)
        fold_source(&d, &p->sources[i]);
    for (unsigned i = 0; i < c->n_background; i++)
        fold_background(&d, c, i);
    fold_sampler(&d, &p->class_of);
    fold_sampler(&d, &p->class_alive);
    fold(&d, p->ceiling, c->n_limits * (size_t)c->n_servers * sizeof *p->ceiling);
    fold(&d, p->weight, c->n_servers * sizeof *p->weight);
    FOLD(&d, p->report_period);
    FOLD(&d, p->begin);
    FOLD(&d, p->mean_duration);
    FOLD(&d, p->rounding);
    return d.state;
}

/* A study that comes with the program. */
static const char *shipped(const char *name)
{
    for (size_t i = 0; i < hr_n_presets; i++) {
        if (strcmp(hr_presets[i].name, name) == 0)
            return hr_presets[i].text;
    }
    fail_msg("no study %s", name);
    return NULL;
}

enum { N_DAYS = 3 };

/* Every `step`-th configuration of the first ones, on several days. */
static void assert_alone_is_among(const char *text, uint64_t n, uint64_t step)
{
    hr_study study;
    hr_arena together = {0};
    hr_groups groups = {0};
    open_good(&study, text, NULL);
    for (uint64_t i = 0; i < n && i < study.n_configurations; i += step) {
        for (uint64_t day = 0; day < N_DAYS; day++) {
            hr_arena alone = {0};
            hr_configuration one, another;
            hr_err err = {0};
            assert_int_equal(hr_study_configuration(&study, &groups, i, day, &together, &one, &err),
                             HR_OK);
            resolve_good(&study, i, day, &alone, &another);
            if (digest_of(&one) != digest_of(&another))
                fail_msg("configuration %llu of day %llu is another among others",
                         (unsigned long long)i, (unsigned long long)day);
            hr_arena_free(&alone);
        }
    }
    hr_arena_free(&together);
    hr_study_free(&study);
}

static void choices_of_a_world_share_nothing_that_differs(void **state)
{
    (void)state;
    assert_alone_is_among(shipped("pool-80000"), 36, 1);
    assert_alone_is_among(shipped("pool-80000"), 400, 35);
    assert_alone_is_among(shipped("claim-125-plus-1000"), 12, 1);
}

/* Costs, shares and sizes that are themselves chosen: no two classes are alike. */
static void what_is_chosen_is_not_shared(void **state)
{
    (void)state;
    assert_alone_is_among("study: test\nbase: lync-2013/front-end\n"
                          "choose:\n"
                          "  cost.av: [50 %, 100 %]\n"
                          "  population.dial_in: [15 %, 25 %]\n"
                          "  meetings.tail.alpha: [2.5, 3, 4.29]\n"
                          "  meetings.modalities.video: [10 %, 15 %]\n"
                          "  meetings.sharing_content.slides: [100 kbit/s, 200 kbit/s]\n"
                          "daily: {population.busyness: \"gamma(mean 1, cv 15 %)\"}\n",
                          48, 1);
    assert_alone_is_among(SMALL "choose:\n"
                                "  pool.servers: [2, 3]\n"
                                "  meetings.classes[0].size: [4, 'mix(4 at 85 %, 6 at 15 %)']\n"
                                "  meetings.classes[0].cost.load: [1, 2]\n",
                          8, 1);
}

/* A digest that saw nothing would let all of the above pass. */
static void the_digest_tells_configurations_apart(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration a, b, other_day;
    open_good(&study, shipped("pool-80000"), NULL);
    resolve_good(&study, 0, 0, &arena, &a);
    resolve_good(&study, study.n_choices, 0, &arena, &b);
    resolve_good(&study, 0, 1, &arena, &other_day);
    b.index = a.index;
    assert_true(digest_of(&a) != digest_of(&b));
    assert_true(digest_of(&a) != digest_of(&other_day));
    assert_true(digest_of(&a) == digest_of(&a));
    assert_int_equal(hr_study_group(&study, study.n_choices), 1);
    assert_int_equal(hr_study_group(&study, study.n_choices - 1), 0);
    hr_arena_free(&arena);
    hr_study_free(&study);
}

/* An arena may outlive a study: the next one, perhaps at the same address, is not taken for it. */
static void studies_do_not_share(void **state)
{
    (void)state;
    static const char *const other_seed[] = {"seed=7", NULL};
    hr_arena together = {0};
    for (int round = 0; round < 4; round++) {
        hr_study study;
        hr_arena alone = {0};
        hr_configuration one, another;
        open_good(&study, shipped("pool-80000"), round % 2 == 0 ? NULL : other_seed);
        resolve_good(&study, 5, 1, &together, &one);
        resolve_good(&study, 5, 1, &alone, &another);
        assert_true(digest_of(&one) == digest_of(&another));
        hr_arena_free(&alone);
        hr_study_free(&study);
    }
    hr_arena_free(&together);
}

/* Days of a configuration share all but what the days change. */
static void what_is_alike_is_held_once(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration a, b;
    open_good(&study, shipped("pool-80000"), NULL);
    resolve_good(&study, 0, 0, &arena, &a);
    resolve_good(&study, 0, 1, &arena, &b);
    for (unsigned k = 0; k < a.n_classes; k++) {
        assert_ptr_equal(a.classes[k].profiles, b.classes[k].profiles);
        assert_ptr_equal(a.prepared->classes[k].profiles, b.prepared->classes[k].profiles);
        assert_ptr_equal(a.prepared->classes[k].size.threshold,
                         b.prepared->classes[k].size.threshold);
    }
    assert_true(a.prepared->sources[1].count.threshold != b.prepared->sources[1].count.threshold);
    hr_arena_free(&arena);
    hr_study_free(&study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices_of_a_world_share_nothing_that_differs),
        cmocka_unit_test(what_is_chosen_is_not_shared),
        cmocka_unit_test(the_digest_tells_configurations_apart),
        cmocka_unit_test(studies_do_not_share),
        cmocka_unit_test(what_is_alike_is_held_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
