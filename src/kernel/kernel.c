#include "kernel/kernel.h"

#include <string.h>

#include "kernel/scalar.h"

static hr_status reference(const hr_configuration *configuration, const hr_input *input,
                           const hr_vector *vector, hr_scratch *scratch, hr_counts *counts,
                           hr_err *err)
{
    (void)vector;
    return hr_replay(configuration, input, scratch, counts, NULL, err);
}

static const hr_kernel kernels[] = {
    {"reference", "one event at a time, nothing left out: what the others are held to", reference},
    {"scalar", "one replication at a time, any feature", hr_scalar},
};
enum { N_KERNELS = sizeof kernels / sizeof *kernels };

const hr_kernel *hr_kernel_number(unsigned i)
{
    return i < N_KERNELS ? &kernels[i] : NULL;
}

hr_status hr_kernel_choose(const char *request, const hr_kernel **chosen, hr_err *err)
{
    const char *name = request != NULL ? request : "";
    *chosen = NULL;
    for (unsigned i = 0; i < N_KERNELS; i++) {
        if (name[0] == '\0' || strcmp(name, kernels[i].name) == 0)
            *chosen = &kernels[i];
    }
    if (*chosen != NULL)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_USAGE,
                   "HEADROOM_KERNEL: '%s' is no kernel; use reference or scalar, or unset it",
                   name);
}
