/* scenarios_place: the inner loop of the scenarios kernel, one copy per instruction set. */
#ifndef HR_KERNEL_SCENARIOS_PLACE_H
#define HR_KERNEL_SCENARIOS_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "input/input.h"

/* A server's people and number in one key, so that the least key names the lowest server with the
 * least people. Narrow keys are what most instruction sets find the least of fastest. */
enum {
    HR_NARROW_BITS = 4, /* of the number */
    HR_NARROW_SERVERS = 1 << HR_NARROW_BITS,
    HR_NARROW_MOST = (1 << (15 - HR_NARROW_BITS)) - 2, /* people on one server, one more came */
    HR_WIDE_BITS = 8,
    HR_WIDE_SERVERS = 1 << HR_WIDE_BITS,
    HR_WIDE_MOST = (1 << (31 - HR_WIDE_BITS)) - 2,
    HR_NO_SERVER = 0xffff, /* of a meeting that is not the lane's */
};
_Static_assert((int)HR_MAX_SERVERS <= (int)HR_WIDE_SERVERS,
               "a wide key holds every server's number");

/* An event: its kind (hr_events) above, the number of the meeting or of the join below. */
enum { HR_SCENARIOS_NUMBER_BITS = 30 };

/* Rows before that of the first meeting: one of nobody's places, and one that nobody reads. */
enum { HR_SCENARIOS_SPARE = 2 };

/* Events first .. end of one lane: the first one puts a server above its lowest ceiling, and after
 * the last one none is, or is looked at any more. */
typedef struct hr_stretch {
    uint32_t first, end;
} hr_stretch;

typedef struct hr_scenarios {
    unsigned n_lanes;   /* of the copy: some of them may be empty */
    unsigned first;     /* bit in hr_input.kept of the first of them */
    unsigned n_servers; /* of the largest pool */
    uint32_t live;      /* lanes that are not empty */
    unsigned servers_of[HR_MAX_SHARING];

    /* which server: the least loaded by people, and among equals the lowest, but for these lanes */
    uint32_t by_meetings;                      /* the one with the fewest meetings */
    uint32_t uniform;                          /* any of the equals */
    uint32_t random;                           /* by weights */
    uint32_t in_turn;                          /* one after another */
    const uint32_t *threshold[HR_MAX_SHARING]; /* of random: hr_view */

    uint32_t n_events, measured; /* events before the window begins */
    const uint32_t *event;
    const hr_input *input;
    bool joins_at_once, counts_peaks;
    bool is_thinned;  /* not every lane has all meetings */
    int32_t most;     /* people on one server that leave room in its key for one meeting more */
    int32_t *ceiling; /* [n_servers * n_lanes] people, lowest of the server */

    /* out */
    uint16_t *server; /* [n_meetings * n_lanes] where each meeting is */
    int32_t *peak;    /* [n_servers * n_lanes] most people in the window, when counts_peaks */
    uint32_t most_stretches; /* of a lane; the last one goes on to the end */
    uint32_t n_stretches[HR_MAX_SHARING];
    hr_stretch *stretch; /* [n_lanes * most_stretches] */
    uint32_t n_joint;    /* stretches of all lanes together */
    hr_stretch *joint;   /* [most_stretches] */
    int32_t *standing;   /* [n_lanes * most_stretches * n_servers] people after the first event */

    int32_t *key; /* [4 * n_servers * n_lanes] for the loop */
} hr_scenarios;

/* The copy for an instruction set and a width of keys, in bits: put all meetings. False when a
 * server gets more people than a key holds. */
typedef struct hr_scenarios_level {
    unsigned n_lanes;
    bool (*place)(hr_scenarios *scenarios);
} hr_scenarios_level;
extern const hr_scenarios_level hr_scenarios_16_baseline, hr_scenarios_16_avx2,
    hr_scenarios_16_avx512;
extern const hr_scenarios_level hr_scenarios_32_baseline, hr_scenarios_32_avx2,
    hr_scenarios_32_avx512;

/* Narrow keys: take events from `event` on, HR_SPRINT at a time, as long as nothing is over that
 * was not, where all lanes take the least loaded by people, everybody is there at once and peaks
 * are not counted. [n_servers * n_lanes] keys and [n_lanes] people that leave nothing over. Where
 * it ends: everything is as before that event. */
enum { HR_SPRINT = 32 };
uint32_t hr_sprint_baseline(const hr_scenarios *scenarios, int16_t *people, const int16_t *room,
                            uint32_t event);
uint32_t hr_sprint_avx2(const hr_scenarios *scenarios, int16_t *people, const int16_t *room,
                        uint32_t event);
uint32_t hr_sprint_avx512(const hr_scenarios *scenarios, int16_t *people, const int16_t *room,
                          uint32_t event);

#endif
