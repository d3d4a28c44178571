#include "model/resource.h"

const hr_resource hr_resources[HR_N_RESOURCES] = {
#define HR_RESOURCE(ID, name, unit, dimension, steps, doc) {#name, unit, steps, doc},
#include "model/resource.def"
};

const char *const hr_level_names[HR_N_LEVELS] = {"target", "limit", "full"};
