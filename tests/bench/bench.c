/* bench: measurements inside one process, printed as lines that report.py reads (see sample.h).
 * Started by run.sh, which says how to read the result.
 *
 * Usage: bench m0 | blocks | models | models-quick | chosen | deployment ROUNDS SECONDS
 * REPLICATIONS M0.yaml POOL.yaml DEPLOYMENT.yaml bench naive SECTION REPLICATIONS SEED
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vector.h"
#include "blocks.h"
#include "deployment.h"
#include "models.h"
#include "naive.h"
#include "sample.h"

enum { LEAST_ROUNDS = 3 };

static int usage(void)
{
    fprintf(
        stderr,
        "usage: bench m0|blocks|models|models-quick|chosen|deployment ROUNDS SECONDS REPLICATIONS "
        "M0.yaml POOL.yaml DEPLOYMENT.yaml\n"
        "       bench naive SECTION REPLICATIONS SEED\n");
    return HR_ERR_USAGE;
}

/* One round of the naive program alone, for a caller that measures whole programs. */
static int naive(const char *section, const char *replications, const char *seed)
{
    const sample_place place = {section, "naive C", "-", "input + replay", "ns per meeting"};
    const sample_clocks start = sample_read_clocks();
    const naive_result r =
        naive_run((unsigned)strtoul(replications, NULL, 10), strtoull(seed, NULL, 10));
    const double seconds = sample_cpu_s() - start.cpu;
    if (r.n_meetings == 0)
        return usage();
    const double ns = 1e9 * seconds / (double)r.n_meetings;
    sample_write(&place, ns, ns);
    sample_probe(section, start, ns);
    sample_write_answer(&place, &r);
    return 0;
}

static hr_status run(const char *section, const contest_plan *plan, const char *m0,
                     const char *pool, const char *deployment, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_vector *vector = NULL;
    HR_TRY(hr_vector_choose(getenv("HEADROOM_ISA"), &vector, err));
    if (strcmp(section, "m0") == 0)
        HR_TRY(models_m0(m0, plan, err));
    else if (strcmp(section, "blocks") == 0)
        HR_TRY(blocks_run(m0, pool, plan, err));
    else if (strcmp(section, "chosen") == 0)
        HR_TRY(models_chosen(m0, vector, plan, err));
    else if (strcmp(section, "deployment") == 0)
        HR_TRY(deployment_run(deployment, vector, plan, err));
    else if (strcmp(section, "models") == 0 || strcmp(section, "models-quick") == 0)
        HR_TRY(models_changed(m0, vector, plan, err));
    else
        HR_TRY(HR_FAIL(err, HR_ERR_USAGE, "no section %s", section));
out:
    return st;
}

int main(int argc, char **argv)
{
    hr_err err = {0};
    if (argc == 5 && strcmp(argv[1], "naive") == 0)
        return naive(argv[2], argv[3], argv[4]);
    if (argc != 8)
        return usage();
    contest_plan plan = {.rounds = (unsigned)strtoul(argv[2], NULL, 10),
                         .seconds = strtod(argv[3], NULL),
                         .replications = (unsigned)strtoul(argv[4], NULL, 10)};
    /* What must not be cut short is asked for with no limit of time. */
    plan.without_reference = strcmp(argv[1], "models-quick") == 0;
    plan.least_rounds = plan.seconds > 0.0 ? LEAST_ROUNDS : plan.rounds;
    if (plan.rounds < 1 || plan.replications < 1)
        return usage();
    if (run(argv[1], &plan, argv[5], argv[6], argv[7], &err) != HR_OK) {
        fprintf(stderr, "bench: %s\n", err.message);
        return (int)err.status;
    }
    return fflush(stdout) == 0 ? 0 : HR_ERR_WRITE;
}
