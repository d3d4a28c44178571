/* group: see hr_groups in study.h; private to src/study. */
#ifndef HR_STUDY_GROUP_H
#define HR_STUDY_GROUP_H

#include "study/study.h"

/* Give the sources of `configuration`, described but not prepared, the group's candidates of day
 * `replication`; its group is looked for when it is not among those kept. Local. */
HR_MUST_CHECK hr_status hr_group_join(const hr_study *study, hr_groups *groups,
                                      uint64_t replication, hr_arena *arena,
                                      hr_configuration *configuration, hr_err *err);

#endif
