#include "study/sobol.h"

#include "base/stream.h"

/* One row of the table: the polynomial with both ends, then m_1, m_2, ..., ended by 0. */
typedef struct hr_sobol_row {
    uint32_t polynomial;
    uint32_t m[12];
} hr_sobol_row;

static const hr_sobol_row rows[] = {
#define HR_SOBOL(polynomial, ...) {polynomial, {__VA_ARGS__}},
#include "study/sobol_numbers.def"
#undef HR_SOBOL
};
_Static_assert(sizeof rows / sizeof *rows == HR_SOBOL_DIMENSIONS - 1, "one row per dimension");

static unsigned degree_of(uint32_t polynomial)
{
    unsigned degree = 0;
    while (polynomial >> (degree + 1) != 0)
        degree++;
    return degree;
}

/* The recurrence of Sobol' (1967) in the form of Joe and Kuo (2008), section 2. */
static void fill_directions(const hr_sobol_row *row, uint32_t direction[HR_SOBOL_BITS])
{
    const unsigned s = degree_of(row->polynomial);
    for (unsigned k = 0; k < HR_SOBOL_BITS; k++) {
        if (k < s) {
            direction[k] = row->m[k] << (HR_SOBOL_BITS - 1 - k);
            continue;
        }
        uint32_t v = direction[k - s] ^ (direction[k - s] >> s);
        for (unsigned i = 1; i < s; i++) {
            if (row->polynomial >> (s - i) & 1)
                v ^= direction[k - i];
        }
        direction[k] = v;
    }
}

hr_status hr_sobol_init(hr_sobol *sobol, unsigned n_dimensions, uint64_t seed, hr_arena *arena,
                        hr_err *err)
{
    hr_status st = HR_OK;
    HR_ASSERT(n_dimensions <= HR_SOBOL_DIMENSIONS);
    *sobol = (hr_sobol){.n_dimensions = n_dimensions};
    HR_TAKE(sobol->direction, arena, n_dimensions);
    HR_TAKE(sobol->key, arena, n_dimensions);
    for (unsigned d = 0; d < n_dimensions; d++) {
        const uint64_t words[] = {seed, HR_PURPOSE_WORLD, d};
        sobol->key[d] = hr_hash(words, sizeof words / sizeof *words);
        for (unsigned k = 0; d == 0 && k < HR_SOBOL_BITS; k++)
            sobol->direction[0][k] = (uint32_t)1 << (HR_SOBOL_BITS - 1 - k);
        if (d > 0)
            fill_directions(&rows[d - 1], sobol->direction[d]);
    }
out:
    return st;
}

uint32_t hr_sobol_plain(const hr_sobol *sobol, uint32_t index, unsigned dimension)
{
    const uint32_t *direction = sobol->direction[dimension];
    uint32_t x = 0;
    for (uint32_t gray = index ^ (index >> 1); gray != 0; gray &= gray - 1)
        x ^= direction[__builtin_ctz(gray)];
    return x;
}

/* Finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Owen (1995) scrambling: each bit is flipped by a coin that belongs to the bits before it; the
 * coins come from a hash (as in Burley 2020) and need no memory. */
static uint32_t scramble(uint32_t x, uint64_t key)
{
    uint32_t flips = 0;
    for (unsigned bit = 0; bit < HR_SOBOL_BITS; bit++) {
        const uint64_t before = ((uint64_t)1 << bit) | ((uint64_t)x >> (HR_SOBOL_BITS - bit));
        const uint64_t coin = mix(key + before * 0x9e3779b97f4a7c15u);
        flips = flips << 1 | (uint32_t)(coin >> 63);
    }
    return x ^ flips;
}

uint32_t hr_sobol_point(const hr_sobol *sobol, uint32_t index, unsigned dimension)
{
    return scramble(hr_sobol_plain(sobol, index, dimension), sobol->key[dimension]);
}
