/* The random numbers: known answers, the frozen layout, and statistics of what is interleaved.
 *
 * Statistical tests have fixed seeds; each rejects a good generator with probability at most
 * 1e-6 (two-sided where that applies), about 40 of them in all: one false alarm in 25,000
 * choices of the seed. The same tests are shown to reject bad seedings. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"

#define FALSE_ALARM 1e-6

/* tests/unit/kat_pcg.cpp --print: first four draws of sixteen generators of pcg_random.hpp 0.98 */
static const uint32_t known[64] = {
    0x78d298ddu, 0x511bbf1au, 0x996e178au, 0x34a0377eu, 0x38ab2ad1u, 0x7b85e6a6u, 0x9b5c2207u,
    0xddf8d284u, 0x479aff36u, 0x4e2acab4u, 0x209e0f46u, 0x179a99aeu, 0x8d12c5f3u, 0x03cdbe11u,
    0xcfa80611u, 0xef469426u, 0xf6300220u, 0xac00883du, 0xc01e0b90u, 0x0451ede0u, 0x964d2b00u,
    0x4b92c01eu, 0xb02c0341u, 0xbc008a3du, 0xb017a8aeu, 0x025d34acu, 0x76aa6ec0u, 0x25c9600fu,
    0xc8930180u, 0x00c0345bu, 0xcc091b9du, 0x01147b70u, 0x52e4bdfeu, 0x7d5b4cf7u, 0x63fbf15cu,
    0x4ad3b920u, 0x79ded7e2u, 0xf9647f70u, 0xcf210209u, 0x4e74d813u, 0xa0ab101cu, 0x845b0c0fu,
    0x79da7509u, 0x466b52b3u, 0xced4e31bu, 0xd519496eu, 0xe99f6721u, 0xcc0c1367u, 0xdaf1df65u,
    0x2c74efebu, 0x60f59e21u, 0xe00203a9u, 0x36f55cedu, 0xbb98e768u, 0xfacb1ba8u, 0x7f54c327u,
    0x20e8da74u, 0x334efee6u, 0x568a9930u, 0xf6f8fca4u, 0xdee657fbu, 0xca34e663u, 0x20dc16c7u,
    0x8d8ec822u};

static void the_generator_gives_the_known_answers(void **state)
{
    (void)state;
    for (unsigned l = 0; hr_vector_level(l) != NULL; l++) {
        uint64_t s[16], increment[16];
        uint32_t out[64];
        for (uint64_t i = 0; i < 16; i++) {
            s[i] = UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
            increment[i] = (UINT64_C(0xbf58476d1ce4e5b9) * (i + 1)) | 1;
        }
        hr_vector_level(l)->pcg32(s, increment, 4, out);
        assert_memory_equal(out, known, sizeof known);
    }
}

/* FROZEN: draws 0-3, 16-19 and 44-47 of three streams. If this fails, every answer ever given
 * has changed: undo the change. */
static void the_layout_is_frozen(void **state)
{
    (void)state;
    static const hr_stream_id id[3] = {
        {1, 0, 0}, {2013, 7, 1000000}, {UINT64_MAX, UINT64_C(1) << 40, 3}};
    static const hr_purpose purpose[3] = {HR_PURPOSE_ARRIVAL, HR_PURPOSE_BACKGROUND,
                                          HR_PURPOSE_WORLD};
    static const uint64_t index[3] = {0, 5, UINT32_MAX};
    static const uint32_t frozen[3][12] = {
        {0x0275696fu, 0x104b7f9du, 0xaaaa5585u, 0xf0ed6713u, 0x0fc581f4u, 0xad50d992u, 0x62b662f1u,
         0x640dd6c5u, 0x291e102bu, 0x23a15269u, 0xfb152e20u, 0xeb0f7ad5u},
        {0x6cb74777u, 0xd0fb838eu, 0x5d165396u, 0x8c7bd1a5u, 0x7af7eddau, 0x7d676f76u, 0x96b718adu,
         0xd3eca3d7u, 0x72b208bbu, 0x68b5ec2du, 0x37af1f75u, 0x38bfeb2au},
        {0xe813280au, 0x6461b64eu, 0x8a3ebbe9u, 0xf283f384u, 0x2225f6d1u, 0x6f454ab1u, 0xb0280651u,
         0x219731bbu, 0x68e59c11u, 0x7ce5ae6au, 0x13c46a57u, 0xb835dc18u}};
    for (size_t i = 0; i < 3; i++) {
        hr_stream stream;
        hr_stream_open(&stream, id[i], purpose[i], index[i], hr_vector_level(0));
        for (size_t k = 0, f = 0; k < 48; k++) {
            const uint32_t word = hr_stream_next(&stream);
            if (k < 4 || (k >= 16 && k < 20) || k >= 44)
                assert_int_equal(word, frozen[i][f++]);
        }
    }
}

static void the_hash_is_frozen(void **state)
{
    (void)state;
    static const uint64_t words[3] = {1, 2, 3};
    assert_true(hr_hash(words, 0) == UINT64_C(0x397ab29740681d9));
    assert_true(hr_hash(words, 1) == UINT64_C(0x34a76b049a38251d));
    assert_true(hr_hash(words, 3) == UINT64_C(0xd6f7b484c9b5754b));
    assert_true(hr_hash_bytes("", 0) == UINT64_C(0x42d30092dcd06d20));
    assert_true(hr_hash_bytes("headroom", 8) == UINT64_C(0xd55cab9d6a76f1d0));
    assert_true(hr_hash_bytes("headroom study", 14) == UINT64_C(0xf4efd8d2598389a7));
}

static void pairs_hash_as_by_themselves(void **state)
{
    (void)state;
    uint64_t word[5] = {0, 1, UINT64_MAX, 77, 1};
    uint64_t expected[5];
    for (size_t i = 0; i < 5; i++)
        expected[i] = hr_hash((const uint64_t[]){42, word[i]}, 2);
    hr_hash_pairs(42, word, 5);
    assert_memory_equal(word, expected, sizeof expected);
}

static void a_stream_hashes_six_words_per_generator(void **state)
{
    (void)state;
    const hr_stream_id id = {5, 6, 7};
    hr_stream stream;
    hr_stream_open(&stream, id, HR_PURPOSE_SIZE, 9, hr_vector_level(0));
    for (uint64_t lane = 0; lane < HR_LANES; lane++)
        for (uint64_t which = 0; which < 2; which++) {
            const uint64_t words[6] = {5, 6, 7, (uint64_t)HR_PURPOSE_SIZE << 32 | 9, lane, which};
            const uint64_t hash = hr_hash(words, 6);
            assert_true((which ? stream.increment[lane] : stream.state[lane]) ==
                        (which ? hash | 1 : hash));
        }
}

static void filling_and_next_walk_the_same_draws(void **state)
{
    (void)state;
    const hr_stream_id id = {1, 2, 3};
    hr_stream one, other;
    uint32_t filled[16 * 8];
    hr_stream_open(&one, id, HR_PURPOSE_TIE, 0, hr_vector_level(0));
    hr_stream_open(&other, id, HR_PURPOSE_TIE, 0, hr_vector_level(0));
    hr_stream_fill(&one, 5, filled);
    hr_stream_fill(&one, 3, filled + 16 * 5);
    for (size_t i = 0; i < 16 * 8; i++)
        assert_int_equal(hr_stream_next(&other), filled[i]);
    hr_stream_fill(&other, 1, filled); /* at a block boundary */
    assert_int_equal(hr_stream_next(&one), filled[0]);
}

static void uniforms_are_inside_the_open_interval(void **state)
{
    (void)state;
    assert_true(hr_uniform(0) == 0x1p-33);
    assert_true(hr_uniform(UINT32_MAX) == 1.0 - 0x1p-33);
}

/* Flipping any input bit flips each output bit half the time: over 64 x 3 flips and 500 inputs a
 * count of 96,000 per output bit within 5.5 standard deviations (64 bits: alarm 2.5e-6). */
static void the_hash_avalanches(void **state)
{
    (void)state;
    uint64_t flips[64] = {0};
    for (uint64_t i = 0; i < 500; i++)
        for (unsigned bit = 0; bit < 192; bit++) {
            uint64_t words[3] = {i, 0, i * i};
            const uint64_t before = hr_hash(words, 3);
            words[bit / 64] ^= UINT64_C(1) << (bit % 64);
            const uint64_t changed = before ^ hr_hash(words, 3);
            for (unsigned k = 0; k < 64; k++)
                flips[k] += changed >> k & 1;
        }
    for (unsigned k = 0; k < 64; k++)
        assert_true(fabs((double)flips[k] - 48000.0) < 5.5 * sqrt(24000.0));
}

/* ---- what the statistical tests look at: a sequence of words */

enum { WORDS = 1 << 18 };
static uint32_t sequence[WORDS];

/* Probability of a chi-square this large (or, when `small`, this small). */
static double chi_square_p(const uint32_t *count, size_t bins, double total)
{
    const double expected = total / (double)bins;
    double x = 0.0;
    for (size_t i = 0; i < bins; i++) {
        const double d = (double)count[i] - expected;
        x += d * d / expected;
    }
    const double above = hr_gamma_q(0.5 * (double)(bins - 1), 0.5 * x);
    return 2.0 * fmin(above, 1.0 - above);
}

static double bytes_p(void)
{
    static uint32_t count[256];
    double worst = 1.0;
    for (unsigned byte = 0; byte < 4; byte++) {
        memset(count, 0, sizeof count);
        for (size_t i = 0; i < WORDS; i++)
            count[sequence[i] >> (8 * byte) & 255]++;
        worst = fmin(worst, chi_square_p(count, 256, WORDS));
    }
    return worst;
}

/* Pairs of top six bits at distance `lag`. */
static double pairs_p(size_t lag)
{
    static uint32_t count[4096];
    memset(count, 0, sizeof count);
    for (size_t i = 0; i + lag < WORDS; i++)
        count[(sequence[i] >> 26) << 6 | sequence[i + lag] >> 26]++;
    return chi_square_p(count, 4096, (double)(WORDS - lag));
}

/* Serial correlation at distance `lag`, normal with variance 1/n for independent uniforms. */
static double correlation_p(size_t lag)
{
    double sum = 0.0;
    for (size_t i = 0; i + lag < WORDS; i++)
        sum += (hr_uniform(sequence[i]) - 0.5) * (hr_uniform(sequence[i + lag]) - 0.5);
    const double z = 12.0 * sum / sqrt((double)(WORDS - lag));
    return 2.0 * hr_normal_cdf(-fabs(z));
}

/* Equal words among the sixteen of a block: Poisson with a tiny mean. */
static double collisions_p(void)
{
    unsigned equal = 0;
    for (size_t block = 0; block < WORDS; block += HR_LANES)
        for (size_t i = 0; i < HR_LANES; i++)
            for (size_t j = 0; j < i; j++)
                equal += sequence[block + i] == sequence[block + j];
    const double pairs = 120.0 * (WORDS / (double)HR_LANES), mean = pairs * 0x1p-32;
    return equal == 0 ? 1.0 : hr_gamma_p((double)equal, mean);
}

/* Smallest p-value of all tests of `sequence`, times their number. */
static double worst_p(void)
{
    double p = fmin(4.0 * bytes_p(), collisions_p());
    for (size_t lag = 1; lag <= HR_LANES; lag *= 2)
        p = fmin(p, fmin(pairs_p(lag), correlation_p(lag)));
    p = fmin(p, fmin(pairs_p(HR_LANES - 1), correlation_p(HR_LANES - 1)));
    return fmin(1.0, 17.0 * p);
}

static void one_stream_looks_random(void **state)
{
    (void)state;
    hr_stream stream;
    hr_stream_open(&stream, (hr_stream_id){1, 0, 0}, HR_PURPOSE_ARRIVAL, 0, hr_vector_level(0));
    hr_stream_fill(&stream, WORDS / HR_LANES, sequence);
    assert_true(worst_p() > FALSE_ALARM);
}

typedef void (*number_to_id)(uint64_t i, hr_stream_id *id, hr_purpose *purpose, uint64_t *index);

/* The first `blocks` blocks of stream 0, of stream 1, ...: what neighbours have in common. */
static void interleave(number_to_id number, size_t blocks)
{
    for (size_t at = 0, i = 0; at < WORDS; i++, at += blocks * HR_LANES) {
        hr_stream_id id = {20131, 3, 5};
        hr_purpose purpose = HR_PURPOSE_DURATION;
        uint64_t index = 0;
        number(i, &id, &purpose, &index);
        hr_stream stream;
        hr_stream_open(&stream, id, purpose, index, hr_vector_level(0));
        hr_stream_fill(&stream, blocks, &sequence[at]);
    }
}

static void by_replication(uint64_t i, hr_stream_id *id, hr_purpose *purpose, uint64_t *index)
{
    (void)purpose, (void)index;
    id->replication = i;
}

static void by_group(uint64_t i, hr_stream_id *id, hr_purpose *purpose, uint64_t *index)
{
    (void)purpose, (void)index;
    id->group = i;
}

static void by_seed(uint64_t i, hr_stream_id *id, hr_purpose *purpose, uint64_t *index)
{
    (void)purpose, (void)index;
    id->seed = i;
}

static void by_purpose(uint64_t i, hr_stream_id *id, hr_purpose *purpose, uint64_t *index)
{
    *purpose = (hr_purpose)(i % HR_PURPOSE_COUNT);
    *index = i / HR_PURPOSE_COUNT % 4;
    id->replication = i / HR_PURPOSE_COUNT / 4;
}

static void neighbouring_streams_look_independent(void **state)
{
    (void)state;
    static const number_to_id numbers[] = {by_replication, by_group, by_seed, by_purpose};
    for (size_t i = 0; i < 4; i++)
        for (size_t blocks = 1; blocks <= 4; blocks += 3) {
            interleave(numbers[i], blocks);
            const double p = worst_p();
            if (!(p > FALSE_ALARM))
                fail_msg("numbering %zu, %zu blocks: p = %g", i, blocks, p);
        }
}

/* Draw k of the same lane of stream 0, 1, 2, ...: the order in which a table of replications
 * would see them. */
static void the_same_draw_of_many_streams_looks_random(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORDS; i++) {
        hr_stream stream;
        hr_stream_open(&stream, (hr_stream_id){7, 0, i}, HR_PURPOSE_SIZE, 0, hr_vector_level(0));
        sequence[i] = hr_stream_next(&stream);
    }
    assert_true(worst_p() > FALSE_ALARM);
}

/* ---- bad seedings, which the tests above must reject */

static void fill_lanes(uint64_t s[16], const uint64_t increment[16])
{
    hr_vector_level(0)->pcg32(s, increment, WORDS / HR_LANES, sequence);
}

static void one_state_with_increments_1_3_5_is_rejected(void **state)
{
    (void)state;
    for (size_t at = 0; at < WORDS; at += 64) { /* short streams, as a replication has */
        uint64_t s[16], increment[16];
        for (size_t i = 0; i < 16; i++) {
            s[i] = at;
            increment[i] = 2 * i + 1;
        }
        hr_vector_level(0)->pcg32(s, increment, 4, &sequence[at]);
    }
    assert_true(worst_p() < FALSE_ALARM);
}

static void one_state_in_one_long_stream_is_rejected(void **state)
{
    (void)state;
    uint64_t s[16], increment[16];
    for (size_t i = 0; i < 16; i++) {
        s[i] = 0x853c49e6748fea9bu;
        increment[i] = 2 * i + 1;
    }
    fill_lanes(s, increment);
    assert_true(worst_p() < FALSE_ALARM);
}

static void consecutive_states_are_rejected(void **state)
{
    (void)state;
    for (size_t at = 0; at < WORDS; at += HR_LANES) {
        uint64_t s[16], increment[16];
        for (size_t i = 0; i < 16; i++) {
            s[i] = at + i;
            increment[i] = 1442695040888963407u;
        }
        hr_vector_level(0)->pcg32(s, increment, 1, &sequence[at]);
    }
    assert_true(worst_p() < FALSE_ALARM);
}

static void a_slightly_biased_byte_is_rejected(void **state)
{
    (void)state;
    hr_stream stream;
    hr_stream_open(&stream, (hr_stream_id){1, 0, 0}, HR_PURPOSE_ARRIVAL, 0, hr_vector_level(0));
    hr_stream_fill(&stream, WORDS / HR_LANES, sequence);
    for (size_t i = 0; i < WORDS; i += 25) /* four per cent of the words lose a bit */
        sequence[i] &= ~UINT32_C(0x01000000);
    assert_true(worst_p() < FALSE_ALARM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_gives_the_known_answers),
        cmocka_unit_test(the_layout_is_frozen),
        cmocka_unit_test(the_hash_is_frozen),
        cmocka_unit_test(pairs_hash_as_by_themselves),
        cmocka_unit_test(a_stream_hashes_six_words_per_generator),
        cmocka_unit_test(filling_and_next_walk_the_same_draws),
        cmocka_unit_test(uniforms_are_inside_the_open_interval),
        cmocka_unit_test(the_hash_avalanches),
        cmocka_unit_test(one_stream_looks_random),
        cmocka_unit_test(neighbouring_streams_look_independent),
        cmocka_unit_test(the_same_draw_of_many_streams_looks_random),
        cmocka_unit_test(one_state_with_increments_1_3_5_is_rejected),
        cmocka_unit_test(one_state_in_one_long_stream_is_rejected),
        cmocka_unit_test(consecutive_states_are_rejected),
        cmocka_unit_test(a_slightly_biased_byte_is_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
