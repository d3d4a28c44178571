/* Positions: following a path through the patterns of the parameter table. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "model/role.h"
#include "study/bind.h"

/* Does the table have a row of exactly this pattern (-> key), or rows below it? */
static bool in_table(const char *pattern, hr_position *position)
{
    const size_t n = strlen(pattern);
    bool below = false;
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        const char *path = hr_param_rows[key].path;
        if (strncmp(path, pattern, n) != 0)
            continue;
        if (path[n] == '\0' && hr_param_rows[key].kind != HR_PARAM_SECTION) {
            position->is_row = true;
            position->key = key;
            return true;
        }
        below = below || path[n] == '.' || path[n] == '[' || path[n] == '\0';
    }
    return below;
}

/* Go to `pattern` when the table has it; `path` is the text that was added. */
static bool try_pattern(hr_position *position, const char *component, const char *added)
{
    hr_position next = *position;
    const bool list = component[0] == '[';
    const char *dot = position->pattern[0] == '\0' || list ? "" : ".";
    const size_t n = strlen(position->pattern), m = strlen(position->path);
    if (n + strlen(component) + 2 > sizeof next.pattern || m + strlen(added) + 2 > sizeof next.path)
        return false;
    (void)snprintf(next.pattern + n, sizeof next.pattern - n, "%s%s", dot, component);
    if (!in_table(next.pattern, &next))
        return false;
    (void)snprintf(next.path + m, sizeof next.path - m, "%s%s", dot, added);
    *position = next;
    return true;
}

static bool add_index(hr_position *position, const char *component, const char *added, size_t index)
{
    if (position->n_indices == HR_PLACE_INDICES || !try_pattern(position, component, added))
        return false;
    position->index[position->n_indices++] = index;
    return true;
}

bool hr_position_step(hr_position *position, hr_span word, size_t index)
{
    char text[80];
    if (position->is_row || word.length + 3 > sizeof text)
        return false;
    if (index != SIZE_MAX) {
        (void)snprintf(text, sizeof text, "[%zu]", index);
        return add_index(position, "[]", text, index);
    }
    if (word.length == 0 || memchr(word.at, '{', word.length) || memchr(word.at, '[', word.length))
        return false;
    (void)snprintf(text, sizeof text, "%.*s", (int)word.length, word.at);
    if (try_pattern(position, text, text))
        return true;
    for (size_t i = 0; i < HR_N_RESOURCES; i++) {
        if (hr_span_is(word, hr_resources[i].name) && add_index(position, "{resource}", text, i))
            return true;
    }
    for (size_t i = 0; i < HR_N_LEVELS; i++) {
        if (hr_span_is(word, hr_level_names[i]) && add_index(position, "{level}", text, i))
            return true;
    }
    return false;
}

void hr_position_follow(hr_position *position, hr_span *path)
{
    hr_span word;
    size_t index;
    for (hr_span rest = *path; hr_path_next(&rest, &word, &index); *path = rest) {
        if (!hr_position_step(position, word, index))
            return;
    }
}

/* ---- what could have been meant */

/* Call `offer` with every component that may follow the position. */
static void each_component(const hr_position *position, void (*offer)(void *, const char *),
                           void *to)
{
    const size_t n = strlen(position->pattern);
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        const char *path = hr_param_rows[key].path;
        if (strncmp(path, position->pattern, n) != 0 || (n > 0 && path[n] != '.'))
            continue;
        const char *from = path + n + (n > 0);
        char word[80];
        (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(from, ".["), from);
        if (strcmp(word, "{resource}") == 0) {
            for (size_t i = 0; i < HR_N_RESOURCES; i++)
                offer(to, hr_resources[i].name);
        } else if (strcmp(word, "{level}") == 0) {
            for (size_t i = 0; i < HR_N_LEVELS; i++)
                offer(to, hr_level_names[i]);
        } else {
            offer(to, word);
        }
    }
}

/* The nearest word, kept by value because offers are short-lived. */
typedef struct hr_kept_guess {
    hr_guess guess;
    char best[80];
    char known[200]; /* all words, while they fit */
    bool overflow;
} hr_kept_guess;

static void keep(void *to, const char *word)
{
    hr_kept_guess *kept = to;
    const unsigned before = kept->guess.distance;
    hr_guess_offer(&kept->guess, word);
    if (kept->guess.distance < before)
        (void)snprintf(kept->best, sizeof kept->best, "%s", word);
    char whole[90], separated[204];
    const size_t n = strlen(kept->known);
    (void)snprintf(whole, sizeof whole, " %s,", word);
    (void)snprintf(separated, sizeof separated, "%s,", kept->known);
    if (strstr(separated, whole) != NULL)
        return;
    if (n + strlen(whole) + 2 > sizeof kept->known)
        kept->overflow = true;
    else
        (void)snprintf(kept->known + n, sizeof kept->known - n, "%s %s", n > 0 ? "," : "", word);
}

/* A row elsewhere whose last word is `word`; NULL when none. */
static const char *row_ending_in(hr_span word)
{
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        const char *path = hr_param_rows[key].path;
        const char *last = strrchr(path, '.');
        if (last != NULL && hr_span_is(word, last + 1))
            return path;
    }
    return NULL;
}

/* A role or system of the documents that no study gives servers; NULL when it is none. */
static const hr_role *role_without_pool(hr_span word)
{
    for (unsigned i = 0; i < HR_N_ROLES; i++) {
        const hr_role *role = &hr_roles[i];
        const bool has_pool =
            role->place == HR_ROLE_PLACE_FIRST || role->place == HR_ROLE_PLACE_POOL;
        if (!has_pool && hr_span_is(word, role->name))
            return role;
    }
    return NULL;
}

hr_status hr_bind_unknown_key(const hr_position *position, hr_span word, hr_mark mark, hr_err *err)
{
    hr_kept_guess kept = {.guess = hr_guess_for(word)};
    const int n = (int)(word.length < 60 ? word.length : 60);
    const char *dot = position->path[0] != '\0' ? "." : "";
    each_component(position, keep, &kept);
    const char *elsewhere = row_ending_in(word);
    const hr_role *role = role_without_pool(word);
    if (role != NULL)
        return hr_mark_fail(mark, err,
                            "%s%s%.*s: unknown key; %s has no servers of its own (%s): %s %s",
                            position->path, dot, n, word.at, role->name,
                            hr_role_places[role->place], role->carries, role->source);
    if (kept.best[0] != '\0')
        return hr_mark_fail(mark, err, "%s%s%.*s: unknown key; did you mean %s?", position->path,
                            dot, n, word.at, kept.best);
    if (elsewhere != NULL)
        return hr_mark_fail(mark, err, "%s%s%.*s: unknown key here; did you mean %s?",
                            position->path, dot, n, word.at, elsewhere);
    if (kept.overflow || kept.known[0] == '\0')
        return hr_mark_fail(mark, err, "%s%s%.*s: unknown key (headroom list params)",
                            position->path, dot, n, word.at);
    return hr_mark_fail(mark, err, "%s%s%.*s: unknown key; known here:%s", position->path, dot, n,
                        word.at, kept.known);
}
