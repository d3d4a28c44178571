/* kernel: the ways to replay inputs. All give the same counts, bit by bit; they differ in speed and
 * in what they can do.
 */
#ifndef HR_KERNEL_KERNEL_H
#define HR_KERNEL_KERNEL_H

#include "base/vector.h"
#include "kernel/lanes.h"

typedef struct hr_kernel {
    const char *name; /* as in HEADROOM_KERNEL, results and messages */
    const char *doc;
    unsigned most_lanes;   /* replications at once */
    unsigned most_sharing; /* configurations at once on one input; 0: none */
    /* NULL, or the feature of the (prepared) configuration that it cannot do; NULL: can do all */
    const char *(*decline)(const hr_configuration *configuration);
    /* NULL, or whether it may be given inputs without_loads of the configuration, if it takes it */
    bool (*needs_no_loads)(const hr_configuration *configuration);
    /* Replay 1..most_lanes inputs of configurations with the same number of servers, or
     * 1..most_sharing configurations on inputs of one hr_input_write_shared. */
    hr_status (*replay)(const hr_lane *lane, unsigned n, const hr_vector *vector,
                        hr_scratch *scratch, hr_err *err);
} hr_kernel;

enum { HR_KERNEL_MOST_LANES = 8 };

/* Kernel number i, the reference first, then from general to fast; NULL past the last. */
const hr_kernel *hr_kernel_number(unsigned i);
/* Which kernels may be used: `request` (HEADROOM_KERNEL's value) names one, NULL or empty all.
 * Fails with HR_ERR_USAGE on an unknown name. `chosen` is NULL for all. */
HR_MUST_CHECK hr_status hr_kernel_choose(const char *request, const hr_kernel **chosen,
                                         hr_err *err);
/* The fastest kernel for a configuration by itself, `chosen` or any; `scalar` where it declines,
 * and the reference where that does. `why` may be NULL, or gets the feature that it declined for,
 * NULL if there is none. */
const hr_kernel *hr_kernel_for(const hr_kernel *chosen, const hr_configuration *configuration,
                               const char **why);
/* Whether inputs of the configuration, replayed by this kernel, may be without_loads. */
bool hr_kernel_needs_no_loads(const hr_kernel *kernel, const hr_configuration *configuration);
/* The kernel for one replication of one configuration: `chosen` if it takes them one by one. */
const hr_kernel *hr_kernel_for_one(const hr_kernel *chosen);
/* The kernel for `n` configurations that may share an input, the first of which is given; NULL when
 * each goes better by itself, or `chosen` wants it so. `why` as above, for the first. */
const hr_kernel *hr_kernel_for_sharing(const hr_kernel *chosen,
                                       const hr_configuration *configuration, unsigned n,
                                       const char **why);

#endif
