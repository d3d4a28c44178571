#include "explore/run.h"

#include "base/vector.h"
#include "engine/plain.h"
#include "explore/clock.h"
#include "explore/finish.h"
#include "explore/ledger.h"
#include "explore/output.h"
#include "explore/progress.h"
#include "explore/round.h"
#include "explore/signals.h"
#include "results/partdir.h"
#include "results/partindex.h"
#include "results/partlog.h"

typedef struct hr_explorer {
    hr_comm *comm;
    const hr_study *study;
    const hr_run_options *options;
    const hr_vector *vector;
    const hr_kernel *kernel;
    hr_partdir dir;      /* rank 0 */
    hr_part_index index; /* rank 0 */
    hr_engine *engine;
    hr_partlog *log;
    hr_ledger ledger;
    hr_progress progress;
    hr_round round;
    hr_clock clock;
    uint64_t n_workers; /* threads of all ranks */
    uint64_t began;
} hr_explorer;

static double seconds_since(uint64_t begun)
{
    return 1e-9 * (double)(hr_clock_now() - begun);
}

/* What rank 0 found out and the others must know. */
struct found {
    bool finished;
    uint32_t sequence;
};

/* Collective. Nothing is created before the output is known to be ours. */
static hr_status claim(hr_explorer *x, struct found *found, hr_err *err)
{
    hr_status st = HR_OK;
    const char *output = x->options->output;
    if (hr_comm_rank(x->comm) == 0) {
        st = hr_output_claim(&x->dir, output, x->study, &found->finished, err);
        if (st == HR_OK && !found->finished)
            st = hr_part_index_read(&x->index, output, x->study, err);
        found->sequence = x->index.next_sequence;
    }
    HR_TRY(hr_comm_agree(x->comm, st, err));
    hr_comm_share(x->comm, found, sizeof *found);
out:
    return st;
}

/* Others may wait for the counter that this rank holds. */
static void look_into_mpi(void *comm)
{
    hr_comm_progress(comm);
}

/* Collective. */
static hr_status equip(hr_explorer *x, uint32_t sequence, hr_err *err)
{
    hr_status st = HR_OK;
    const int rank = hr_comm_rank(x->comm);
    st = hr_engine_new(&x->engine, x->study, x->vector, x->kernel, x->options->n_threads, err);
    if (st == HR_OK)
        st = hr_ledger_init(&x->ledger, x->study, hr_comm_size(x->comm), err);
    HR_TRY(hr_comm_agree(x->comm, st, err));
    st = hr_partlog_create(&x->log, x->options->output, x->study, sequence, rank, err);
    HR_TRY(hr_comm_agree(x->comm, st, err));
    x->n_workers = hr_engine_threads(x->engine);
    hr_comm_sum(x->comm, &x->n_workers, 1);
    hr_engine_between(x->engine, look_into_mpi, x->comm);
    x->round = (hr_round){.comm = x->comm,
                          .clock = &x->clock,
                          .engine = x->engine,
                          .n_workers = x->n_workers,
                          .ledger = &x->ledger,
                          .log = x->log,
                          .index = rank == 0 ? &x->index : NULL,
                          .stop = hr_signals_flag(),
                          .progress = &x->progress};
out:
    return st;
}

static hr_status stopped_message(const hr_explorer *x, unsigned look, hr_err *err)
{
    return HR_FAIL(err, HR_ERR_STOPPED,
                   "stopped by a signal in look %u with %llu of %llu "
                   "configurations to go; what is finished is kept: run the same command to go on",
                   look, (unsigned long long)x->ledger.n_active,
                   (unsigned long long)x->study->n_configurations);
}

/* Collective. Look after look until no configuration goes on. */
static hr_status explore(hr_explorer *x, hr_err *err)
{
    hr_status st = HR_OK;
    bool stopped = false;
    while (x->ledger.n_active > 0) {
        const unsigned look = x->ledger.next_look;
        HR_TRY(hr_round_run(&x->round, look, &stopped, err));
        if (stopped)
            HR_TRY(stopped_message(x, look, err));
        (void)hr_clock_switch(&x->clock, HR_ACCOUNT_LEDGER);
        HR_TRY(hr_ledger_settle(&x->ledger, x->comm, &x->round.queue.look, err));
    }
out:
    return st;
}

/* Collective. Every record is on disk afterwards, whatever happened before. */
static hr_status close_log(hr_explorer *x, hr_err *err)
{
    hr_err closing = {0};
    (void)hr_clock_switch(&x->clock, HR_ACCOUNT_PART_LOGS);
    const hr_status st = hr_comm_agree(x->comm, hr_partlog_close(x->log, &closing), &closing);
    x->log = NULL;
    return st == HR_OK ? st : HR_FAIL(err, st, "%s", closing.message);
}

static void describe(const hr_explorer *x, hr_provenance *provenance)
{
    *provenance = (hr_provenance){.command = x->options->command,
                                  .version = x->options->version,
                                  .sets = x->options->sets,
                                  .n_sets = x->options->n_sets,
                                  .isa = x->vector->name,
                                  .kernel = x->kernel != NULL ? x->kernel->name : "any",
                                  .n_ranks = hr_comm_size(x->comm),
                                  .n_threads = (int)hr_engine_threads(x->engine),
                                  .seconds = seconds_since(x->began)};
}

/* Collective. Sum and most over ranks; a rank's time is that of all its threads. */
static void gather(hr_explorer *x, hr_accounts *accounts)
{
    (void)hr_clock_switch(&x->clock, HR_ACCOUNT_RESULT);
    const uint64_t n_threads = hr_engine_threads(x->engine);
    for (int i = 0; i < HR_N_ACCOUNTS; i++) {
        accounts->sum[i] = x->clock.spent[i] * (i < HR_N_TIMES ? n_threads : 1);
        accounts->most[i] = x->clock.spent[i];
    }
    accounts->n_cores = x->n_workers;
    hr_comm_sum(x->comm, accounts->sum, HR_N_ACCOUNTS);
    hr_comm_max(x->comm, accounts->most, HR_N_ACCOUNTS);
}

/* Collective. */
static hr_status conclude(hr_explorer *x, hr_run_report *report, hr_err *err)
{
    hr_status st = HR_OK;
    hr_accounts accounts = {0};
    hr_ledger_close(&x->ledger);
    gather(x, &accounts);
    if (hr_comm_rank(x->comm) == 0) {
        const uint64_t begun = hr_clock_now();
        hr_part_index_free(&x->index); /* finish reads the new one */
        describe(x, &report->provenance);
        report->provenance.accounts = accounts;
        st = hr_finish(&x->ledger, x->options->output, hr_signals_flag(), &x->progress,
                       &report->provenance, err);
        if (st == HR_OK)
            st = hr_partdir_clear(&x->dir, err);
        hr_accounts_of_result(&report->provenance.accounts, hr_clock_now() - begun);
        report->provenance.seconds = seconds_since(x->began);
    }
    return hr_comm_agree(x->comm, st, err);
}

/* Collective. */
static hr_status run_all(hr_explorer *x, hr_run_report *report, hr_err *err)
{
    hr_status st = HR_OK;
    struct found found = {0};
    HR_TRY(hr_comm_agree(x->comm, hr_vector_choose(x->options->isa, &x->vector, err), err));
    HR_TRY(hr_comm_agree(x->comm, hr_kernel_choose(x->options->kernel, &x->kernel, err), err));
    HR_TRY(claim(x, &found, err));
    report->already_finished = found.finished;
    if (found.finished)
        return HR_OK;
    st = equip(x, found.sequence, err);
    if (st == HR_OK)
        st = explore(x, err);
    const hr_status closed = close_log(x, err);
    HR_TRY(st == HR_OK ? closed : st);
    report->resumed = x->round.n_resumed;
    HR_TRY(conclude(x, report, err));
out:
    return st;
}

hr_status hr_run(hr_comm *comm, const hr_study *study, const hr_run_options *options,
                 hr_run_report *report, hr_err *err)
{
    hr_explorer x = {.comm = comm, .study = study, .options = options, .began = hr_clock_now()};
    hr_err unseen = {0};
    *report = (hr_run_report){0};
    hr_clock_start(&x.clock);
    hr_comm_keep_time(comm, &x.clock);
    hr_signals_catch();
    hr_progress_init(&x.progress, options->progress);
    const hr_status st = run_all(&x, report, err == NULL ? &unseen : err);
    hr_progress_end(&x.progress);
    hr_part_index_free(&x.index);
    hr_partdir_close(&x.dir);
    hr_ledger_free(&x.ledger);
    hr_engine_free(x.engine);
    hr_signals_release();
    hr_comm_keep_time(comm, NULL);
    return st;
}
