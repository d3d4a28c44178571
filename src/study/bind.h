/* bind: from texts in a tree to values in the places of the parameter table.
 *
 * A place is a row with its indices. Binding gives a list of bindings; a shape says how many of
 * each place there are over the whole study, so that the values of one configuration are one
 * array of pointers that is copied and overridden.
 */
#ifndef HR_STUDY_BIND_H
#define HR_STUDY_BIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/mem.h"
#include "study/call.h"
#include "study/describe.h"
#include "study/params.h"
#include "study/tree.h"
#include "study/unit.h"

enum { HR_PLACE_INDICES = 3, HR_LONGEST_PATH = 240 };

/* A value with what is needed to override and to show it. `value` comes first: the pointers
 * that hr_params_at returns are pointers to these. */
typedef struct hr_bound {
    hr_value value;
    hr_mark mark;
    hr_meaning meaning;
    hr_quantity quantity; /* QUANTITY, NUMBERS: unit as written */
    const hr_call *call;  /* LAW */
    hr_set_by by;
    const char *drawn_from; /* text of the law that gave the number (or an argument); or NULL */
} hr_bound;

/* Where a path has led: into a row, or to a group of rows. */
typedef struct hr_position {
    char pattern[HR_LONGEST_PATH]; /* as in the table: "arrivals.sources[].rate" */
    char path[HR_LONGEST_PATH];    /* as written: "arrivals.sources[0].rate" */
    size_t index[HR_PLACE_INDICES];
    size_t n_indices;
    bool is_row; /* `key` is the row of exactly this pattern */
    hr_key key;
} hr_position;

typedef enum hr_binding_kind {
    HR_BIND_VALUE, /* `bound` stands at the place */
    HR_BIND_COUNT, /* the list at the place (a `[]` row, without its own index) has `count` items */
    HR_BIND_CLEAR, /* the list at the place loses all values: it is replaced */
} hr_binding_kind;

typedef struct hr_binding {
    hr_binding_kind kind;
    hr_key key;
    size_t index[HR_PLACE_INDICES];
    const hr_bound *bound;
    size_t count;
    struct hr_binding *next;
} hr_binding;

typedef struct hr_bindings {
    hr_binding *first, *last;
} hr_bindings;

typedef struct hr_binder {
    const hr_node *root; /* the merged tree, for what one value says about another */
    bool is_choice;      /* levels of choose: their lists replace others, HR_BIND_CLEAR */
    hr_arena *arena;
} hr_binder;

/* Take one component (a word, or a list position) on from `position`; false when the table has
 * nothing there. `{0}` is the root. */
bool hr_position_step(hr_position *position, hr_span word, size_t index);
/* Follow a path as far as the table goes; what is left stays in `path`. */
void hr_position_follow(hr_position *position, hr_span *path);
/* Bind `node` and all below it at `position`. choose, unknown and daily are left out. */
HR_MUST_CHECK hr_status hr_bind(const hr_binder *binder, const hr_position *position,
                                const hr_node *node, hr_bindings *bindings, hr_err *err);
/* Fail with "unknown key" and what is near, at the component `word` below `position`. */
hr_status hr_bind_unknown_key(const hr_position *position, hr_span word, hr_mark mark, hr_err *err);
/* What a number in the row means at this place. */
hr_meaning hr_bind_meaning(const hr_binder *binder, const hr_position *position,
                           const hr_node *parent);
/* Is the number within the row's range? The message says what is. */
HR_MUST_CHECK hr_status hr_bind_check_number(const hr_param_row *row, hr_meaning meaning,
                                             hr_form form, bool is_percent, double number,
                                             hr_err *err);

/* ---- places of a whole study */

typedef struct hr_shape {
    size_t first[HR_N_KEYS];                  /* slot of the place (0, 0, 0) */
    size_t size[HR_N_KEYS][HR_PLACE_INDICES]; /* of each index; 1 when the row has none */
    size_t n_slots;
    size_t first_count[HR_N_KEYS]; /* of `[]` rows */
    size_t n_counts;
    const hr_bound *fallback[HR_N_KEYS]; /* NULL when the row has none */
} hr_shape;

struct hr_params {
    const hr_shape *shape;
    const hr_value **slot; /* [n_slots] NULL = not set */
    size_t *count;         /* [n_counts] */
    size_t site;           /* 0: as the study has them; i + 1: as they are at site i (sites.h) */
};

/* Widen the shape (`{0}` at first) to hold the bindings; then hr_shape_finish, once. */
void hr_shape_widen(hr_shape *shape, const hr_bindings *bindings);
HR_MUST_CHECK hr_status hr_shape_finish(hr_shape *shape, hr_arena *arena, hr_err *err);
size_t hr_shape_slot(const hr_shape *shape, hr_key key, const size_t index[HR_PLACE_INDICES]);
HR_MUST_CHECK hr_status hr_params_init(hr_params *params, const hr_shape *shape, hr_arena *arena,
                                       hr_err *err);
void hr_params_apply(hr_params *params, const hr_bindings *bindings);

/* Where the value at a place is written. When nobody wrote it (a default is nobody's): the first
 * value of the smallest item or section around it that has one, in the study's own file if it can
 * be; then the file alone. `key` may be a `[]` row: then it is about that item. Local. */
hr_mark hr_params_mark(const hr_params *params, hr_key key, const size_t index[HR_PLACE_INDICES]);
/* Path of a place, "arrivals.sources[1].rate". */
void hr_place_path(hr_key key, const size_t index[HR_PLACE_INDICES], char out[HR_LONGEST_PATH]);

#endif
