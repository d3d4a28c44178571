/* unit: numbers with units, read into the base unit of what they measure (see hr_dimension). */
#ifndef HR_STUDY_UNIT_H
#define HR_STUDY_UNIT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/mem.h"
#include "model/resource.h"
#include "study/params.h"
#include "study/span.h"

/* What a number in a certain place means. */
typedef struct hr_meaning {
    hr_dimension dimension;
    hr_resource_id resource; /* RESOURCE: which */
    const char *noun;        /* NUMBER, COUNT, USERS: may follow the number; or NULL */
} hr_meaning;

typedef struct hr_quantity {
    double number; /* base unit; percentages as fractions */
    hr_form form;
    bool is_percent;  /* AT_USERS: written as a percentage */
    double at;        /* AT_USERS: users */
    const char *unit; /* as written: "min", "%", "" for pure numbers; static */
    double scale;     /* base units in one such unit */
} hr_quantity;

/* Read all of `text`. HR_ERR_DATA: the message says what would be right (no place, no key). */
HR_MUST_CHECK hr_status hr_quantity_parse(hr_span text, hr_meaning meaning, hr_quantity *quantity,
                                          hr_err *err);
/* Unit text of results: the written unit with "per server" or "at N users"; "1" for pure numbers.
 * NULL without memory. */
const char *hr_quantity_unit(const hr_quantity *quantity, hr_arena *arena);
/* The base unit's name and an example, for messages and lists: "s", "1" ... */
const char *hr_dimension_unit(hr_meaning meaning);
const char *hr_dimension_example(hr_meaning meaning);

#endif
