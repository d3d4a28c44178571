#define _POSIX_C_SOURCE 200809L

#include "explore/clock.h"

#include <stddef.h>
#include <time.h>

#include "base/error.h"

uint64_t hr_clock_now(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail with this clock */
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void hr_clock_start(hr_clock *clock)
{
    *clock = (hr_clock){.row = HR_ACCOUNT_REST, .since = hr_clock_now()};
}

hr_account hr_clock_switch(hr_clock *clock, hr_account row)
{
    if (clock == NULL)
        return row;
    const hr_account before = clock->row;
    const uint64_t now = hr_clock_now();
    clock->spent[before] += now - clock->since;
    clock->since = now;
    clock->row = row;
    return before;
}

void hr_clock_computed(hr_clock *clock, uint64_t wall, double seconds, unsigned n_threads)
{
    const double busy = 1e9 * seconds / (double)n_threads;
    const uint64_t idle = busy < (double)wall ? wall - (uint64_t)busy : 0;
    HR_ASSERT(clock->spent[HR_ACCOUNT_COMPUTING] >= idle);
    clock->spent[HR_ACCOUNT_COMPUTING] -= idle;
    clock->spent[HR_ACCOUNT_SETS] += idle;
}

void hr_clock_fetched(hr_clock *clock, uint64_t wall)
{
    if (clock == NULL)
        return;
    clock->spent[HR_ACCOUNT_FETCHES]++;
    clock->spent[HR_ACCOUNT_FETCHING] += wall;
    if (wall > clock->spent[HR_ACCOUNT_LONGEST_FETCH])
        clock->spent[HR_ACCOUNT_LONGEST_FETCH] = wall;
}
