/* show_size: the candidates of a sizing study, as its text and its JSON need them. */
#ifndef HR_CLI_SHOW_SIZE_H
#define HR_CLI_SHOW_SIZE_H

#include "cli/show.h"

enum { HR_SIZING_KEYS = 8 };

typedef struct hr_show_sizing {
    hr_show *show;
    const hr_study *study;
    hr_sized *sized; /* [rows * n] from show->arena */
    size_t n;        /* candidates of a row */
} hr_show_sizing;

/* Read what the file says; the study asks for a size. */
HR_MUST_CHECK hr_status hr_show_sizing_init(hr_show_sizing *s, hr_show *show, hr_err *err);
static inline const hr_sized *hr_show_candidate(const hr_show_sizing *s, uint64_t row, size_t i)
{
    return &s->sized[row * s->n + i];
}
/* The choices that stay fixed in a row, as axes of the study; their number. */
unsigned hr_show_sizing_keys(const hr_show_sizing *s, size_t axis[HR_SIZING_KEYS]);

#endif
