#include "cli/entries.h"

#include <stdio.h>
#include <string.h>

#include "cli/text.h"

bool hr_entries_begin(hr_entries *entries, const char *name, const char *about, const char *doc)
{
    const char *match = entries->match;
    if (match != NULL && strstr(name, match) == NULL && strstr(doc, match) == NULL)
        return false;
    entries->n++;
    if (entries->json == NULL) {
        hr_words title = {0};
        hr_words_add(&title, "%s  %s", name, about);
        hr_text_wrap(stdout, title.s, 0, 4, HR_TEXT_WIDTH);
        fputs("    ", stdout);
        hr_text_wrap(stdout, doc, 4, 4, HR_TEXT_WIDTH);
        return false;
    }
    hr_json_object(entries->json, NULL);
    hr_json_text(entries->json, "name", name);
    hr_json_text(entries->json, "doc", doc);
    return true;
}
