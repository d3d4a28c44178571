#define _POSIX_C_SOURCE 200809L

#include "results/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/partdir.h"
#include "results/partformat.h"
#include "results/result_columns.h"
#include "results/result_coordinates.h"
#include "results/result_diagnostics.h"
#include "results/result_distributions.h"
#include "results/result_exact.h"
#include "results/result_file.h"
#include "results/result_provenance.h"
#include "results/result_size.h"
#include "results/result_tallies.h"

struct hr_result_writer {
    hr_arena arena;
    hr_arena at_hand; /* the configuration being written; reset for each */
    const hr_study *study;
    const char *output, *beside; /* final name, and where it is written first */
    bool created;                /* `beside` is ours to remove */
    hr_h5 h5;
    hr_schema *schema;   /* [study->n_pools] */
    hr_columns *columns; /* [study->n_pools] */
    hr_tallies tallies;
    hr_sizes sizes;
    hr_diagnostics diagnostics;
    uint64_t next;
    int64_t *effort[HR_N_EFFORTS]; /* [n_configurations] each */
    hr_exact_column exact;         /* of the target */
};

const hr_effort_row hr_effort_rows[HR_N_EFFORTS] = {
    [HR_EFFORT_REPLICATIONS] = {"/estimates/replications", "replications behind the estimates"},
    [HR_EFFORT_LOOK] = {"/estimates/look", "look at which it stopped: 2^look blocks"},
    [HR_EFFORT_STOPPED] = {"/estimates/stopped_because", "why no more replications were added"},
};

/* ---- beginning */

/* Where the target stands on one dimension of its outcome: target_level = "full". The second of
 * two resources is the one that was over first. */
static hr_status write_target_place(const hr_h5 *h5, const hr_dim_row *dim, size_t i, bool is_again,
                                    hr_err *err)
{
    char name[64];
    (void)snprintf(name, sizeof name, "target_%s", is_again ? "first" : dim->name);
    if (dim->text != NULL)
        return hr_h5_put_text(h5, "/", name, dim->text[i], err);
    if (dim->integer != NULL)
        return hr_h5_put_integers(h5, "/", name, &dim->integer[i], 1, err);
    return hr_h5_put_real(h5, "/", name, dim->real[i], err);
}

static hr_status write_target(const hr_result_writer *writer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_h5 *h5 = &writer->h5;
    const hr_target *target = &writer->study->target;
    const hr_schema *schema = &writer->schema[target->pool];
    const hr_variable *variable = hr_schema_find(schema, target->outcome);
    const size_t cell = target->cell - schema->layout->first[target->outcome];
    const char *watched[HR_MAX_RESOURCES];
    size_t position[HR_MOST_VARIABLE_DIMS];
    HR_ASSERT(variable != NULL);
    HR_TRY(hr_h5_put_text(h5, "/", "target", hr_outcomes[target->outcome].name, err));
    HR_TRY(hr_h5_put_text(h5, "/", "target_pool", writer->study->pools[target->pool].name, err));
    if (target->has_threshold)
        HR_TRY(hr_h5_put_real(h5, "/", "target_at_most", target->at_most, err));
    hr_schema_position(schema, variable, cell, position);
    for (unsigned d = 0; d < variable->n_dims; d++) {
        const bool is_again = d > 0 && variable->dim[d] == variable->dim[d - 1];
        HR_TRY(write_target_place(h5, &schema->dim[variable->dim[d]], position[d], is_again, err));
    }
    const unsigned n = hr_schema_watched(schema, target->outcome, cell, watched);
    if (n > 0)
        HR_TRY(hr_h5_put_texts(h5, "/", "target_resources", watched, n, err));
out:
    return st;
}

static hr_status write_root(const hr_result_writer *writer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_h5 *h5 = &writer->h5;
    const hr_study *study = writer->study;
    char identity[HR_HEX];
    hr_hex_print(study->identity, identity);
    HR_TRY(hr_h5_put_text(h5, "/", "Conventions", "CF-1.10", err));
    HR_TRY(hr_h5_put_text(h5, "/", "title", study->name, err));
    if (study->question[0] != '\0')
        HR_TRY(hr_h5_put_text(h5, "/", "comment", study->question, err));
    HR_TRY(hr_h5_put_text(h5, "/", "source",
                          "headroom: Monte Carlo simulation of a pool that "
                          "reserves nothing",
                          err));
    HR_TRY(
        hr_h5_put_integers(h5, "/", HR_FORMAT_NAME, (const int64_t[]){HR_FORMAT_VERSION}, 1, err));
    HR_TRY(hr_h5_put_text(h5, "/", HR_IDENTITY_NAME, identity, err));
    HR_TRY(hr_h5_put_real(h5, "/", "confidence", study->precision.confidence, err));
    HR_TRY(write_target(writer, err));
out:
    return st;
}

static hr_status build(hr_result_writer *writer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = writer->study;
    const hr_schema *first = writer->schema;
    for (unsigned p = 0; p < study->n_pools; p++)
        HR_TRY(hr_schema_init(&writer->schema[p], study, p, err));
    HR_TRY(hr_h5_create(&writer->h5, writer->beside, err));
    writer->created = true;
    HR_TRY(write_root(writer, err));
    HR_TRY(hr_coordinates_write(&writer->h5, first, err));
    HR_TRY(hr_h5_group(&writer->h5, first->group, err));
    HR_TRY(hr_coordinates_link(&writer->h5, first, first->group, err));
    if (study->n_pools > 1)
        HR_TRY(hr_h5_group(&writer->h5, HR_POOLS_GROUP, err));
    for (unsigned p = 1; p < study->n_pools; p++) {
        HR_TRY(hr_h5_group(&writer->h5, writer->schema[p].group, err));
        HR_TRY(hr_coordinates_write_pool(&writer->h5, &writer->schema[p], err));
    }
    for (unsigned p = 0; p < study->n_pools; p++)
        HR_TRY(hr_columns_make(&writer->columns[p], &writer->h5, &writer->schema[p], &writer->arena,
                               err));
    HR_TRY(hr_exact_column_make(&writer->exact, &writer->schema[study->target.pool], &writer->arena,
                                err));
    for (int e = 0; e < HR_N_EFFORTS; e++)
        HR_TAKE(writer->effort[e], &writer->arena, study->n_configurations);
    HR_TRY(hr_sizes_init(&writer->sizes, study, &writer->arena, err));
    HR_TRY(hr_tallies_make(&writer->tallies, &writer->h5, study->n_configurations,
                           hr_part_most_bytes(study->n_cells), &writer->arena, err));
out:
    return st;
}

hr_status hr_result_create(hr_result_writer **writer, const char *output, const hr_study *study,
                           hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_result_writer *made = NULL;
    char *beside = NULL;
    const size_t room = strlen(output) + sizeof ".part";
    HR_TAKE(made, &arena, 1);
    HR_TAKE(beside, &arena, room);
    (void)snprintf(beside, room, "%s.part", output);
    HR_TAKE(made->schema, &arena, study->n_pools);
    HR_TAKE(made->columns, &arena, study->n_pools);
    made->arena = arena;
    made->h5.file = -1;
    made->study = study;
    made->diagnostics.study = study;
    made->output = output;
    made->beside = beside;
    *writer = made;
    st = build(made, err);
    if (st != HR_OK) {
        hr_result_abandon(made);
        *writer = NULL;
    }
    return st;
out:
    hr_arena_free(&arena);
    return st;
}

/* ---- one configuration */

hr_status hr_result_append(hr_result_writer *writer, uint64_t index, const hr_tally *tally,
                           unsigned look, hr_verdict verdict, hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration configuration = {0}, *others = NULL;
    const hr_study *study = writer->study;
    /* Spent on every look up to this one, so that intervals hold although one looked. */
    const double alpha = hr_look_alpha(1.0 - study->precision.confidence, look);
    HR_ASSERT(index == writer->next && index < study->n_configurations);
    writer->next++;
    hr_arena_reset(&writer->at_hand);
    HR_TRY(hr_study_configuration(study, NULL, index, 0, &writer->at_hand, &configuration, err));
    HR_TAKE(others, &writer->at_hand, study->n_pools);
    HR_TRY(hr_study_others(study, &configuration, 0, &writer->at_hand, others, err));
    HR_TRY(hr_columns_add(&writer->columns[0], &configuration, tally, alpha, err));
    for (unsigned p = 1; p < study->n_pools; p++)
        HR_TRY(hr_columns_add(&writer->columns[p], &others[p - 1], tally, alpha, err));
    const unsigned pool = study->target.pool;
    const hr_configuration *asked = pool == 0 ? &configuration : &others[pool - 1];
    HR_TRY(hr_sizes_add(&writer->sizes, asked, tally, look, verdict, &writer->at_hand, err));
    HR_TRY(hr_exact_column_add(&writer->exact, index, asked, err));
    HR_TRY(hr_tallies_add(&writer->tallies, tally, err));
    HR_TRY(hr_diagnostics_add(&writer->diagnostics, index, tally, &writer->arena, err));
    writer->effort[HR_EFFORT_REPLICATIONS][index] = (int64_t)tally->n_replications;
    writer->effort[HR_EFFORT_LOOK][index] = (int64_t)look;
    writer->effort[HR_EFFORT_STOPPED][index] = (int64_t)verdict;
out:
    return st;
}

/* ---- end */

static hr_status write_effort(const hr_result_writer *writer, hr_err *err)
{
    hr_status st = HR_OK;
    int64_t values[HR_N_VERDICTS];
    char meanings[200] = "";
    size_t used = 0;
    const uint64_t n = writer->study->n_configurations;
    for (int e = 0; e < HR_N_EFFORTS; e++) {
        const hr_h5_array array = {.path = hr_effort_rows[e].path,
                                   .type = HR_H5_INTEGER,
                                   .n_dims = 1,
                                   .size = {n},
                                   .scale = {"/configuration"},
                                   .rows = n,
                                   .unit = "1",
                                   .long_name = hr_effort_rows[e].doc};
        HR_TRY(hr_h5_write(&writer->h5, &array, writer->effort[e], err));
    }
    for (int v = HR_PRECISE; v < HR_N_VERDICTS; v++) {
        values[v] = v;
        used += (size_t)snprintf(meanings + used, sizeof meanings - used, "%s%s",
                                 v > HR_PRECISE ? " " : "", hr_verdict_names[v]);
    }
    const char *stopped = hr_effort_rows[HR_EFFORT_STOPPED].path;
    HR_TRY(hr_h5_put_integers(&writer->h5, stopped, "flag_values", values + HR_PRECISE,
                              HR_N_VERDICTS - HR_PRECISE, err));
    HR_TRY(hr_h5_put_text(&writer->h5, stopped, "flag_meanings", meanings, err));
out:
    return st;
}

static hr_status sync_file(const char *path, hr_err *err)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    const bool good = descriptor >= 0 && fsync(descriptor) == 0;
    const int cause = errno;
    if (descriptor >= 0)
        (void)close(descriptor);
    if (!good)
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%s: cannot be synced to disk: %s; all part logs are kept: "
                       "run the same command again",
                       path, strerror(cause));
    return HR_OK;
}

/* Nothing stood at the final name when the run began; what came since is not ours to replace. */
static hr_status move_in_place(const hr_result_writer *writer, hr_err *err)
{
    struct stat there;
    if (lstat(writer->output, &there) == 0)
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%s: appeared while the study ran; move it away and run the "
                       "same command again",
                       writer->output);
    if (rename(writer->beside, writer->output) != 0)
        return HR_FAIL(err, HR_ERR_WRITE, "%s: cannot be renamed to %s: %s", writer->beside,
                       writer->output, strerror(errno));
    return hr_partdir_sync_entry(writer->output, err);
}

hr_status hr_result_finish(hr_result_writer *writer, const hr_provenance *provenance, hr_err *err)
{
    hr_status st = HR_OK;
    HR_ASSERT(writer->next == writer->study->n_configurations);
    for (unsigned p = 0; p < writer->study->n_pools; p++)
        HR_TRY(hr_columns_finish(&writer->columns[p], err));
    HR_TRY(write_effort(writer, err));
    HR_TRY(hr_exact_column_write(&writer->exact, &writer->h5, err));
    HR_TRY(hr_diagnostics_write(&writer->diagnostics, &writer->h5, err));
    HR_TRY(hr_tallies_finish(&writer->tallies, err));
    HR_TRY(hr_sizes_write(&writer->sizes, &writer->h5, err));
    HR_TRY(hr_distributions_write(&writer->h5, writer->schema, err));
    HR_TRY(hr_provenance_write(&writer->h5, writer->study, provenance, err));
    HR_TRY(hr_h5_close(&writer->h5, err));
    HR_TRY(sync_file(writer->beside, err));
    HR_TRY(move_in_place(writer, err));
out:
    hr_result_abandon(writer); /* after the rename there is nothing left to drop but memory */
    return st;
}

void hr_result_abandon(hr_result_writer *writer)
{
    if (writer == NULL)
        return;
    hr_h5_drop(&writer->h5);
    if (writer->created)
        (void)unlink(writer->beside);
    for (unsigned p = 0; p < writer->study->n_pools; p++)
        hr_schema_free(&writer->schema[p]);
    hr_arena_free(&writer->at_hand);
    hr_exact_column_free(&writer->exact);
    hr_arena arena = writer->arena; /* holds the writer itself */
    hr_arena_free(&arena);
}
