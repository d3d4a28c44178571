/* server: load and people come to a server or leave it. Of the reference.
 */
#ifndef HR_KERNEL_SERVER_H
#define HR_KERNEL_SERVER_H

#include "kernel/overload.h"

/* `load` ([n_resources] steps) and `people` come; once everything else that the rule sees is noted,
 * tell that the server has changed. */
void hr_server_add(hr_replaying *replay, hr_tick now, unsigned server, const int64_t *load,
                   uint32_t people);
void hr_server_remove(hr_replaying *replay, hr_tick now, unsigned server, const int64_t *load,
                      uint32_t people);
void hr_server_changed(hr_replaying *replay, hr_tick now, unsigned server);
/* `load` and `people` of the meeting come to its own server. */
void hr_server_grow(hr_replaying *replay, hr_tick now, uint32_t meeting, const int64_t *load,
                    uint32_t people);
/* They will stay until `end`: the times of people and loads, wherever they are. */
void hr_server_count_stay(hr_replaying *replay, hr_tick now, hr_tick end, const int64_t *load,
                          uint32_t people);
/* They are gone before that. */
void hr_server_discount_stay(hr_replaying *replay, hr_tick now, hr_tick end, const int64_t *load,
                             uint32_t people);

#endif
