#include "kernel/kernel.h"

#include <string.h>

#include "kernel/lanes_place.h"
#include "kernel/policy.h"
#include "kernel/scalar.h"
#include "kernel/scenarios.h"

static hr_status reference(const hr_lane *lane, unsigned n, const hr_vector *vector,
                           hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    (void)vector;
    for (unsigned l = 0; l < n; l++)
        HR_TRY(hr_replay(lane[l].configuration, lane[l].input, scratch, lane[l].counts, NULL, err));
out:
    return st;
}

enum { REFERENCE, SCALAR, LANES, SCENARIOS, N_KERNELS };
static const hr_kernel kernels[N_KERNELS] = {
    {"reference", "one event at a time, nothing left out: what the others are held to", 1, 0, NULL,
     NULL, reference},
    {"scalar", "one replication at a time, any feature but some policies", 1, HR_MAX_SHARING, NULL,
     hr_scalar_needs_no_loads, hr_scalar_replay},
    {"lanes", "replications side by side, for pools without special features", HR_LANES_N, 0,
     hr_lanes_decline, hr_lanes_needs_no_loads, hr_lanes_replay},
    {"scenarios", "choices of a world side by side on one input, for the same pools", 1,
     HR_MAX_SHARING, hr_scenarios_decline, NULL, hr_scenarios_replay},
};
_Static_assert((int)HR_LANES_N <= (int)HR_KERNEL_MOST_LANES, "callers hold as many inputs");

const hr_kernel *hr_kernel_number(unsigned i)
{
    return i < N_KERNELS ? &kernels[i] : NULL;
}

hr_status hr_kernel_choose(const char *request, const hr_kernel **chosen, hr_err *err)
{
    *chosen = NULL;
    if (request == NULL || request[0] == '\0')
        return HR_OK;
    for (unsigned i = 0; i < N_KERNELS; i++) {
        if (strcmp(request, kernels[i].name) == 0)
            *chosen = &kernels[i];
    }
    if (*chosen != NULL)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_USAGE,
                   "HEADROOM_KERNEL: '%s' is no kernel; use reference, scalar, lanes or scenarios, "
                   "or unset it",
                   request);
}

/* Policies beyond the rule are written once, in the reference. */
static const char *declined_by(const hr_kernel *kernel, const hr_configuration *configuration)
{
    const char *policy = hr_policy_decline(configuration);
    if (kernel == &kernels[REFERENCE])
        return NULL;
    if (policy != NULL || kernel->decline == NULL)
        return policy;
    return kernel->decline(configuration);
}

const hr_kernel *hr_kernel_for(const hr_kernel *chosen, const hr_configuration *configuration,
                               const char **why)
{
    const hr_kernel *wanted = chosen != NULL ? chosen : &kernels[LANES];
    const char *declined = declined_by(wanted, configuration);
    if (why != NULL)
        *why = declined;
    if (declined == NULL)
        return wanted;
    return declined_by(&kernels[SCALAR], configuration) == NULL ? &kernels[SCALAR]
                                                                : &kernels[REFERENCE];
}

const hr_kernel *hr_kernel_for_one(const hr_kernel *chosen)
{
    const bool is_reference = chosen == &kernels[REFERENCE];
    return is_reference ? chosen : &kernels[SCALAR];
}

bool hr_kernel_needs_no_loads(const hr_kernel *kernel, const hr_configuration *configuration)
{
    return kernel->needs_no_loads != NULL && kernel->needs_no_loads(configuration);
}

/* What one input saves fewer configurations is less than what days side by side do. */
enum { LEAST_SHARING = 4 };

const hr_kernel *hr_kernel_for_sharing(const hr_kernel *chosen,
                                       const hr_configuration *configuration, unsigned n,
                                       const char **why)
{
    const bool is_few = n < LEAST_SHARING && hr_lanes_decline(configuration) == NULL;
    const hr_kernel *wanted = chosen != NULL ? chosen : &kernels[SCENARIOS];
    if (why != NULL)
        *why = NULL;
    if (n < 2 || wanted->most_sharing == 0 || (chosen == NULL && is_few))
        return NULL;
    if (declined_by(&kernels[SCALAR], configuration) != NULL)
        return NULL;
    const char *declined = declined_by(wanted, configuration);
    if (why != NULL)
        *why = declined;
    return declined == NULL ? wanted : &kernels[SCALAR];
}
