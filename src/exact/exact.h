/* exact: what is known about a cell of an outcome without simulation, and by which method.
 *
 * One table of methods (hr_exact_methods) is the list of `headroom list exact`, of METHODS.md and
 * of what is tried here, in its order. A method answers with a value, a bound or an approximation,
 * or says why it cannot.
 */
#ifndef HR_EXACT_EXACT_H
#define HR_EXACT_EXACT_H

#include <stdbool.h>

#include "exact/compound.h"
#include "model/outcome.h"

typedef enum hr_exact_is {
    HR_EXACT_NOTHING,
    HR_EXACT_VALUE,         /* equal but for `error` */
    HR_EXACT_LOWER,         /* the true value is at least this */
    HR_EXACT_UPPER,         /* and at most that */
    HR_EXACT_APPROXIMATION, /* close, with no promise */
    HR_N_EXACT_IS
} hr_exact_is;
extern const char *const hr_exact_names[HR_N_EXACT_IS]; /* "exact", "lower bound", ... */

typedef struct hr_exact {
    hr_exact_is is;
    double value;       /* in the outcome's unit */
    double error;       /* relative: certified for a value and a bound, else estimated */
    const char *method; /* name of its row */
    const char *why;    /* NOTHING: a part of a sentence: "participants join over time" */
} hr_exact;

typedef struct hr_question hr_question;
typedef struct hr_exact_method {
    const char *name;
    hr_exact_is is;
    const char *answers; /* which outcomes */
    const char *applies; /* to which configurations */
    const char *source;
    /* Leaves `answer` as it is (NOTHING) where it knows nothing; `why` where it knows outcomes of
     * this kind in other configurations. */
    hr_status (*answer)(const hr_question *question, hr_exact *answer, hr_err *err);
} hr_exact_method;
extern const hr_exact_method hr_exact_methods[];
extern const unsigned hr_n_exact_methods;

/* The value of a cell, or an answer that is NOTHING with the reason. `index` as in
 * hr_outcome_scale; the configuration is prepared and not one of daily numbers. Memory from
 * `arena`, where what several cells use is kept (base/memo.h): it must not outlive the
 * configuration, and is best kept for all of its cells. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_exact_value(const hr_configuration *configuration, unsigned outcome,
                                       const unsigned index[HR_MAX_AXES],
                                       const hr_exact_effort *effort, hr_arena *arena,
                                       hr_exact *answer, hr_err *err);
/* All that the methods know, in the order of the table, in `arena`; `answer` as above. */
typedef struct hr_exact_list {
    unsigned n;
    hr_exact *item; /* [n] */
} hr_exact_list;
HR_MUST_CHECK hr_status hr_exact_all(const hr_configuration *configuration, unsigned outcome,
                                     const unsigned index[HR_MAX_AXES],
                                     const hr_exact_effort *effort, hr_arena *arena,
                                     hr_exact *answer, hr_exact_list *known, hr_err *err);
/* Bounds of the cell, which are its value twice where that is known: the tightest that methods
 * give, else -infinity and infinity. For brackets of a search. */
typedef struct hr_exact_bracket {
    double lower, upper;
    const char *lower_method, *upper_method; /* NULL: none */
} hr_exact_bracket;
HR_MUST_CHECK hr_status hr_exact_bracket_of(const hr_configuration *configuration, unsigned outcome,
                                            const unsigned index[HR_MAX_AXES],
                                            const hr_exact_effort *effort, hr_arena *arena,
                                            hr_exact_bracket *bracket, hr_err *err);

#endif
