/* lanes_place: the inner loop of the lanes kernel, one copy per instruction set. */
#ifndef HR_KERNEL_LANES_PLACE_H
#define HR_KERNEL_LANES_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* Replications side by side; people on a server and the server's number in one signed key. Narrow
 * keys have 16 bits, because that is what the narrowest instruction set finds the least of; wide
 * ones have 32. */
enum {
    HR_LANES_N = 8,
    HR_LANES_NARROW_BITS = 4, /* of a key, for the server's number */
    HR_LANES_WIDE_BITS = 8,
    HR_LANES_NARROW_SERVERS = 1 << HR_LANES_NARROW_BITS,
    HR_LANES_SERVERS = 1 << HR_LANES_WIDE_BITS,
    HR_LANES_NARROW_MOST = (1 << (15 - HR_LANES_NARROW_BITS)) - 1, /* people on one server */
    HR_LANES_MOST = (1 << (31 - HR_LANES_WIDE_BITS)) - 1,
    HR_LANES_BLOCK = 32, /* arrivals whose departures are kept together */
    HR_LANES_PAGE = 128, /* departures kept together, link included */
};

/* After arrival `step` some server of these lanes is above its lowest ceiling. */
typedef struct hr_lanes_flag {
    uint32_t step;
    uint8_t lane[HR_LANES_N]; /* not 0: that lane */
} hr_lanes_flag;

typedef struct hr_lanes {
    unsigned n_servers;
    bool ties_uniform, wants_peak;
    bool is_too_narrow;     /* out, when not all could be placed: more people than a key holds */
    uint32_t n_steps;       /* of the longest lane */
    uint32_t n[HR_LANES_N]; /* meetings of each lane */
    uint32_t measured[HR_LANES_N];    /* the first meeting inside the window */
    const uint32_t *size[HR_LANES_N]; /* [n] participants */
    const uint32_t *gap[HR_LANES_N];  /* [n] arrivals, itself included, that come before the
                                         departure */
    const uint32_t *tie[HR_LANES_N];  /* [n] when ties_uniform */
    int32_t (*ceiling)[HR_LANES_N];   /* [n_servers] people, lowest of the server */
    uint8_t *server;                  /* [n_steps * N] out: where the meeting goes */
    int32_t (*peak)[HR_LANES_N]; /* [n_servers] out, if wanted: most people after a measured arrival
                                  */
    hr_lanes_flag *flag;         /* [n_steps] out */
    uint32_t n_flags;
    uint64_t n_flagged, most_flagged; /* flagged steps of all lanes together */
    int32_t *standing; /* [most_standing * n_servers] out: people after each flagged arrival whose
                          predecessor in the lane is not, in order of (step, lane) */
    uint32_t n_standing, most_standing;

    /* working memory: departures, block of arrivals by block, in linked pages */
    void *rows;      /* [BLOCK * n_servers * N] keys: what leaves before each arrival of a block */
    uint32_t *tail;  /* [n_steps / BLOCK + 2] after the last departure of each block; 0: none */
    void *entry;     /* [most pages * PAGE] departures; the first of a page is its link */
    uint32_t *spare; /* pages that were used and are free */
    uint32_t n_pages, n_spare;
} hr_lanes;

/* For one lane: how many arrivals (meeting i itself the first) come before each departure. Times
 * are ticks since `base`. */
typedef struct hr_lanes_rank {
    uint32_t n;
    uint64_t base, span;
    const int32_t *start; /* [n] ascending, then HR_LANES_PAD that no departure is behind; each ^
                             HR_LANES_SIGN, because instruction sets compare signed numbers */
    const uint64_t *end;  /* [n] ticks; those after base + span count as this */
    unsigned cell_bits;
    const uint32_t *first; /* first arrival at or after cell * 2^cell_bits */
    uint32_t *gap;         /* [n] out */
} hr_lanes_rank;

enum { HR_LANES_PAD = 16 };
#define HR_LANES_SIGN 0x80000000u

/* The copy for an instruction set and a width of keys, in bits. `place` puts all meetings of all
 * lanes; it is false when too many steps are flagged or more people come than a key holds. */
typedef struct hr_lanes_level {
    void (*rank)(const hr_lanes_rank *rank);
    bool (*place)(hr_lanes *lanes);
} hr_lanes_level;
extern const hr_lanes_level hr_lanes_16_baseline, hr_lanes_16_avx2, hr_lanes_16_avx512;
extern const hr_lanes_level hr_lanes_32_baseline, hr_lanes_32_avx2, hr_lanes_32_avx512;

#endif
