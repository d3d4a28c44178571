#include "cli/values.h"

#include <string.h>

#include "cli/text.h"
#include "study/describe.h"

/* Rows of every study come first in the table, those of a Front End pool after them. */
enum {
    N_CORE_ROWS = 0
#define HR_ROW(...) +1
#include "study/params_core.def"
#include "study/params_failures.def"
#undef HR_ROW
};

/* Studies that list their classes of meetings do not use the rows of a Front End pool. */
static bool lists_classes(const hr_described *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (value[i].row == &hr_param_rows[HR_KEY_class_duration])
            return true;
    }
    return false;
}

/* Work and rates of activities count, and are then assumptions of the study, if it says so. */
static bool counts_activities(const hr_described *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (value[i].row == &hr_param_rows[HR_KEY_background_from])
            return strcmp(value[i].text, "activities") == 0;
    }
    return false;
}

/* Keep only what matters to these values: moved to the front, their number returned. */
static size_t select_values(const hr_values *values, hr_described *value, size_t n)
{
    const bool is_general = lists_classes(value, n);
    const bool with_activities = counts_activities(value, n);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const bool is_core = value[i].row - hr_param_rows < N_CORE_ROWS;
        const bool is_activity = strncmp(value[i].row->path, "activity.", 9) == 0;
        const bool is_assumption = value[i].is_assumption && (with_activities || !is_activity);
        if ((is_core || !is_general) && (!values->only_assumptions || is_assumption))
            value[kept++] = value[i];
    }
    return kept;
}

static hr_status read_values(const hr_values *values, hr_arena *arena, const hr_described **value,
                             size_t *n, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_described *all = NULL;
    hr_described *some = NULL;
    size_t n_all = 0;
    HR_TRY(hr_study_describe(values->study, values->configuration, arena, &all, &n_all, err));
    HR_TAKE(some, arena, n_all);
    memcpy(some, all, n_all * sizeof *some);
    *n = select_values(values, some, n_all);
    *value = some;
out:
    return st;
}

/* By the study itself, or by what it varies: not by its base or a default. */
static bool is_by_study(const hr_described *value)
{
    return value->by != HR_SET_BY_DEFAULT && value->by != HR_SET_BY_BASE;
}

/* "* population.users = 6660 per server  (study, [S:capmodel])" and below it, at the
 * first of a row, what it is. */
static void print_value(const hr_described *value, bool is_first, FILE *out, unsigned width)
{
    hr_words words = {0};
    const char *source = value->row->source;
    hr_words_add(&words, "%s = %s", value->path,
                 value->text == NULL || value->text[0] == '\0' ? "(nothing)" : value->text);
    if (value->law != NULL)
        hr_words_add(&words, " from %s", value->law);
    hr_words_add(&words, "  (%s%s%s)", hr_set_by_names[value->by], source[0] != '\0' ? ", " : "",
                 source);
    fprintf(out, "%c ", is_by_study(value) ? '*' : ' ');
    hr_text_wrap(out, words.s, 2, 4, width);
    if (is_first)
        fputs("      ", out);
    if (is_first)
        hr_text_wrap(out, value->row->doc, 6, 6, width);
}

hr_status hr_values_print(const hr_values *values, FILE *out, unsigned width, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const hr_described *value = NULL;
    size_t n = 0;
    HR_TRY(read_values(values, &arena, &value, &n, err));
    for (size_t i = 0; i < n; i++)
        print_value(&value[i], i == 0 || value[i - 1].row != value[i].row, out, width);
    hr_text_wrap(out,
                 "* set by the study; [S:...] published, [D] derived from published figures, [U] "
                 "assumption without a published source",
                 0, 0, width);
out:
    hr_arena_free(&arena);
    return st;
}

static void put_value(hr_json *json, const hr_described *value)
{
    hr_json_object(json, NULL);
    hr_json_text(json, "path", value->path);
    hr_json_text(json, "text", value->text);
    hr_json_text(json, "law", value->law);
    hr_json_text(json, "set_by", hr_set_by_names[value->by]);
    hr_json_text(json, "where", value->where);
    hr_json_flag(json, "by_study", is_by_study(value));
    hr_json_flag(json, "is_assumption", value->is_assumption);
    hr_json_text(json, "source", value->row->source);
    hr_json_text(json, "doc", value->row->doc);
    hr_json_end_object(json);
}

hr_status hr_values_json(const hr_values *values, hr_json *json, const char *key, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const hr_described *value = NULL;
    size_t n = 0;
    HR_TRY(read_values(values, &arena, &value, &n, err));
    hr_json_array(json, key);
    for (size_t i = 0; i < n; i++)
        put_value(json, &value[i]);
    hr_json_end_array(json);
out:
    hr_arena_free(&arena);
    return st;
}

hr_status hr_values_count(const hr_values *values, uint64_t *count, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const hr_described *value = NULL;
    size_t n = 0;
    HR_TRY(read_values(values, &arena, &value, &n, err));
out:
    *count = n;
    hr_arena_free(&arena);
    return st;
}
