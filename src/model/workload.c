#include "model/workload.h"

#include <stddef.h>

const hr_workload hr_workloads[HR_N_WORKLOADS] = {
#define HR_WORKLOAD(name, role, per, doc) {#name, HR_ROLE_##role, per, doc},
#include "model/workload.def"
};

const hr_workload_cost hr_workload_costs[] = {
#define HR_COST(workload, name, RESOURCE, value, low, high, source, doc)                           \
    {HR_WORKLOAD_##workload, HR_RESOURCE_##RESOURCE, value, low, high, source, doc, true, false},
#define HR_COST_EXACT(workload, name, RESOURCE, value, source, doc)                                \
    {HR_WORKLOAD_##workload, HR_RESOURCE_##RESOURCE, value, value, value, source, doc, true, false},
#define HR_COST_OPEN(workload, name, RESOURCE, doc)                                                \
    {HR_WORKLOAD_##workload, HR_RESOURCE_##RESOURCE, 0, 0, 0, "", doc, true, true},
#define HR_COST_LISTED(workload, name, RESOURCE, value, low, high, source, doc)                    \
    {HR_WORKLOAD_##workload, HR_RESOURCE_##RESOURCE, value, low, high, source, doc, false, false},
#include "model/workload.def"
};

const unsigned hr_n_workload_costs = sizeof hr_workload_costs / sizeof *hr_workload_costs;

const hr_workload_cost *hr_workload_cost_find(hr_workload_id workload, hr_resource_id resource)
{
    for (unsigned i = 0; i < hr_n_workload_costs; i++) {
        const hr_workload_cost *cost = &hr_workload_costs[i];
        if (cost->workload == workload && cost->resource == resource)
            return cost;
    }
    return NULL;
}
