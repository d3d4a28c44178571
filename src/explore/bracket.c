#include "explore/bracket.h"

/* Nothing is known yet: bounds come with the room that computes exact values. */
hr_status hr_bracket(const hr_study *study, uint64_t configuration, hr_arena *arena,
                     hr_verdict *verdict, hr_err *err)
{
    (void)study;
    (void)configuration;
    (void)arena;
    (void)err;
    *verdict = HR_GO_ON;
    return HR_OK;
}
