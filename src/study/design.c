#include "study/design.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memo.h"
#include "base/stream.h"

/* Laws of unknowns are checked where all but 2^-33 of the probability lies: draws are there. */
#define TAIL 0x1p-33

/* ---- drawing */

size_t hr_design_level(const hr_design *design, uint64_t index, size_t axis)
{
    uint64_t choice = index % design->n_choices;
    for (size_t a = design->n_axes; a-- > axis + 1;)
        choice /= design->choices[a].n_levels;
    return (size_t)(choice % design->choices[axis].n_levels);
}

uint64_t hr_design_group(const hr_design *design, uint64_t index)
{
    uint64_t group = index / design->n_choices;
    for (size_t a = 0; a < design->n_axes; a++) {
        if (!design->choices[a].is_shared)
            group = group * design->choices[a].n_levels + hr_design_level(design, index, a);
    }
    return group;
}

uint64_t hr_design_neighbour(const hr_design *design, uint64_t index, size_t axis, size_t level)
{
    uint64_t stride = 1;
    for (size_t a = design->n_axes; a-- > axis + 1;)
        stride *= design->choices[a].n_levels;
    return index + stride * level - stride * hr_design_level(design, index, axis);
}

/* Draw number `i` of a stream that is only used from its beginning. */
static uint32_t word_of(hr_stream_id id, hr_purpose purpose, size_t i)
{
    hr_stream stream;
    uint32_t word = 0;
    hr_stream_open(&stream, id, purpose, 0, hr_vector_level(0));
    for (size_t k = 0; k <= i; k++)
        word = hr_stream_next(&stream);
    return word;
}

/* Coordinate `i` of a world's point in the unit cube. */
static double coordinate_of(const hr_design *design, uint64_t world, size_t i)
{
    if (design->kind == HR_DESIGN_SOBOL)
        return hr_uniform(hr_sobol_point(&design->sobol, (uint32_t)world, (unsigned)i));
    if (design->kind == HR_DESIGN_RANDOM) {
        const hr_stream_id id = {design->seed, world, 0};
        return hr_uniform(word_of(id, HR_PURPOSE_WORLD, i));
    }
    for (size_t k = design->n_unknowns; k-- > i + 1;)
        world /= design->n_levels;
    return ((double)(world % design->n_levels) + 0.5) / (double)design->n_levels;
}

static double quantile(const hr_law *law, double p)
{
    return hr_law_is_constant(law) ? hr_law_mean(law) : hr_law_quantile(law, p);
}

double hr_design_draw(const hr_design *design, uint64_t world, size_t i)
{
    return quantile(&design->unknowns[i].law, coordinate_of(design, world, i));
}

/* ---- putting a number in its place */

static hr_status turn_value(const hr_param_row *row, hr_bound *bound, double number,
                            hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_value *value = &bound->value;
    double *list = NULL;
    HR_TRY(hr_bind_check_number(row, bound->meaning, value->form, value->is_percent, number, err));
    if (row->dimension == HR_DIMENSION_COUNT && number != floor(number))
        return HR_FAIL(err, HR_ERR_DATA, "needs a law of whole numbers, e.g. mix(2 at 50 %%, ...)");
    value->number = number;
    if (row->kind == HR_PARAM_LAW)
        value->law = (hr_law){.kind = HR_LAW_CONSTANT, .a = number};
    if (row->kind != HR_PARAM_NUMBERS)
        return HR_OK;
    HR_TAKE(list, arena, 1);
    list[0] = number;
    value->list = list;
    value->n = 1;
out:
    return st;
}

static hr_status turn_argument(const hr_knob *knob, const hr_quantity *quantity, hr_bound *bound,
                               double number, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_call *call = NULL;
    if (bound->call == NULL)
        return HR_FAIL(err, HR_ERR_DATA, "there is no law with an argument %s", knob->argument);
    HR_TAKE(call, arena, 1);
    *call = *bound->call;
    hr_argument *argument = hr_call_argument(call, hr_span_of(knob->argument));
    if (argument == NULL)
        return HR_FAIL(err, HR_ERR_DATA, "%.100s has no argument %s", bound->value.text,
                       knob->argument);
    if (hr_call_argument_meaning(call, knob->argument).dimension == call->meaning.dimension &&
        quantity->form != call->quantity.form)
        return HR_FAIL(err, HR_ERR_DATA, "is written in another way than %.100s",
                       bound->value.text);
    argument->number = number;
    HR_TRY(hr_call_law(call, &bound->value.law, err));
    bound->call = call;
out:
    return st;
}

hr_status hr_knob_turn(const hr_knob *knob, const hr_drawn *drawn, double number, hr_params *params,
                       hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_param_row *row = &hr_param_rows[knob->key];
    const hr_quantity *quantity = &drawn->call.quantity;
    const size_t slot = hr_shape_slot(params->shape, knob->key, knob->index);
    const hr_value *old =
        hr_params_item(params, knob->key, knob->index[0], knob->index[1], knob->index[2]);
    hr_bound *bound = NULL;
    HR_TAKE(bound, arena, 1);
    if (old->is_set)
        *bound = *(const hr_bound *)old;
    bound->mark = drawn->mark;
    bound->by = drawn->by;
    bound->drawn_from = drawn->text;
    bound->value.where = drawn->where;
    if (knob->argument == NULL) {
        bound->meaning = drawn->meaning;
        bound->quantity = *quantity;
        bound->value.is_set = true;
        bound->value.text = drawn->text;
        bound->value.form = quantity->form;
        bound->value.is_percent = quantity->is_percent;
        bound->value.at = quantity->at;
        bound->call = NULL;
        HR_TRY(turn_value(row, bound, number, arena, err));
    } else {
        HR_TRY(turn_argument(knob, quantity, bound, number, arena, err));
    }
    params->slot[slot] = &bound->value;
out:
    return st;
}

/* ---- one configuration, one day */

static hr_status name_drawn(const hr_drawn *drawn, double number, const hr_err *why, hr_err *err)
{
    if (why->status == HR_ERR_MEMORY)
        return HR_FAIL(err, HR_ERR_MEMORY, "%s", why->message);
    const hr_quantity *quantity = &drawn->call.quantity;
    const double scale = quantity->scale > 0.0 ? quantity->scale : 1.0;
    return hr_mark_fail(drawn->mark, err, "%s.%s = %.100s: with %.6g%s%s: %s",
                        hr_set_by_names[drawn->by], drawn->path, drawn->text, number / scale,
                        scale < 1.0 || scale > 1.0 ? " " : "",
                        scale < 1.0 || scale > 1.0 ? quantity->unit : "", why->message);
}

static hr_status apply_choice(const hr_choice *choice, size_t at, hr_params *params,
                              hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_err why = {0};
    const hr_choice_level *level = &choice->levels[at];
    if (!choice->has_knob) {
        hr_params_apply(params, &level->bindings);
        return HR_OK;
    }
    const hr_drawn chosen = {.path = choice->path,
                             .text = level->label,
                             .where = "choose",
                             .mark = choice->mark,
                             .by = HR_SET_BY_CHOOSE,
                             .call = {.quantity = {.form = choice->form}}};
    st = hr_knob_turn(&choice->knob, &chosen, level->number, params, arena, &why);
    return st == HR_OK ? HR_OK : name_drawn(&chosen, level->number, &why, err);
}

static hr_status apply_unknown(const hr_drawn *drawn, double number, hr_call *daily,
                               hr_params *params, hr_arena *arena, hr_err *err)
{
    hr_err why = {0};
    hr_status st = HR_OK;
    if (drawn->knob.is_daily) {
        hr_argument *argument =
            hr_call_argument(&daily[drawn->knob.daily], hr_span_of(drawn->knob.argument));
        if (argument != NULL)
            argument->number = number;
        else
            st = HR_FAIL(&why, HR_ERR_DATA, "the daily law has no argument %s",
                         drawn->knob.argument);
    } else {
        st = hr_knob_turn(&drawn->knob, drawn, number, params, arena, &why);
    }
    return st == HR_OK ? HR_OK : name_drawn(drawn, number, &why, err);
}

enum { WORDS_KEPT = 64 }; /* of a law: longer tables are not looked for */

/* The number that a word draws from the law of a day, worked out once in the arena: the choices of
 * a world have their days in common. */
static hr_status draw_daily(const hr_law *law, uint32_t word, hr_arena *arena, double *number,
                            hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t key[1 + WORDS_KEPT];
    double *kept = NULL;
    key[0] = word;
    const size_t n_words = hr_law_words(law, &key[1], WORDS_KEPT);
    const size_t bytes = (1 + n_words) * sizeof *key;
    const double *known = n_words > 0 ? hr_memo_find(arena, HR_MEMO_DAILY, key, bytes) : NULL;
    *number = known != NULL ? *known : quantile(law, hr_uniform(word));
    if (known != NULL || n_words == 0)
        return HR_OK;
    HR_TAKE(kept, arena, 1);
    *kept = *number;
    HR_TRY(hr_memo_keep(arena, HR_MEMO_DAILY, key, bytes, kept, err));
out:
    return st;
}

static hr_status apply_daily(const hr_design *design, const hr_call *calls, hr_stream_id id,
                             hr_params *params, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_stream stream;
    hr_stream_open(&stream, id, HR_PURPOSE_DAILY, 0, hr_vector_level(0));
    for (size_t i = 0; i < design->n_daily; i++) {
        const hr_drawn *drawn = &design->daily[i];
        hr_err why = {0};
        hr_law law;
        double number = 0.0;
        st = hr_call_law(&calls[i], &law, &why);
        if (st == HR_OK)
            st = draw_daily(&law, hr_stream_next(&stream), arena, &number, &why);
        if (st == HR_OK)
            st = hr_knob_turn(&drawn->knob, drawn, number, params, arena, &why);
        if (st != HR_OK)
            return name_drawn(drawn, number, &why, err);
    }
    return st;
}

/* The unknowns of a world, drawn once in the arena. */
static hr_status draw_world(const hr_design *design, uint64_t world, hr_arena *arena,
                            const double **numbers, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t key[] = {(uintptr_t)design, design->identity, world};
    double *drawn = NULL;
    *numbers = hr_memo_find(arena, HR_MEMO_WORLD, key, sizeof key);
    if (*numbers != NULL)
        return HR_OK;
    HR_TAKE(drawn, arena, design->n_unknowns);
    for (size_t i = 0; i < design->n_unknowns; i++)
        drawn[i] = hr_design_draw(design, world, i);
    HR_TRY(hr_memo_keep(arena, HR_MEMO_WORLD, key, sizeof key, drawn, err));
    *numbers = drawn;
out:
    return st;
}

hr_status hr_design_place(const hr_design *design, uint64_t world, const double *coordinate,
                          hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t key[] = {(uintptr_t)design, design->identity, world};
    double *drawn = NULL;
    HR_TAKE(drawn, arena, design->n_unknowns);
    for (size_t i = 0; i < design->n_unknowns; i++)
        drawn[i] = quantile(&design->unknowns[i].law, coordinate[i]);
    HR_TRY(hr_memo_keep(arena, HR_MEMO_WORLD, key, sizeof key, drawn, err));
out:
    return st;
}

hr_status hr_design_apply(const hr_design *design, uint64_t index, uint64_t replication,
                          hr_params *params, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_call daily[HR_MAX_DAILY];
    const double *numbers = NULL;
    for (size_t i = 0; i < design->n_daily; i++)
        daily[i] = design->daily[i].call;
    for (size_t a = 0; a < design->n_axes; a++)
        HR_TRY(apply_choice(&design->choices[a], hr_design_level(design, index, a), params, arena,
                            err));
    HR_TRY(draw_world(design, index / design->n_choices, arena, &numbers, err));
    for (size_t i = 0; i < design->n_unknowns; i++)
        HR_TRY(apply_unknown(&design->unknowns[i], numbers[i], daily, params, arena, err));
    const hr_stream_id id = {design->seed, hr_design_group(design, index), replication};
    if (design->n_daily > 0)
        HR_TRY(apply_daily(design, daily, id, params, arena, err));
out:
    return st;
}

/* ---- random numbers in common */

/* Of all choices, of none, or of those named. */
static hr_status read_common(hr_design *design, const hr_params *base, hr_err *err)
{
    const hr_value *names = hr_params_get(base, HR_KEY_common_random_numbers);
    const int flag = names->n == 1 ? hr_words_find("no|yes", hr_span_of(names->words[0])) : -1;
    for (size_t a = 0; a < design->n_axes; a++)
        design->choices[a].is_shared = flag == 1;
    for (size_t i = 0; i < names->n && flag < 0; i++) {
        hr_guess guess = hr_guess_for(hr_span_of(names->words[i]));
        size_t a = 0;
        while (a < design->n_axes && strcmp(design->choices[a].path, names->words[i]) != 0)
            hr_guess_offer(&guess, design->choices[a++].path);
        if (a == design->n_axes)
            return hr_params_fail(base, HR_KEY_common_random_numbers, 0, 0, err,
                                  "%.100s is not a key of choose%s%.100s; give yes, no or a list "
                                  "of such keys",
                                  names->words[i], guess.best != NULL ? ", did you mean " : "",
                                  guess.best != NULL ? guess.best : "");
        design->choices[a].is_shared = true;
    }
    return HR_OK;
}

/* ---- size and checks */

static hr_status too_many(hr_err *err)
{
    return HR_FAIL(err, HR_ERR_DATA,
                   "the study has more than %u configurations (worlds x choices): choose fewer "
                   "levels or worlds",
                   HR_MAX_CONFIGURATIONS);
}

static hr_status count_worlds(hr_design *design, const hr_params *base, hr_err *err)
{
    design->n_levels = (uint64_t)hr_params_get(base, HR_KEY_design_levels)->number;
    design->n_worlds = (uint64_t)hr_params_get(base, HR_KEY_worlds)->number;
    if (design->n_unknowns == 0)
        design->n_worlds = 1;
    else if (design->kind == HR_DESIGN_GRID)
        design->n_worlds = 1;
    for (size_t i = 0; design->kind == HR_DESIGN_GRID && i < design->n_unknowns; i++) {
        if (design->n_worlds > HR_MAX_CONFIGURATIONS / design->n_levels)
            return too_many(err);
        design->n_worlds *= design->n_levels;
    }
    design->n_choices = 1;
    for (size_t a = 0; a < design->n_axes; a++) {
        if (design->n_choices > HR_MAX_CONFIGURATIONS / design->choices[a].n_levels)
            return too_many(err);
        design->n_choices *= design->choices[a].n_levels;
    }
    return design->n_choices > HR_MAX_CONFIGURATIONS / design->n_worlds ? too_many(err) : HR_OK;
}

/* Turn the knob of `drawn` to both ends of its law, so that no later draw can fail. */
static hr_status check_ends(const hr_drawn *drawn, const hr_law *law, const hr_params *base,
                            hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_params params = {0};
    HR_TRY(hr_params_init(&params, base->shape, arena, err));
    for (int end = 0; end < 2; end++) {
        const double number = quantile(law, end == 0 ? TAIL : 1.0 - TAIL);
        hr_err why = {0};
        memcpy(params.slot, base->slot, base->shape->n_slots * sizeof *params.slot);
        st = hr_knob_turn(&drawn->knob, drawn, number, &params, arena, &why);
        if (st != HR_OK)
            return name_drawn(drawn, number, &why, err);
    }
out:
    return st;
}

/* An argument of a daily law, put at both ends of what is unknown about it: is that a law, and
 * can its draws stand where they go? */
static hr_status check_daily_argument(const hr_design *design, const hr_drawn *drawn,
                                      const hr_params *base, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_drawn *daily = &design->daily[drawn->knob.daily];
    for (int end = 0; end < 2; end++) {
        const double number = quantile(&drawn->law, end == 0 ? TAIL : 1.0 - TAIL);
        hr_call call = daily->call;
        hr_law law;
        hr_err why = {0};
        hr_argument *argument = hr_call_argument(&call, hr_span_of(drawn->knob.argument));
        if (argument == NULL)
            st = HR_FAIL(&why, HR_ERR_DATA, "the daily law has no argument %s",
                         drawn->knob.argument);
        else
            argument->number = number;
        if (st == HR_OK)
            st = hr_call_law(&call, &law, &why);
        if (st != HR_OK)
            return name_drawn(drawn, number, &why, err);
        HR_TRY(check_ends(daily, &law, base, arena, err));
    }
out:
    return st;
}

hr_status hr_design_finish(hr_design *design, const hr_params *base, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_params first = {0};
    design->kind = (hr_design_kind)hr_params_get(base, HR_KEY_design_kind)->choice;
    design->seed = (uint64_t)hr_params_get(base, HR_KEY_seed)->number;
    HR_TRY(read_common(design, base, err));
    HR_TRY(count_worlds(design, base, err));
    HR_TRY(hr_sobol_init(&design->sobol, (unsigned)design->n_unknowns, design->seed, arena, err));
    /* Arguments may belong to a law that only a choice brings: look at the first choices. */
    HR_TRY(hr_params_init(&first, base->shape, arena, err));
    memcpy(first.slot, base->slot, base->shape->n_slots * sizeof *first.slot);
    memcpy(first.count, base->count, base->shape->n_counts * sizeof *first.count);
    for (size_t a = 0; a < design->n_axes; a++)
        HR_TRY(apply_choice(&design->choices[a], 0, &first, arena, err));
    for (size_t i = 0; i < design->n_daily; i++)
        HR_TRY(check_ends(&design->daily[i], &design->daily[i].law, &first, arena, err));
    for (size_t i = 0; i < design->n_unknowns; i++) {
        const hr_drawn *unknown = &design->unknowns[i];
        HR_TRY(unknown->knob.is_daily ? check_daily_argument(design, unknown, &first, arena, err)
                                      : check_ends(unknown, &unknown->law, &first, arena, err));
    }
out:
    return st;
}
