#include "cli/list_signals.h"

#include <stdio.h>

#include "cli/text.h"
#include "model/signal.h"

/* "front_end: cpu above full" */
static hr_words about_signal(const hr_signal *signal)
{
    hr_words about = {0};
    hr_words_add(&about, "%s; ", hr_roles[signal->role].name);
    if (signal->is_modelled)
        hr_words_add(&about, "%s above %s", hr_resources[signal->resource].name,
                     hr_level_names[signal->level]);
    else
        hr_words_add(&about, "not modelled");
    return about;
}

static void signal_lines(const hr_signal *signal)
{
    hr_words words = {0};
    if (signal->is_modelled)
        hr_words_add(&words, "outcome: %s%s%s; ", signal->likely,
                     signal->share[0] != '\0' ? ", " : "", signal->share);
    hr_words_add(&words, "published: %s %s", signal->threshold, signal->source);
    fputs("    ", stdout);
    hr_text_wrap(stdout, words.s, 4, 4, HR_TEXT_WIDTH);
}

static void signal_json(hr_json *json, const hr_signal *signal)
{
    const bool has = signal->is_modelled;
    hr_json_text(json, "role", hr_roles[signal->role].name);
    hr_json_flag(json, "is_modelled", has);
    hr_json_text(json, "resource", has ? hr_resources[signal->resource].name : NULL);
    hr_json_text(json, "level", has ? hr_level_names[signal->level] : NULL);
    hr_json_text(json, "outcome", has ? signal->likely : NULL);
    hr_json_text(json, "share", has && signal->share[0] != '\0' ? signal->share : NULL);
    hr_json_text(json, "threshold", signal->threshold);
    hr_json_text(json, "source", signal->source);
    hr_json_end_object(json);
}

void hr_list_signals(hr_entries *entries)
{
    for (unsigned i = 0; i < hr_n_signals; i++) {
        const hr_signal *signal = &hr_signals[i];
        const size_t n = entries->n;
        const bool is_open =
            hr_entries_begin(entries, signal->name, about_signal(signal).s, signal->follows);
        if (is_open)
            signal_json(entries->json, signal);
        else if (entries->n > n)
            signal_lines(signal);
    }
}
