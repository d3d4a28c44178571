/* contestant: a kernel with an instruction set on one model.
 */
#ifndef HR_BENCH_CONTESTANT_H
#define HR_BENCH_CONTESTANT_H

#include "contest.h"
#include "input/input.h"
#include "kernel/kernel.h"
#include "model/counts.h"
#include "naive.h"
#include "study/study.h"

enum { CONTESTANT_MOST_KERNELS = 16, CONTESTANT_MOST_LEVELS = 8 };

/* A study, and the memory to run it; shared by its contestants. Days of its configuration are
 * replayed, or all its configurations on inputs that they share. */
typedef struct contestant_model {
    const char *section, *parameter;
    hr_study study;
    hr_arena arena;
    unsigned n_configurations; /* at most HR_MAX_SHARING */
    hr_configuration configuration[HR_MAX_SHARING];
    hr_counts counts[HR_MAX_SHARING]; /* of lanes, or of configurations */
    hr_input input[HR_MAX_SHARING];
    hr_scratch *scratch;
} contestant_model;

typedef struct contestant {
    contestant_model *model;
    const hr_kernel *kernel;
    const hr_vector *vector;
    const char *parameter; /* under which the whole is recorded */
    bool shows_parts;      /* record also input alone and replay alone */
    unsigned replications; /* in one turn; a multiple of HR_KERNEL_MOST_LANES fills all lanes */
    naive_result answer;
} contestant;

/* `sets`, ended by NULL, are applied to the study at `path`. */
HR_MUST_CHECK hr_status contestant_model_open(contestant_model *model, const char *path,
                                              const char *const *sets, hr_err *err);
void contestant_model_free(contestant_model *model);

/* A contest_turn: the same replications for all contestants of a model in one round. Where the
 * kernel cannot do the model, that is recorded instead. */
HR_MUST_CHECK hr_status contestant_take(void *subject, const contest_round *round, hr_err *err);
void contestant_write_answer(const contestant *c);

unsigned contestant_n_kernels(void);
unsigned contestant_n_levels(void);

#endif
