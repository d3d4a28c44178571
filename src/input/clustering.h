/* clustering: further batches of a tilted input (model/tilt_cluster.h).
 */
#ifndef HR_INPUT_CLUSTERING_H
#define HR_INPUT_CLUSTERING_H

#include "input/tilting.h"

typedef struct hr_clustering {
    const hr_writing *writing;
    const hr_tilt_component *component;
    hr_stream stream;
} hr_clustering;

hr_clustering hr_clustering_open(const hr_writing *writing, const hr_tilt_component *component);
/* Try a batch of the component's row `row` (batches * n_cells + cell), and put its meetings behind
 * the further ones that there are, with room for `more` behind them. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_clustering_try(hr_clustering *clustering, unsigned row, uint32_t more,
                                          hr_err *err);

#endif
