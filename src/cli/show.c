#define _POSIX_C_SOURCE 200809L
#include "cli/show.h"

#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/nearest.h"
#include "estimate/diagnosis.h"

/* ---- opening */

static void look_at_terminal(hr_show *show)
{
    const char *terminal = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    show->speaks_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    show->is_bold = isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0') &&
                    terminal != NULL && strcmp(terminal, "dumb") != 0;
}

/* Levels of a choice axis appear in the order of its labels as the choices are counted up,
 * whichever axis runs fastest: the first choice with a new value has the next label. */
static hr_status find_positions(hr_show *show, size_t axis, double *seen, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n_choices = show->study->n_choices;
    size_t n_seen = 0;
    for (uint64_t c = 0; c < n_choices; c++) {
        double value = 0.0;
        size_t i = 0;
        HR_TRY(hr_study_coordinate(show->study, axis, c, &value, err));
        while (i < n_seen && seen[i] != value)
            i++;
        if (i == n_seen && n_seen < show->study->axes[axis].n_levels)
            seen[n_seen++] = value;
        show->position[axis * n_choices + c] = (uint32_t)i;
    }
out:
    return st;
}

static hr_status name_choices(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = show->study;
    while (show->n_choice_axes < study->n_axes && study->axes[show->n_choice_axes].is_choice)
        show->n_choice_axes++;
    HR_TAKE(show->position, &show->arena, show->n_choice_axes * study->n_choices);
    for (size_t axis = 0; axis < show->n_choice_axes; axis++) {
        double *seen;
        HR_TAKE(seen, &show->arena, study->axes[axis].n_levels + 1);
        HR_TRY(find_positions(show, axis, seen, err));
    }
out:
    return st;
}

/* Does the study without its `choose` say `label` at `path`? From the lines "path = value". */
static bool base_says(const char *resolved, const char *path, const char *label)
{
    const size_t length = strlen(path);
    for (const char *line = resolved; *line != '\0';) {
        const size_t n = strcspn(line, "\n");
        if (n > length + 3 && strncmp(line, path, length) == 0 &&
            strncmp(line + length, " = ", 3) == 0)
            return strlen(label) == n - length - 3 &&
                   strncmp(line + length + 3, label, n - length - 3) == 0;
        line += n + (line[n] == '\n');
    }
    return false;
}

/* The choice with the most labels that the study has without `choose`; the first among equals. */
static uint64_t find_base_choice(const hr_show *show)
{
    uint64_t best = 0;
    size_t most = 0;
    for (uint64_t c = 0; c < show->study->n_choices; c++) {
        size_t n = 0;
        for (size_t axis = 0; axis < show->n_choice_axes; axis++)
            n += base_says(show->study->resolved, show->study->axes[axis].path,
                           hr_show_label(show, axis, c));
        if (n > most) {
            most = n;
            best = c;
        }
    }
    return best;
}

static unsigned target_labels(const hr_show *show, hr_label labels[HR_MAX_LABELS])
{
    const hr_target *target = &show->study->target;
    return hr_cell_labels(&show->schemas[target->pool], target->outcome, hr_show_target_cell(show),
                          labels);
}

static hr_status choose_level(hr_show *show, const char *wish, hr_err *err)
{
    hr_label labels[HR_MAX_LABELS];
    show->level = wish;
    for (unsigned l = 0; wish != NULL && l < HR_N_LEVELS; l++) {
        if (strcmp(wish, hr_level_names[l]) == 0)
            return HR_OK;
    }
    if (wish != NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "show: --level `%s`: must be target, limit or full",
                       wish);
    const unsigned n = target_labels(show, labels);
    for (unsigned i = 0; i < n; i++) {
        if (strcmp(labels[i].key, "level") == 0)
            show->level = labels[i].text;
    }
    return HR_OK;
}

static hr_status read_effort(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = show->study->n_configurations;
    HR_TAKE(show->replications, &show->arena, n);
    HR_TAKE(show->look, &show->arena, n);
    HR_TAKE(show->verdict, &show->arena, n);
    HR_TAKE(show->some, &show->arena, show->study->n_worlds);
    HR_TAKE(show->scratch, &show->arena, n);
    HR_TAKE(show->exact, &show->arena, n);
    HR_TAKE(show->exact_method, &show->arena, n);
    HR_TRY(hr_result_effort(&show->result, show->replications, show->look, show->verdict, err));
    HR_TRY(hr_result_exact(&show->result, show->exact, show->exact_method, err));
out:
    return st;
}

void hr_show_turn_to(hr_show *show, unsigned pool)
{
    show->schema = &show->schemas[pool];
}

static const char *pool_name(const void *study, size_t i)
{
    return i < ((const hr_study *)study)->n_pools ? ((const hr_study *)study)->pools[i].name : NULL;
}

static hr_status open_schemas(hr_show *show, const char *pool, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_study *study = show->study;
    HR_TAKE(show->schemas, &show->arena, study->n_pools);
    for (unsigned p = 0; p < study->n_pools; p++)
        HR_TRY(hr_schema_init(&show->schemas[p], study, p, err));
    hr_show_turn_to(show, study->target.pool);
    for (unsigned p = 0; pool != NULL && p < study->n_pools; p++) {
        if (strcmp(study->pools[p].name, pool) != 0)
            continue;
        hr_show_turn_to(show, p);
        return HR_OK;
    }
    if (pool != NULL) {
        const char *near = hr_nearest(pool, pool_name, study);
        return HR_FAIL(
            err, HR_ERR_USAGE, "show: --pool `%s`: the deployment has none; it has %s%s%s", pool,
            study->pools[0].name, near != NULL ? "; did you mean " : "", near != NULL ? near : "");
    }
out:
    return st;
}

hr_status hr_show_open(hr_show *show, const hr_show_options *options, hr_err *err)
{
    hr_status st = HR_OK;
    show->out = stdout;
    show->width = options->width;
    look_at_terminal(show);
    HR_TRY(hr_result_open(&show->result, options->path, err));
    show->study = &show->result.study;
    show->confidence = show->study->precision.confidence;
    if (options->confidence > 0.0) {
        show->is_other_confidence = options->confidence != show->confidence;
        show->confidence = options->confidence;
    }
    HR_TRY(open_schemas(show, options->pool, err));
    HR_TRY(choose_level(show, options->level, err));
    HR_TRY(read_effort(show, err));
    HR_TRY(name_choices(show, err));
    show->base_choice = find_base_choice(show);
    const hr_schema *asked = show->schema;
    hr_show_turn_to(show, show->study->target.pool);
    HR_TRY(hr_show_column(show, show->study->target.outcome, hr_show_target_cell(show),
                          &show->headline, err));
    show->schema = asked;
out:
    return st;
}

void hr_show_close(hr_show *show)
{
    for (unsigned p = 0; show->schemas != NULL && p < show->study->n_pools; p++)
        hr_schema_free(&show->schemas[p]);
    hr_result_close(&show->result);
    hr_arena_free(&show->arena);
}

/* ---- numbers */

static bool is_share(unsigned outcome)
{
    return strcmp(hr_outcomes[outcome].unit, "1") == 0 && hr_outcomes[outcome].most == 1.0;
}

unsigned hr_show_target_cell(const hr_show *show)
{
    const hr_target *target = &show->study->target;
    return target->cell - show->study->pools[target->pool].layout.first[target->outcome];
}

bool hr_show_has(const hr_show *show, unsigned outcome)
{
    return outcome < hr_n_outcomes && show->schema->layout->selected[outcome];
}

double hr_show_alpha(const hr_show *show, uint64_t index)
{
    return hr_look_alpha(1.0 - show->confidence, show->look[index]);
}

hr_estimate hr_show_estimate(const hr_show *show, const hr_configuration *configuration,
                             const hr_tally *tally, unsigned outcome, unsigned cell, double alpha)
{
    unsigned index[HR_MAX_AXES];
    const hr_layout *layout = show->schema->layout;
    hr_schema_index(show->schema, outcome, cell, index);
    hr_estimate e = hr_estimate_cell(
        &hr_outcomes[outcome], &tally->cell[layout->first[outcome] + cell], tally->n_replications,
        hr_outcome_scale(outcome, configuration, index), alpha);
    e.is_unreliable = e.is_unreliable || hr_weights_are_off(tally);
    return e;
}

/* All cells of one configuration, from its exact sums. */
static void estimate_all(hr_show *show, const hr_configuration *configuration,
                         const hr_tally *tally, uint64_t i)
{
    const hr_layout *layout = show->schema->layout;
    const double alpha = hr_show_alpha(show, i);
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        const unsigned n = hr_show_has(show, o) ? hr_layout_cells(layout, o) : 0;
        for (unsigned cell = 0; cell < n; cell++)
            show->again[(layout->first[o] + cell) * show->study->n_configurations + i] =
                hr_show_estimate(show, configuration, tally, o, cell, alpha);
    }
}

/* Everything again for another confidence, in one pass over the file. */
static hr_status estimate_again(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_tally tally;
    const uint64_t n = show->study->n_configurations;
    const hr_schema *schema = show->schema;
    HR_TRY(hr_tally_init(&tally, show->study->n_cells, &show->arena, err));
    HR_TAKE(show->again, &show->arena, n * show->study->n_cells);
    for (uint64_t i = 0; i < n; i++) {
        hr_configuration configuration = {0};
        hr_arena_reset(&arena);
        HR_TRY(hr_result_tally(&show->result, i, &tally, err));
        for (unsigned p = 0; p < show->study->n_pools; p++) {
            HR_TRY(hr_study_pool(show->study, NULL, p, i, 0, &arena, &configuration, err));
            hr_show_turn_to(show, p);
            estimate_all(show, &configuration, &tally, i);
        }
    }
out:
    show->schema = schema;
    hr_arena_free(&arena);
    return st;
}

hr_status hr_show_column(hr_show *show, unsigned outcome, unsigned cell, hr_estimate **column,
                         hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned place = show->schema->layout->first[outcome] + cell;
    if (show->is_other_confidence) {
        if (show->again == NULL)
            HR_TRY(estimate_again(show, err));
        *column = show->again + place * show->study->n_configurations;
        return st;
    }
    HR_TAKE(*column, &show->arena, show->study->n_configurations);
    HR_TRY(hr_result_estimates(&show->result, show->schema->pool, outcome, place, *column, err));
out:
    return st;
}

/* The estimates of the worlds of `choice` that have a number, in show->some. */
static uint64_t collect(const hr_show *show, const hr_estimate *column, uint64_t choice)
{
    const hr_study *study = show->study;
    uint64_t n = 0;
    for (uint64_t w = 0; w < study->n_worlds; w++) {
        const hr_estimate *estimate = &column[w * study->n_choices + choice];
        if (!isnan(estimate->value))
            show->some[n++] = *estimate;
    }
    return n;
}

/* Of the first n of show->some. */
static hr_spread spread_some(const hr_show *show, unsigned outcome, uint64_t n)
{
    const struct hr_spread_rule rule = {.confidence = show->confidence,
                                        .most = hr_outcomes[outcome].most,
                                        .has_threshold = show->study->target.has_threshold,
                                        .threshold = show->study->target.at_most};
    return hr_spread_of(&rule, show->some, n, show->scratch);
}

hr_spread hr_show_spread(const hr_show *show, unsigned outcome, const hr_estimate *column,
                         uint64_t choice)
{
    return spread_some(show, outcome, collect(show, column, choice));
}

hr_estimate hr_show_mean_of(const hr_show *show, unsigned outcome, uint64_t n)
{
    const hr_spread spread = spread_some(show, outcome, n);
    return (hr_estimate){.value = spread.mean,
                         .lower = spread.mean_lower,
                         .upper = spread.mean_upper,
                         .n = spread.n,
                         .is_bound = spread.is_bound,
                         .is_unreliable = spread.n_unreliable > 0};
}

hr_estimate hr_show_mean(const hr_show *show, unsigned outcome, const hr_estimate *column,
                         uint64_t choice)
{
    if (show->study->n_worlds == 1)
        return column[choice];
    return hr_show_mean_of(show, outcome, collect(show, column, choice));
}

hr_estimate hr_show_share_of_worlds(const hr_show *show, uint64_t count, uint64_t n)
{
    hr_estimate share = {.value = n > 0 ? (double)count / (double)n : (double)NAN, .n = n};
    hr_clopper_pearson(count, n, 1.0 - show->confidence, &share.lower, &share.upper);
    return share;
}

hr_text hr_show_confidence(const hr_show *show, bool is_own)
{
    hr_text text;
    snprintf(text.s, sizeof text.s, "%.4g %%%s", 100.0 * show->confidence,
             is_own ? " or more" : "");
    return text;
}

double hr_show_target_min_episode(const hr_show *show)
{
    hr_label labels[HR_MAX_LABELS];
    const unsigned n = target_labels(show, labels);
    for (unsigned i = 0; i < n; i++) {
        if (strcmp(labels[i].key, "min_episode") == 0)
            return labels[i].number;
    }
    return (double)NAN;
}

unsigned hr_show_like_target(const hr_show *show, unsigned outcome, const hr_cell_wish *wish)
{
    const hr_layout *layout = show->schema->layout;
    hr_cell_wish like = {.level = show->level, .min_episode = (double)NAN, .size = (double)NAN};
    hr_label labels[HR_MAX_LABELS];
    const unsigned n = target_labels(show, labels);
    like.min_episode = hr_show_target_min_episode(show);
    for (unsigned i = 0; i < n; i++) {
        if (strcmp(labels[i].key, "resource") == 0)
            like.resource = labels[i].text;
    }
    if (wish != NULL)
        like = *wish;
    const unsigned cells = hr_show_has(show, outcome) ? hr_layout_cells(layout, outcome) : 0;
    for (unsigned cell = 0; cell < cells; cell++) {
        const unsigned n_own = hr_cell_labels(show->schema, outcome, cell, labels);
        if (hr_cell_matches(labels, n_own, &like))
            return cell;
    }
    return cells;
}

bool hr_show_part_has(const hr_show_part *part, const hr_label *labels, unsigned n)
{
    const hr_cell_wish wish = {part->level, NULL, (double)NAN, (double)NAN};
    return hr_cell_matches(labels, n, &wish);
}

/* ---- words */

double hr_show_factor(unsigned outcome)
{
    return is_share(outcome) ? 100.0 : 1.0;
}

hr_text hr_show_unit(const hr_show *show, unsigned outcome, unsigned cell)
{
    hr_text unit = hr_cell_unit(show->schema, outcome, cell);
    if (is_share(outcome))
        strcpy(unit.s, "%");
    else if (strcmp(unit.s, "1") == 0)
        unit.s[0] = '\0';
    return unit;
}

hr_text hr_show_blank_unit(const hr_show *show, unsigned outcome, unsigned cell)
{
    hr_text text = {""};
    const hr_text unit = hr_show_unit(show, outcome, cell);
    if (unit.s[0] != '\0')
        snprintf(text.s, sizeof text.s, " %.60s", unit.s);
    return text;
}

hr_text hr_show_with_unit(const hr_show *show, unsigned outcome, unsigned cell,
                          const hr_estimate *estimate)
{
    hr_text text;
    const double factor = hr_show_factor(outcome);
    const hr_text value = hr_text_value(estimate, factor);
    const hr_text unit = hr_show_blank_unit(show, outcome, cell);
    const bool has_range = !estimate->is_bound && estimate->upper > estimate->lower;
    const hr_text range = hr_text_range(estimate->lower, estimate->upper, factor);
    snprintf(text.s, sizeof text.s, "%.16s%.20s%s%.30s%s", value.s, unit.s, has_range ? " (" : "",
             has_range ? range.s : "", has_range ? ")" : "");
    return text;
}

const char *hr_show_label(const hr_show *show, size_t axis, uint64_t choice)
{
    const hr_axis_of_study *row = &show->study->axes[axis];
    const uint32_t position = show->position[axis * show->study->n_choices + choice];
    return position < row->n_levels ? row->labels[position] : "?";
}

const char *hr_show_short_name(const char *path)
{
    static const char other[] = "deployment."; /* the role belongs to the name: "edge.servers" */
    const char *dot = strrchr(path, '.');
    if (strncmp(path, other, sizeof other - 1) == 0)
        return path + sizeof other - 1;
    return dot != NULL ? dot + 1 : path;
}

void hr_show_name_choice(const hr_show *show, uint64_t choice, hr_words *words)
{
    for (size_t axis = 0; axis < show->n_choice_axes; axis++)
        hr_words_add(words, "%s%s %s", axis == 0 ? "" : ", ",
                     hr_show_short_name(show->study->axes[axis].path),
                     hr_show_label(show, axis, choice));
}

void hr_show_bar(const hr_show *show, double share, unsigned columns)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double length = share > 0.0 ? share * columns : 0.0;
    const unsigned n = (unsigned)(8.0 * length + 0.5);
    const unsigned whole = show->speaks_utf8 ? n / 8 : (n + 4) / 8;
    for (unsigned i = 0; i < whole; i++)
        fputs(show->speaks_utf8 ? "█" : "#", show->out);
    if (show->speaks_utf8)
        fputs(eighths[n % 8], show->out);
    const unsigned used = whole + (show->speaks_utf8 && n % 8 > 0 ? 1 : 0);
    fprintf(show->out, "%*s", (int)(columns > used ? columns - used : 0), "");
}

void hr_show_fact(const hr_show *show, const char *word, const char *text)
{
    enum { COLUMN = 14 };
    fprintf(show->out, "%-*s", COLUMN - 1, word);
    fputc(' ', show->out);
    hr_text_wrap(show->out, text, COLUMN, COLUMN, show->width);
}
