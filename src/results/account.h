/* account: where the time of a run went, on all its processes.
 *
 * One table of rows drives what is measured (explore/clock), printed (`run`), stored (attributes of
 * /provenance), shown (`show --json`) and explained (the manual page). Every moment of every
 * process counts to exactly one row of time, so that their shares make 100 %.
 */
#ifndef HR_RESULTS_ACCOUNT_H
#define HR_RESULTS_ACCOUNT_H

#include <stdint.h>

typedef enum hr_account {
    HR_ACCOUNT_COMPUTING,
    HR_ACCOUNT_SETS,
    HR_ACCOUNT_LOOKS,
    HR_ACCOUNT_SCHEDULING,
    HR_ACCOUNT_MPI,
    HR_ACCOUNT_LEDGER,
    HR_ACCOUNT_PART_LOGS,
    HR_ACCOUNT_RESULT,
    HR_ACCOUNT_REST,
    HR_N_TIMES, /* rows above this are times */
    HR_ACCOUNT_FETCHES = HR_N_TIMES,
    HR_ACCOUNT_FETCHING,
    HR_ACCOUNT_LONGEST_FETCH,
    HR_N_ACCOUNTS
} hr_account;

typedef struct hr_account_row {
    const char *name;  /* of hr_accounts_number in files */
    const char *label; /* of the share in the last lines of `run`; NULL: it has none */
    const char *doc;
} hr_account_row;

extern const hr_account_row hr_account_rows[HR_N_ACCOUNTS];

/* Nanoseconds; fetches are counted. */
typedef struct hr_accounts {
    uint64_t sum[HR_N_ACCOUNTS];  /* over processes; times of each core that a process held */
    uint64_t most[HR_N_ACCOUNTS]; /* of the process that had most, by the wall */
    uint64_t n_cores;             /* threads of all processes */
} hr_accounts;

/* The result file has taken `wall` ns, in which all cores were held. */
void hr_accounts_of_result(hr_accounts *accounts, uint64_t wall);
/* Share of the cores' time, 0 .. 1; 0 when there was none. */
double hr_accounts_share(const hr_accounts *accounts, hr_account row);
/* The number of a row: rows of time in seconds of cores, the longest fetch in seconds. */
double hr_accounts_number(const hr_accounts *accounts, hr_account row);
void hr_accounts_set_number(hr_accounts *accounts, hr_account row, double number);
/* Mean time of a fetch, s; 0 without any. */
double hr_accounts_mean_fetch(const hr_accounts *accounts);

#endif
