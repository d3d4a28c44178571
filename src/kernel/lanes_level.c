/* One instruction set's copy of the placement of replications side by side: compiled once per
 * level, with HR_VECTOR_LEVEL naming the copy (see cmake/floors.cmake).
 *
 * Between two arrivals people only leave: so all departures between arrivals k - 1 and k, whatever
 * their order, may be taken off at once before arrival k is placed. They wait in a ring, one row
 * of servers x lanes per arrival. */
#include <string.h>

#include "kernel/lanes_place.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the bits are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

enum { N = HR_LANES_N, BITS = HR_LANES_SERVER_BITS, RING = HR_LANES_RING };

/* Departures that were out of the ring's reach, put in once it has come nearer. */
static void bring_near(hr_lanes *lanes, uint32_t step)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < lanes->n_far; i++) {
        const hr_lanes_far far = lanes->far[i];
        if (far.gap - step >= RING)
            lanes->far[left++] = far;
        else
            lanes->ring[(far.gap % RING) * (size_t)lanes->n_servers * N + far.place] +=
                (int16_t)(far.people * (1 << BITS));
    }
    lanes->n_far = left;
}

/* The departures of one arrival in each lane go where the ring keeps them ready; those out of reach
 * to a list. False when the list is full or a departure is beyond any count. */
static inline bool put_departures(hr_lanes *lanes, uint32_t step, const int16_t *server,
                                  const int16_t *added, const unsigned n_servers)
{
    const uint16_t *away = lanes->away + (size_t)step * N;
    uint32_t place[N];
    uint16_t furthest = 0;
#pragma omp simd reduction(max : furthest)
    for (int l = 0; l < N; l++) {
        furthest = away[l] > furthest ? away[l] : furthest;
        place[l] =
            ((step + away[l]) % RING) * (n_servers * N) + (uint32_t)server[l] * N + (uint32_t)l;
    }
    /* from memory, one by one: taking them out of a vector register costs more */
    __asm__ volatile("" : : "r"(place), "r"(added) : "memory");
    for (int l = 0; l < N && furthest < RING; l++)
        lanes->ring[place[l]] = (int16_t)(lanes->ring[place[l]] + added[l]);
    for (int l = 0; l < N && furthest >= RING; l++) {
        if (away[l] < RING) {
            lanes->ring[place[l]] = (int16_t)(lanes->ring[place[l]] + added[l]);
            continue;
        }
        if (lanes->n_far == lanes->most_far || away[l] == HR_LANES_BEYOND)
            return false;
        lanes->far[lanes->n_far++] = (hr_lanes_far){step + away[l], (uint16_t)(server[l] * N + l),
                                                    (int16_t)(added[l] >> BITS)};
    }
    return true;
}

/* Lanes in which a server is above its ceiling now. */
static inline bool flag_lanes(hr_lanes *lanes, uint32_t step, int16_t key[][N],
                              const unsigned n_servers, bool *any)
{
    int16_t excess[N];
    *any = false;
#pragma omp simd
    for (int l = 0; l < N; l++)
        excess[l] = INT16_MIN;
    for (unsigned s = 0; s < n_servers; s++) {
#pragma omp simd
        for (int l = 0; l < N; l++) {
            const int16_t above = (int16_t)((key[s][l] >> BITS) - lanes->ceiling[s][l]);
            excess[l] = above > excess[l] ? above : excess[l];
        }
    }
    for (unsigned l = 0; l < N; l++) {
        if (excess[l] <= 0)
            continue;
        *any = true;
        if (lanes->n_flags == lanes->most_flags)
            return false;
        hr_lanes_flag *flag = &lanes->flag[lanes->n_flags++];
        flag->step = step;
        flag->lane = (uint16_t)l;
        for (unsigned s = 0; s < n_servers; s++)
            flag->people[s] = (uint16_t)(key[s][l] >> BITS);
    }
    return true;
}

/* Which server is the skip-th of those with the least people, in index order. */
static inline void choose_uniform(int16_t key[][N], const int16_t least[N], const uint32_t *tie,
                                  const unsigned n_servers, int16_t chosen[N])
{
    int16_t equals[N] = {0}, skip[N];
    for (unsigned s = 0; s < n_servers; s++) {
#pragma omp simd
        for (int l = 0; l < N; l++)
            equals[l] = (int16_t)(equals[l] + ((key[s][l] >> BITS) == (least[l] >> BITS)));
    }
    for (int l = 0; l < N; l++) {
        skip[l] = (int16_t)(((uint64_t)tie[l] * (uint64_t)equals[l]) >> 32);
        chosen[l] = 0;
    }
    for (unsigned s = 0; s < n_servers; s++) {
#pragma omp simd
        for (int l = 0; l < N; l++) {
            const bool is_least = (key[s][l] >> BITS) == (least[l] >> BITS);
            chosen[l] = is_least && skip[l] == 0 ? (int16_t)s : chosen[l];
            skip[l] = (int16_t)(skip[l] - is_least);
        }
    }
}

/* More people on a server than a key holds? Sizes are no larger than that, so sums do not wrap. */
static bool is_too_many(const int16_t *after)
{
    for (int l = 0; l < N; l++) {
        if (after[l] > HR_LANES_MOST)
            return true;
    }
    return false;
}

__attribute__((always_inline)) static inline bool place(hr_lanes *lanes, const unsigned n_servers,
                                                        const bool uniform)
{
    int16_t key[HR_LANES_SERVERS][N];
    int16_t room[N]; /* lowest ceiling of the lane */
    bool over = false;
    for (unsigned l = 0; l < N; l++) {
        room[l] = INT16_MAX;
        for (unsigned s = 0; s < n_servers; s++) {
            key[s][l] = (int16_t)s;
            room[l] = lanes->ceiling[s][l] < room[l] ? lanes->ceiling[s][l] : room[l];
        }
    }
    lanes->n_flags = lanes->n_far = 0;
    for (uint32_t step = 0; step < lanes->n_steps; step++) {
        if (step % (RING / 2) == 0)
            bring_near(lanes, step);
        int16_t *leaving = lanes->ring + (step % RING) * (size_t)(n_servers * N);
        int16_t *people = lanes->people + (size_t)step * N;
        int16_t least[N], added[N], after[N], server[N], above = 0;
#pragma omp simd
        for (int l = 0; l < N; l++)
            least[l] = INT16_MAX;
        for (unsigned s = 0; s < n_servers; s++) {
#pragma omp simd
            for (int l = 0; l < N; l++) {
                key[s][l] = (int16_t)(key[s][l] - leaving[s * N + (unsigned)l]);
                least[l] = key[s][l] < least[l] ? key[s][l] : least[l];
            }
        }
        memset(leaving, 0, n_servers * N * sizeof *leaving);
        if (uniform) {
            choose_uniform(key, least, lanes->tie + (size_t)step * N, n_servers, server);
        } else {
#pragma omp simd
            for (int l = 0; l < N; l++)
                server[l] = (int16_t)(least[l] & ((1 << BITS) - 1));
        }
#pragma omp simd reduction(max : above)
        for (int l = 0; l < N; l++) {
            added[l] = (int16_t)(people[l] * (1 << BITS));
            after[l] = (int16_t)((least[l] >> BITS) + people[l]);
            const int16_t excess = (int16_t)(after[l] - room[l]);
            above = excess > above ? excess : above;
        }
        for (unsigned s = 0; s < n_servers; s++) {
#pragma omp simd
            for (int l = 0; l < N; l++)
                key[s][l] = (int16_t)(key[s][l] + (server[l] == (int16_t)s ? added[l] : 0));
        }
        memcpy(people, server, sizeof server); /* from now on it says where they are */
        if (lanes->after != NULL)
            memcpy(lanes->after + (size_t)step * N, after, sizeof after);
        if (!put_departures(lanes, step, server, added, n_servers))
            return false;
        if ((above != 0 || over) && !flag_lanes(lanes, step, key, n_servers, &over))
            return false;
        if (above > 0 && is_too_many(after))
            return false;
    }
    memset(lanes->ring, 0, RING * (size_t)n_servers * N * sizeof *lanes->ring);
    return true;
}

/* A table finds the neighbourhood, sixteen comparisons at a time the place. */
static void rank_departures(const hr_lanes_rank *rank)
{
    for (uint32_t i = 0; i < rank->n; i++) {
        const uint32_t end = rank->end[i];
        uint32_t gap = rank->first[end >> rank->cell_bits];
        uint32_t before = HR_LANES_PAD;
        while (before == HR_LANES_PAD) {
            const uint32_t *from = rank->start + gap;
            before = 0;
#pragma omp simd reduction(+ : before)
            for (int k = 0; k < HR_LANES_PAD; k++)
                before += from[k] < end;
            gap += before;
        }
        rank->away[i] = (uint16_t)(gap - i < HR_LANES_BEYOND ? gap - i : HR_LANES_BEYOND);
    }
}

static bool place_all(hr_lanes *lanes)
{
    switch (lanes->n_servers * 2 + lanes->ties_uniform) {
#define HR_CASE(n)                                                                                 \
    case 2 * (n):                                                                                  \
        return place(lanes, n, false);                                                             \
    case 2 * (n) + 1:                                                                              \
        return place(lanes, n, true);
        HR_CASE(1)
        HR_CASE(2)
        HR_CASE(3)
        HR_CASE(4)
        HR_CASE(5)
        HR_CASE(6)
        HR_CASE(7)
        HR_CASE(8)
        HR_CASE(9)
        HR_CASE(10)
        HR_CASE(11)
        HR_CASE(12)
        HR_CASE(13)
        HR_CASE(14)
        HR_CASE(15)
        HR_CASE(16)
    default:
        return false;
    }
}

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b)       JOIN_AGAIN(a, b)

extern const hr_lanes_level JOIN(hr_lanes_, HR_VECTOR_LEVEL);
const hr_lanes_level JOIN(hr_lanes_, HR_VECTOR_LEVEL) = {rank_departures, place_all};
