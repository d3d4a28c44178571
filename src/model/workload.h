/* workload: the catalogue of work that servers carry, each with its cost vector.
 *
 * Made from workload.def. `headroom list workloads` prints it; a study overrides a cost with
 * `cost.<workload>.<resource>`. Costs are what one session loads a server with while it lasts.
 */
#ifndef HR_MODEL_WORKLOAD_H
#define HR_MODEL_WORKLOAD_H

#include <stdbool.h>

#include "model/resource.h"
#include "model/role.h"

typedef enum hr_workload_id {
#define HR_WORKLOAD(name, ...) HR_WORKLOAD_##name,
#include "model/workload.def"
    HR_N_WORKLOADS
} hr_workload_id;

typedef struct hr_workload {
    const char *name; /* as in `cost.<name>.<resource>` */
    hr_role_id role;  /* where it is carried */
    const char *per;  /* what one unit of it is */
    const char *doc;
} hr_workload;
extern const hr_workload hr_workloads[HR_N_WORKLOADS];

typedef struct hr_workload_cost {
    hr_workload_id workload;
    hr_resource_id resource;
    double value;       /* base unit of the resource */
    double low, high;   /* plausible range */
    const char *source; /* "[S:bw]", "[D]", "[U]" */
    const char *doc;    /* how the value was found */
    bool is_key;        /* has the key `cost.<workload>.<resource>`; else in the background */
    bool is_open;       /* no published figure: value, low and high are 0 */
} hr_workload_cost;
extern const hr_workload_cost hr_workload_costs[];
extern const unsigned hr_n_workload_costs;

/* The row of a workload's cost on a resource; NULL when the catalogue has none. */
const hr_workload_cost *hr_workload_cost_find(hr_workload_id workload, hr_resource_id resource);

/* The server that published figures refer to: Front End of Lync Server 2013, 12 cores of
 * 2.26 GHz with hyper-threading, one gigabit port [S:hw][D]. */
#define HR_REFERENCE_CPU         27120.0   /* Mc/s */
#define HR_REFERENCE_NETWORK_OUT 1000000.0 /* kbit/s */
/* Users that one such server carries [S:capmodel]. */
#define HR_USERS_PER_SERVER 6660.0
/* Memory that mobility takes of a server before its first session, MiB [S:memlim]. */
#define HR_MOBILE_MEMORY 164.0
/* Largest meeting of a shared pool [S:capmodel]; beyond it the large-meeting test applies. */
#define HR_LARGEST_SHARED_MEETING 250.0

#endif
