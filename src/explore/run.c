#define _POSIX_C_SOURCE 200809L

#include "explore/run.h"

#include <time.h>

#include "base/vector.h"
#include "engine/plain.h"
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
    double began;
} hr_explorer;

static double now_s(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
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
    x->round = (hr_round){.comm = x->comm,
                          .engine = x->engine,
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
    for (unsigned look = 0; x->ledger.n_active > 0; look++) {
        HR_TRY(hr_round_run(&x->round, look, &stopped, err));
        if (stopped)
            HR_TRY(stopped_message(x, look, err));
        HR_TRY(hr_ledger_settle(&x->ledger, x->comm, &x->round.look, err));
    }
out:
    return st;
}

/* Collective. Every record is on disk afterwards, whatever happened before. */
static hr_status close_log(hr_explorer *x, hr_err *err)
{
    hr_err closing = {0};
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
                                  .seconds = now_s() - x->began};
}

/* Collective. */
static hr_status conclude(hr_explorer *x, hr_run_report *report, hr_err *err)
{
    hr_status st = HR_OK;
    if (hr_comm_rank(x->comm) == 0) {
        hr_part_index_free(&x->index); /* finish reads the new one */
        describe(x, &report->provenance);
        st = hr_finish(&x->ledger, x->options->output, hr_signals_flag(), &x->progress,
                       &report->provenance, err);
        if (st == HR_OK)
            st = hr_partdir_clear(&x->dir, err);
        report->provenance.seconds = now_s() - x->began;
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
    hr_explorer x = {.comm = comm, .study = study, .options = options, .began = now_s()};
    hr_err unseen = {0};
    *report = (hr_run_report){0};
    hr_signals_catch();
    hr_progress_init(&x.progress, options->progress);
    const hr_status st = run_all(&x, report, err == NULL ? &unseen : err);
    hr_progress_end(&x.progress);
    hr_part_index_free(&x.index);
    hr_partdir_close(&x.dir);
    hr_ledger_free(&x.ledger);
    hr_engine_free(x.engine);
    hr_signals_release();
    return st;
}
