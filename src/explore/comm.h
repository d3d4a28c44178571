/* comm: every MPI_* call of Headroom, spoken in meanings. MPI runs FUNNELED: only the main
 * thread, outside parallel regions. A serial run is a communicator of one.
 */
#ifndef HR_EXPLORE_COMM_H
#define HR_EXPLORE_COMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct hr_comm hr_comm;

/* Collective. Starts MPI; refuses (HR_ERR_USAGE) when Slurm started more tasks than MPI sees,
 * i.e. N singletons that would all write one file. */
HR_MUST_CHECK hr_status hr_comm_start(hr_comm **comm, int *argc, char ***argv, hr_err *err);
void hr_comm_stop(hr_comm *comm);      /* Collective */
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
/* Collective. Set the shared counter to 0. */
void hr_comm_counter_reset(hr_comm *comm);
/* Local (one-sided). Add `n` to the shared counter, return its value before. */
uint64_t hr_comm_counter_take(hr_comm *comm, uint64_t n);

#endif
