#define _POSIX_C_SOURCE 200809L

#include "explore/comm.h"

#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "results/result.h"

/* MPI's own failures are fatal (its default): after one, no collective call can be trusted to
 * carry our message. So return codes of MPI_* are not looked at below. */
struct hr_comm {
    MPI_Comm world; /* a duplicate of MPI_COMM_WORLD */
    int rank, size;
    MPI_Win window;    /* the shared counter, in the memory of rank 0 */
    uint64_t *counter; /* rank 0: where it is */
    uint64_t alone;    /* the counter of a communicator of one */
    MPI_Request asked;
    uint64_t question, answer; /* of the counter; MPI reads and writes them meanwhile */
    hr_clock *clock;           /* NULL: nobody wants to know */
};

enum { KEEPER = 0 /* rank that holds the shared counter */ };

/* Started by srun with a PMI plug-in that MPI does not speak, every task is a world of its own,
 * believes to be rank 0, and all would write one file. mpirun is known by its variable. */
static hr_status check_slurm(int size, bool by_mpirun, hr_err *err)
{
    const char *text = getenv("SLURM_STEP_NUM_TASKS");
    const long tasks = text == NULL ? 0 : strtol(text, NULL, 10);
    if (by_mpirun || tasks <= size)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_USAGE,
                   "Slurm started %ld tasks, but MPI sees only %d of them; start "
                   "with `srun --mpi=pmix` (see `srun --mpi=list`) or with mpirun",
                   tasks, size);
}

/* Started by mpirun, or by srun with a PMI plug-in that MPI may speak: one of several, perhaps. */
static bool may_have_others(void)
{
    return getenv("OMPI_COMM_WORLD_SIZE") != NULL || getenv("PMIX_RANK") != NULL ||
           getenv("PMI_RANK") != NULL;
}

/* Of Open MPI; what the user has set stays, and other MPI libraries do not know the variables. */
static const struct {
    const char *variable, *value;
    bool alone; /* only where there can be no others */
} preferences[] = {
    /* The one-sided component on UCX can fail or hang in MPI_Fetch_and_op between machines that
     * have only TCP; the other components serve a counter just as well. */
    {"OMPI_MCA_osc", "^ucx", false},
    /* There are no other programs to start, hence no need of a daemon beside this one; */
    {"OMPI_MCA_ess_singleton_isolated", "1", true},
    /* and nobody to send messages to: looking for fast networks takes longer than all else. */
    {"OMPI_MCA_pml", "ob1", true},
};

static hr_status set_preferences(hr_err *err)
{
    const bool is_alone = !may_have_others();
    for (size_t i = 0; i < sizeof preferences / sizeof *preferences; i++) {
        if ((is_alone || !preferences[i].alone) &&
            setenv(preferences[i].variable, preferences[i].value, 0) != 0)
            return HR_FAIL(err, HR_ERR_MEMORY, "no memory for an environment variable");
    }
    return HR_OK;
}

static void make_counter(hr_comm *comm)
{
    const MPI_Aint bytes = comm->rank == KEEPER ? (MPI_Aint)sizeof(uint64_t) : 0;
    MPI_Win_allocate(bytes, (int)sizeof(uint64_t), MPI_INFO_NULL, comm->world, &comm->counter,
                     &comm->window);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, comm->window);
}

hr_status hr_comm_start(hr_comm **comm, int *argc, char ***argv, hr_err *err)
{
    const bool by_mpirun = getenv("OMPI_COMM_WORLD_SIZE") != NULL;
    hr_status st = set_preferences(err);
    if (st != HR_OK)
        return st;
    hr_comm *made = hr_mem_take(1, sizeof *made);
    if (made == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for a communicator");
    int level;
    hr_result_start();
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_dup(MPI_COMM_WORLD, &made->world);
    MPI_Comm_rank(made->world, &made->rank);
    MPI_Comm_size(made->world, &made->size);
    if (made->size > 1)
        make_counter(made);
    *comm = made;
    if (level < MPI_THREAD_FUNNELED)
        st = HR_FAIL(err, HR_ERR_USAGE,
                     "this MPI library does not support threads "
                     "(MPI_THREAD_FUNNELED); use another one");
    if (st == HR_OK)
        st = check_slurm(made->size, by_mpirun, err);
    st = hr_comm_agree(made, st, err);
    if (st != HR_OK) {
        hr_comm_stop(made);
        *comm = NULL;
    }
    return st;
}

void hr_comm_stop(hr_comm *comm)
{
    if (comm == NULL)
        return;
    if (comm->size > 1) {
        MPI_Win_unlock_all(comm->window);
        MPI_Win_free(&comm->window);
    }
    MPI_Comm_free(&comm->world);
    MPI_Finalize();
    hr_mem_free(comm);
}

void hr_comm_keep_time(hr_comm *comm, hr_clock *clock)
{
    comm->clock = clock;
}

int hr_comm_rank(const hr_comm *comm)
{
    return comm->rank;
}

int hr_comm_size(const hr_comm *comm)
{
    return comm->size;
}

/* What travels from the failing rank: its `file` is a pointer and stays there. */
struct cause {
    int status, line;
    char message[HR_ERR_MESSAGE];
};

static void describe(struct cause *cause, const hr_comm *comm, hr_status status, const hr_err *err)
{
    const char *message = err != NULL && err->status != HR_OK ? err->message : "no reason given";
    cause->status = (int)status;
    cause->line = err == NULL ? 0 : err->line;
    if (comm->rank == 0)
        (void)snprintf(cause->message, sizeof cause->message, "%s", message);
    else
        (void)snprintf(cause->message, sizeof cause->message, "rank %d: %.1000s", comm->rank,
                       message);
}

hr_status hr_comm_agree(hr_comm *comm, hr_status status, hr_err *err)
{
    const hr_account before = hr_clock_switch(comm->clock, HR_ACCOUNT_MPI);
    int failed = status == HR_OK ? INT_MAX : comm->rank;
    MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MIN, comm->world);
    (void)hr_clock_switch(comm->clock, before);
    if (failed == INT_MAX)
        return HR_OK;
    struct cause cause = {0};
    if (failed == comm->rank)
        describe(&cause, comm, status, err);
    MPI_Bcast(&cause, (int)sizeof cause, MPI_BYTE, failed, comm->world);
    if (err != NULL) {
        /* A later rank's own failure gives way to the agreed one; the place in the source is
         * known only where it happened. */
        const char *file = failed == comm->rank && err->file != NULL ? err->file : __FILE__;
        *err = (hr_err){0};
        (void)hr_err_set(err, (hr_status)cause.status, file, cause.line, "%s", cause.message);
    }
    return (hr_status)cause.status;
}

/* MPI counts in int. */
enum { MOST_AT_ONCE = 1 << 24 };

static void reduce(hr_comm *comm, uint64_t *values, size_t n, MPI_Op operation)
{
    const hr_account before = hr_clock_switch(comm->clock, HR_ACCOUNT_MPI);
    for (size_t done = 0; done < n; done += MOST_AT_ONCE) {
        const size_t some = n - done < MOST_AT_ONCE ? n - done : MOST_AT_ONCE;
        MPI_Allreduce(MPI_IN_PLACE, values + done, (int)some, MPI_UINT64_T, operation, comm->world);
    }
    (void)hr_clock_switch(comm->clock, before);
}

void hr_comm_sum(hr_comm *comm, uint64_t *values, size_t n)
{
    reduce(comm, values, n, MPI_SUM);
}

void hr_comm_max(hr_comm *comm, uint64_t *values, size_t n)
{
    reduce(comm, values, n, MPI_MAX);
}

void hr_comm_share(hr_comm *comm, void *bytes, size_t n)
{
    const hr_account before = hr_clock_switch(comm->clock, HR_ACCOUNT_MPI);
    for (size_t done = 0; done < n; done += MOST_AT_ONCE) {
        const size_t some = n - done < MOST_AT_ONCE ? n - done : MOST_AT_ONCE;
        MPI_Bcast((char *)bytes + done, (int)some, MPI_BYTE, 0, comm->world);
    }
    (void)hr_clock_switch(comm->clock, before);
}

void hr_comm_progress(hr_comm *comm)
{
    int found;
    if (comm->size > 1)
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm->world, &found, MPI_STATUS_IGNORE);
}

void hr_comm_wait(hr_comm *comm)
{
    const hr_account before = hr_clock_switch(comm->clock, HR_ACCOUNT_LOOKS);
    MPI_Barrier(comm->world);
    (void)hr_clock_switch(comm->clock, before);
}

void hr_comm_counter_set(hr_comm *comm, uint64_t value)
{
    comm->alone = value;
    if (comm->size == 1)
        return;
    const hr_account before = hr_clock_switch(comm->clock, HR_ACCOUNT_MPI);
    MPI_Barrier(comm->world); /* nobody still asks for what was before */
    if (comm->rank == KEEPER) {
        MPI_Fetch_and_op(&value, &comm->answer, MPI_UINT64_T, KEEPER, 0, MPI_REPLACE, comm->window);
        MPI_Win_flush(KEEPER, comm->window);
    }
    MPI_Barrier(comm->world);
    (void)hr_clock_switch(comm->clock, before);
}

void hr_comm_counter_ask(hr_comm *comm, uint64_t n)
{
    comm->question = n;
    if (comm->size > 1)
        MPI_Rget_accumulate(&comm->question, 1, MPI_UINT64_T, &comm->answer, 1, MPI_UINT64_T,
                            KEEPER, 0, 1, MPI_UINT64_T, MPI_SUM, comm->window, &comm->asked);
}

uint64_t hr_comm_counter_answer(hr_comm *comm)
{
    if (comm->size > 1) {
        const hr_account row = hr_clock_switch(comm->clock, HR_ACCOUNT_SCHEDULING);
        const uint64_t begun = hr_clock_now();
        hr_comm_progress(comm);
        MPI_Wait(&comm->asked, MPI_STATUS_IGNORE);
        hr_clock_fetched(comm->clock, hr_clock_now() - begun);
        (void)hr_clock_switch(comm->clock, row);
        return comm->answer;
    }
    const uint64_t before = comm->alone;
    comm->alone += comm->question;
    return before;
}
