/* design: what a study varies, and the values of configuration i on day r.
 *
 * choose: a full grid of levels, each a set of bindings or one argument of a law.
 * unknown: one number per world; daily: one number per replication. Draws depend on the seed,
 * the world and the position in the study, never on how many there are.
 */
#ifndef HR_STUDY_DESIGN_H
#define HR_STUDY_DESIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "study/bind.h"
#include "study/sobol.h"
#include "study/study.h"

enum { HR_MAX_DAILY = 32 };
#define HR_MAX_CONFIGURATIONS 1000000000u

/* Where a number goes: a value, or an argument of the law that stands there. */
typedef struct hr_knob {
    hr_key key;
    size_t index[HR_PLACE_INDICES];
    const char *argument; /* NULL: the value itself */
    bool is_daily;        /* the law is that of daily number `daily` */
    size_t daily;
} hr_knob;

typedef struct hr_choice_level {
    const char *label;
    hr_bindings bindings;
    double number; /* base unit, when the choice is numeric */
} hr_choice_level;

typedef struct hr_choice {
    const char *path;
    hr_mark mark;
    bool is_shared; /* configurations that differ in it alone share random numbers */
    bool has_knob;  /* numbers for an argument of a law */
    hr_knob knob;
    bool is_numeric;
    const char *unit;
    double scale; /* base units in one `unit` */
    hr_form form; /* of all numbers */
    size_t n_levels;
    hr_choice_level *levels;
} hr_choice;

/* A thing drawn from a law: unknown or daily. */
typedef struct hr_drawn {
    const char *path, *text;
    const char *where;
    hr_mark mark;
    hr_set_by by;
    hr_knob knob;
    hr_meaning meaning;
    hr_call call;
    hr_law law;
    const char *unit;
} hr_drawn;

typedef struct hr_design {
    size_t n_axes;
    hr_choice *choices;
    size_t n_unknowns;
    hr_drawn *unknowns;
    size_t n_daily;
    hr_drawn *daily;
    hr_design_kind kind;
    uint64_t seed;
    uint64_t n_worlds, n_choices;
    uint64_t n_levels; /* grid: of each unknown */
    uint64_t identity; /* hr_study.identity: what is worked out is not another study's */
    hr_sobol sobol;
} hr_design;

/* Read choose, unknown and daily; bindings of all levels are added to the shape. */
HR_MUST_CHECK hr_status hr_design_read(hr_design *design, const hr_node *root, hr_shape *shape,
                                       hr_arena *arena, hr_err *err);
/* Read the rest from `base` (values without what varies) and check every law at both its ends. */
HR_MUST_CHECK hr_status hr_design_finish(hr_design *design, const hr_params *base, hr_arena *arena,
                                         hr_err *err);
/* Level of choice `axis` in configuration `index`. */
size_t hr_design_level(const hr_design *design, uint64_t index, size_t axis);
/* Value of unknown `i` in a world, in the base unit. */
double hr_design_draw(const hr_design *design, uint64_t world, size_t i);
/* In `arena`, which has not seen the world yet, its unknowns stand at these coordinates
 * [n_unknowns] of the unit cube instead of the design's own. */
HR_MUST_CHECK hr_status hr_design_place(const hr_design *design, uint64_t world,
                                        const double *coordinate, hr_arena *arena, hr_err *err);
/* Random stream group of a configuration: its number in the design that is left when the shared
 * choices are taken away. */
uint64_t hr_design_group(const hr_design *design, uint64_t index);
/* The configuration that has `level` in choice `axis` and else equals `index`. */
uint64_t hr_design_neighbour(const hr_design *design, uint64_t index, size_t axis, size_t level);
/* Apply what configuration `index` is on day `replication` to `params`, a copy of the base. */
HR_MUST_CHECK hr_status hr_design_apply(const hr_design *design, uint64_t index,
                                        uint64_t replication, hr_params *params, hr_arena *arena,
                                        hr_err *err);
/* Put one number at a knob of `params`; the message says why it does not fit. */
HR_MUST_CHECK hr_status hr_knob_turn(const hr_knob *knob, const hr_drawn *drawn, double number,
                                     hr_params *params, hr_arena *arena, hr_err *err);

#endif
