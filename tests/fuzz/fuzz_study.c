/* Any bytes as a study: must be accepted or refused, never crash, leak or hang.
 *
 * A line that begins with "--set " is an override, all before the first such line is the file.
 *   cmake -B build-fuzz -DCMAKE_C_COMPILER=clang
 * -DHEADROOM_SANITIZE=address,undefined,fuzzer-no-link cmake --build build-fuzz --target
 * headroom_engine
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_study.c \
 *       build-fuzz/libheadroom_study.a build-fuzz/libheadroom_estimate.a \
 *       build-fuzz/libheadroom_model.a build-fuzz/libheadroom_base.a -lyaml -lm -o fuzz_study
 *   ./fuzz_study -dict=tests/fuzz/study.dict -max_len=4096 -timeout=10 CORPUS params
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "study/describe.h"
#include "study/study.h"

enum { MOST_SETS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cut the --set lines off `text`; their number. */
static size_t cut_sets(char *text, const char **sets)
{
    size_t n = 0;
    char *at = strstr(text, "\n--set ");
    while (at != NULL && n < MOST_SETS) {
        *at = '\0';
        sets[n++] = at + strlen("\n--set ");
        at = strstr(at + 1, "\n--set ");
    }
    return n;
}

static void look_at(const hr_study *study)
{
    hr_arena arena = {0};
    hr_err err = {0};
    hr_configuration configuration;
    const hr_described *values = NULL;
    size_t n = 0;
    const uint64_t last = study->n_configurations - 1;
    hr_groups groups = {0};
    hr_status st = hr_study_configuration(study, &groups, last, 3, &arena, &configuration, &err);
    for (size_t a = 0; st == HR_OK && a < study->n_axes; a++) {
        double value;
        st = hr_study_coordinate(study, a, last, &value, &err);
    }
    if (st == HR_OK)
        st = hr_study_describe(study, last, &arena, &values, &n, &err);
    hr_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *sets[MOST_SETS];
    hr_study study;
    hr_err err = {0};
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const size_t n = cut_sets(text, sets);
    const size_t length = n > 0 ? strlen(text) : size;
    if (hr_study_parse(&study, "fuzz.yaml", text, length, sets, n, &err) == HR_OK) {
        look_at(&study);
        hr_study_free(&study);
    } else if (err.message[0] == '\0' || err.status == HR_OK || err.status == HR_ERR_BUG) {
        abort(); /* refused without a reason */
    }
    free(text);
    return 0;
}
