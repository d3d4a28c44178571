/* modality: what the meetings of a Front End pool use (audio, sharing, video, data), and what
 * their participants cost by it: the profiles of a class.
 */
#ifndef HR_STUDY_MODALITY_H
#define HR_STUDY_MODALITY_H

#include "base/error.h"
#include "base/mem.h"
#include "model/configuration.h"
#include "study/charge.h"
#include "study/params.h"

/* Share of meetings that use exactly this set (bits of charge.h): drawn independently [U]. */
double hr_modality_share(const hr_params *params, unsigned modalities);

/* Fill the profiles of `class`, whose size law is known: one per set of modalities and rate of
 * the shared content that occurs, with costs on the resources of `pool`, and with parts where its
 * media are placed apart. Memory from `arena`, in
 * which profiles of equal meetings are made once (memo.h).
 * Errors  HR_ERR_DATA for a content law that is not a rate or a mix of rates. */
HR_MUST_CHECK hr_status hr_modality_profiles(const hr_params *params, const hr_charges *charges,
                                             hr_arena *arena, const hr_configuration *pool,
                                             hr_class *class, hr_err *err);

/* The same of the inserted meeting, whose size is fixed: above 250 people with the costs of the
 * published test of 1,000. */
HR_MUST_CHECK hr_status hr_modality_inserted(const hr_params *params, const hr_charges *charges,
                                             hr_arena *arena, const hr_configuration *pool,
                                             hr_class *class, hr_err *err);

/* When media are activated, of a pool that places them apart: configuration->activation, NULL where
 * all are there from the start on. Memory from `arena`. */
HR_MUST_CHECK hr_status hr_modality_activation(const hr_params *params, hr_arena *arena,
                                               hr_configuration *configuration, hr_err *err);

#endif
