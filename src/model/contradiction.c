#include "model/contradiction.h"

const hr_contradiction hr_contradictions[] = {
#define HR_CONTRADICTION(name, one, one_source, other, other_source, used)                         \
    {#name, one, one_source, other, other_source, used},
#include "model/contradiction.def"
};
const unsigned hr_n_contradictions = sizeof hr_contradictions / sizeof *hr_contradictions;
