/* question: a cell that is asked for, as the methods get it. Private to the files exact*.c. */
#ifndef HR_EXACT_QUESTION_H
#define HR_EXACT_QUESTION_H

#include "exact/average.h"
#include "exact/exact.h"
#include "exact/instant.h"
#include "exact/quantity.h"

struct hr_question {
    const hr_configuration *configuration;
    hr_quantity quantity;
    const hr_exact_effort *effort;
    hr_arena *arena;
};

/* The methods, one function each; see their rows in exact.c. */
hr_status hr_exact_by_mean(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_total(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_split(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_pair(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_gamma(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_loss(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_chain(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_transient(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_scan(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_pigeonhole(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_random_split(const hr_question *question, hr_exact *answer, hr_err *err);
hr_status hr_exact_by_saddlepoint(const hr_question *question, hr_exact *answer, hr_err *err);

/* Is each meeting's server drawn at random, or is there only one? */
bool hr_question_is_random(const hr_question *question);
/* Constant background of a resource, steps; `*why` where it is more. */
double hr_question_background(const hr_question *question, unsigned resource, const char **why);

#endif
