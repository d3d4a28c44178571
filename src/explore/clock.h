/* clock: what one process spends its time on, by the rows of results/account.h. */
#ifndef HR_EXPLORE_CLOCK_H
#define HR_EXPLORE_CLOCK_H

#include <stdint.h>

#include "results/account.h"

typedef struct hr_clock {
    uint64_t spent[HR_N_ACCOUNTS]; /* ns; fetches are counted */
    hr_account row;                /* that the time goes to now */
    uint64_t since;
} hr_clock;

/* ns, from no point in particular. */
uint64_t hr_clock_now(void);
/* Begin, at HR_ACCOUNT_REST. */
void hr_clock_start(hr_clock *clock);
/* From now on time goes to `row`; returns where it went. NULL: nothing happens. */
hr_account hr_clock_switch(hr_clock *clock, hr_account row);
/* Of `wall` ns at HR_ACCOUNT_COMPUTING, `n_threads` spent `seconds` in tasks, all together: the
 * rest was idle. */
void hr_clock_computed(hr_clock *clock, uint64_t wall, double seconds, unsigned n_threads);
/* A number was waited for. NULL: nothing happens. */
void hr_clock_fetched(hr_clock *clock, uint64_t wall);

#endif
