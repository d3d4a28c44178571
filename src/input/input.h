/* input: all that happens to a pool before any server is chosen.
 *
 * Written once per replication from the configuration's laws and the replication's streams;
 * every meeting consumes the same draws whatever the rule, the state or a refusal. A replay
 * (kernel/) draws nothing: it is a function of (input, configuration).
 */
#ifndef HR_INPUT_INPUT_H
#define HR_INPUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/stream.h"
#include "model/configuration.h"

enum { HR_MAX_SHARING = 32 };

/* Arrays of meetings are in start order (ties: order of generation); meetings alive at the
 * start of a stationary or periodic window come with their true start before it. */
typedef struct hr_input {
    hr_tick begin; /* simulated from here: warm-up starts */
    hr_tick from;  /* measured window is [from, to) */
    hr_tick to;

    uint32_t n_meetings;
    hr_tick *start;     /* [n_meetings] ascending; with a ramp: the first join */
    hr_tick *end;       /* [n_meetings] > start; may be before `begin` with a ramp */
    uint16_t *class_of; /* [n_meetings] */
    uint16_t *profile;  /* [n_meetings] within the class */
    uint32_t *size;     /* [n_meetings] participants who will ever be present */
    uint32_t *tie;      /* [n_meetings] random word that breaks ties, */
    uint32_t *pick;     /* [n_meetings] random word of the rule: nothing where neither the rule
                           asks for it nor both are the meeting's name (legs, hints) */
    bool without_loads; /* set before writing: nobody reads these, which are NULL then: */
    int64_t *initial;   /* [n_meetings * n_resources] load from the start on, steps */
    int64_t *final;     /* the same once all have joined; HR_MAX_RESOURCES more may be read */

    /* joins from the start on (none when participants join at once), meeting by meeting */
    uint32_t n_joins;
    hr_tick *join_tick;
    uint32_t *join_meeting;
    uint8_t *join_kind; /* within the meeting's profile */

    /* orders, where several pools need them: the first pool's that feeds others, and legs; else
     * NULL (no joins: any) */
    uint32_t *join_order;    /* [n_joins] joins by (tick, number) */
    uint16_t *ordered_kinds; /* [n_joins] kinds of who joins, in that order, of all the pool has:
                                numbered as in hr_prepared_class */
    uint32_t *end_order;     /* [n_meetings] meetings by end */

    /* background: ceilings of limit l on server j are base[l * n_servers + j] lowered by the
     * sessions in progress; see hr_input_ceilings */
    int64_t *ceiling;   /* [n_limits * n_servers] steps, after held background; of servers that
                           fail, a row of them for each change */
    uint32_t n_steps;   /* steps of the session grid, 0 without sessions; step s begins at
                           begin + s * prepared->session_step */
    uint16_t *sessions; /* [n_steps * n_sessions_items * n_servers] in progress */

    /* servers that fail (0: they do not): from change[i] on they are in row i, the first of which
     * holds from `begin` */
    uint32_t n_changes;
    hr_tick *change;                    /* [n_changes] ascending */
    uint8_t *server_state;              /* [n_changes * n_servers] hr_server_state */
    double *signed_in;                  /* [n_changes] users in service, of the pool's own */
    uint64_t service_lost[HR_N_CAUSES]; /* ticks of the window without service x users,
                                           in HR_USERS_ONE */
    uint64_t resilient;                 /* ticks of the window in which the Back End is missed */

    uint32_t n_probe_words; /* one pair of words per snapshot and probe */
    uint32_t *probe_tie;
    uint32_t *probe_pick;

    /* media placed apart: what is replayed in place of the meetings, else NULL. There a row is one
     * medium of a meeting, from when it is activated to the meeting's end, the Focus before the
     * others, with its people, words of their own, and a part of its profile; who is in the meeting
     * earlier joins the medium when it begins. Media that the meeting's end forestalls have no row
     */
    struct hr_input *media;
    uint32_t *part_of;   /* [n_meetings] the meeting; these arrays are NULL but there */
    uint8_t *medium;     /* [n_meetings] hr_medium */
    uint32_t *first_row; /* [n_wholes] the Focus of a meeting of the input's own, */
    uint32_t *next_row;  /* [n_meetings] and from it on its media, in no order; 0: no more */
    uint32_t n_wholes;   /* part_of is below this */

    /* bit `lane` of kept[meeting]: it is placed in this pool; NULL: all are */
    const uint32_t *kept;
    /* the same of whole[meeting]: it is this configuration's, placed here or, being large, in a
     * pool of its own; NULL: all are */
    const uint32_t *whole;
    unsigned lane;
    uint32_t n_own; /* meetings that are placed here */

    /* what the replication counts for: 1, or the likelihood ratio of an input that was tilted
       (model/tilt.h), which `component` made: number n_components is none */
    double weight;
    uint32_t component;
    double control; /* of tilt->control, before the weight; 0 without one */

    struct hr_input_store *store; /* owned memory, grows as needed, reused */
} hr_input;

/* Is the meeting placed in the input's own pool? */
static inline bool hr_input_owns(const hr_input *input, uint32_t meeting)
{
    return input->kept == NULL || (input->kept[meeting] >> input->lane & 1) != 0;
}

/* Words of a medium of the meeting, or the probe, that has these two: the upper half is its `tie`,
 * the lower one its `pick`; a meeting's medium i is activated by number HR_MEDIUM_LAST + 1 + i. So
 * neither takes draws from whoever places whole meetings. */
static inline uint64_t hr_input_medium_words(uint32_t tie, uint32_t pick, unsigned i)
{
    const uint64_t name = (uint64_t)tie << 32 | pick;
    return hr_split(hr_hash(&name, 1), i);
}

/* The row that names the meeting, by its words: where media are apart its Focus, else itself. */
static inline uint32_t hr_input_name(const hr_input *input, uint32_t row)
{
    return input->part_of == NULL ? row : input->first_row[input->part_of[row]];
}

/* What a replay takes for the meetings. */
static inline const hr_input *hr_input_placed(const hr_input *input)
{
    return input->media != NULL ? input->media : input;
}

/* Is it one of the input's own configuration, in whatever pool? */
static inline bool hr_input_has(const hr_input *input, uint32_t meeting)
{
    return input->whole == NULL || (input->whole[meeting] >> input->lane & 1) != 0;
}

/* Write the input of `replication`. `input` is `{0}` at first and reused afterwards.
 * Calls   Local; thread-safe on distinct inputs.
 * Errors  HR_ERR_MEMORY; HR_ERR_DATA when more than 2^31 meetings or joins would be needed. */
HR_MUST_CHECK hr_status hr_input_write(hr_input *input, const hr_configuration *configuration,
                                       uint64_t replication, const hr_vector *vector, hr_err *err);
/* The same for `n` configurations at once that may share their meetings, each with the first: what
 * they have in common is drawn once. input[0] holds it, the others point into it, until it is
 * written again; meetings that are not one's own are among them (see `kept`). n is at most
 * HR_MAX_SHARING. */
HR_MUST_CHECK hr_status hr_input_write_shared(hr_input *const *input,
                                              const hr_configuration *const *configuration,
                                              unsigned n, uint64_t replication,
                                              const hr_vector *vector, hr_err *err);
/* A pool whose participants have legs elsewhere, and its input. */
typedef struct hr_feeder {
    const hr_input *meetings;
    const hr_configuration *configuration;
} hr_feeder;

/* Another role's pool and where its legs come from. */
typedef struct hr_feeding {
    hr_input *legs; /* out: its input, as hr_input_write has it */
    const hr_configuration *pool;
    hr_feeder first;         /* of the same replication, as all: the pool that it stands beside */
    const hr_feeder *guests; /* [pool->feed->n_guests] in that order; NULL without any */
} hr_feeding;

/* Write the inputs of n pools of one role, of configurations whose first meetings were written
 * together, at most HR_MAX_SHARING: legs of the participants there, telephone calls where a pool
 * has them one by one, and each pool's own background. Those with the same of both share them: the
 * others point into the first one's, until it is written again. Calls and errors as above. */
HR_MUST_CHECK hr_status hr_input_write_legs(const hr_feeding *feeding, unsigned n,
                                            uint64_t replication, const hr_vector *vector,
                                            hr_err *err);
/* Write the input of the pool for large meetings `configuration`: those that `meetings`, the input
 * of the first pool of the same replication and configuration `first`, has and does not place; the
 * same to the last join. Calls and errors as above. */
HR_MUST_CHECK hr_status hr_input_write_large(hr_input *input, const hr_configuration *configuration,
                                             const hr_input *meetings,
                                             const hr_configuration *first, uint64_t replication,
                                             const hr_vector *vector, hr_err *err);
/* The input of another pool than the first, by where its meetings come from. */
HR_MUST_CHECK hr_status hr_input_write_other(hr_input *input, const hr_configuration *configuration,
                                             const hr_input *meetings,
                                             const hr_configuration *first, uint64_t replication,
                                             const hr_vector *vector, hr_err *err);
/* When two of the input's own meetings of at least configuration->large_from participants are in
 * progress at once, whatever becomes of them: counts->collision_time, in ticks of the window, and
 * collision_periods. */
struct hr_counts;
void hr_input_count_collisions(const hr_input *input, const hr_configuration *configuration,
                               struct hr_counts *counts);
/* To the copy of an input that was written without_loads: loads of the configuration, in whose
 * meetings every participant costs as much as the others there. They hold until the input is
 * written again. Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_input_fill_loads(hr_input *copy, const hr_configuration *configuration,
                                            hr_err *err);
/* Whether two configurations of a group, resolved for the same day, have the same meetings but for
 * thinning: they may differ in servers, rules, ceilings, costs, background and rates. */
bool hr_input_may_share(const hr_configuration *a, const hr_configuration *b);
void hr_input_free(hr_input *input);
size_t hr_input_bytes(const hr_input *input); /* memory held */

#endif
