#include "cli/list_exact.h"

#include "cli/text.h"
#include "exact/exact.h"

void hr_list_exact(hr_entries *entries)
{
    for (unsigned i = 0; i < hr_n_exact_methods; i++) {
        const hr_exact_method *method = &hr_exact_methods[i];
        const size_t n = entries->n;
        hr_words doc = {0};
        hr_words_add(&doc, "%s. %s. %s.", method->answers, method->applies, method->source);
        const bool is_open =
            hr_entries_begin(entries, method->name, hr_exact_names[method->is], doc.s);
        if (entries->n == n || !is_open)
            continue;
        hr_json_text(entries->json, "is", hr_exact_names[method->is]);
        hr_json_text(entries->json, "answers", method->answers);
        hr_json_text(entries->json, "applies", method->applies);
        hr_json_text(entries->json, "source", method->source);
        hr_json_end_object(entries->json);
    }
}
