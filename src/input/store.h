/* store: the growing arrays behind an input, reused from replication to replication.
 */
#ifndef HR_INPUT_STORE_H
#define HR_INPUT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "input/endings.h"
#include "input/input.h"
#include "model/prepared.h"

/* One array that only grows. */
typedef struct hr_room {
    void *data;
    size_t bytes;
} hr_room;

/* Make room for `count` items of `size` bytes, keeping the first `keep` items. */
HR_MUST_CHECK hr_status hr_room_grow(hr_room *room, size_t count, size_t size, size_t keep,
                                     hr_err *err);

#define HR_ROOM(pointer, room, count)                                                              \
    do {                                                                                           \
        HR_TRY(hr_room_grow((room), (size_t)(count), sizeof *(pointer), 0, err));                  \
        (pointer) = (room)->data;                                                                  \
    } while (0)

/* Starts of meetings as the sources give them, before they are put in order. */
typedef struct hr_starts {
    uint32_t n, capacity;
    bool is_ascending;
    hr_tick *tick;
    /* of the first n_told rows; the others have no end yet and are kept by all */
    uint32_t n_told;
    hr_tick *end;       /* 0: not drawn yet; else the meeting was alive at `begin` */
    uint16_t *class_of; /* where end is set */
    uint32_t *kept;     /* bit l: of the group's starts, one of configuration l's */
    uint32_t n_thinned; /* kept by none */
    hr_room room_tick, room_end, room_class, room_kept;
} hr_starts;

typedef struct hr_start_row {
    hr_tick tick, end;
    uint16_t class_of;
    uint32_t kept;
} hr_start_row;

void hr_starts_begin(hr_starts *starts);
/* Make room for `more` rows, whose ticks are written behind the others by hand, */
HR_MUST_CHECK hr_status hr_starts_room(hr_starts *starts, uint32_t more, hr_err *err);
/* and count the first `n` of them, which are ascending, in. */
void hr_starts_take(hr_starts *starts, uint32_t n);
HR_MUST_CHECK hr_status hr_starts_add(hr_starts *starts, hr_start_row row, hr_err *err);
/* Put in starts that are kept by all and have no end yet, among others that are ascending: order[i]
 * is the number of the tick that comes i-th; new ones come behind old ones of their tick. place[i]:
 * where tick[i] then is. */
HR_MUST_CHECK hr_status hr_starts_insert(hr_starts *starts, const hr_tick *tick,
                                         const uint32_t *order, uint32_t n, uint32_t *place,
                                         hr_err *err);
/* Tell all rows. */
void hr_starts_tell(hr_starts *starts);

struct hr_input_store {
    hr_starts starts;
    uint32_t *kept; /* [n_meetings] as in hr_starts, in start order; NULL: all by all */
    hr_room room_kept, divided;
    hr_room zeros; /* what class_of and profile are where there is one: never written */
    hr_room start, end, class_of, profile, size, tie, pick, initial, final;
    hr_room join_tick, join_meeting, join_kind, join_order, ordered_kinds, end_order;
    hr_room ceiling, sessions, probe_tie, probe_pick;
    hr_room change, server_state, signed_in, outages, outages_in_order;
    hr_room words, reals, place, work;
    hr_room further, further_start, further_place, stratum, leaning; /* of a tilted input */
    hr_room with_inserted[11]; /* the arrays of an input into which a meeting was inserted */
    hr_input media;            /* what input->media points at; the next five are used there */
    hr_room part_of, medium, first_row, next_row, first_join;
    hr_endings endings[HR_MAX_BACKGROUND]; /* of each item */
};

/* Who writes what for whom: passed down the writers. */
struct hr_tilting;
typedef struct hr_writing {
    hr_input *input;
    struct hr_tilting *tilting;             /* NULL: from the true laws */
    const hr_configuration *const *sharing; /* [n_sharing] whose meetings are written: */
    unsigned n_sharing;
    const hr_configuration *configuration; /* the first, unless it is one's own part */
    const hr_prepared *prepared;
    hr_stream_id id;
    const hr_vector *vector;
} hr_writing;

/* Which of a source's starts belong to which configuration: one word for each, none when all are
 * everybody's. */
typedef struct hr_thinning {
    bool is_needed;
    unsigned n_sharing;
    uint64_t keep[HR_MAX_SHARING];
    hr_stream words;
} hr_thinning;

enum { HR_KEEP_PAST = HR_MAX_SOURCES };

/* `index`: the source, + HR_KEEP_PAST for meetings alive at the start. */
hr_thinning hr_thinning_open(const hr_writing *writing, unsigned source, unsigned index);
/* The configurations that keep the next start, as in hr_starts. */
static inline uint32_t hr_thinning_keeps(hr_thinning *thinning)
{
    uint32_t kept = 0;
    if (!thinning->is_needed)
        return UINT32_MAX;
    const uint32_t word = hr_stream_next(&thinning->words);
    for (unsigned l = 0; l < thinning->n_sharing; l++)
        kept |= (uint32_t)(word < thinning->keep[l]) << l;
    return kept;
}

/* Memory of an input, the first time. */
HR_MUST_CHECK hr_status hr_input_take_store(hr_input *input, hr_err *err);
/* The writers, each in the file of its name; all may fail with HR_ERR_MEMORY or HR_ERR_DATA. They
 * draw for every start of the group; hr_write_thinned takes out what nobody keeps. */
HR_MUST_CHECK hr_status hr_write_past(const hr_writing *writing, unsigned source, hr_err *err);
HR_MUST_CHECK hr_status hr_write_arrivals(const hr_writing *writing, unsigned source, hr_err *err);
HR_MUST_CHECK hr_status hr_write_meetings(const hr_writing *writing, hr_err *err);
HR_MUST_CHECK hr_status hr_write_joins(const hr_writing *writing, hr_err *err);
/* Without `draws_sessions` the caller sees to the sessions. */
HR_MUST_CHECK hr_status hr_write_background(const hr_writing *writing, bool draws_sessions,
                                            hr_err *err);
/* Of servers that fail: changes, and ceilings from one to the next. `held` is the background of all
 * servers while they are up, [n_resources * n_servers] steps, in store->reals. */
HR_MUST_CHECK hr_status hr_write_failures(const hr_writing *writing, const double *held,
                                          hr_err *err);
/* Sessions in progress of item `number` while users are where their servers are up, as those of
 * background.c, whose words they have. */
HR_MUST_CHECK hr_status hr_write_rehomed(const hr_writing *writing, unsigned number,
                                         const uint32_t *word, uint16_t *sessions, size_t stride,
                                         hr_err *err);
/* Words of one item's sessions on one server over n_steps. */
size_t hr_words_of_path(uint32_t n_steps);

/* Who places what, where large meetings go to a pool of their own: input->kept. */
HR_MUST_CHECK hr_status hr_write_division(const hr_writing *writing, hr_err *err);
HR_MUST_CHECK hr_status hr_write_thinned(const hr_writing *writing, hr_err *err);
/* Loads of the meetings, which are written already, at the costs of writing->configuration. */
HR_MUST_CHECK hr_status hr_write_loads(const hr_writing *writing, hr_err *err);
/* The inserted meeting among those that are written already with their loads. */
HR_MUST_CHECK hr_status hr_write_inserted(const hr_writing *writing, hr_err *err);
/* The kind of its participant number `i`, which follows from its words. */
unsigned hr_inserted_kind(const hr_prepared_profile *profile, uint32_t tie, uint32_t pick,
                          uint32_t i);
/* Rows for the media of the meetings in writing->input, where writing->configuration places media
 * apart: for `input`, its own. Those that are the pool's, and those of number `lane` in the masks
 * `whose`; NULL: all. */
HR_MUST_CHECK hr_status hr_write_media(const hr_writing *writing, const uint32_t *whose,
                                       unsigned lane, hr_input *input, hr_err *err);
/* All else is written: put it beside the rows, and the rows into use. */
void hr_finish_media(const hr_configuration *configuration, hr_input *input);
/* Words for the rule when probes ask it. */
HR_MUST_CHECK hr_status hr_write_probe_words(const hr_writing *writing, hr_err *err);
/* All that is not the meetings' themselves, for each of those who share them. */
HR_MUST_CHECK hr_status hr_write_own(const hr_writing *writing, hr_input *const *input,
                                     hr_err *err);

/* 2^39 ticks are 97 days; longer meetings outlive any window anyway. */
#define HR_MOST_DURATION 0x1p39

/* A duration in ticks, at least one. */
hr_tick hr_duration_ticks(double seconds);

#endif
