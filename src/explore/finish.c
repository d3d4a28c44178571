#include "explore/finish.h"

#include "explore/clock.h"
#include "explore/plan.h"
#include "results/partindex.h"

typedef struct hr_fold {
    hr_arena arena;
    const hr_ledger *ledger;
    hr_part_index index;
    hr_tally total, part;
    uint8_t *bytes; /* of one packed tally */
} hr_fold;

static hr_status add_task(hr_fold *fold, const hr_task *task, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_part *part = hr_part_index_find(&fold->index, task);
    if (part == NULL)
        return HR_FAIL(
            err, HR_ERR_WRITE,
            "blocks %llu.. of configuration %llu are in no part log that "
            "rank 0 can read; all ranks must write to one file system, and nobody may touch "
            "the part logs while they are needed; run the same command again",
            (unsigned long long)task->first_block, (unsigned long long)task->configuration);
    size_t size = 0;
    HR_TRY(hr_part_read(&fold->index, part, fold->bytes, &size, err));
    if (!hr_tally_unpack(&fold->part, fold->bytes, size))
        HR_TRY(HR_FAIL(err, HR_ERR_WRITE,
                       "%s: a record has changed after it was checked; run the same "
                       "command again",
                       fold->index.files[part->log].path));
    hr_tally_merge(&fold->total, &fold->part);
out:
    return st;
}

/* All looks that a configuration took part in; blocks of later ones, which another
 * rank count might have left, do not count. */
static hr_status fold_configuration(hr_fold *fold, uint64_t configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tally_clear(&fold->total);
    for (unsigned k = 0; k < fold->ledger->n_looks[configuration]; k++) {
        const hr_look look = hr_plan_look(fold->ledger->study, k);
        for (uint64_t piece = 0; piece < look.n_pieces; piece++) {
            const hr_task task = hr_plan_task(&look, configuration, piece);
            HR_TRY(add_task(fold, &task, err));
        }
    }
out:
    return st;
}

static hr_status fold_init(hr_fold *fold, const hr_ledger *ledger, const char *output, hr_err *err)
{
    hr_status st = HR_OK;
    *fold = (hr_fold){.ledger = ledger};
    HR_TRY(hr_part_index_read(&fold->index, output, ledger->study, err));
    HR_TRY(hr_tally_init(&fold->total, ledger->study->n_cells, &fold->arena, err));
    HR_TRY(hr_tally_init(&fold->part, ledger->study->n_cells, &fold->arena, err));
    HR_TAKE(fold->bytes, &fold->arena, fold->index.most_bytes);
out:
    return st;
}

static hr_status append_all(hr_fold *fold, hr_result_writer *writer, const atomic_bool *stop,
                            hr_progress *progress, hr_provenance *provenance, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_ledger *ledger = fold->ledger;
    for (uint64_t c = 0; c < ledger->study->n_configurations; c++) {
        if (atomic_load(stop))
            HR_TRY(HR_FAIL(err, HR_ERR_STOPPED,
                           "stopped by a signal while the result was written; what is finished is "
                           "kept: run the same command to go on"));
        HR_TRY(fold_configuration(fold, c, err));
        const unsigned last = ledger->n_looks[c] > 0 ? ledger->n_looks[c] - 1u : 0;
        HR_TRY(
            hr_result_append(writer, c, &fold->total, last, (hr_verdict)ledger->verdict[c], err));
        provenance->digest += hr_tally_digest(&fold->total, c);
        provenance->replications += fold->total.n_replications;
        hr_progress_show(progress, c);
    }
out:
    return st;
}

hr_status hr_finish(const hr_ledger *ledger, const char *output, const atomic_bool *stop,
                    hr_progress *progress, hr_provenance *provenance, hr_err *err)
{
    hr_status st = HR_OK;
    hr_fold fold;
    hr_result_writer *writer = NULL;
    const uint64_t begun = hr_clock_now();
    HR_TRY(fold_init(&fold, ledger, output, err));
    HR_TRY(hr_result_create(&writer, output, ledger->study, err));
    provenance->busy_seconds = fold.index.seconds;
    provenance->meetings = fold.index.meetings;
    provenance->n_runs = fold.index.next_sequence;
    hr_progress_begin(progress, "writing the result", ledger->study->n_configurations);
    HR_TRY(append_all(&fold, writer, stop, progress, provenance, err));
    hr_part_index_free(&fold.index); /* before what the rest of the file needs */
    hr_accounts_of_result(&provenance->accounts, hr_clock_now() - begun);
    provenance->seconds += 1e-9 * (double)(hr_clock_now() - begun);
    st = hr_result_finish(writer, provenance, err);
    writer = NULL; /* freed either way */
out:
    hr_result_abandon(writer);
    hr_part_index_free(&fold.index);
    hr_arena_free(&fold.arena);
    return st;
}
