/* call: a law as it is written, `lognormal(mean 45 min, cv 0.8)`, with its named arguments.
 *
 * Kept beside the law so that one argument can be replaced and the law derived anew.
 */
#ifndef HR_STUDY_CALL_H
#define HR_STUDY_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/law.h"
#include "base/mem.h"
#include "study/unit.h"

enum { HR_CALL_ARGUMENTS = 4 };

typedef struct hr_argument {
    const char *name; /* static */
    double number;    /* base unit of the call's meaning, or pure */
} hr_argument;

typedef struct hr_call {
    const hr_law_row *row;
    hr_meaning meaning;
    hr_quantity quantity; /* form and unit that all arguments share (number unused) */
    size_t n_arguments;
    hr_argument argument[HR_CALL_ARGUMENTS];
    size_t n_entries; /* of mix and hyperexponential */
    const double *value, *share;
} hr_call;

/* Does the text look like `word(...`? */
bool hr_call_is(const char *text);
/* Read a call, or a plain quantity as constant(...). Messages name no place. */
HR_MUST_CHECK hr_status hr_call_parse(hr_span text, hr_meaning meaning, hr_call *call,
                                      hr_arena *arena, hr_err *err);
/* The law that the call means, checked. A gamma or log-normal law with cv below 0.001 is its
 * mean, because their samplers need a spread. */
HR_MUST_CHECK hr_status hr_call_law(const hr_call *call, hr_law *law, hr_err *err);
/* Argument of that name; NULL when the call has none. */
hr_argument *hr_call_argument(hr_call *call, hr_span name);
/* What the argument measures: the call's meaning, or a pure number (cv, alpha, ...). */
hr_meaning hr_call_argument_meaning(const hr_call *call, const char *name);
/* Text of the call with the argument `name` written anew: "uniform(1, 2)", "high", "3" ->
 * "uniform(1, 3)". Needs no meaning, so it works before the study is checked. */
HR_MUST_CHECK hr_status hr_call_replace(const char *text, hr_span name, const char *with,
                                        const char **replaced, hr_arena *arena, hr_err *err);

#endif
