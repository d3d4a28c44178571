/* show --json: everything in the file for another program, one configuration at a time. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/json.h"
#include "cli/show.h"
#include "estimate/diagnosis.h"

/* Mean over configurations of each cell, updated one by one (Welford 1962). */
typedef struct running_mean {
    uint64_t n;
    double mean, squares;
} running_mean;

struct writer {
    hr_show *show;
    const hr_show_part *part;
    hr_json json;
    hr_tally tally;
    running_mean *moments; /* [layout.n_cells] */
};

static void add_moment(running_mean *moments, double value)
{
    if (isnan(value))
        return;
    const double distance = value - moments->mean;
    moments->n++;
    moments->mean += distance / (double)moments->n;
    moments->squares += distance * (value - moments->mean);
}

static void put_hash(hr_json *json, const char *key, uint64_t hash)
{
    char text[24];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    hr_json_text(json, key, text);
}

static void put_labels(hr_json *json, const hr_label *labels, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        hr_label_json(json, &labels[i]);
}

/* ---- about the study */

static void put_target(hr_json *json, const hr_show *show)
{
    const hr_target *target = &show->study->target;
    hr_label labels[HR_MAX_LABELS];
    const unsigned n =
        hr_cell_labels(show->schema, target->outcome, hr_show_target_cell(show), labels);
    hr_json_text(json, "outcome", hr_outcomes[target->outcome].name);
    put_labels(json, labels, n);
    hr_json_number(json, "at_most", target->has_threshold ? target->at_most : (double)NAN);
}

static void put_study(hr_json *json, const hr_show *show)
{
    const hr_study *study = show->study;
    const hr_provenance *provenance = &show->result.provenance;
    hr_json_text(json, "study", study->name);
    hr_json_text(json, "question", study->question);
    put_hash(json, "identity", study->identity);
    hr_json_text(json, "digest", hr_text_digest(provenance->digest).s);
    hr_json_text(json, "version", show->result.version);
    hr_json_text(json, "engine", hr_result_is_tilted(&show->result) ? "tilted" : "plain");
    hr_json_count(json, "seed", study->seed);
    hr_json_number(json, "confidence", show->confidence);
    hr_json_count(json, "worlds", study->n_worlds);
    hr_json_count(json, "choices", study->n_choices);
    hr_json_number(json, "seconds", provenance->seconds);
    hr_json_number(json, "busy_seconds", provenance->busy_seconds);
    for (int i = 0; i < HR_N_ACCOUNTS; i++)
        hr_json_number(json, hr_account_rows[i].name,
                       hr_accounts_number(&provenance->accounts, (hr_account)i));
    hr_json_count(json, "meetings", provenance->meetings);
    hr_json_count(json, "replications", provenance->replications);
    hr_json_text(json, "target_pool", study->pools[study->target.pool].name);
    hr_json_object(json, "target");
    put_target(json, show);
    hr_json_end_object(json);
    hr_json_array(json, "axes");
    for (size_t a = 0; a < study->n_axes; a++) {
        hr_json_object(json, NULL);
        hr_json_text(json, "path", study->axes[a].path);
        hr_json_text(json, "unit", study->axes[a].unit);
        hr_json_flag(json, "is_choice", study->axes[a].is_choice);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
}

/* ---- one configuration */

/* Of the first `n_axes`: choices first, then unknowns. */
static hr_status put_coordinates(struct writer *writer, uint64_t index, size_t n_axes, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = writer->show->study;
    hr_json_object(&writer->json, "coordinates");
    for (size_t a = 0; a < n_axes; a++) {
        const hr_axis_of_study *axis = &study->axes[a];
        double value = 0.0;
        HR_TRY(hr_study_coordinate(study, a, index, &value, err));
        if (axis->is_choice && axis->unit[0] == '\0')
            hr_json_text(&writer->json, axis->path,
                         hr_show_label(writer->show, a, index % study->n_choices));
        else
            hr_json_number(&writer->json, axis->path, value);
    }
    hr_json_end_object(&writer->json);
out:
    return st;
}

static void put_estimate(hr_json *json, const hr_estimate *estimate)
{
    hr_json_number(json, "value", estimate->value);
    hr_json_number(json, "lower", estimate->lower);
    hr_json_number(json, "upper", estimate->upper);
    hr_json_number(json, "se", estimate->standard_error);
    hr_json_count(json, "hits", estimate->hits);
    hr_json_count(json, "n", estimate->n);
    hr_json_flag(json, "bound", estimate->is_bound);
    if (!estimate->is_weighted)
        return;
    hr_json_flag(json, "unreliable", estimate->is_unreliable);
    hr_json_number(json, "effective_size", estimate->effective);
    hr_json_number(json, "largest_share", estimate->largest_share);
}

static void put_diagnosis(struct writer *writer)
{
    hr_json *json = &writer->json;
    const hr_target *target = &writer->show->study->target;
    const hr_diagnosis d = hr_diagnose(&writer->tally, &hr_outcomes[target->outcome], target->cell);
    hr_json_text(json, "engine", d.is_weighted ? "tilted" : "plain");
    if (!d.is_weighted)
        return;
    hr_json_object(json, "diagnostics");
    hr_json_flag(json, "unreliable", d.is_unreliable);
    hr_json_number(json, "likelihood_ratio", d.weight);
    hr_json_number(json, "likelihood_ratio_se", d.weight_error);
    hr_json_number(json, "variation", d.variation);
    hr_json_number(json, "effective_size", d.effective);
    hr_json_number(json, "largest_share", d.largest_share);
    hr_json_number(json, "control_gain", d.control_gain);
    hr_json_count(json, "hits", d.hits);
    hr_json_array(json, "rung_share");
    for (unsigned r = 0; r < HR_MOST_RUNGS; r++)
        hr_json_number(json, NULL, d.share[r]);
    hr_json_end_array(json);
    hr_json_end_object(json);
}

static void put_outcome(struct writer *writer, const hr_configuration *configuration,
                        unsigned outcome)
{
    hr_show *show = writer->show;
    const hr_layout *layout = show->schema->layout;
    hr_json_array(&writer->json, hr_outcomes[outcome].name);
    for (unsigned cell = 0; cell < hr_layout_cells(layout, outcome); cell++) {
        hr_label labels[HR_MAX_LABELS];
        const unsigned n = hr_cell_labels(show->schema, outcome, cell, labels);
        if (!hr_show_part_has(writer->part, labels, n))
            continue;
        const double alpha = hr_show_alpha(show, configuration->index);
        const hr_estimate estimate =
            hr_show_estimate(show, configuration, &writer->tally, outcome, cell, alpha);
        add_moment(&writer->moments[layout->first[outcome] + cell], estimate.value);
        hr_json_object(&writer->json, NULL);
        put_labels(&writer->json, labels, n);
        put_estimate(&writer->json, &estimate);
        hr_json_end_object(&writer->json);
    }
    hr_json_end_array(&writer->json);
}

static bool wants(const struct writer *writer, unsigned outcome)
{
    return hr_show_has(writer->show, outcome) &&
           (writer->part->outcome == hr_n_outcomes || writer->part->outcome == outcome);
}

static hr_status put_configuration(struct writer *writer, uint64_t index, hr_arena *arena,
                                   hr_err *err)
{
    hr_status st = HR_OK;
    hr_show *show = writer->show;
    hr_configuration configuration = {0};
    hr_arena_reset(arena);
    HR_TRY(
        hr_study_pool(show->study, NULL, show->schema->pool, index, 0, arena, &configuration, err));
    HR_TRY(hr_result_tally(&show->result, index, &writer->tally, err));
    hr_json_object(&writer->json, NULL);
    hr_json_count(&writer->json, "index", index);
    HR_TRY(put_coordinates(writer, index, show->study->n_axes, err));
    hr_json_count(&writer->json, "replications", show->replications[index]);
    hr_json_count(&writer->json, "look", show->look[index]);
    hr_json_text(&writer->json, "verdict", hr_verdict_names[show->verdict[index]]);
    hr_json_number(&writer->json, "exact", show->exact[index]);
    hr_json_text(&writer->json, "exact_method", show->exact_method[index]);
    put_diagnosis(writer);
    hr_json_object(&writer->json, "outcomes");
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        if (wants(writer, o))
            put_outcome(writer, &configuration, o);
    }
    hr_json_end_object(&writer->json);
    hr_json_end_object(&writer->json);
out:
    return st;
}

/* ---- the headline: what the text says of the target, choice by choice */

/* Of one world, which may be all there is, a share of worlds has no interval. */
static void put_share(hr_json *json, const hr_show *show, const char *key, uint64_t count,
                      uint64_t n)
{
    const bool has_interval = show->study->n_worlds > 1;
    const hr_estimate share = hr_show_share_of_worlds(show, count, n);
    if (!show->study->target.has_threshold) {
        hr_json_text(json, key, NULL);
        return;
    }
    hr_json_object(json, key);
    hr_json_number(json, "share", share.value);
    hr_json_number(json, "lower", has_interval ? share.lower : (double)NAN);
    hr_json_number(json, "upper", has_interval ? share.upper : (double)NAN);
    hr_json_end_object(json);
}

static hr_status put_headline_of(struct writer *writer, uint64_t choice, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_show *show = writer->show;
    hr_json *json = &writer->json;
    const hr_target *target = &show->study->target;
    const hr_spread spread = hr_show_spread(show, target->outcome, show->headline, choice);
    const hr_estimate mean = hr_show_mean(show, target->outcome, show->headline, choice);
    hr_json_object(json, NULL);
    hr_json_count(json, "choice", choice);
    HR_TRY(put_coordinates(writer, choice, show->n_choice_axes, err));
    hr_json_count(json, "worlds", spread.n);
    hr_json_number(json, "mean", mean.value);
    hr_json_number(json, "lower", mean.lower);
    hr_json_number(json, "upper", mean.upper);
    hr_json_flag(json, "bound", mean.is_bound);
    if (spread.n_unreliable > 0)
        hr_json_count(json, "unreliable", spread.n_unreliable);
    hr_json_number(json, "q05", spread.quantile[0]);
    hr_json_number(json, "median", spread.quantile[2]);
    hr_json_number(json, "q95", spread.quantile[4]);
    put_share(json, show, "met", spread.met, spread.n);
    put_share(json, show, "missed", spread.missed, spread.n);
    put_share(json, show, "undecided", spread.undecided, spread.n);
    hr_json_end_object(json);
out:
    return st;
}

static hr_status put_headline(struct writer *writer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_show *show = writer->show;
    hr_json *json = &writer->json;
    const unsigned outcome = show->study->target.outcome, cell = hr_show_target_cell(show);
    const char *watched[HR_MAX_RESOURCES];
    const unsigned n_watched = hr_schema_watched(show->schema, outcome, cell, watched);
    hr_json_object(json, "headline");
    put_target(json, show);
    hr_json_array(json, "resources");
    for (unsigned r = 0; r < n_watched; r++)
        hr_json_text(json, NULL, watched[r]);
    hr_json_end_array(json);
    hr_json_text(json, "unit", hr_cell_unit(show->schema, outcome, cell).s);
    hr_json_count(json, "base_choice", show->base_choice);
    json->wide++; /* a line for each choice */
    hr_json_array(json, "choices");
    for (uint64_t c = 0; c < show->study->n_choices; c++)
        HR_TRY(put_headline_of(writer, c, err));
    hr_json_end_array(json);
    json->wide--;
    hr_json_end_object(json);
out:
    return st;
}

/* ---- over configurations */

static void put_moments(hr_json *json, const running_mean *moments)
{
    const double n = (double)moments->n;
    hr_json_number(json, "mean", moments->n > 0 ? moments->mean : (double)NAN);
    hr_json_number(json, "se",
                   moments->n > 1 ? sqrt(moments->squares / (n * (n - 1.0))) : (double)NAN);
    hr_json_count(json, "n", moments->n);
}

static void put_summary(struct writer *writer)
{
    const hr_show *show = writer->show;
    const hr_layout *layout = show->schema->layout;
    hr_json_object(&writer->json, "summary");
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        if (!wants(writer, o))
            continue;
        hr_json_array(&writer->json, hr_outcomes[o].name);
        for (unsigned cell = 0; cell < hr_layout_cells(layout, o); cell++) {
            hr_label labels[HR_MAX_LABELS];
            const unsigned n = hr_cell_labels(show->schema, o, cell, labels);
            if (!hr_show_part_has(writer->part, labels, n))
                continue;
            hr_json_object(&writer->json, NULL);
            put_labels(&writer->json, labels, n);
            put_moments(&writer->json, &writer->moments[layout->first[o] + cell]);
            hr_json_end_object(&writer->json);
        }
        hr_json_end_array(&writer->json);
    }
    hr_json_end_object(&writer->json);
}

hr_status hr_show_json(hr_show *show, const hr_show_part *part, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    struct writer writer = {.show = show, .part = part, .json = hr_json_start(show->out, 2)};
    HR_TRY(hr_tally_init(&writer.tally, show->study->n_cells, &show->arena, err));
    HR_TAKE(writer.moments, &show->arena, show->study->n_cells);
    hr_json_object(&writer.json, NULL);
    const hr_schema *asked = show->schema;
    hr_show_turn_to(show, show->study->target.pool);
    put_study(&writer.json, show);
    HR_TRY(put_headline(&writer, err));
    HR_TRY(hr_show_size_json(show, &writer.json, err));
    HR_TRY(hr_show_quantiles_json(show, &writer.json, err));
    show->schema = asked;
    hr_json_text(&writer.json, "pool", show->study->pools[asked->pool].name);
    hr_json_array(&writer.json, "configurations");
    for (uint64_t i = 0; i < show->study->n_configurations; i++) {
        if (part->configuration == UINT64_MAX || part->configuration == i)
            HR_TRY(put_configuration(&writer, i, &arena, err));
    }
    hr_json_end_array(&writer.json);
    put_summary(&writer);
    hr_json_end_object(&writer.json);
out:
    hr_arena_free(&arena);
    return st;
}
