/* lanes_place: the inner loop of the lanes kernel, one copy per instruction set. */
#ifndef HR_KERNEL_LANES_PLACE_H
#define HR_KERNEL_LANES_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* Replications side by side; people on a server and the server's number in one signed 16-bit key,
 * because that is what the narrowest instruction set finds the least of. */
enum {
    HR_LANES_N = 8,
    HR_LANES_SERVER_BITS = 4,
    HR_LANES_SERVERS = 1 << HR_LANES_SERVER_BITS,
    HR_LANES_MOST = (1 << (15 - HR_LANES_SERVER_BITS)) - 1, /* people on one server */
    HR_LANES_BEYOND = 65535,
    HR_LANES_RING = 8192, /* arrivals that departures are kept ready for; a power of two */
};

/* After arrival `step` of `lane` some server is above its lowest ceiling. */
typedef struct hr_lanes_flag {
    uint32_t step;
    uint16_t lane;
    uint16_t people[HR_LANES_SERVERS];
} hr_lanes_flag;

/* A departure further away than the ring reaches. */
typedef struct hr_lanes_far {
    uint32_t gap;
    uint16_t place; /* server and lane: server * HR_LANES_N + lane */
    int16_t people;
} hr_lanes_far;

typedef struct hr_lanes {
    unsigned n_servers;
    bool ties_uniform;
    uint32_t n_steps;     /* of the longest lane */
    int16_t *people;      /* [n_steps * N] of the arriving meeting, 0 past a lane's end; out: the
                             server that it goes to */
    const uint16_t *away; /* [n_steps * N] arrivals until its departure is due */
    const uint32_t *tie;  /* [n_steps * N] when ties_uniform */
    int16_t *after;       /* [n_steps * N] out: people there then; NULL when nobody asks */
    int16_t ceiling[HR_LANES_SERVERS][HR_LANES_N]; /* people, lowest of the server */
    int16_t *ring;                                 /* [RING * n_servers * N] all 0 */
    hr_lanes_flag *flag;
    uint32_t n_flags, most_flags;
    hr_lanes_far *far;
    uint32_t n_far, most_far;
} hr_lanes;

/* For one lane: how many arrivals (meeting i itself the first) come before each departure. */
typedef struct hr_lanes_rank {
    uint32_t n;
    const uint32_t *start; /* [n] ascending, then HR_LANES_PAD of UINT32_MAX */
    const uint32_t *end;   /* [n] */
    unsigned cell_bits;
    const uint32_t *first; /* first arrival at or after cell * 2^cell_bits */
    uint16_t *away;        /* [n] out: gap - i for meeting i, at most HR_LANES_BEYOND */
} hr_lanes_rank;

enum { HR_LANES_PAD = 16 };

/* The copy for an instruction set. `place` puts all meetings of all lanes; it is false when there
 * is not enough room for flags or far departures, or when a server gets more people than a key
 * holds: then another kernel must do it, and the ring must be cleared. */
typedef struct hr_lanes_level {
    void (*rank)(const hr_lanes_rank *rank);
    bool (*place)(hr_lanes *lanes);
} hr_lanes_level;
extern const hr_lanes_level hr_lanes_baseline, hr_lanes_avx2, hr_lanes_avx512;

#endif
