/* entry: what stopping needs to know of a configuration: its target cell and its replications, in
 * exact integers. One rank's own share, until ranks are summed.
 */
#ifndef HR_EXPLORE_ENTRY_H
#define HR_EXPLORE_ENTRY_H

#include <stddef.h>
#include <stdint.h>

#include "explore/comm.h"
#include "model/tally.h"

/* hr_cell without its padding, because there is one for each configuration. */
typedef struct hr_entry {
    uint64_t hits, n_replications;
    hr_u128 x, xx, y, yy, xy;
} hr_entry;

void hr_entry_add(hr_entry *entry, const hr_cell *target, uint64_t n_replications);
/* What is behind the point of weighted sums, beside the entry; adds into both. */
void hr_entry_add_behind(hr_entry *entry, hr_behind *behind, const hr_behind *part);
/* `behind` is NULL where there are no weights. */
hr_cell hr_entry_target(const hr_entry *entry, const hr_behind *behind);

/* Collective. total[i] <- sum of entry[i] over ranks. `work` holds HR_ENTRY_WORK(n) words. */
#define HR_ENTRY_WORK(n) (22 * (size_t)(n))
void hr_entry_sum(hr_comm *comm, const hr_entry *entry, size_t n, hr_entry *total, uint64_t *work);
/* Collective. The same of what is behind the point, after it: what is carried goes into total[i].
 * behind is NULL on ranks that have none. */
void hr_entry_sum_behind(hr_comm *comm, const hr_behind *behind, size_t n, hr_entry *total,
                         hr_behind *total_behind, uint64_t *work);

#endif
