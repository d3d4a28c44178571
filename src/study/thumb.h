/* thumb: how many servers of each role the published rules of thumb give.
 *
 * What a planning tool does with averages: users / 6,660 (Standard Edition: / 2,500), users outside
 * / 12,000 and at least two, calls / 1,500, chat users / 20,000; one more of each where one may be
 * away [S:capmodel][S:pchat].
 */
#ifndef HR_STUDY_THUMB_H
#define HR_STUDY_THUMB_H

#include "model/role.h"
#include "study/study.h"

enum { HR_N_THUMBS = 4 };
typedef struct hr_thumb {
    hr_role_id role;
    const char *of;     /* what is counted */
    const char *source; /* of the number a server carries */
    double demand;      /* so many, of the first pool's users */
    double per_server;
    double least, most; /* whole servers that the rule gives; they differ where it does not bind
                         * to the last user; 0 without demand */
    double servers;     /* that the study has */
} hr_thumb;

/* The rules for configuration `index`, the first pool's Front Ends first (day 0 where days differ);
 * `has_users` is false, and the rest empty, when the study has no population. Local. */
HR_MUST_CHECK hr_status hr_study_thumbs(const hr_study *study, uint64_t index,
                                        hr_thumb thumb[HR_N_THUMBS], bool *has_users, hr_err *err);

#endif
