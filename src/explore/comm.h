/* comm: every MPI_* call of Headroom, spoken in meanings. MPI runs FUNNELED: only the main
 * thread calls it, inside a parallel region too. A serial run is a communicator of one.
 */
#ifndef HR_EXPLORE_COMM_H
#define HR_EXPLORE_COMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "explore/clock.h"

typedef struct hr_comm hr_comm;

/* Collective. Starts MPI; refuses (HR_ERR_USAGE) when Slurm started more tasks than MPI sees,
 * i.e. N singletons that would all write one file. */
HR_MUST_CHECK hr_status hr_comm_start(hr_comm **comm, int *argc, char ***argv, hr_err *err);
void hr_comm_stop(hr_comm *comm); /* Collective */
/* Local. From now on calls count their time in `clock` (NULL: no more): fetches at
 * HR_ACCOUNT_SCHEDULING, hr_comm_wait at HR_ACCOUNT_LOOKS, the rest at HR_ACCOUNT_MPI. */
void hr_comm_keep_time(hr_comm *comm, hr_clock *clock);
int hr_comm_rank(const hr_comm *comm); /* Local */
int hr_comm_size(const hr_comm *comm); /* Local */
/* Collective. The failure of the lowest failing rank, with its message, on all ranks. */
hr_status hr_comm_agree(hr_comm *comm, hr_status status, hr_err *err);
/* Collective. values[i] <- sum over ranks, modulo 2^64. */
void hr_comm_sum(hr_comm *comm, uint64_t *values, size_t n);
/* Collective. values[i] <- largest over ranks. */
void hr_comm_max(hr_comm *comm, uint64_t *values, size_t n);
/* Collective. bytes of rank 0 on all ranks. */
void hr_comm_share(hr_comm *comm, void *bytes, size_t n);
/* Collective. Until all ranks are here. */
void hr_comm_wait(hr_comm *comm);
/* Local. Let MPI do what other ranks wait for; cheap when there is nothing. */
void hr_comm_progress(hr_comm *comm);
/* Collective. Set the shared counter; nothing may be asked for at the time. */
void hr_comm_counter_set(hr_comm *comm, uint64_t value);
/* Local (one-sided). Ask to add `n` to the shared counter: rank 0 does it when it next enters MPI,
 * which is why one asks before computing. One question at a time. */
void hr_comm_counter_ask(hr_comm *comm, uint64_t n);
/* Local. The counter's value before the addition that was asked for; waits for it. */
uint64_t hr_comm_counter_answer(hr_comm *comm);

#endif
