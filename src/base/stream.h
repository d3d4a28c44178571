/* stream: the random numbers. FROZEN: a change of one draw changes every answer ever given.
 *
 * Generator  PCG32 XSH-RR 64/32 (O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient
 *            Statistically Good Algorithms for Random Number Generation", HMC-CS-2014-0905).
 * Layout     a stream is HR_LANES = 16 generators; draw number 16 k + i is the k-th output of
 *            generator i. State and odd increment of each generator come from hr_hash over
 *            (seed, group, replication, purpose, lane): never from a rank, a thread or a jump.
 * Identity   group is the configuration's index in the design or, when choices share random
 *            numbers, what is left of it without them (the world's index when all do); purpose is
 *            one of hr_purpose plus an index.
 */
#ifndef HR_BASE_STREAM_H
#define HR_BASE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"

enum { HR_LANES = 16 };

/* What a stream is for: a dense list, so that two purposes cannot collide. An indexed purpose
 * (one stream per arrival source, resource, background item) adds its index in the low bits. */
typedef enum hr_purpose {
    HR_PURPOSE_ARRIVAL,    /* + source: gaps, batch counts */
    HR_PURPOSE_THIN,       /* + source: acceptance of candidates at a varying rate */
    HR_PURPOSE_BATCH,      /* + source: sizes of batches */
    HR_PURPOSE_LATENESS,   /* + source: distance of a start from its clock time */
    HR_PURPOSE_HISTORY,    /* + source: everything about meetings alive at the start */
    HR_PURPOSE_CLASS,      /* class of each meeting */
    HR_PURPOSE_SIZE,       /* participants of each meeting */
    HR_PURPOSE_DURATION,   /* duration of each meeting */
    HR_PURPOSE_PROFILE,    /* modality profile of each meeting */
    HR_PURPOSE_LOAD,       /* + resource: random load of each meeting */
    HR_PURPOSE_JOIN,       /* join offset of each participant */
    HR_PURPOSE_KIND,       /* kind of each participant (dial-in or not, ...) */
    HR_PURPOSE_TIE,        /* one word per meeting: breaks ties */
    HR_PURPOSE_PICK,       /* one word per meeting: random choice, candidates of power of d */
    HR_PURPOSE_BACKGROUND, /* + item: background held for the replication */
    HR_PURPOSE_SESSIONS,   /* + item: background sessions in progress */
    HR_PURPOSE_PROBE,      /* words of the rule when a probe asks it */
    HR_PURPOSE_DAILY,      /* what differs from day to day */
    HR_PURPOSE_WORLD,      /* random designs: one draw per unknown */
    HR_PURPOSE_KEEP,       /* + source, + HR_KEEP_PAST for meetings alive at the start: which of
                              a group's starts belong to this configuration */
    HR_PURPOSE_CALL,       /* + 0: calls in progress at the start, 1: gaps, 2: what calls are */
    HR_PURPOSE_FAILURE,    /* which servers go out; + 1 + server: when that one does by itself */
    HR_PURPOSE_TILT,       /* which component of a tilted input, and its further meetings */
    HR_PURPOSE_COUNT
} hr_purpose;

/* Who is drawing: everything that a stream depends on besides purpose and lane. */
typedef struct hr_stream_id {
    uint64_t seed;        /* of the study */
    uint64_t group;       /* stream group, see above */
    uint64_t replication; /* number of the replication within the configuration */
} hr_stream_id;

typedef struct hr_stream {
    uint64_t state[HR_LANES];
    uint64_t increment[HR_LANES]; /* odd */
    uint32_t word[HR_LANES];      /* the current block of sixteen */
    unsigned used;                /* words of `word` handed out; HR_LANES = empty */
    const hr_vector *vector;      /* how blocks are computed; borrowed */
} hr_stream;

/* Begin the stream of (id, purpose, index) at draw 0. `index` < 2^32. */
void hr_stream_open(hr_stream *stream, hr_stream_id id, hr_purpose purpose, uint64_t index,
                    const hr_vector *vector);
/* Write the next `n_blocks` blocks of sixteen to `out` (16 * n_blocks words). Only legal at a
 * block boundary (nothing of the current block handed out by hr_stream_next, or all of it). */
void hr_stream_fill(hr_stream *stream, size_t n_blocks, uint32_t *out);
/* The next draw. */
static inline uint32_t hr_stream_next(hr_stream *stream)
{
    if (stream->used == HR_LANES) {
        hr_stream_fill(stream, 1, stream->word);
        stream->used = 0;
    }
    return stream->word[stream->used++];
}

/* Uniform on the open interval (0, 1): (word + 1/2) 2^-32, exact in double. */
static inline double hr_uniform(uint32_t word)
{
    return ((double)word + 0.5) * 0x1p-32;
}

/* Output number i of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
 * generators") seeded by `state`: words of a thing that has one strong word of its own. FROZEN. */
static inline uint64_t hr_split(uint64_t state, uint64_t i)
{
    uint64_t x = state + (i + 1) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* Strong mixing of `n` words into 64 bits (a sponge of SplitMix64 finalizers, Steele, Lea and
 * Flood 2014); distinct inputs of one length cannot be told from random. Used for stream
 * states, digests and study hashes. FROZEN. */
uint64_t hr_hash(const uint64_t *words, size_t n);
/* out[i] <- hr_hash of the two words `first` and out[i], with what they share taken once. */
void hr_hash_pairs(uint64_t first, uint64_t *out, size_t n);
/* The same over bytes (length included in the hash). */
uint64_t hr_hash_bytes(const void *bytes, size_t n);

#endif
