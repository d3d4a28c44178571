/* resource: what servers have and meetings use. One row per resource; loads are integers.
 *
 * A load is counted in the resource's fixed-point unit: `steps` of them make one base unit.
 * The steps are chosen so that a server's ceiling fits 2^30 steps and a cost of one
 * participant is rounded by less than 1e-4 (checked per study, see hr_configuration).
 */
#ifndef HR_MODEL_RESOURCE_H
#define HR_MODEL_RESOURCE_H

#include <stdint.h>

typedef enum hr_resource_id {
#define HR_RESOURCE(ID, ...) HR_RESOURCE_##ID,
#include "model/resource.def"
    HR_N_RESOURCES
} hr_resource_id;

/* Levels of a ceiling: recommended operating point, published maximum, physics or refusal. */
typedef enum hr_level { HR_LEVEL_TARGET, HR_LEVEL_LIMIT, HR_LEVEL_FULL, HR_N_LEVELS } hr_level;

typedef struct hr_resource {
    const char *name; /* as in studies, results and messages */
    const char *unit; /* UDUNITS-style text of the base unit */
    double steps;     /* fixed-point steps per base unit */
    const char *doc;
} hr_resource;

/* In place of a level: of each resource the highest that it has. */
enum { HR_LEVEL_HIGHEST = HR_N_LEVELS };

extern const hr_resource hr_resources[HR_N_RESOURCES];
extern const char *const hr_level_names[HR_N_LEVELS]; /* "target", "limit", "full" */

#endif
