#include "model/activity.h"

#include <stddef.h>

#define HOUR 3600.0

const char *const hr_activity_by_names[HR_N_ACTIVITY_BY] = {
    [HR_ACTIVITY_BY_EVERYBODY] = "user",
    [HR_ACTIVITY_BY_MOBILE] = "mobile user",
    [HR_ACTIVITY_BY_REMOTE] = "remote user",
    [HR_ACTIVITY_BY_CHAT] = "chat user",
    [HR_ACTIVITY_BY_ACTIVITY] = "event",
    [HR_ACTIVITY_BY_ALL] = "deployment",
    [HR_ACTIVITY_BY_MEETINGS] = "meeting",
    [HR_ACTIVITY_BY_JOINS] = "participant",
    [HR_ACTIVITY_BY_NOTICES] = "pair of participants",
    [HR_ACTIVITY_BY_CALLS] = "call",
    [HR_ACTIVITY_BY_EXTRA_CALLS] = "leg added to a call",
};

const hr_activity hr_activities[HR_N_ACTIVITIES] = {
#define HR_ACTIVITY(name_, role_, GROUP, PEAK, share_, rate_, source_, cpu_, low_, high_, doc_)    \
    [HR_ACTIVITY_##name_] = {.name = #name_,                                                       \
                             .role = HR_ROLE_##role_,                                              \
                             .by = HR_ACTIVITY_BY_##GROUP,                                         \
                             .peak = HR_ACTIVITY_##PEAK,                                           \
                             .share = (share_) / 100.0,                                            \
                             .rate = (rate_) / HOUR,                                               \
                             .source = source_,                                                    \
                             .cpu = cpu_,                                                          \
                             .low = low_,                                                          \
                             .high = high_,                                                        \
                             .doc = doc_},
#define HR_ACTIVITY_PER(name_, role_, of_, number_, source_, cpu_, low_, high_, doc_)              \
    [HR_ACTIVITY_##name_] = {.name = #name_,                                                       \
                             .role = HR_ROLE_##role_,                                              \
                             .by = HR_ACTIVITY_BY_ACTIVITY,                                        \
                             .of = HR_ACTIVITY_##of_,                                              \
                             .share = 1.0,                                                         \
                             .rate = number_,                                                      \
                             .source = source_,                                                    \
                             .cpu = cpu_,                                                          \
                             .low = low_,                                                          \
                             .high = high_,                                                        \
                             .doc = doc_},
#define HR_ACTIVITY_OF_ALL(name_, role_, rate_, source_, cpu_, low_, high_, doc_)                  \
    [HR_ACTIVITY_##name_] = {.name = #name_,                                                       \
                             .role = HR_ROLE_##role_,                                              \
                             .by = HR_ACTIVITY_BY_ALL,                                             \
                             .share = 1.0,                                                         \
                             .rate = rate_,                                                        \
                             .source = source_,                                                    \
                             .cpu = cpu_,                                                          \
                             .low = low_,                                                          \
                             .high = high_,                                                        \
                             .doc = doc_},
#define HR_ACTIVITY_INSIDE(name_, role_, GROUP, PEAK, share_, rate_, source_, inside_, doc_)       \
    [HR_ACTIVITY_##name_] = {.name = #name_,                                                       \
                             .role = HR_ROLE_##role_,                                              \
                             .by = HR_ACTIVITY_BY_##GROUP,                                         \
                             .peak = HR_ACTIVITY_##PEAK,                                           \
                             .share = (share_) / 100.0,                                            \
                             .rate = (rate_) / HOUR,                                               \
                             .source = source_,                                                    \
                             .inside = inside_,                                                    \
                             .doc = doc_},
#define HR_ACTIVITY_DERIVED(name_, role_, DRIVER, source_, inside_, doc_)                          \
    [HR_ACTIVITY_##name_] = {.name = #name_,                                                       \
                             .role = HR_ROLE_##role_,                                              \
                             .by = HR_ACTIVITY_BY_##DRIVER,                                        \
                             .share = 1.0,                                                         \
                             .rate = 1.0,                                                          \
                             .source = source_,                                                    \
                             .inside = inside_,                                                    \
                             .doc = doc_},
#include "model/activity.def"
};

static const hr_activity_ceiling ceilings[] = {
#define HR_ACTIVITY_CEILING(name, SCOPE, rate, source, doc)                                        \
    {HR_ACTIVITY_##name, HR_ACTIVITY_##SCOPE, rate, source, doc},
#include "model/activity.def"
};

const hr_activity_ceiling *hr_activity_ceiling_find(hr_activity_id activity)
{
    for (size_t i = 0; i < sizeof ceilings / sizeof *ceilings; i++) {
        if (ceilings[i].activity == activity)
            return &ceilings[i];
    }
    return NULL;
}
