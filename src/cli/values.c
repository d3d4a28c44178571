#include "cli/values.h"

#include "cli/text.h"
#include "study/describe.h"

static bool is_wanted(const hr_values *values, const hr_described *value)
{
    return !values->only_assumptions || value->is_assumption;
}

/* By the study itself, or by what it varies: not by its base or a default. */
static bool is_by_study(const hr_described *value)
{
    return value->by != HR_SET_BY_DEFAULT && value->by != HR_SET_BY_BASE;
}

/* "* population.users = 6660 per server  (study, [S:capmodel])" and what it is below. */
static void print_value(const hr_described *value, FILE *out, unsigned width)
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
    fputs("      ", out);
    hr_text_wrap(out, value->row->doc, 6, 6, width);
}

hr_status hr_values_print(const hr_values *values, FILE *out, unsigned width, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const hr_described *value = NULL;
    size_t n = 0;
    HR_TRY(hr_study_describe(values->study, values->configuration, &arena, &value, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (is_wanted(values, &value[i]))
            print_value(&value[i], out, width);
    }
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
    HR_TRY(hr_study_describe(values->study, values->configuration, &arena, &value, &n, err));
    hr_json_array(json, key);
    for (size_t i = 0; i < n; i++) {
        if (is_wanted(values, &value[i]))
            put_value(json, &value[i]);
    }
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
    *count = 0;
    HR_TRY(hr_study_describe(values->study, values->configuration, &arena, &value, &n, err));
    for (size_t i = 0; i < n; i++)
        *count += is_wanted(values, &value[i]);
out:
    hr_arena_free(&arena);
    return st;
}
