/* One instruction set's copy of the placement of configurations side by side: compiled once per
 * level, with HR_VECTOR_LEVEL naming the copy (see cmake/floors.cmake). */
#include "kernel/events.h"
#include "kernel/scenarios_place.h"
#include "model/placement.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the results are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

/* The same in the form that each instruction set has: an addition under a mask, or a mask that is
 * added with. */
#if defined(__AVX512BW__)
#define HR_ADD_IF(condition, key, more) (KEY)((condition) ? (key) + (more) : (key))
#else
#define HR_ADD_IF(condition, key, more) (KEY)((key) + ((more) & (KEY)((condition) ? -1 : 0)))
#endif

#define NAME(name) narrow_##name
#define KEY        int16_t
#define KEY_MAX    INT16_MAX
#define BITS       HR_NARROW_BITS
#define SCATTERS   0
#include "kernel/scenarios_keys.h"
#undef NAME
#undef KEY
#undef KEY_MAX
#undef BITS
#undef SCATTERS

#define NAME(name) wide_##name
#define KEY        int32_t
#define KEY_MAX    INT32_MAX
#define BITS       HR_WIDE_BITS
#define SCATTERS   1
#include "kernel/scenarios_keys.h"

/* Loops whose lengths the compiler knows: as many servers, or a few more that are never chosen. */
#define HR_CASES(lanes, servers)                                                                   \
    case (lanes)*HR_WIDE_SERVERS + (servers):                                                      \
        return narrow_run(sc, lanes, servers);
#define HR_ALL_CASES(lanes)                                                                        \
    HR_CASES(lanes, 2)                                                                             \
    HR_CASES(lanes, 4)                                                                             \
    HR_CASES(lanes, 6)                                                                             \
    HR_CASES(lanes, 8)                                                                             \
    HR_CASES(lanes, 10)                                                                            \
    HR_CASES(lanes, 12)                                                                            \
    HR_CASES(lanes, 14)                                                                            \
    HR_CASES(lanes, 16)

static bool narrow(hr_scenarios *sc)
{
    switch (sc->n_lanes * HR_WIDE_SERVERS + (sc->n_servers + 1) / 2 * 2) {
        HR_ALL_CASES(8)
        HR_ALL_CASES(16)
        HR_ALL_CASES(32)
    default:
        return false;
    }
}

static bool wide(hr_scenarios *sc)
{
    switch (sc->n_lanes) {
    case 8:
        return wide_run(sc, 8, sc->n_servers);
    case 16:
        return wide_run(sc, 16, sc->n_servers);
    default:
        return wide_run(sc, 32, sc->n_servers);
    }
}

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b)       JOIN_AGAIN(a, b)

extern const hr_scenarios_level JOIN(hr_scenarios_, HR_VECTOR_LEVEL);
const hr_scenarios_level JOIN(hr_scenarios_, HR_VECTOR_LEVEL) = {narrow, wide};
