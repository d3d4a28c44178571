/* Modalities and charges: what meetings of a Front End pool and their participants cost. */
#include "front_end_pool.h"

static void shares_of_profiles_and_kinds_sum_to_one(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, "meetings.tail_share=10 %");
    for (unsigned k = 0; k < p.c.n_classes; k++) {
        double profiles = 0.0;
        for (unsigned i = 0; i < p.c.classes[k].n_profiles; i++) {
            double kinds = 0.0;
            for (unsigned j = 0; j < p.c.classes[k].profiles[i].n_kinds; j++)
                kinds += p.c.classes[k].profiles[i].kinds[j].share;
            assert_near(kinds, 1.0, 1e-12);
            profiles += p.c.classes[k].profiles[i].share;
        }
        assert_near(profiles, 1.0, 1e-12);
        /* 8 sets without sharing, 8 with sharing of 3 rates */
        assert_int_equal(p.c.classes[k].n_profiles, 32);
    }
    pool_free(&p);
}

/* Means over independent modalities, from the catalogue's figures. */
static void costs_are_those_of_the_catalogue(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, "population.users=80000");
    const double av = 1.0 - 0.1 * 0.85;
    const double none = 0.1 * 0.625 * 0.85 * 0.85;
    const double phones = 0.9 * 0.25;
    const double views = 0.375 * (1.0 - 1.0 / 4.55);
    const double rate = 0.85 * 200.0 + 0.15 * 4000.0;
    assert_near(per_participant(&p, HR_RESOURCE_PARTICIPANTS), 1.0, 1e-12);
    assert_near(per_participant(&p, HR_RESOURCE_PSTN_CALLS), phones, 1e-12);
    assert_near(per_participant(&p, HR_RESOURCE_CPU),
                8.8 * av + 14.5 * phones + 3.9 * 0.15 + 0.4 * 0.85 + 8.0 * 0.375 + 0.1 * none,
                1e-9);
    assert_near(per_participant(&p, HR_RESOURCE_NETWORK_OUT),
                46.1 * (av - phones) + 64.8 * phones + 260.0 * 0.15 + 59.0 * 0.15 + rate * views +
                    1.3 * none,
                1e-9);
    assert_near(per_meeting(&p, HR_RESOURCE_CPU), 28.0 * av, 1e-9);
    assert_near(per_meeting(&p, HR_RESOURCE_NETWORK_OUT), 0.0, 0.0);
    pool_free(&p);
}

static void cost_av_scales_participants_and_mixers_alone(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, "cost.av=50 %", "meetings.modalities.audio=100 %", "meetings.modalities.sharing=0 %",
         "meetings.modalities.video=0 %", "meetings.modalities.data=0 %", "population.dial_in=0 %");
    assert_int_equal(p.c.classes[0].n_profiles, 1);
    assert_int_equal(p.c.classes[0].profiles[0].n_kinds, 1);
    assert_near(per_participant(&p, HR_RESOURCE_CPU), 0.5 * 8.8 + 0.4, 1e-12);
    assert_near(per_meeting(&p, HR_RESOURCE_CPU), 14.0, 1e-12);
    assert_near(per_participant(&p, HR_RESOURCE_NETWORK_OUT), 46.1, 1e-12);
    pool_free(&p);
}

static void data_and_focus_are_never_both_paid(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, "cost.focus_participant.cpu=1000 Mc/s", "meetings.modalities.data=100 %");
    assert_true(per_participant(&p, HR_RESOURCE_CPU) < 100.0);
    pool_free(&p);
}

/* One of four presents; with 100 Mbit/s a viewer the three others take 300. */
static void one_participant_presents(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, "meetings.size=4", "meetings.modalities.sharing=100 %",
         "meetings.sharing_content.heavy_share=100 %", "meetings.sharing_content.heavy=100 Mbit/s",
         "meetings.modalities.audio=0 %", "meetings.modalities.video=0 %",
         "meetings.modalities.data=0 %", "pool.ceilings.viewers.limit=375");
    assert_near(4.0 * per_participant(&p, HR_RESOURCE_VIEWERS), 3.0, 1e-12);
    assert_near(4.0 * per_participant(&p, HR_RESOURCE_NETWORK_OUT), 3e5, 1e-6);
    assert_near(4.0 * per_participant(&p, HR_RESOURCE_CPU), 4.0 * 8.4, 1e-9);
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_of_profiles_and_kinds_sum_to_one),
        cmocka_unit_test(costs_are_those_of_the_catalogue),
        cmocka_unit_test(cost_av_scales_participants_and_mixers_alone),
        cmocka_unit_test(data_and_focus_are_never_both_paid),
        cmocka_unit_test(one_participant_presents),
    };
    return cmocka_run_group_tests_name("modality", tests, NULL, NULL);
}
