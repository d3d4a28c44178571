#define _POSIX_C_SOURCE 200809L
#include "study/call.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/real.h"

#define LEAST_CV 0.001 /* below it a gamma or log-normal law is taken as its mean */

/* Other sets of arguments than those of the law's row. */
static const struct {
    hr_law_kind kind;
    const char *name;
} alternatives[] = {
    {HR_LAW_NORMAL, "cv"},
    {HR_LAW_GAMMA, "shape"},
    {HR_LAW_GAMMA, "scale"},
    {HR_LAW_ZETA, "mean"},
};

/* Arguments that are pure numbers whatever the law is about. */
static const char pure_arguments[] = "cv|alpha|stages|success|shape|mu|sigma";

static int printed(hr_span text)
{
    return (int)(text.length < 60 ? text.length : 60);
}

bool hr_call_is(const char *text)
{
    const hr_span span = hr_span_of(text);
    const size_t n = hr_span_word(span);
    return n > 0 && n < span.length && span.at[n] == '(';
}

/* ---- cutting into name and arguments */

/* "name(inner)" -> name, inner. */
static hr_status cut_call(hr_span text, hr_span *name, hr_span *inner, hr_err *err)
{
    text = hr_span_trim(text);
    const size_t n = hr_span_word(text);
    *name = (hr_span){text.at, n};
    const bool closed = text.length > n + 1 && text.at[text.length - 1] == ')';
    if (!closed)
        return HR_FAIL(err, HR_ERR_DATA,
                       "the parenthesis is not closed; inside [...] or {...} a call with a comma "
                       "must stand in double quotes");
    *inner = hr_span_trim((hr_span){text.at + n + 1, text.length - n - 2});
    if (memchr(inner->at, '(', inner->length) != NULL ||
        memchr(inner->at, ')', inner->length) != NULL)
        return HR_FAIL(err, HR_ERR_DATA, "a law cannot stand inside a law");
    return HR_OK;
}

/* Next part between commas; false at the end. */
static bool next_part(hr_span *rest, hr_span *part)
{
    if (rest->length == 0)
        return false;
    const char *comma = memchr(rest->at, ',', rest->length);
    const size_t n = comma ? (size_t)(comma - rest->at) : rest->length;
    *part = hr_span_trim((hr_span){rest->at, n});
    *rest = comma ? (hr_span){comma + 1, rest->length - n - 1} : (hr_span){rest->at + n, 0};
    return true;
}

/* "mean 45 min" -> "mean", "45 min"; without a name `name` is empty. */
static void cut_name(hr_span part, hr_span *name, hr_span *value)
{
    const size_t n = hr_span_word(part);
    *name = (hr_span){part.at, n};
    *value = hr_span_trim((hr_span){part.at + n, part.length - n});
}

static const hr_law_row *row_of(hr_span name)
{
    for (size_t i = 0; i < hr_n_law_rows; i++) {
        if (hr_span_is(name, hr_law_rows[i].name))
            return &hr_law_rows[i];
    }
    return NULL;
}

static hr_status unknown_law(hr_span name, hr_err *err)
{
    hr_guess guess = hr_guess_for(name);
    for (size_t i = 0; i < hr_n_law_rows; i++)
        hr_guess_offer(&guess, hr_law_rows[i].name);
    if (guess.best != NULL)
        return HR_FAIL(err, HR_ERR_DATA, "there is no law \"%.*s\"; did you mean %s?",
                       printed(name), name.at, guess.best);
    return HR_FAIL(err, HR_ERR_DATA, "there is no law \"%.*s\" (headroom list laws)", printed(name),
                   name.at);
}

/* ---- arguments by name and position */

static const char *argument_name(const hr_law_row *row, hr_span name)
{
    for (size_t i = 0; i < HR_CALL_ARGUMENTS && row->arguments[i] != NULL; i++) {
        if (hr_span_is(name, row->arguments[i]))
            return row->arguments[i];
    }
    for (size_t i = 0; i < sizeof alternatives / sizeof *alternatives; i++) {
        if (alternatives[i].kind == row->kind && hr_span_is(name, alternatives[i].name))
            return alternatives[i].name;
    }
    return NULL;
}

/* May the argument at this position stand without its name? */
static const char *name_by_position(const hr_law_row *row, size_t position)
{
    const bool all = row->kind == HR_LAW_UNIFORM || row->kind == HR_LAW_LOG_UNIFORM ||
                     row->kind == HR_LAW_TRIANGULAR;
    if (position > 0 && !all)
        return NULL;
    for (size_t i = 0; i < HR_CALL_ARGUMENTS && row->arguments[i] != NULL; i++) {
        if (i == position)
            return row->arguments[i];
    }
    return NULL;
}

/* "mean, cv", for messages. */
static void list_arguments(const hr_law_row *row, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < HR_CALL_ARGUMENTS && row->arguments[i] != NULL && used < size; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", row->arguments[i]);
}

static hr_status bad_argument(const hr_law_row *row, hr_span part, hr_err *err)
{
    char names[80];
    list_arguments(row, names, sizeof names);
    return HR_FAIL(err, HR_ERR_DATA,
                   "\"%.*s\" is no argument of %s; it takes %s, each with its name before it",
                   printed(part), part.at, row->name, names);
}

hr_argument *hr_call_argument(hr_call *call, hr_span name)
{
    for (size_t i = 0; i < call->n_arguments; i++) {
        if (hr_span_is(name, call->argument[i].name))
            return &call->argument[i];
    }
    return NULL;
}

hr_meaning hr_call_argument_meaning(const hr_call *call, const char *name)
{
    if (hr_words_find(pure_arguments, hr_span_of(name)) >= 0)
        return (hr_meaning){.dimension = HR_DIMENSION_FRACTION};
    return call->meaning;
}

/* All arguments that share the call's meaning must be written in the same form. */
static hr_status share_form(hr_call *call, const hr_quantity *quantity, bool first, hr_err *err)
{
    hr_quantity *common = &call->quantity;
    if (first) {
        *common = *quantity;
        common->number = 0.0;
        return HR_OK;
    }
    if (common->form != quantity->form || common->is_percent != quantity->is_percent ||
        common->at < quantity->at || common->at > quantity->at)
        return HR_FAIL(err, HR_ERR_DATA,
                       "all arguments must be written alike (all plain, all %%, all per server, "
                       "or all at the same number of users)");
    return HR_OK;
}

static hr_status read_argument(hr_call *call, hr_span part, size_t position, bool *form_is_known,
                               hr_err *err)
{
    hr_status st = HR_OK;
    hr_span written, value;
    hr_quantity quantity = {0};
    cut_name(part, &written, &value);
    const char *name = written.length > 0 ? argument_name(call->row, written)
                                          : name_by_position(call->row, position);
    if (name == NULL || call->n_arguments == HR_CALL_ARGUMENTS)
        return bad_argument(call->row, part, err);
    if (hr_call_argument(call, hr_span_of(name)) != NULL)
        return HR_FAIL(err, HR_ERR_DATA, "%s: %s is given twice", call->row->name, name);
    const hr_meaning meaning = hr_call_argument_meaning(call, name);
    hr_err why = {0};
    if (hr_quantity_parse(value, meaning, &quantity, &why) != HR_OK)
        return HR_FAIL(err, HR_ERR_DATA, "%s of %s = %.*s: %s", name, call->row->name,
                       printed(value), value.at, why.message);
    if (hr_words_find(pure_arguments, hr_span_of(name)) < 0) {
        HR_TRY(share_form(call, &quantity, !*form_is_known, err));
        *form_is_known = true;
    }
    call->argument[call->n_arguments++] = (hr_argument){name, quantity.number};
out:
    return st;
}

/* ---- entries of mix and hyperexponential: "value at share" */

static hr_status read_entry(hr_call *call, hr_span part, double *value, double *share, bool first,
                            hr_err *err)
{
    hr_status st = HR_OK;
    hr_quantity quantity = {0};
    hr_span name;
    const size_t at = hr_span_find_last(part, " at ");
    if (at == SIZE_MAX)
        return HR_FAIL(err, HR_ERR_DATA,
                       "\"%.*s\": write each entry as value at share, e.g. "
                       "\"4 at 85 %%\"",
                       printed(part), part.at);
    hr_span left = hr_span_trim((hr_span){part.at, at});
    const hr_span right = hr_span_trim((hr_span){part.at + at + 4, part.length - at - 4});
    cut_name(left, &name, &left);
    if (name.length > 0 &&
        !(call->row->kind == HR_LAW_HYPEREXPONENTIAL && hr_span_is(name, "mean")))
        return HR_FAIL(err, HR_ERR_DATA, "\"%.*s\" is not understood before a value", printed(name),
                       name.at);
    HR_TRY(hr_quantity_parse(left, call->meaning, &quantity, err));
    HR_TRY(share_form(call, &quantity, first, err));
    *value = quantity.number;
    HR_TRY(
        hr_quantity_parse(right, (hr_meaning){.dimension = HR_DIMENSION_FRACTION}, &quantity, err));
    *share = quantity.number;
out:
    return st;
}

static hr_status read_entries(hr_call *call, hr_span inner, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    double *value = NULL, *share = NULL;
    hr_span part;
    size_t n = 1;
    for (size_t i = 0; i < inner.length; i++)
        n += inner.at[i] == ',';
    HR_TAKE(value, arena, n);
    HR_TAKE(share, arena, n);
    for (n = 0; next_part(&inner, &part); n++)
        HR_TRY(read_entry(call, part, &value[n], &share[n], n == 0, err));
    call->n_entries = n;
    call->value = value;
    call->share = share;
out:
    return st;
}

static hr_status parse_constant(hr_span text, hr_call *call, hr_err *err)
{
    hr_status st = HR_OK;
    call->row = row_of(hr_span_of("constant"));
    HR_ASSERT(call->row != NULL);
    HR_TRY(hr_quantity_parse(text, call->meaning, &call->quantity, err));
    call->argument[0] = (hr_argument){call->row->arguments[0], call->quantity.number};
    call->n_arguments = 1;
out:
    return st;
}

hr_status hr_call_parse(hr_span text, hr_meaning meaning, hr_call *call, hr_arena *arena,
                        hr_err *err)
{
    hr_status st = HR_OK;
    hr_span name = {0}, inner = {0}, part;
    bool form_is_known = false;
    *call = (hr_call){.meaning = meaning, .quantity = {.unit = "", .scale = 1.0}};
    text = hr_span_trim(text);
    const size_t n = hr_span_word(text);
    if (n == 0 || n == text.length || text.at[n] != '(')
        return parse_constant(text, call, err);
    HR_TRY(cut_call(text, &name, &inner, err));
    call->row = row_of(name);
    if (call->row == NULL)
        return unknown_law(name, err);
    if (call->row->arguments[0] == NULL)
        return read_entries(call, inner, arena, err);
    for (size_t i = 0; next_part(&inner, &part); i++)
        HR_TRY(read_argument(call, part, i, &form_is_known, err));
out:
    return st;
}

/* ---- the law */

static const hr_argument *find(const hr_call *call, const char *name)
{
    return hr_call_argument((hr_call *)call, hr_span_of(name));
}

static hr_status missing(const hr_call *call, const char *name, hr_err *err)
{
    char names[80];
    list_arguments(call->row, names, sizeof names);
    return HR_FAIL(err, HR_ERR_DATA, "%s: %s is missing; it takes %s", call->row->name, name,
                   names);
}

static hr_status need(const hr_call *call, const char *name, double *number, hr_err *err)
{
    const hr_argument *argument = find(call, name);
    if (argument == NULL)
        return missing(call, name, err);
    *number = argument->number;
    return HR_OK;
}

/* Mean of a law around 1: may be left out where the number is a factor. */
static hr_status need_mean(const hr_call *call, double *mean, hr_err *err)
{
    const hr_dimension dimension = call->meaning.dimension;
    const bool factor = dimension == HR_DIMENSION_NUMBER || dimension == HR_DIMENSION_FRACTION;
    *mean = 1.0;
    return factor && find(call, "mean") == NULL ? HR_OK : need(call, "mean", mean, err);
}

static hr_status only_one_of(const hr_call *call, const char *one, const char *other, hr_err *err)
{
    if (find(call, one) != NULL && find(call, other) != NULL)
        return HR_FAIL(err, HR_ERR_DATA, "%s: give %s or %s, not both", call->row->name, one,
                       other);
    return HR_OK;
}

static hr_status derive_normal(const hr_call *call, hr_law *law, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(only_one_of(call, "sd", "cv", err));
    HR_TRY(need_mean(call, &law->a, err));
    const hr_argument *cv = find(call, "cv");
    if (cv != NULL)
        law->b = cv->number * fabs(law->a);
    else
        HR_TRY(need(call, "sd", &law->b, err));
out:
    return st;
}

static hr_status derive_gamma(const hr_call *call, hr_law *law, hr_err *err)
{
    hr_status st = HR_OK;
    double shape = 0.0, scale = 0.0;
    if (find(call, "shape") == NULL && find(call, "scale") == NULL) {
        HR_TRY(need_mean(call, &law->a, err));
        return need(call, "cv", &law->b, err);
    }
    HR_TRY(only_one_of(call, "shape", "cv", err));
    HR_TRY(only_one_of(call, "scale", "mean", err));
    HR_TRY(need(call, "shape", &shape, err));
    HR_TRY(need(call, "scale", &scale, err));
    if (!(shape > 0.0))
        return HR_FAIL(err, HR_ERR_DATA, "gamma: shape must be above 0, not %g", shape);
    law->a = shape * scale;
    law->b = 1.0 / sqrt(shape);
out:
    return st;
}

static hr_status derive_zeta(const hr_call *call, hr_law *law, hr_err *err)
{
    hr_status st = HR_OK;
    double mean = 0.0;
    HR_TRY(only_one_of(call, "alpha", "mean", err));
    HR_TRY(need(call, "from", &law->a, err));
    HR_TRY(need(call, "to", &law->c, err));
    if (find(call, "mean") == NULL)
        return need(call, "alpha", &law->b, err);
    HR_TRY(need(call, "mean", &mean, err));
    law->b = 2.0;
    HR_TRY(hr_law_check(law, err)); /* from and to, before they are used */
    law->b = hr_law_zeta_alpha(law->a, law->c, mean);
    if (isnan(law->b))
        return HR_FAIL(err, HR_ERR_DATA, "zeta: mean must lie between from and to, not %g", mean);
out:
    return st;
}

static hr_status derive_by_row(const hr_call *call, hr_law *law, hr_err *err)
{
    hr_status st = HR_OK;
    double *parameter[HR_CALL_ARGUMENTS] = {&law->a, &law->b, &law->c, &law->d};
    for (size_t i = 0; i < HR_CALL_ARGUMENTS && call->row->arguments[i] != NULL; i++) {
        if (strcmp(call->row->arguments[i], "mean") == 0)
            HR_TRY(need_mean(call, parameter[i], err));
        else
            HR_TRY(need(call, call->row->arguments[i], parameter[i], err));
    }
out:
    return st;
}

hr_status hr_call_law(const hr_call *call, hr_law *law, hr_err *err)
{
    hr_status st = HR_OK;
    *law = (hr_law){.kind = call->row->kind};
    law->n = call->n_entries;
    law->value = call->value;
    law->share = call->share;
    if (law->kind == HR_LAW_NORMAL)
        HR_TRY(derive_normal(call, law, err));
    else if (law->kind == HR_LAW_GAMMA)
        HR_TRY(derive_gamma(call, law, err));
    else if (law->kind == HR_LAW_ZETA)
        HR_TRY(derive_zeta(call, law, err));
    else
        HR_TRY(derive_by_row(call, law, err));
    const bool spread = law->kind == HR_LAW_GAMMA || law->kind == HR_LAW_LOGNORMAL;
    if (spread && law->b >= 0.0 && law->b < LEAST_CV)
        *law = (hr_law){.kind = HR_LAW_CONSTANT, .a = law->a};
    HR_TRY(hr_law_check(law, err));
out:
    return st;
}

/* ---- rewriting */

static hr_status no_such_argument(const char *text, hr_span name, hr_err *err)
{
    return HR_FAIL(err, HR_ERR_DATA, "\"%.80s\" has no argument \"%.*s\"", text, printed(name),
                   name.at);
}

hr_status hr_call_replace(const char *text, hr_span name, const char *with, const char **replaced,
                          hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_span law = {0}, inner = {0}, part, written, value;
    HR_TRY(hr_call_is(text) ? cut_call(hr_span_of(text), &law, &inner, err)
                            : no_such_argument(text, name, err));
    const hr_law_row *row = row_of(law);
    if (row == NULL)
        return unknown_law(law, err);
    hr_span rest = inner;
    for (size_t i = 0; next_part(&rest, &part); i++) {
        cut_name(part, &written, &value);
        const char *position = written.length == 0 ? name_by_position(row, i) : NULL;
        const bool hit = written.length > 0 ? written.length == name.length &&
                                                  memcmp(written.at, name.at, name.length) == 0
                                            : position != NULL && hr_span_is(name, position);
        if (!hit)
            continue;
        const size_t before = (size_t)(value.at - text), after = before + value.length;
        const size_t n = strlen(text) - value.length + strlen(with);
        char *copy = NULL;
        HR_TAKE(copy, arena, n + 1);
        (void)snprintf(copy, n + 1, "%.*s%s%s", (int)before, text, with, text + after);
        *replaced = copy;
        return HR_OK;
    }
    st = no_such_argument(text, name, err);
out:
    return st;
}
