#include "base/vector.h"

#include <stdbool.h>
#include <string.h>

extern const hr_vector hr_vector_baseline, hr_vector_avx2, hr_vector_avx512;

#if defined(__x86_64__)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

const hr_vector *hr_vector_level(unsigned i)
{
    if (i == 0)
        return &hr_vector_baseline;
#if defined(__x86_64__)
    if (i == 1 && has_avx2())
        return &hr_vector_avx2;
    if (i == 2 && has_avx2() && has_avx512())
        return &hr_vector_avx512;
#endif
    return NULL;
}

unsigned hr_vector_number(const hr_vector *vector)
{
    return vector == &hr_vector_avx512 ? 2 : vector == &hr_vector_avx2 ? 1 : 0;
}

hr_status hr_vector_choose(const char *request, const hr_vector **chosen, hr_err *err)
{
    const char *name = request != NULL ? request : "";
    const hr_vector *best = NULL;
    for (unsigned i = 0; hr_vector_level(i) != NULL; i++) {
        const hr_vector *level = hr_vector_level(i);
        if (name[0] == '\0' || strcmp(name, level->name) == 0)
            best = level;
    }
    if (best == NULL) {
        const bool known = strcmp(name, "avx2") == 0 || strcmp(name, "avx512") == 0;
        return HR_FAIL(err, HR_ERR_USAGE,
                       known ? "HEADROOM_ISA: this processor has no '%s'; choose a narrower level "
                               "(baseline always works) or unset it"
                             : "HEADROOM_ISA: '%s' is no level; use baseline, avx2 or avx512, or "
                               "unset it",
                       name);
    }
    *chosen = best;
    return HR_OK;
}
