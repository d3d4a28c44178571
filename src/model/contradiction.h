/* contradiction: where the published documents say two things, and which a study uses.
 *
 * Made from contradiction.def. `headroom list contradictions` prints it.
 */
#ifndef HR_MODEL_CONTRADICTION_H
#define HR_MODEL_CONTRADICTION_H

typedef struct hr_contradiction {
    const char *name;
    const char *one, *one_source;
    const char *other, *other_source;
    const char *used; /* what a study uses unless told otherwise, and how it takes the other */
} hr_contradiction;

extern const hr_contradiction hr_contradictions[];
extern const unsigned hr_n_contradictions;

#endif
