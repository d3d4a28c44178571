/* How much is needed, for another program. */
#include <math.h>

#include "cli/show_size.h"
#include "study/size.h"

static const char *answer_word(const hr_show_sizing *s, const hr_row_state *state)
{
    if (state->contradicts)
        return "not_monotone";
    if (state->missed == s->n)
        return "none";
    if (state->met == 0)
        return "first";
    return state->met == state->missed ? "found" : "undecided";
}

static void put_candidate(const hr_show_sizing *s, hr_json *json, uint64_t row, size_t i)
{
    const hr_sized *sized = hr_show_candidate(s, row, i);
    hr_json_object(json, NULL);
    hr_json_text(json, "label", hr_size_label(s->study, i));
    hr_json_number(json, "value", sized->estimate.value);
    hr_json_number(json, "lower", sized->estimate.lower);
    hr_json_number(json, "upper", sized->estimate.upper);
    hr_json_count(json, "n", sized->estimate.n);
    hr_json_text(json, "verdict", hr_verdict_names[sized->verdict]);
    hr_json_end_object(json);
}

static void put_row(const hr_show_sizing *s, hr_json *json, uint64_t row)
{
    const hr_row_state state = hr_sized_state(s->study, s->sized, row);
    const uint64_t configuration = hr_size_configuration(s->study, row, 0);
    size_t axis[HR_SIZING_KEYS];
    const unsigned n_keys = hr_show_sizing_keys(s, axis);
    hr_json_object(json, NULL);
    hr_json_count(json, "world", configuration / s->study->n_choices);
    hr_json_object(json, "choices");
    for (unsigned k = 0; k < n_keys; k++)
        hr_json_text(json, s->study->axes[axis[k]].path,
                     hr_show_label(s->show, axis[k], configuration % s->study->n_choices));
    hr_json_end_object(json);
    hr_json_text(json, "answer", answer_word(s, &state));
    hr_json_text(json, "meets", state.met < s->n ? hr_size_label(s->study, state.met) : NULL);
    hr_json_text(json, "misses",
                 state.missed > 0 ? hr_size_label(s->study, state.missed - 1) : NULL);
    hr_json_array(json, "candidates");
    for (size_t i = 0; i < s->n; i++)
        put_candidate(s, json, row, i);
    hr_json_end_array(json);
    hr_json_end_object(json);
}

hr_status hr_show_size_json(hr_show *show, hr_json *json, hr_err *err)
{
    hr_status st = HR_OK;
    hr_show_sizing s;
    const hr_size *size = &show->study->size;
    if (size->along == HR_SIZE_NOT_ASKED)
        return HR_OK;
    HR_TRY(hr_show_sizing_init(&s, show, err));
    hr_json_object(json, "size");
    hr_json_text(json, "vary", size->vary);
    hr_json_text(json, "find", size->find_largest ? "largest" : "smallest");
    hr_json_number(json, "at_most", size->is_at_least ? (double)NAN : size->threshold);
    hr_json_number(json, "at_least", size->is_at_least ? size->threshold : (double)NAN);
    hr_json_number(json, "indifference", size->indifference);
    hr_json_number(json, "confidence", show->study->precision.confidence);
    json->wide++; /* a line for each row */
    hr_json_array(json, "rows");
    for (uint64_t row = 0; row < hr_size_rows(show->study); row++)
        put_row(&s, json, row);
    hr_json_end_array(json);
    json->wide--;
    hr_json_end_object(json);
out:
    return st;
}
