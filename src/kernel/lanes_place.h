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
    HR_LANES_SHARE = 2,  /* most servers whose keys are in one register */
};

/* Servers for which a row has keys, in whole registers. */
static inline unsigned hr_lanes_row_servers(unsigned n_servers)
{
    return (n_servers + HR_LANES_SHARE - 1) / HR_LANES_SHARE * HR_LANES_SHARE;
}

/* Arrivals whose rows are at hand while participants join on a ramp, who are most often there
 * within minutes: as many blocks, a power of two, as stay in a near cache. */
enum { HR_LANES_MOST_NEAR = 8 * HR_LANES_BLOCK, HR_LANES_NEAR_CELLS = 1 << 15 };
static inline uint32_t hr_lanes_near(unsigned n_servers)
{
    uint32_t near = HR_LANES_MOST_NEAR;
    while (near > HR_LANES_BLOCK &&
           near * hr_lanes_row_servers(n_servers) * HR_LANES_N > HR_LANES_NEAR_CELLS)
        near /= 2;
    return near;
}

/* After arrival `step` of a lane some server is above its lowest ceiling, or, on a join ramp, may
 * be before the next arrival: or may then have more people than ever, where that is counted. */
typedef struct hr_lanes_flag {
    uint32_t step;
    uint32_t standing; /* where the step before is not flagged: row of `standing`, else none */
} hr_lanes_flag;
#define HR_LANES_GOES_ON UINT32_MAX

typedef struct hr_lanes {
    unsigned n_servers;
    bool ties_uniform, wants_peak;
    bool has_ramp;          /* nobody is there when a meeting starts: they join from then on */
    bool is_too_narrow;     /* out, when not all could be placed: more people than a key holds */
    uint32_t n_steps;       /* of the longest lane */
    uint32_t n[HR_LANES_N]; /* meetings of each lane */
    uint32_t measured[HR_LANES_N];    /* the first meeting inside the window */
    const uint32_t *size[HR_LANES_N]; /* [n] participants */
    const uint32_t *gap[HR_LANES_N];  /* [n] arrivals, itself included, that come before the
                                         departure */
    const uint32_t *tie[HR_LANES_N];  /* [n] when ties_uniform */
    /* on a ramp; a gap is what lies between two arrivals, by the number of arrivals before it */
    const uint32_t *joined[HR_LANES_N];   /* [n] who join in the gap after the meeting's arrival */
    const uint32_t *join_gap[HR_LANES_N]; /* of those who join later, meeting by meeting */
    const uint32_t *joining[HR_LANES_N];  /* [n + 1] joins in each gap, of all meetings */
    int32_t (*ceiling)[HR_LANES_N];       /* [n_servers] people, lowest of the server */
    uint8_t *server;                      /* [n_steps * N] out: where the meeting goes */
    int32_t (*peak)[HR_LANES_N];     /* [n_servers] out, if wanted: most people after a measured
                                        arrival, before anybody joins */
    hr_lanes_flag *flag[HR_LANES_N]; /* [n_steps] out, ascending */
    uint32_t n_flags[HR_LANES_N];
    uint64_t n_flagged, most_flagged; /* flagged steps of all lanes together */
    int32_t *standing; /* [most_standing * n_servers] out: people after a flagged arrival, before
                          anybody joins */
    uint32_t n_standing, most_standing;

    /* working memory: departures, block of arrivals by block, in linked pages */
    uint32_t near; /* arrivals that have rows: BLOCK, on a ramp hr_lanes_near */
    void *rows;    /* [near * hr_lanes_row_servers * N] keys, of whole registers: what leaves before
                      each arrival, less what joins */
    uint32_t *tail;  /* [n_steps / BLOCK + 2] after the last departure of each block; 0: none */
    void *entry;     /* [most pages * PAGE] departures; the first of a page is its link */
    uint32_t *spare; /* pages that were used and are free */
    uint32_t n_pages, n_spare;
} hr_lanes;

/* One copy for an instruction set and a width of keys, in bits: puts all meetings of all lanes;
 * false when too many steps are flagged or more people come than a key holds. */
typedef bool hr_lanes_placing(hr_lanes *lanes);
extern hr_lanes_placing hr_lanes_16_baseline, hr_lanes_16_avx2, hr_lanes_16_avx512;
extern hr_lanes_placing hr_lanes_32_baseline, hr_lanes_32_avx2, hr_lanes_32_avx512;

#endif
