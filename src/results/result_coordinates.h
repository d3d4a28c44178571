/* result_coordinates: dimension scales, and what each configuration is: world, choice, swept
 * values. Written at the root and linked into the groups that use them, because xarray looks for
 * the coordinates of a group only there.
 */
#ifndef HR_RESULTS_RESULT_COORDINATES_H
#define HR_RESULTS_RESULT_COORDINATES_H

#include "base/error.h"
#include "results/result_h5.h"
#include "results/result_schema.h"

HR_MUST_CHECK hr_status hr_coordinates_write(const hr_h5 *h5, const hr_schema *schema, hr_err *err);
/* Of another pool than the first: its dimensions in its own group, which exists, with links to the
 * rest. */
HR_MUST_CHECK hr_status hr_coordinates_write_pool(const hr_h5 *h5, const hr_schema *schema,
                                                  hr_err *err);
/* Links all of them into `group` ("/estimates"). */
HR_MUST_CHECK hr_status hr_coordinates_link(const hr_h5 *h5, const hr_schema *schema,
                                            const char *group, hr_err *err);
/* Only the dimension scales besides configuration. */
HR_MUST_CHECK hr_status hr_coordinates_link_dims(const hr_h5 *h5, const hr_schema *schema,
                                                 const char *group, hr_err *err);

#endif
