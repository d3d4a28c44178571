#include "base/stream.h"

#include <string.h>

#define GOLDEN 0x9e3779b97f4a7c15u /* SplitMix64's increment */

/* The finalizer of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
 * generators", OOPSLA; constants of Stafford's Mix13). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t hash_begin(uint64_t n)
{
    return mix(n + GOLDEN);
}

/* Both the word and the state pass a finalizer, so that words which differ in one bit, or in
 * the same bits at two places, do not cancel. */
static uint64_t hash_word(uint64_t state, uint64_t word)
{
    return mix((state + GOLDEN) ^ mix(word + GOLDEN));
}

static uint64_t hash_end(uint64_t state)
{
    return mix(state ^ GOLDEN);
}

uint64_t hr_hash(const uint64_t *words, size_t n)
{
    uint64_t state = hash_begin(n);
    for (size_t i = 0; i < n; i++)
        state = hash_word(state, words[i]);
    return hash_end(state);
}

void hr_hash_pairs(uint64_t first, uint64_t *out, size_t n)
{
    const uint64_t shared = hash_word(hash_begin(2), first);
    for (size_t i = 0; i < n; i++)
        out[i] = hash_end(hash_word(shared, out[i]));
}

uint64_t hr_hash_bytes(const void *bytes, size_t n)
{
    const unsigned char *byte = bytes;
    uint64_t state = hash_begin(~(uint64_t)n); /* apart from hr_hash of as many words */
    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = 0; /* little-endian whatever the machine */
        for (size_t j = 0; j < 8 && i + j < n; j++)
            word |= (uint64_t)byte[i + j] << (8 * j);
        state = hash_word(state, word);
    }
    return hash_end(state);
}

/* The hash of (seed, group, replication, purpose and index, lane, which) with the part that all
 * lanes share taken once; equal to hr_hash of the six words. */
void hr_stream_open(hr_stream *stream, hr_stream_id id, hr_purpose purpose, uint64_t index,
                    const hr_vector *vector)
{
    uint64_t shared = hash_begin(6);
    shared = hash_word(shared, id.seed);
    shared = hash_word(shared, id.group);
    shared = hash_word(shared, id.replication);
    shared = hash_word(shared, (uint64_t)purpose << 32 | index);
    for (uint64_t lane = 0; lane < HR_LANES; lane++) {
        const uint64_t own = hash_word(shared, lane);
        stream->state[lane] = hash_end(hash_word(own, 0));
        stream->increment[lane] = hash_end(hash_word(own, 1)) | 1;
    }
    stream->used = HR_LANES;
    stream->vector = vector;
}

void hr_stream_fill(hr_stream *stream, size_t n_blocks, uint32_t *out)
{
    stream->vector->pcg32(stream->state, stream->increment, n_blocks, out);
}
