#include "estimate/moment.h"

/* An unsigned integer of 256 bits, least significant word first. */
typedef struct wide {
    uint64_t word[4];
} wide;

static wide product(hr_u128 a, hr_u128 b)
{
    const uint64_t x[2] = {(uint64_t)a, (uint64_t)(a >> 64)};
    const uint64_t y[2] = {(uint64_t)b, (uint64_t)(b >> 64)};
    wide r = {{0, 0, 0, 0}};
    for (int i = 0; i < 2; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 2; j++) {
            const hr_u128 sum = (hr_u128)x[i] * y[j] + r.word[i + j] + carry;
            r.word[i + j] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
        r.word[i + 2] = carry;
    }
    return r;
}

static bool is_less(const wide *a, const wide *b)
{
    for (int i = 3; i >= 0; i--)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i];
    return false;
}

static double subtract(const wide *large, const wide *small)
{
    double sum = 0.0, unit = 1.0;
    uint64_t borrow = 0;
    uint64_t word[4];
    for (int i = 0; i < 4; i++) {
        const hr_u128 take = (hr_u128)small->word[i] + borrow;
        word[i] = (uint64_t)(large->word[i] - take);
        borrow = large->word[i] < take;
    }
    for (int i = 0; i < 4; i++, unit *= 0x1p64) /* small words first: they only round */
        sum += (double)word[i] * unit;
    return sum;
}

double hr_moment_difference(hr_u128 a, hr_u128 b, hr_u128 c, hr_u128 d)
{
    const wide left = product(a, b), right = product(c, d);
    return is_less(&left, &right) ? -subtract(&right, &left) : subtract(&left, &right);
}
