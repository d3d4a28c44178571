#include "results/account.h"

#include <stdbool.h>
#include <stddef.h>

const hr_account_row hr_account_rows[HR_N_ACCOUNTS] = {
    [HR_ACCOUNT_COMPUTING] = {"computing_seconds", "computing",
                              "in tasks: drawing input, replaying it, counting"},
    [HR_ACCOUNT_SETS] = {"idle_in_sets_seconds", "idle in sets",
                         "threads without a task while others of their process end a set"},
    [HR_ACCOUNT_LOOKS] = {"idle_at_looks_seconds", "idle at looks",
                          "processes that wait for the others at the end of a look"},
    [HR_ACCOUNT_SCHEDULING] = {"scheduling_seconds", "scheduling",
                               "choosing sets of tasks, and fetching their numbers from process 0"},
    [HR_ACCOUNT_MPI] = {"mpi_seconds", "MPI", "all other communication"},
    [HR_ACCOUNT_LEDGER] = {"ledger_seconds", "ledger", "deciding which configurations go on"},
    [HR_ACCOUNT_PART_LOGS] = {"part_logs_seconds", "part logs",
                              "writing finished tasks down, and reading what was finished before"},
    [HR_ACCOUNT_RESULT] = {"result_file_seconds", "result file",
                           "process 0 writes it while the others wait; in the file itself without "
                           "the closing of it"},
    [HR_ACCOUNT_REST] = {"rest_seconds", "rest", "the beginning of the run"},
    [HR_ACCOUNT_FETCHES] = {"fetches", NULL, "numbers of tasks fetched from process 0"},
    [HR_ACCOUNT_FETCHING] = {"fetching_seconds", NULL,
                             "processes that wait for such a number; within scheduling"},
    [HR_ACCOUNT_LONGEST_FETCH] = {"longest_fetch_seconds", NULL, "the longest of these waits"},
};

void hr_accounts_of_result(hr_accounts *accounts, uint64_t wall)
{
    accounts->sum[HR_ACCOUNT_RESULT] = wall * accounts->n_cores;
    accounts->most[HR_ACCOUNT_RESULT] = wall;
}

double hr_accounts_share(const hr_accounts *accounts, hr_account row)
{
    uint64_t all = 0;
    for (int i = 0; i < HR_N_TIMES; i++)
        all += accounts->sum[i];
    return all > 0 ? (double)accounts->sum[row] / (double)all : 0.0;
}

/* Fetches are counted, all else is ns. */
static double unit_of(hr_account row)
{
    return row == HR_ACCOUNT_FETCHES ? 1.0 : 1e-9;
}

double hr_accounts_number(const hr_accounts *accounts, hr_account row)
{
    const bool is_longest = row == HR_ACCOUNT_LONGEST_FETCH;
    return unit_of(row) * (double)(is_longest ? accounts->most : accounts->sum)[row];
}

void hr_accounts_set_number(hr_accounts *accounts, hr_account row, double number)
{
    const bool is_longest = row == HR_ACCOUNT_LONGEST_FETCH;
    (is_longest ? accounts->most : accounts->sum)[row] = (uint64_t)(number / unit_of(row) + 0.5);
}

double hr_accounts_mean_fetch(const hr_accounts *accounts)
{
    const uint64_t n = accounts->sum[HR_ACCOUNT_FETCHES];
    return n > 0 ? 1e-9 * (double)accounts->sum[HR_ACCOUNT_FETCHING] / (double)n : 0.0;
}
