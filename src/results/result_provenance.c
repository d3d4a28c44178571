#define _POSIX_C_SOURCE 200809L

#include "results/result_provenance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__clang__)
static const char compiler[] = __VERSION__;
#else
static const char compiler[] = "gcc " __VERSION__;
#endif

/* The build passes the flags it compiles with; see CMakeLists.txt. */
#ifndef HEADROOM_FLAGS
#define HEADROOM_FLAGS "not recorded"
#endif

static const char where[] = "/provenance";

void hr_hex_print(uint64_t value, char text[HR_HEX])
{
    (void)snprintf(text, HR_HEX, "0x%016" PRIx64, value);
}

bool hr_hex_parse(const char *text, uint64_t *value)
{
    char *end = NULL;
    if (strncmp(text, "0x", 2) != 0 || strlen(text) != HR_HEX - 1)
        return false;
    *value = strtoull(text, &end, 16);
    return *end == '\0';
}

/* ---- writing */

/* UTC, ISO 8601. */
static void print_time(time_t when, char text[32])
{
    struct tm parts;
    if (gmtime_r(&when, &parts) == NULL || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        text[0] = '\0';
}

typedef struct hr_text_row {
    const char *name, *text;
} hr_text_row;

static hr_status put_texts(const hr_h5 *h5, const hr_text_row *rows, size_t n, hr_err *err)
{
    hr_status st = HR_OK;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].text != NULL)
            HR_TRY(hr_h5_put_text(h5, where, rows[i].name, rows[i].text, err));
    }
out:
    return st;
}

static hr_status put_study(const hr_h5 *h5, const hr_study *study, const hr_provenance *provenance,
                           hr_err *err)
{
    hr_status st = HR_OK;
    const hr_text_row rows[] = {
        {"study", study->text}, {"study_source", study->source}, {"resolved", study->resolved}};
    HR_TRY(put_texts(h5, rows, sizeof rows / sizeof *rows, err));
    if (provenance->n_sets > 0)
        HR_TRY(hr_h5_put_texts(h5, where, "set", provenance->sets, provenance->n_sets, err));
    HR_TRY(hr_h5_put_integers(h5, where, "seed", (const int64_t[]){(int64_t)study->seed}, 1, err));
out:
    return st;
}

static hr_status put_machine(const hr_h5 *h5, const hr_provenance *provenance, hr_err *err)
{
    char host[256] = "", started[32], finished[32];
    const time_t now = time(NULL);
    print_time(now - (time_t)provenance->seconds, started);
    print_time(now, finished);
    (void)gethostname(host, sizeof host - 1);
    const hr_text_row rows[] = {
        {"version", provenance->version},
        {"command", provenance->command},
        {"compiler", compiler},
        {"flags", HEADROOM_FLAGS},
        {"isa", provenance->isa},
        {"kernel", provenance->kernel},
        {"host", host},
        {"started", started},
        {"finished", finished},
        {"slurm_job_id", getenv("SLURM_JOB_ID")},
        {"slurm_nodes", getenv("SLURM_JOB_NODELIST")},
    };
    return put_texts(h5, rows, sizeof rows / sizeof *rows, err);
}

typedef struct hr_number_row {
    const char *name;
    uint64_t value;
} hr_number_row;

static hr_status put_effort(const hr_h5 *h5, const hr_provenance *provenance, hr_err *err)
{
    hr_status st = HR_OK;
    char digest[HR_HEX];
    const hr_number_row rows[] = {{"ranks", (uint64_t)provenance->n_ranks},
                                  {"threads", (uint64_t)provenance->n_threads},
                                  {"runs", provenance->n_runs},
                                  {"replications", provenance->replications},
                                  {"meetings", provenance->meetings}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        HR_TRY(hr_h5_put_integers(h5, where, rows[i].name,
                                  (const int64_t[]){(int64_t)rows[i].value}, 1, err));
    HR_TRY(hr_h5_put_real(h5, where, "seconds", provenance->seconds, err));
    HR_TRY(hr_h5_put_real(h5, where, "busy_seconds", provenance->busy_seconds, err));
    hr_hex_print(provenance->digest, digest);
    HR_TRY(hr_h5_put_text(h5, where, "digest", digest, err));
out:
    return st;
}

static hr_status put_accounts(const hr_h5 *h5, const hr_accounts *accounts, hr_err *err)
{
    hr_status st = HR_OK;
    for (int i = 0; i < HR_N_ACCOUNTS; i++) {
        char most[64];
        const char *name = hr_account_rows[i].name;
        HR_TRY(hr_h5_put_real(h5, where, name, hr_accounts_number(accounts, (hr_account)i), err));
        if (i >= HR_N_TIMES)
            continue;
        (void)snprintf(most, sizeof most, "most_%s", name);
        HR_TRY(hr_h5_put_real(h5, where, most, 1e-9 * (double)accounts->most[i], err));
    }
out:
    return st;
}

hr_status hr_provenance_write(const hr_h5 *h5, const hr_study *study,
                              const hr_provenance *provenance, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_h5_group(h5, where, err));
    HR_TRY(put_effort(h5, provenance, err));
    HR_TRY(put_accounts(h5, &provenance->accounts, err));
    HR_TRY(put_machine(h5, provenance, err));
    HR_TRY(put_study(h5, study, provenance, err));
out:
    return st;
}

/* ---- reading */

static hr_status get_numbers(const hr_h5 *h5, hr_provenance *provenance, hr_err *err)
{
    hr_status st = HR_OK;
    int64_t ranks, threads, runs, replications, meetings;
    HR_TRY(hr_h5_get_integer(h5, where, "ranks", &ranks, err));
    HR_TRY(hr_h5_get_integer(h5, where, "threads", &threads, err));
    HR_TRY(hr_h5_get_integer(h5, where, "runs", &runs, err));
    HR_TRY(hr_h5_get_integer(h5, where, "replications", &replications, err));
    HR_TRY(hr_h5_get_integer(h5, where, "meetings", &meetings, err));
    HR_TRY(hr_h5_get_real(h5, where, "seconds", &provenance->seconds, err));
    HR_TRY(hr_h5_get_real(h5, where, "busy_seconds", &provenance->busy_seconds, err));
    provenance->n_ranks = (int)ranks;
    provenance->n_threads = (int)threads;
    provenance->n_runs = (uint32_t)runs;
    provenance->replications = (uint64_t)replications;
    provenance->meetings = (uint64_t)meetings;
out:
    return st;
}

/* Files from before there were any have none. */
static hr_status get_accounts(const hr_h5 *h5, hr_accounts *accounts, hr_err *err)
{
    hr_status st = HR_OK;
    if (H5Aexists_by_name(h5->file, where, hr_account_rows[0].name, H5P_DEFAULT) <= 0)
        return HR_OK;
    for (int i = 0; i < HR_N_ACCOUNTS; i++) {
        double number;
        HR_TRY(hr_h5_get_real(h5, where, hr_account_rows[i].name, &number, err));
        hr_accounts_set_number(accounts, (hr_account)i, number);
    }
out:
    return st;
}

hr_status hr_provenance_read(const hr_h5 *h5, hr_result *result, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena *arena = &result->arena;
    hr_provenance *provenance = &result->provenance;
    const char *digest;
    HR_TRY(get_numbers(h5, provenance, err));
    HR_TRY(get_accounts(h5, &provenance->accounts, err));
    HR_TRY(hr_h5_get_text(h5, where, "digest", arena, &digest, err));
    if (!hr_hex_parse(digest, &provenance->digest))
        HR_TRY(HR_FAIL(err, HR_ERR_DATA, "%s: damaged: digest '%s'", h5->path, digest));
    HR_TRY(hr_h5_get_text(h5, where, "version", arena, &provenance->version, err));
    HR_TRY(hr_h5_get_text(h5, where, "command", arena, &provenance->command, err));
    HR_TRY(hr_h5_get_text(h5, where, "isa", arena, &provenance->isa, err));
    HR_TRY(hr_h5_get_text(h5, where, "host", arena, &result->host, err));
    HR_TRY(hr_h5_get_text(h5, where, "started", arena, &result->started, err));
    HR_TRY(hr_h5_get_text(h5, where, "finished", arena, &result->finished, err));
    HR_TRY(hr_h5_get_texts(h5, where, "set", arena, &provenance->sets, &provenance->n_sets, err));
    result->version = provenance->version;
out:
    return st;
}
