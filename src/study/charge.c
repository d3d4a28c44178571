#include "study/charge.h"

#include <math.h>
#include <stddef.h>

static double number(const hr_params *params, hr_key key)
{
    return hr_params_get(params, key)->number;
}

/* Key of a workload's cost on a resource, plus one; 0 when there is none. */
static const unsigned short cost_key[HR_N_WORKLOADS][HR_N_RESOURCES] = {
#define KEY_OF(workload, resource, RESOURCE)                                                       \
    [HR_WORKLOAD_##workload][HR_RESOURCE_##RESOURCE] = HR_KEY_cost_##workload##_##resource + 1,
#define HR_COST(workload, resource, RESOURCE, ...)       KEY_OF(workload, resource, RESOURCE)
#define HR_COST_EXACT(workload, resource, RESOURCE, ...) KEY_OF(workload, resource, RESOURCE)
#define HR_COST_OPEN(workload, resource, RESOURCE, ...)  KEY_OF(workload, resource, RESOURCE)
#include "model/workload.def"
#undef KEY_OF
};

bool hr_charge_has_key(hr_workload_id workload, hr_resource_id resource)
{
    return cost_key[workload][resource] != 0;
}

/* Factor of the study on a workload's processor cost. */
static double factor(const hr_params *params, hr_workload_id workload)
{
    switch ((int)workload) {
    case HR_WORKLOAD_av_participant:
    case HR_WORKLOAD_av_meeting:
        return number(params, HR_KEY_cost_av);
    case HR_WORKLOAD_sharing_viewer:
    case HR_WORKLOAD_sharing_presenter:
        return number(params, HR_KEY_cost_sharing);
    default:
        return 1.0;
    }
}

void hr_charges_read(hr_charges *charges, const hr_params *params)
{
    *charges = (hr_charges){0};
    for (unsigned w = 0; w < HR_N_WORKLOADS; w++) {
        for (unsigned r = 0; r < HR_N_RESOURCES; r++) {
            const unsigned key = cost_key[w][r];
            const hr_value *value = key != 0 ? hr_params_get(params, (hr_key)(key - 1)) : NULL;
            if (value == NULL || !value->is_set)
                continue;
            charges->is_known[w] |= (uint64_t)1 << r;
            charges->cost[w][r] = value->number;
        }
        charges->cost[w][HR_RESOURCE_CPU] *= factor(params, (hr_workload_id)w);
    }
}

void hr_charges_without_calls(hr_charges *charges)
{
    for (unsigned r = 0; r < HR_N_RESOURCES; r++) {
        charges->cost[HR_WORKLOAD_call][r] = 0.0;
        charges->cost[HR_WORKLOAD_dial_in][r] =
            r == HR_RESOURCE_NETWORK_OUT ? charges->cost[HR_WORKLOAD_av_participant][r] : 0.0;
    }
}

/* Sound: a phone replaces the stream of an A/V participant by its own, and adds the processor
 * work of a call. */
static double sound(const hr_charges *charges, bool phones, hr_resource_id resource)
{
    if (!phones)
        return hr_charge(charges, HR_WORKLOAD_av_participant, resource);
    double cost = hr_charge(charges, HR_WORKLOAD_dial_in, resource);
    if (resource != HR_RESOURCE_NETWORK_OUT)
        cost += hr_charge(charges, HR_WORKLOAD_av_participant, resource);
    if (resource == HR_RESOURCE_CPU)
        cost += hr_charge(charges, HR_WORKLOAD_call, resource);
    return cost;
}

static double sharing(const hr_charges *charges, const hr_participation *participation,
                      hr_resource_id resource)
{
    if (participation->presents)
        return hr_charge(charges, HR_WORKLOAD_sharing_presenter, resource);
    const double cost = hr_charge(charges, HR_WORKLOAD_sharing_viewer, resource);
    return resource == HR_RESOURCE_NETWORK_OUT ? cost + participation->rate : cost;
}

/* Video meetings carry sound. Phones replace the sound alone: what is seen is watched on a
 * computer beside it [U]. Data includes signalling and roster, which the others pay as the Focus:
 * never both, they are the same cycles [D]. */
double hr_charge_participant(const hr_charges *charges, const hr_participation *participation,
                             hr_resource_id resource)
{
    const unsigned modalities = participation->modalities;
    double cost = hr_charge(charges, HR_WORKLOAD_participant, resource);
    if (modalities & (HR_AUDIO | HR_VIDEO))
        cost += sound(charges, participation->phones, resource);
    if (modalities & HR_VIDEO)
        cost += hr_charge(charges, HR_WORKLOAD_video_receiver, resource);
    if (modalities & HR_SHARING)
        cost += sharing(charges, participation, resource);
    if (modalities & HR_DATA)
        cost += hr_charge(charges, HR_WORKLOAD_data_participant, resource);
    else
        cost += hr_charge(charges, HR_WORKLOAD_focus_participant, resource);
    if (modalities == 0)
        cost += hr_charge(charges, HR_WORKLOAD_im_participant, resource);
    return cost;
}

unsigned hr_charge_media(unsigned modalities, hr_medium media[HR_MEDIUM_LAST + 1])
{
    unsigned n = 0;
    media[n++] = HR_MEDIUM_FOCUS;
    if (modalities == 0)
        media[n++] = HR_MEDIUM_MESSAGES;
    if (modalities & (HR_AUDIO | HR_VIDEO))
        media[n++] = HR_MEDIUM_AV;
    if (modalities & HR_SHARING)
        media[n++] = HR_MEDIUM_SHARING;
    if (modalities & HR_DATA)
        media[n++] = HR_MEDIUM_DATA;
    return n;
}

/* The Focus pays signalling and roster, which are inside the cost of data where there is any [D].
 * Who is present counts once, with the first of the media [U]: there he is heard. */
double hr_charge_part(const hr_charges *charges, const hr_participation *participation,
                      hr_medium medium, hr_resource_id resource)
{
    const unsigned modalities = participation->modalities;
    const double data = hr_charge(charges, HR_WORKLOAD_data_participant, resource);
    const double focus = hr_charge(charges, HR_WORKLOAD_focus_participant, resource);
    const double roster = modalities & HR_DATA ? fmin(focus, data) : focus;
    hr_medium media[HR_MEDIUM_LAST + 1] = {HR_MEDIUM_FOCUS};
    (void)hr_charge_media(modalities, media);
    double cost = medium == media[1] ? hr_charge(charges, HR_WORKLOAD_participant, resource) : 0.0;
    switch (medium) {
    case HR_MEDIUM_FOCUS:
        return roster;
    case HR_MEDIUM_MESSAGES:
        return cost + hr_charge(charges, HR_WORKLOAD_im_participant, resource);
    case HR_MEDIUM_AV:
        cost += sound(charges, participation->phones, resource);
        if (modalities & HR_VIDEO)
            cost += hr_charge(charges, HR_WORKLOAD_video_receiver, resource);
        return cost;
    case HR_MEDIUM_SHARING:
        return cost + sharing(charges, participation, resource);
    case HR_MEDIUM_DATA:
        break;
    }
    return cost + data - roster;
}

double hr_charge_meeting(const hr_charges *charges, unsigned modalities, hr_resource_id resource)
{
    if (modalities & (HR_AUDIO | HR_VIDEO))
        return hr_charge(charges, HR_WORKLOAD_av_meeting, resource);
    return 0.0;
}

double hr_charge_large(const hr_charges *charges, hr_resource_id resource)
{
    double cost = hr_charge(charges, HR_WORKLOAD_participant, resource) +
                  hr_charge(charges, HR_WORKLOAD_large_participant, resource);
    if (resource == HR_RESOURCE_CPU &&
        !hr_charge_is_known(charges, HR_WORKLOAD_large_participant, resource))
        cost += hr_charge(charges, HR_WORKLOAD_av_participant, resource) +
                hr_charge(charges, HR_WORKLOAD_data_participant, resource);
    return cost;
}

/* Peaks in MB/s of the servers that had sound and data in the test of 1,000 users [S:lm2010]. */
#define TESTED_SOUND 38.0
#define TESTED_DATA  70.0

double hr_charge_large_part(const hr_charges *charges, hr_medium medium, hr_resource_id resource)
{
    const double present = hr_charge(charges, HR_WORKLOAD_participant, resource);
    const double rest = hr_charge_large(charges, resource) - present;
    const double sound = hr_charge(charges, HR_WORKLOAD_av_participant, resource);
    const double data = hr_charge(charges, HR_WORKLOAD_data_participant, resource);
    double share = 1.0; /* of sound */
    if (resource == HR_RESOURCE_CPU && sound + data > 0.0)
        share = sound / (sound + data);
    if (resource == HR_RESOURCE_NETWORK_OUT)
        share = TESTED_SOUND / (TESTED_SOUND + TESTED_DATA);
    if (medium == HR_MEDIUM_AV)
        return present + share * rest;
    return medium == HR_MEDIUM_DATA ? (1.0 - share) * rest : 0.0;
}
