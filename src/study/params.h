/* params: the one table of every key a study may have, and typed access to their values.
 *
 * The rows stand in params_core.def (pool, arrivals, meetings.classes, window, design, ...),
 * params_front_end.def (population, workloads and costs of a Lync-class Front End pool),
 * params_failures.def (servers that fail), params_deployment.def (the pools of other roles) and
 * params_activity.def (rates of events). From them come parsing, range checks, `headroom list
 * params`, `headroom check --values`, the manual and the study's identity. Path patterns: `[]` any
 * list item (index i, then j), `{resource}` a resource name, `{level}` a ceiling level (these also
 * fill i, then j, left to right).
 */
#ifndef HR_STUDY_PARAMS_H
#define HR_STUDY_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/law.h"
#include "base/mem.h"

/* What a number measures: fixes the units it may be written in. Numbers are kept in the base
 * unit named here. A unit is required wherever one is possible. */
typedef enum hr_dimension {
    HR_DIMENSION_NUMBER,    /* pure */
    HR_DIMENSION_COUNT,     /* pure and whole */
    HR_DIMENSION_FRACTION,  /* written `5 %` (or a pure number for factors); 0.05 */
    HR_DIMENSION_TIME,      /* s: `45 min`, `10 s`, `4 h`, `30 ms`, `1 day` */
    HR_DIMENSION_RATE,      /* 1/s: `4 per hour`, `12 per second` */
    HR_DIMENSION_CPU,       /* Mc/s: `27120 Mc/s`, `2.26 Gc/s` */
    HR_DIMENSION_WORK,      /* Mc of one event: `200 Mc` */
    HR_DIMENSION_MEMORY,    /* MiB: `32 GiB`, `512 MiB`, `32 GB` = 32e9 bytes */
    HR_DIMENSION_BANDWIDTH, /* kbit/s: `1 Gbit/s`, `200 kbit/s`, `1.1 MB/s` */
    HR_DIMENSION_USERS,     /* `80000` or `6660 per server` */
    HR_DIMENSION_ANGLE,     /* radians: `0 rad`, `90 deg`, `0.25 turn` */
    HR_DIMENSION_RESOURCE,  /* as the {resource} of the path; ceilings also `80 %` of capacity */
} hr_dimension;

typedef enum hr_param_kind {
    HR_PARAM_QUANTITY, /* one number with its dimension */
    HR_PARAM_LAW,      /* a named law, or a quantity (= constant law) */
    HR_PARAM_CHOICE,   /* one word of `words` */
    HR_PARAM_FLAG,     /* yes | no */
    HR_PARAM_TEXT,
    HR_PARAM_NUMBERS, /* a list of quantities, or one */
    HR_PARAM_WORDS,   /* a list of texts, or one */
    HR_PARAM_SECTION, /* a map or list that holds other rows; never has a value */
} hr_param_kind;

typedef struct hr_param_row {
    const char *path; /* pattern, see above */
    hr_param_kind kind;
    hr_dimension dimension;
    double low, high;     /* allowed range in the base unit, inclusive */
    const char *words;    /* CHOICE: "poisson|sinusoid|..."; NUMBER, COUNT: noun that may follow;
                             RESOURCE without {resource}: sibling key that names it */
    const char *fallback; /* value text when the study is silent; NULL = absent */
    const char *source;   /* "[S:usermodel]", "[D]", "[U]" ... or "" for technical keys */
    const char *doc;      /* one line */
} hr_param_row;

/* Row numbers: HR_KEY_<name>, from the .def files. A row reads HR_ROW(name, path, kind, dimension,
 * low, high, words, fallback, source, doc), kind and dimension without their prefix. */
typedef enum hr_key {
#define HR_ROW(name, ...) HR_KEY_##name,
#include "study/params_core.def"
#include "study/params_failures.def"

#include "study/params_deployment.def"
#include "study/params_front_end.def"

#include "study/params_activity.def"
#undef HR_ROW
    HR_N_KEYS
} hr_key;
extern const hr_param_row hr_param_rows[HR_N_KEYS];

/* How a quantity was written, where that changes its meaning. */
typedef enum hr_form {
    HR_FORM_PLAIN,
    HR_FORM_PER_SERVER, /* `6660 per server` */
    HR_FORM_PERCENT,    /* `80 %` where a plain quantity was possible too */
    HR_FORM_AT_USERS,   /* `30 % at 6660 users`, `13 Mbit/s at 6660 users` */
} hr_form;

typedef struct hr_value {
    bool is_set; /* by file, preset, --set or fallback */
    hr_form form;
    double number;    /* base unit; of AT_USERS: the part before `at` (percent: fraction) */
    bool is_percent;  /* AT_USERS: the part before `at` was a percentage */
    double at;        /* AT_USERS: users */
    hr_law law;       /* LAW rows */
    int choice;       /* CHOICE: position in words; FLAG: 0 or 1 */
    const char *text; /* as written (canonical white space) */
    size_t n;         /* NUMBERS, WORDS */
    const double *list;
    const char *const *words;
    const char *where; /* "file:line:col" for messages */
} hr_value;

typedef struct hr_params hr_params; /* values of one configuration; owned by an arena */

/* Value of a row; i, j fill `[]`, `{resource}`, `{level}` in order of the path (0 if none).
 * Never NULL: an absent value has is_set = false. */
const hr_value *hr_params_at(const hr_params *params, hr_key key, size_t i, size_t j);
/* The same for the rows with three places (meetings.classes[].kinds[].cost.{resource}). */
const hr_value *hr_params_item(const hr_params *params, hr_key key, size_t i, size_t j, size_t k);
static inline const hr_value *hr_params_get(const hr_params *params, hr_key key)
{
    return hr_params_at(params, key, 0, 0);
}
/* Items of the list at the SECTION row `key` (its own `[]` excluded); i for a list in a list. */
size_t hr_params_count(const hr_params *params, hr_key key, size_t i);
/* Fail with "file:line:col: key = text: <message>"; when the value is not set, without " = text"
 * and with the place of the item or section in which it is missing. */
hr_status hr_params_fail(const hr_params *params, hr_key key, size_t i, size_t j, hr_err *err,
                         const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
