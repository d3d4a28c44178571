#include "cli/running.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/text.h"
#include "explore/comm.h"
#include "explore/run.h"

enum { MOST_THREADS = 1024, MOST_COMMAND = 4096 };

/* The command line in one text, for the provenance of the result; cut when very long. */
static void join_words(const hr_invocation *invocation, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < invocation->argc && used + 1 < size; i++) {
        const int n =
            snprintf(text + used, size - used, "%s%s", i == 0 ? "" : " ", invocation->argv[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}

static hr_status read_options(const hr_invocation *invocation, hr_run_options *run_options,
                              hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t n_threads = 0;
    const char *name = invocation->command->name;
    if (!hr_given(invocation, HR_RUNNING_OUTPUT) || invocation->value[HR_RUNNING_OUTPUT][0] == '\0')
        HR_TRY(HR_FAIL(err, HR_ERR_USAGE, "%s: the result file is missing: -o OUT.h5", name));
    HR_TRY(hr_option_count(invocation, HR_RUNNING_THREADS, MOST_THREADS, 0, &n_threads, err));
    if (hr_given(invocation, HR_RUNNING_THREADS) && n_threads == 0)
        HR_TRY(HR_FAIL(err, HR_ERR_USAGE, "%s: --threads `0`: must be at least 1", name));
    run_options->output = invocation->value[HR_RUNNING_OUTPUT];
    run_options->n_threads = (unsigned)n_threads;
    run_options->isa = getenv("HEADROOM_ISA");
    run_options->kernel = getenv("HEADROOM_KERNEL");
    const bool is_silent = hr_given(invocation, HR_RUNNING_QUIET) ||
                           hr_option_word(invocation, HR_RUNNING_PROGRESS, 0) == 1;
    run_options->progress = is_silent ? NULL : stderr;
out:
    return st;
}

static void print_start(const hr_study *study, const hr_comm *comm)
{
    fprintf(stderr, "%s: %s configuration%s on %d process%s\n", study->name,
            hr_text_count(study->n_configurations).s, study->n_configurations == 1 ? "" : "s",
            hr_comm_size(comm), hr_comm_size(comm) == 1 ? "" : "es");
}

/* Where the cores' time went; what rounds to nothing is left out. */
static void print_accounts(const hr_accounts *accounts)
{
    hr_words words = {0};
    for (int i = 0; i < HR_N_TIMES; i++) {
        const double share = 100.0 * hr_accounts_share(accounts, (hr_account)i);
        if (share >= 0.05)
            hr_words_add(&words, "%s%.1f %% %s", words.used > 0 ? ", " : "", share,
                         hr_account_rows[i].label);
    }
    fputs("Time: ", stdout);
    hr_text_wrap(stdout, words.s, 6, 6, HR_TEXT_WIDTH);
    if (accounts->sum[HR_ACCOUNT_FETCHES] > 0)
        printf("%s fetches of task numbers, %.3f ms each, %.3f ms at most\n",
               hr_text_count(accounts->sum[HR_ACCOUNT_FETCHES]).s,
               1e3 * hr_accounts_mean_fetch(accounts),
               1e3 * hr_accounts_number(accounts, HR_ACCOUNT_LONGEST_FETCH));
}

static void print_report(const hr_study *study, const hr_run_report *report, const char *output)
{
    const hr_provenance *provenance = &report->provenance;
    if (report->already_finished) {
        printf("%s is finished already: the same study, nothing to do\n", output);
    } else {
        printf("%s: done in %s", study->name, hr_text_seconds(provenance->seconds).s);
        if (report->resumed > 0)
            printf(", going on from %s finished tasks", hr_text_count(report->resumed).s);
        printf("\n%s replications", hr_text_count(provenance->replications).s);
        if (provenance->busy_seconds > 0.0)
            printf("  %s meetings per core-second",
                   hr_text_number((double)provenance->meetings / provenance->busy_seconds).s);
        fputc('\n', stdout);
        print_accounts(&provenance->accounts);
        printf("digest %s\n", hr_text_digest(provenance->digest).s);
    }
}

hr_status hr_running(hr_invocation *invocation, const hr_running_manner *manner, hr_err *err)
{
    hr_status st = HR_OK;
    hr_comm *comm = NULL;
    hr_study study = {0};
    hr_run_report report = {0};
    hr_run_options run_options = {0};
    char command[MOST_COMMAND];
    join_words(invocation, command, sizeof command);
    run_options.command = command;
    run_options.version = HEADROOM_VERSION;
    run_options.sets = invocation->sets;
    run_options.n_sets = invocation->n_sets;
    HR_TRY(read_options(invocation, &run_options, err));
    HR_TRY(hr_comm_start(&comm, &invocation->argc, &invocation->argv, err));
    invocation->is_quiet = hr_comm_rank(comm) != 0;
    if (invocation->is_quiet)
        run_options.progress = NULL;
    st = hr_study_open(&study, invocation->operand, invocation->sets, invocation->n_sets, err);
    if (st == HR_OK && manner->check != NULL)
        st = manner->check(&study, err);
    HR_TRY(hr_comm_agree(comm, st, err));
    const bool talks = !invocation->is_quiet && !hr_given(invocation, HR_RUNNING_QUIET);
    if (run_options.progress != NULL)
        print_start(&study, comm);
    HR_TRY(hr_run(comm, &study, &run_options, &report, err));
    if (talks && !manner->is_for_programs)
        print_report(&study, &report, run_options.output);
    if (talks)
        HR_TRY(manner->tell(run_options.output, manner->is_for_programs, err));
out:
    hr_study_free(&study);
    if (comm != NULL)
        hr_comm_stop(comm);
    return st;
}
