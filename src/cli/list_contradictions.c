#include "cli/list_contradictions.h"

#include <stdio.h>

#include "cli/text.h"
#include "model/contradiction.h"

static void json_columns(hr_json *json, const hr_contradiction *c)
{
    hr_json_text(json, "one", c->one);
    hr_json_text(json, "one_source", c->one_source);
    hr_json_text(json, "other", c->other);
    hr_json_text(json, "other_source", c->other_source);
    hr_json_text(json, "used", c->used);
    hr_json_end_object(json);
}

static void used_line(const hr_contradiction *c)
{
    hr_words words = {0};
    hr_words_add(&words, "used: %s", c->used);
    fputs("    ", stdout);
    hr_text_wrap(stdout, words.s, 4, 4, HR_TEXT_WIDTH);
}

void hr_list_contradictions(hr_entries *entries)
{
    for (unsigned i = 0; i < hr_n_contradictions; i++) {
        const hr_contradiction *c = &hr_contradictions[i];
        const size_t n = entries->n;
        hr_words against = {0};
        hr_words_add(&against, "%s %s; against: %s %s", c->one, c->one_source, c->other,
                     c->other_source);
        if (hr_entries_begin(entries, c->name, "", against.s))
            json_columns(entries->json, c);
        else if (entries->n > n)
            used_line(c);
    }
}
