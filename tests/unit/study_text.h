/* Helpers of the tests of src/study: a study from text, and what it was refused for. */
#ifndef HR_TEST_STUDY_TEXT_H
#define HR_TEST_STUDY_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "study/study.h"

/* The smallest study in general form. */
#define SMALL                                                                                      \
    "pool: {servers: 2, server: {load: 14}}\n"                                                     \
    "arrivals: {sources: [{rate: 20 per hour}]}\n"                                                 \
    "meetings: {classes: [{duration: exponential(mean 1 h), cost: {load: 1}}]}\n"

/* Sets end with NULL. */
static inline hr_status open_with(hr_study *study, const char *text, const char *const *sets,
                                  hr_err *err)
{
    size_t n = 0;
    while (sets != NULL && sets[n] != NULL)
        n++;
    *err = (hr_err){0};
    return hr_study_parse(study, "test.yaml", text, strlen(text), sets, n, err);
}

static inline void open_good(hr_study *study, const char *text, const char *const *sets)
{
    hr_err err;
    if (open_with(study, text, sets, &err) != HR_OK)
        fail_msg("%s", err.message);
}

static inline void resolve_good(const hr_study *study, uint64_t index, uint64_t replication,
                                hr_arena *arena, hr_configuration *configuration)
{
    hr_err err = {0};
    hr_groups groups = {0};
    if (hr_study_configuration(study, &groups, index, replication, arena, configuration, &err) !=
        HR_OK)
        fail_msg("%s", err.message);
}

/* The text is refused with this status and a message that holds `said`. */
static inline void assert_refused(const char *text, const char *const *sets, hr_status status,
                                  const char *said)
{
    hr_study study;
    hr_err err;
    const hr_status st = open_with(&study, text, sets, &err);
    if (st == HR_OK) {
        hr_study_free(&study);
        fail_msg("accepted, though \"%s\" was to be said about:\n%s", said, text);
    }
    if (strstr(err.message, said) == NULL)
        fail_msg("\"%s\" is not in: %s", said, err.message);
    assert_int_equal(st, status);
}

static inline void assert_bad(const char *text, const char *said)
{
    assert_refused(text, NULL, HR_ERR_DATA, said);
}

#endif
