/* charge: what a Front End's work costs under the values of a study.
 *
 * The workload catalogue (model/workload.h) with the study's overrides and factors, and the sums
 * that make a participant or a meeting out of workloads.
 */
#ifndef HR_STUDY_CHARGE_H
#define HR_STUDY_CHARGE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/configuration.h"
#include "model/workload.h"
#include "study/params.h"

/* What one participant does, besides being there. */
typedef struct hr_participation {
    unsigned modalities;
    double rate;   /* kbit/s to each viewer: of the application shared */
    bool phones;   /* hears by phone */
    bool presents; /* shares the application instead of viewing it */
} hr_participation;

/* The charges of one configuration, read once; no padding, so that they can be a key of hr_memo. */
typedef struct hr_charges {
    double cost[HR_N_WORKLOADS][HR_N_RESOURCES]; /* base units, factors applied; 0 where none */
    uint64_t is_known[HR_N_WORKLOADS];           /* bit mask over resources */
} hr_charges;
void hr_charges_read(hr_charges *charges, const hr_params *params);
/* A stand-alone Mediation pool takes the media of calls: a phone in a conference then costs what
 * any A/V participant costs, and calls cost nothing here. */
void hr_charges_without_calls(hr_charges *charges);

/* Load of one unit of a workload, base units of the resource; 0 where it costs nothing. */
static inline double hr_charge(const hr_charges *charges, hr_workload_id workload,
                               hr_resource_id resource)
{
    return charges->cost[workload][resource];
}
/* Does the workload have a cost there: published, or stated by the study? */
static inline bool hr_charge_is_known(const hr_charges *charges, hr_workload_id workload,
                                      hr_resource_id resource)
{
    return (charges->is_known[workload] >> resource & 1) != 0;
}
/* Is there a key to state one? */
bool hr_charge_has_key(hr_workload_id workload, hr_resource_id resource);
/* What one participant loads a server with while present. */
double hr_charge_participant(const hr_charges *charges, const hr_participation *participation,
                             hr_resource_id resource);
/* How much of that falls on one of the media of the meeting, where they are placed apart: the parts
 * sum to the whole. */
double hr_charge_part(const hr_charges *charges, const hr_participation *participation,
                      hr_medium medium, hr_resource_id resource);
/* The media of a meeting with these modalities, the Focus first; how many. */
unsigned hr_charge_media(unsigned modalities, hr_medium media[HR_MEDIUM_LAST + 1]);
/* What a meeting with these modalities costs from start to end, besides its participants. */
double hr_charge_meeting(const hr_charges *charges, unsigned modalities, hr_resource_id resource);
/* What a participant of a meeting too large for a shared pool costs: the published test of 1,000
 * users. Unless the study states it, the processor cost is one A/V and one data participant. */
double hr_charge_large(const hr_charges *charges, hr_resource_id resource);
/* Its part on one of the media, where they are apart: sound and data as in the test [S:lm2010][D],
 * whose roster is suppressed; the parts sum to the whole. */
double hr_charge_large_part(const hr_charges *charges, hr_medium medium, hr_resource_id resource);

#endif
