#include "model/signal.h"

const hr_signal hr_signals[] = {
#define HR_SIGNAL(name, role, RESOURCE, LEVEL, likely, share, threshold, follows, source)          \
    {#name,     HR_ROLE_##role, true,  HR_RESOURCE_##RESOURCE, HR_LEVEL_##LEVEL, likely, share,    \
     threshold, follows,        source},
#define HR_SIGNAL_OPEN(name, role, threshold, why, source)                                         \
    {#name, HR_ROLE_##role, false, HR_RESOURCE_LOAD, HR_LEVEL_FULL, "", "", threshold, why, source},
#include "model/signal.def"
};
const unsigned hr_n_signals = sizeof hr_signals / sizeof *hr_signals;
