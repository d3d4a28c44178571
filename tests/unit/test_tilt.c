/* A tilted input is the true one counted with its weight: whatever is averaged over it, weighted,
 * is what it is over inputs drawn from the true laws.
 *
 * For each model four averages are compared between REPLICATIONS weighted inputs and as many of
 * another seed from the true laws: 1, meetings, their time and their participants. |z| <= 4 each;
 * false alarms of all of it: below one in 400 fresh seeds. A control shows that weights which are
 * raised to the power of 0.7 do not pass. */
#include <math.h>

#include "input/input.h"
#include "model/tilt.h"
#include "study_text.h"

enum { REPLICATIONS = 3000, N_AVERAGES = 4 };
#define Z_MOST 4.0

#define RARE(servers, load)                                                                        \
    "rare: {engine: tilted}\npool: {servers: " servers ", server: {load: " load "}}\n"
#define UNIT  "meetings: {classes: [{duration: \"exponential(mean 1 h)\", cost: {load: 1}}]}\n"
#define EMPTY "window: {start: empty, length: 3 h}\n"

static const char *const models[] = {
    /* constant rate, from empty */
    RARE("2", "16") UNIT EMPTY "arrivals: {sources: [{rate: 20 per hour}]}\n",
    /* sizes, stationary, another law of durations */
    RARE("2", "90") "window: {length: 1 h}\narrivals: {sources: [{rate: 20 per hour}]}\n"
                    "meetings: {classes: [{size: \"zeta(from 2, alpha 2.5, to 200)\", "
                    "duration: \"lognormal(mean 1 h, cv 1)\", kinds: [{cost: {load: 1}}]}]}\n",
    /* two classes, one with a random load that is continuous */
    RARE("1", "90") EMPTY
    "arrivals: {sources: [{rate: 20 per hour}]}\nmeetings: {classes: ["
    "{share: 60 %, duration: 1 h, cost: {load: 1}},"
    "{share: 40 %, duration: \"erlang(mean 2 h, stages 2)\", cost: {load: 0}, "
    "load: {load: exponential(mean 3)}}]}\n",
    /* each server by itself, with unequal shares */
    "rare: {engine: tilted}\npool: {servers: 3, server: {load: 19}, weights: [1, 2, 1]}\n"
    "placement: {rule: random}\n" UNIT EMPTY "arrivals: {sources: [{rate: 20 per hour}]}\n",
    /* rates that vary, one of them late */
    RARE("2", "22") UNIT
    "window: {start: periodic, from: 6 h, length: 2 h}\n"
    "arrivals: {sources: [{kind: sinusoid, rate: 20 per hour, amplitude: 60 %, period: 24 h},"
    "{kind: piecewise, period: 6 h, edges: [0 h, 2 h, 6 h], rates: [9 per hour, 3 per hour]}]}\n",
    /* people come one by one, so that meetings begin and end later than drawn */
    RARE("2", "60") "window: {start: stationary, length: 1 h}\n"
                    "arrivals: {sources: [{rate: 20 per hour}]}\n"
                    "meetings: {join_ramp: exponential(mean 10 min), classes: ["
                    "{size: 2, duration: 40 min, kinds: [{cost: {load: 1}}]}]}\n",
    /* on the clock, late */
    RARE("2", "30") "window: {start: periodic, from: 1 h, length: 1 h}\n"
                    "meetings: {classes: [{duration: \"lognormal(mean 40 min, cv 0.8)\", cost: "
                    "{load: 1}}]}\n"
                    "arrivals: {sources: [{kind: clock_batch, period: 30 min, count: poisson(10), "
                    "lateness: \"uniform(0 min, 5 min)\"}, {rate: 6 per hour}]}\n",
    /* rare large meetings, as many as a component has: of the pool, */
    RARE("3", "46") "window: {length: 1 h}\narrivals: {sources: [{rate: 30 per hour}]}\n"
                    "meetings: {classes: [{size: \"mix(1 at 99 %, 22 at 0.6 %, 30 at 0.4 %)\", "
                    "duration: \"lognormal(mean 1 h, cv 1)\", kinds: [{cost: {load: 1}}]}]}\n",
    /* and of servers by themselves, some on the clock, from empty */
    "rare: {engine: tilted}\npool: {servers: 2, server: {load: 40}, weights: [1, 2]}\n"
    "placement: {rule: random}\n" EMPTY
    "meetings: {classes: [{share: 98 %, duration: exponential(mean 1 h), cost: {load: 1}},"
    "{share: 2 %, duration: 1 h, cost: {load: 25}}]}\n"
    "arrivals: {sources: [{rate: 12 per hour}, "
    "{kind: clock_batch, period: 30 min, count: poisson(4)}]}\n",
    /* the same in batches, which lean */
    RARE("3", "46") "window: {length: 1 h}\n"
                    "arrivals: {sources: [{kind: poisson_batch, rate: 10 per hour, count: 3}]}\n"
                    "meetings: {classes: [{size: \"mix(1 at 99 %, 25 at 1 %)\", "
                    "duration: exponential(mean 1 h), kinds: [{cost: {load: 1}}]}]}\n",
    /* batches at random times, as clusters: of any number, of two sizes */
    RARE("2", "70") "window: {length: 1 h}\n"
                    "arrivals: {sources: [{kind: poisson_batch, rate: 4 per hour, "
                    "count: geometric(success 0.25)}]}\n"
                    "meetings: {classes: [{size: \"mix(1 at 70 %, 3 at 30 %)\", "
                    "duration: exponential(mean 1 h), kinds: [{cost: {load: 1}}]}]}\n",
    /* of three numbers, none among them, beside single meetings, of two classes, from empty */
    RARE("1", "60") EMPTY
    "arrivals: {sources: [{kind: poisson_batch, rate: 3 per hour, "
    "count: \"mix(0 at 20 %, 2 at 50 %, 5 at 30 %)\"}, {rate: 4 per hour}]}\n"
    "meetings: {classes: [{share: 60 %, duration: \"uniform(20 min, 80 min)\", cost: {load: 1}},"
    "{share: 40 %, duration: \"lognormal(mean 2 h, cv 0.8)\", cost: {load: 0}, "
    "load: {load: exponential(mean 3)}}]}\n",
    /* of a Poisson number, each server by itself */
    "rare: {engine: tilted}\npool: {servers: 3, server: {load: 21}, weights: [1, 2, 1]}\n"
    "placement: {rule: random}\nwindow: {length: 2 h}\n"
    "meetings: {classes: [{duration: 1 h, cost: {load: 1}}]}\n"
    "arrivals: {sources: [{kind: poisson_batch, rate: 5 per hour, count: poisson(4)}]}\n",
    /* in turn: durations lean */
    "rare: {engine: tilted}\npool: {servers: 3, server: {load: 14}}\n"
    "placement: {rule: round_robin}\n" UNIT "window: {length: 1 h}\n"
    "arrivals: {sources: [{rate: 20 per hour}]}\n",
    /* batches of a fixed number: the same of the pool */
    RARE("2", "32") "window: {start: periodic, from: 1 h, length: 1 h}\n"
                    "meetings: {classes: [{size: \"mix(1 at 70 %, 3 at 30 %)\", "
                    "duration: \"lognormal(mean 40 min, cv 0.8)\", kinds: [{cost: {load: 1}}]}]}\n"
                    "arrivals: {sources: [{kind: clock_batch, period: 30 min, count: 12, "
                    "lateness: \"uniform(0 min, 5 min)\"}, {rate: 6 per hour}]}\n",
};

typedef struct average {
    double sum, square;
} average;

static void add(average *a, double value)
{
    a->sum += value;
    a->square += value * value;
}

static double mean_of(const average *a)
{
    return a->sum / REPLICATIONS;
}

/* Squared standard error of the mean. */
static double error_of(const average *a)
{
    const double mean = mean_of(a);
    return (a->square / REPLICATIONS - mean * mean) / (REPLICATIONS - 1.0);
}

/* The four averages, and those with bent weights. */
static void average_all(const char *text, const char *const *sets, average out[N_AVERAGES],
                        average bent[N_AVERAGES])
{
    hr_study study;
    hr_arena arena = {0};
    hr_configuration configuration;
    hr_input input = {0};
    const hr_vector *vector = hr_vector_level(0);
    hr_err err = {0};
    open_good(&study, text, sets);
    resolve_good(&study, 0, 0, &arena, &configuration);
    if (hr_study_tilt(&study, &configuration, &arena, &err) != HR_OK)
        fail_msg("%s", err.message);
    if ((configuration.tilt != NULL) != (sets == NULL))
        fail_msg("%s: %s", text, configuration.tilt_why);
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        if (hr_input_write(&input, &configuration, r, vector, &err) != HR_OK)
            fail_msg("%s", err.message);
        const double w = input.weight, off = pow(w, 0.7);
        double meetings = 0.0, time = 0.0, people = 0.0;
        for (uint32_t i = 0; i < input.n_meetings; i++) {
            if (input.end[i] <= input.begin)
                continue; /* only had its turn */
            meetings += 1.0;
            time += (double)(input.end[i] - input.start[i]) / HR_TICKS_PER_SECOND / 3600.0;
            people += input.size[i];
        }
        const double value[N_AVERAGES] = {1.0, meetings, time, people};
        for (int k = 0; k < N_AVERAGES; k++) {
            add(&out[k], w * value[k]);
            add(&bent[k], off * value[k]);
        }
    }
    hr_input_free(&input);
    hr_arena_free(&arena);
    hr_study_free(&study);
}

/* The largest |z| of the four. */
static double compare(const average *tilted, const average *truth)
{
    double most = 0.0;
    for (int k = 0; k < N_AVERAGES; k++) {
        const double error = sqrt(error_of(&tilted[k]) + error_of(&truth[k]));
        const double z = error > 0.0 ? (mean_of(&tilted[k]) - mean_of(&truth[k])) / error : 0.0;
        most = fmax(most, fabs(z));
    }
    return most;
}

static void averages_are_those_of_the_true_laws(void **state)
{
    (void)state;
    static const char *const plain[] = {"rare.engine=plain", "seed=4711", NULL};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        average tilted[N_AVERAGES] = {0}, bent[N_AVERAGES] = {0}, truth[N_AVERAGES] = {0};
        average same[N_AVERAGES] = {0};
        average_all(models[i], NULL, tilted, bent);
        average_all(models[i], plain, truth, same);
        const double z = compare(tilted, truth);
        if (!(z <= Z_MOST))
            fail_msg("model %zu: z = %.2f", i, z);
        if (compare(bent, truth) <= Z_MOST)
            fail_msg("model %zu: weights to the power of 0.7 pass", i);
    }
}

/* Components differ by how many large meetings they have more; no large meeting leans. */
static void large_meetings_come_by_number(void **state)
{
    (void)state;
    static const char *const rules[][2] = {{NULL}, {"placement.rule=random", NULL}};
    for (size_t i = 0; i < 2; i++) {
        hr_study study;
        hr_arena arena = {0};
        hr_configuration configuration;
        hr_err err = {0};
        unsigned n_with[4] = {0};
        open_good(&study,
                  RARE("3", "46") "arrivals: {sources: [{rate: 30 per hour}]}\nmeetings: {classes: "
                                  "[{size: \"mix(1 at 99 %, 22 at 0.6 %, 30 at 0.4 %)\", "
                                  "duration: 1 h, kinds: [{cost: {load: 1}}]}]}\n",
                  i == 0 ? NULL : rules[i]);
        resolve_good(&study, 0, 0, &arena, &configuration);
        assert_int_equal(hr_study_tilt(&study, &configuration, &arena, &err), HR_OK);
        const hr_tilt *tilt = configuration.tilt;
        assert_non_null(tilt);
        for (unsigned c = 0; c < tilt->n_components; c++) {
            n_with[tilt->components[c].n_large < 4 ? tilt->components[c].n_large : 3]++;
            for (unsigned s = 0; s < tilt->n_strata; s++) {
                assert_int_equal(tilt->strata[s].is_large, tilt->strata[s].load > 20.0);
                assert_true(!tilt->strata[s].is_large || !(tilt->components[c].lean[s] > 0.0));
            }
        }
        assert_true(n_with[2] > 0 && (n_with[1] > 0 || n_with[3] > 0));
        hr_arena_free(&arena);
        hr_study_free(&study);
    }
}

/* A control times the weight has mean 1: of sizes from empty; of two classes under a rate that
 * varies; on the clock, late. Within four standard errors, which are small enough to find a tenth.
 */
static void controls_have_mean_one(void **state)
{
    (void)state;
    static const char *const aimed[] = {
        RARE("2", "60") EMPTY
        "arrivals: {sources: [{rate: 20 per hour}]}\n"
        "meetings: {classes: [{size: \"mix(1 at 60 %, 2 at 30 %, 5 at 10 %)\", "
        "duration: \"lognormal(mean 1 h, cv 1)\", kinds: [{cost: {load: 1}}]}]}\n",
        RARE("3", "22") "window: {start: periodic, from: 6 h, length: 2 h}\n"
                        "arrivals: {sources: [{kind: sinusoid, rate: 20 per hour, amplitude: 60 %, "
                        "period: 24 h}]}\nmeetings: {classes: ["
                        "{share: 60 %, duration: 1 h, cost: {load: 1}},"
                        "{share: 40 %, duration: exponential(mean 90 min), cost: {load: 2}}]}\n",
        RARE("2", "26") UNIT "window: {start: periodic, from: 1 h, length: 1 h}\n"
                             "arrivals: {sources: [{kind: clock_batch, period: 30 min, "
                             "count: poisson(10), lateness: \"uniform(0 min, 5 min)\"}]}\n",
    };
    static const char *const sets[] = {"target.outcome=time_over", NULL};
    for (size_t i = 0; i < sizeof aimed / sizeof *aimed; i++) {
        enum { MANY = 4 * REPLICATIONS };
        hr_study study;
        hr_arena arena = {0};
        hr_configuration configuration;
        hr_input input = {0};
        hr_err err = {0};
        double sum = 0.0, square = 0.0;
        open_good(&study, aimed[i], sets);
        resolve_good(&study, 0, 0, &arena, &configuration);
        assert_int_equal(hr_study_tilt(&study, &configuration, &arena, &err), HR_OK);
        assert_non_null(configuration.tilt);
        assert_non_null(configuration.tilt->control);
        for (uint64_t r = 0; r < MANY; r++) {
            assert_int_equal(hr_input_write(&input, &configuration, r, hr_vector_level(0), &err),
                             HR_OK);
            const double value = input.weight * input.control;
            sum += value;
            square += value * value;
        }
        const double mean = sum / MANY, se = sqrt((square / MANY - mean * mean) / (MANY - 1.0));
        if (!(fabs(mean - 1.0) <= Z_MOST * se && 0.1 > Z_MOST * se))
            fail_msg("model %zu: %g +- %g", i, mean, se);
        hr_input_free(&input);
        hr_arena_free(&arena);
        hr_study_free(&study);
    }
}

/* What decides whether to tilt. */
static void it_is_said_why(void **state)
{
    (void)state;
    static const char *const rare[] = {"pool.server.load=40", NULL};
    static const char *const in_turn[] = {"pool.server.load=40", "placement.rule=round_robin",
                                          "placement.admission=none_fits", NULL};
    static const char *const plain[] = {"pool.server.load=40", "rare.engine=plain", NULL};
    static const char *const other[] = {"pool.server.load=40", "target.outcome=utilisation", NULL};
    static const char *const ramp[] = {"pool.server.load=40",
                                       "meetings.join_ramp=uniform(0 min, 5 min)", NULL};
    static const char *const at_random[] = {"pool.server.load=45",
                                            "meetings.join_ramp=uniform(0 min, 5 min)",
                                            "placement.rule=random", NULL};
    static const char *const quiet[] = {
        "pool.server.load=40",
        "background.items=[{name: x, resource: load, law: \"uniform(0, 2)\"}]", NULL};
    static const char *const loud[] = {
        "pool.server.load=70",
        "background.items=[{name: x, resource: load, law: \"uniform(0, 30)\"}]", NULL};
    static const char *const all_large[] = {"pool.server.load=1.5",
                                            "arrivals.sources=[{rate: 0.02 per hour}]", NULL};
    static const char *const two_held[] = {"pool.server.load=2.4",
                                           "arrivals.sources=[{rate: 0.02 per hour}]", NULL};
    /* chances whose squares are too small for a number */
    static const char *const tiny[] = {"pool.server.load=0.5",
                                       "arrivals.sources=[{rate: 1e-200 per hour}]",
                                       "rare.engine=tilted", NULL};
    static const char *const too_few[] = {"pool.server.load=1.5",
                                          "arrivals.sources=[{rate: 30 per hour}]",
                                          "rare.engine=tilted", NULL};
    static const char *const likely[] = {"pool.server.load=14", NULL};
    const struct {
        const char *const *sets;
        const char *why;
    } asked[] = {{rare, "is rare"},           {ramp, "on a ramp"},  {at_random, "is rare"},
                 {all_large, "is rare"},      {tiny, "is rare"},    {two_held, "is rare"},
                 {too_few, "below the mean"}, {quiet, "is rare"},   {loud, "background"},
                 {likely, "by itself"},       {in_turn, "in turn"}, {plain, "as the study says"},
                 {other, "no overload"}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        hr_study study;
        hr_arena arena = {0};
        hr_configuration configuration;
        hr_err err = {0};
        open_good(&study, SMALL, asked[i].sets);
        resolve_good(&study, 0, 0, &arena, &configuration);
        assert_int_equal(hr_study_tilt(&study, &configuration, &arena, &err), HR_OK);
        assert_int_equal(configuration.tilt != NULL, strcmp(asked[i].why, "is rare") == 0);
        if (strstr(configuration.tilt_why, asked[i].why) == NULL)
            fail_msg("\"%s\" is not in: %s", asked[i].why, configuration.tilt_why);
        hr_arena_free(&arena);
        hr_study_free(&study);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages_are_those_of_the_true_laws),
        cmocka_unit_test(large_meetings_come_by_number),
        cmocka_unit_test(controls_have_mean_one),
        cmocka_unit_test(it_is_said_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
