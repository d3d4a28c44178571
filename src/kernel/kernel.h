/* kernel: the ways to replay an input. All give the same counts, bit by bit; they differ in speed
 * and in what they can do.
 */
#ifndef HR_KERNEL_KERNEL_H
#define HR_KERNEL_KERNEL_H

#include "base/vector.h"
#include "kernel/replay.h"

typedef struct hr_kernel {
    const char *name; /* as in HEADROOM_KERNEL, results and messages */
    const char *doc;
    hr_status (*replay)(const hr_configuration *configuration, const hr_input *input,
                        const hr_vector *vector, hr_scratch *scratch, hr_counts *counts,
                        hr_err *err);
} hr_kernel;

/* The kernel to use: `request` (HEADROOM_KERNEL's value) or, when NULL or empty, the fastest.
 * Fails with HR_ERR_USAGE on an unknown name. */
HR_MUST_CHECK hr_status hr_kernel_choose(const char *request, const hr_kernel **chosen,
                                         hr_err *err);
/* Kernel number i, the reference first; NULL past the last. */
const hr_kernel *hr_kernel_number(unsigned i);

#endif
