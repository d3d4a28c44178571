/* show: an opened result and what the parts of the answer need from it.
 *
 * Configuration = world x choice: index = world * n_choices + choice. A column is one cell of all
 * configurations, a spread summarises a column over the worlds of one choice.
 */
#ifndef HR_CLI_SHOW_H
#define HR_CLI_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "base/mem.h"
#include "cli/cells.h"
#include "cli/text.h"
#include "estimate/estimate.h"
#include "results/result.h"
#include "results/result_schema.h"

typedef struct hr_show {
    FILE *out;
    unsigned width;
    bool speaks_utf8, is_bold;
    hr_arena arena;
    hr_result result;
    const hr_study *study;    /* of the result */
    hr_schema *schemas;       /* [study->n_pools] of the result */
    const hr_schema *schema;  /* of the pool that is looked at, see hr_show_turn_to */
    double confidence;        /* of all intervals */
    bool is_other_confidence; /* than the one in the file: estimates are made again */
    hr_estimate *again;       /* [n_cells * n_configurations] those; NULL until asked for */
    const char *level;        /* asked for, or the target's; NULL: none */
    size_t n_choice_axes;     /* the first of study->axes */
    uint32_t *position;       /* [n_choice_axes * n_choices] which label a choice has */
    uint64_t base_choice;     /* the choice that equals what the study says without `choose` */
    hr_estimate *headline;    /* [n_configurations] the target's cell */
    uint64_t *replications;   /* [n_configurations], as look and verdict */
    unsigned *look;
    hr_verdict *verdict;
    uint64_t n_tilted;         /* configurations, once hr_show_rare has looked */
    hr_estimate *some;         /* [n_worlds] room for hr_show_spread */
    double *scratch;           /* [n_configurations] */
    double *exact;             /* [n_configurations] of the target; NaN: not known */
    const char **exact_method; /* [n_configurations] NULL: not known */
} hr_show;

typedef struct hr_show_options {
    const char *path;
    const char *level;
    const char *pool;  /* NULL: the target's */
    double confidence; /* 0: as in the file */
    unsigned width;
} hr_show_options;

/* What of the file is wanted by the other views. */
typedef struct hr_show_part {
    unsigned outcome;       /* hr_n_outcomes: all */
    uint64_t configuration; /* UINT64_MAX: all */
    const char *level;      /* NULL: all */
} hr_show_part;
/* Is the cell wanted? */
bool hr_show_part_has(const hr_show_part *part, const hr_label *labels, unsigned n);

/* `show` is `{0}`; hr_show_close is legal after a failure. */
HR_MUST_CHECK hr_status hr_show_open(hr_show *show, const hr_show_options *options, hr_err *err);
void hr_show_close(hr_show *show);
/* Outcomes, cells and columns are those of this pool of the study from now on; in the beginning of
 * the target's. */
void hr_show_turn_to(hr_show *show, unsigned pool);

/* One cell (counted from the outcome's first) of all configurations, from show->arena. */
HR_MUST_CHECK hr_status hr_show_column(hr_show *show, unsigned outcome, unsigned cell,
                                       hr_estimate **column, hr_err *err);
/* Estimate of a cell from the exact sums. */
hr_estimate hr_show_estimate(const hr_show *show, const hr_configuration *configuration,
                             const hr_tally *tally, unsigned outcome, unsigned cell, double alpha);
/* Error probability of the intervals of configuration `index`, as hr_result_append spends it. */
double hr_show_alpha(const hr_show *show, uint64_t index);
/* Over the worlds of `choice`; estimates without a number are left out. Of the target's own column
 * also how many worlds meet it. */
hr_spread hr_show_spread(const hr_show *show, unsigned outcome, const hr_estimate *column,
                         uint64_t choice);
/* The mean over these worlds; with one world the world's own estimate. */
hr_estimate hr_show_mean(const hr_show *show, unsigned outcome, const hr_estimate *column,
                         uint64_t choice);
/* The same over the first n of show->some, all of them with a number. */
hr_estimate hr_show_mean_of(const hr_show *show, unsigned outcome, uint64_t n);
hr_estimate hr_show_share_of_worlds(const hr_show *show, uint64_t count, uint64_t n);
/* "95 %" of what is said over worlds. A configuration's own intervals hold "95 % or more": each
 * look spends a part of the error, and it never takes all of them. */
hr_text hr_show_confidence(const hr_show *show, bool is_own);

unsigned hr_show_target_cell(const hr_show *show);      /* within its outcome */
double hr_show_target_min_episode(const hr_show *show); /* s; NaN: the target has none */
/* The cell of `outcome` that is about the same as the target: level, resource, min_episode;
 * `wish` narrows it. hr_layout_cells when there is none or the outcome was not measured. */
unsigned hr_show_like_target(const hr_show *show, unsigned outcome, const hr_cell_wish *wish);
bool hr_show_has(const hr_show *show, unsigned outcome);

/* 100 for probabilities and shares, 1 for everything else; "%" or the unit beside it. */
double hr_show_factor(unsigned outcome);
hr_text hr_show_unit(const hr_show *show, unsigned outcome, unsigned cell);
hr_text hr_show_blank_unit(const hr_show *show, unsigned outcome, unsigned cell); /* " %" */
/* "82 % (78-86)" and, of a number without interval, "82.0 %". */
hr_text hr_show_with_unit(const hr_show *show, unsigned outcome, unsigned cell,
                          const hr_estimate *estimate);
/* What a choice says on a choice axis, as written: "12", "least_participants". */
const char *hr_show_label(const hr_show *show, size_t axis, uint64_t choice);
/* The part of a path that tells enough: "pool.servers" -> "servers". */
const char *hr_show_short_name(const char *path);
/* Add "servers 12, rule random"; nothing with a single choice. */
void hr_show_name_choice(const hr_show *show, uint64_t choice, hr_words *words);

/* The column of `meetings_hit` like the target; NULL when it is the target,
 * is not there, or the target is about no overload. */
HR_MUST_CHECK hr_status hr_show_meetings_hit(hr_show *show, hr_estimate **column, hr_err *err);

/* Parts of the answer, in the order of the page. */
HR_MUST_CHECK hr_status hr_show_sentence(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_size(hr_show *show, hr_err *err); /* nothing unless asked */
HR_MUST_CHECK hr_status hr_show_choices(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_pools(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_signals(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_histogram(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_claims(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_probes(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_first_over(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_quantiles(hr_show *show, hr_err *err); /* of what was asked */
HR_MUST_CHECK hr_status hr_show_failures(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_rule_of_thumb(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_rare(hr_show *show, hr_err *err);
void hr_show_ceilings(hr_show *show);
void hr_show_exact(hr_show *show); /* of the target, beside what was simulated */
HR_MUST_CHECK hr_status hr_show_trust(hr_show *show, hr_err *err);

/* "pool.servers, the smallest of 39 values with ": before the target of a sizing study. */
void hr_show_size_asked(const hr_show *show, hr_words *words);
/* The member "size" of the object at hand; nothing unless asked. */
HR_MUST_CHECK hr_status hr_show_size_json(hr_show *show, hr_json *json, hr_err *err);

/* The members "peaks", "loads" and "lengths", where there is something to tell them from. */
HR_MUST_CHECK hr_status hr_show_quantiles_json(hr_show *show, hr_json *json, hr_err *err);

/* Other views of the same file. */
HR_MUST_CHECK hr_status hr_show_configuration(hr_show *show, const hr_show_part *part, hr_err *err);
HR_MUST_CHECK hr_status hr_show_outcome(hr_show *show, const hr_show_part *part, hr_err *err);
/* The headline over groups of a choice's levels or an unknown's quarters; `key` is a path. */
HR_MUST_CHECK hr_status hr_show_by(hr_show *show, const char *key, hr_err *err);
HR_MUST_CHECK hr_status hr_show_assumptions(hr_show *show, hr_err *err);
HR_MUST_CHECK hr_status hr_show_json(hr_show *show, const hr_show_part *part, hr_err *err);
HR_MUST_CHECK hr_status hr_show_csv(hr_show *show, const hr_show_part *part, hr_err *err);

/* A horizontal bar of `share` of `columns`, in eighths of a block, or # without UTF-8. */
void hr_show_bar(const hr_show *show, double share, unsigned columns);
/* A heading word at the left, then text wrapped in a column of its own. */
void hr_show_fact(const hr_show *show, const char *word, const char *text);

#endif
