#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/nearest.h"

static const hr_command *const commands[] = {
    &hr_command_check, &hr_command_run,  &hr_command_show, &hr_command_exact,
    &hr_command_trace, &hr_command_list, &hr_command_new,
};

const hr_command *hr_command_at(size_t i)
{
    return i < HR_LENGTH(commands) ? commands[i] : NULL;
}

static const char *command_name(const void *unused, size_t i)
{
    (void)unused;
    const hr_command *command = hr_command_at(i);
    return command == NULL ? NULL : command->name;
}

static const char *option_name(const void *list, size_t i)
{
    const hr_command *command = list;
    return i < command->n_options ? command->options[i].name : NULL;
}

hr_status hr_command_find(const char *name, const hr_command **command, hr_err *err)
{
    for (size_t i = 0; i < HR_LENGTH(commands); i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            *command = commands[i];
            return HR_OK;
        }
    }
    const char *near = hr_nearest(name, command_name, NULL);
    if (near != NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "no command `%s`; did you mean `%s`?", name, near);
    return HR_FAIL(err, HR_ERR_USAGE, "no command `%s`; `headroom --help` lists them", name);
}

/* Where parsing stands. */
struct words {
    int argc, next;
    char **argv;
};

static hr_status unknown_option(const hr_command *command, const char *word, size_t length,
                                hr_err *err)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)length, word);
    const char *near = hr_nearest(name, option_name, command);
    if (near != NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "%s: no option `--%s`; did you mean `--%s`?",
                       command->name, name, near);
    return HR_FAIL(err, HR_ERR_USAGE, "%s: no option `--%s`; see `headroom %s --help`",
                   command->name, name, command->name);
}

/* Is `word` (of `length`) one of "a|b|c"? Its position, or -1. */
static int find_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (int i = 0; *words != '\0'; i++) {
        const size_t n = strcspn(words, "|");
        if (n == length && strncmp(words, word, n) == 0)
            return i;
        words += n + (words[n] == '|');
    }
    return -1;
}

static hr_status take_value(hr_invocation *invocation, size_t row, const char *value, hr_err *err)
{
    const hr_option *option = &invocation->command->options[row];
    if (strchr(option->value, '|') != NULL && find_word(option->value, value) < 0)
        return HR_FAIL(err, HR_ERR_USAGE, "%s: --%s `%s`: must be one of %s",
                       invocation->command->name, option->name, value, option->value);
    if (option->repeats)
        invocation->sets[invocation->n_sets++] = value;
    else if (invocation->value[row] != NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "%s: --%s is given twice", invocation->command->name,
                       option->name);
    invocation->value[row] = value;
    return HR_OK;
}

/* `attached` is the text after "=" or after a letter; NULL when there is none. */
static hr_status take_option(hr_invocation *invocation, struct words *words, size_t row,
                             const char *attached, hr_err *err)
{
    const hr_command *command = invocation->command;
    const hr_option *option = &command->options[row];
    if (option->value == NULL) {
        if (attached != NULL)
            return HR_FAIL(err, HR_ERR_USAGE, "%s: --%s takes no value", command->name,
                           option->name);
        invocation->value[row] = "";
        return HR_OK;
    }
    if (attached == NULL && words->next == words->argc)
        return HR_FAIL(err, HR_ERR_USAGE, "%s: --%s needs a value: --%s %s", command->name,
                       option->name, option->name, option->value);
    return take_value(invocation, row, attached != NULL ? attached : words->argv[words->next++],
                      err);
}

static hr_status parse_long(hr_invocation *invocation, struct words *words, const char *word,
                            hr_err *err)
{
    const hr_command *command = invocation->command;
    const size_t length = strcspn(word, "=");
    const char *attached = word[length] == '=' ? word + length + 1 : NULL;
    if (length == 4 && strncmp(word, "help", 4) == 0) {
        invocation->help = true;
        return HR_OK;
    }
    for (size_t i = 0; i < command->n_options; i++) {
        const char *name = command->options[i].name;
        if (strlen(name) == length && strncmp(name, word, length) == 0)
            return take_option(invocation, words, i, attached, err);
    }
    return unknown_option(command, word, length, err);
}

static hr_status parse_short(hr_invocation *invocation, struct words *words, const char *word,
                             hr_err *err)
{
    const hr_command *command = invocation->command;
    if (strcmp(word, "h") == 0) {
        invocation->help = true;
        return HR_OK;
    }
    for (size_t i = 0; i < command->n_options; i++) {
        if (command->options[i].letter == word[0])
            return take_option(invocation, words, i, word[1] == '\0' ? NULL : word + 1, err);
    }
    return HR_FAIL(err, HR_ERR_USAGE, "%s: no option `-%c`; see `headroom %s --help`",
                   command->name, word[0], command->name);
}

static hr_status parse_operand(hr_invocation *invocation, const char *word, hr_err *err)
{
    const hr_command *command = invocation->command;
    if (command->operand == NULL || invocation->operand != NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "%s: `%s` is one word too many; see `headroom %s --help`",
                       command->name, word, command->name);
    invocation->operand = word;
    return HR_OK;
}

hr_status hr_command_parse(hr_invocation *invocation, int argc, char **argv, hr_err *err)
{
    hr_status st = HR_OK;
    struct words words = {.argc = argc, .next = 2, .argv = argv};
    bool only_operands = false;
    while (words.next < argc) {
        const char *word = argv[words.next++];
        if (!only_operands && strcmp(word, "--") == 0)
            only_operands = true;
        else if (!only_operands && strncmp(word, "--", 2) == 0)
            HR_TRY(parse_long(invocation, &words, word + 2, err));
        else if (!only_operands && word[0] == '-' && word[1] != '\0')
            HR_TRY(parse_short(invocation, &words, word + 1, err));
        else
            HR_TRY(parse_operand(invocation, word, err));
    }
    const char *operand = invocation->command->operand;
    if (operand != NULL && operand[0] != '[' && invocation->operand == NULL && !invocation->help)
        st = HR_FAIL(err, HR_ERR_USAGE, "%s: %s is missing; see `headroom %s --help`",
                     invocation->command->name, operand, invocation->command->name);
out:
    return st;
}

hr_status hr_option_count(const hr_invocation *invocation, size_t option, uint64_t most,
                          uint64_t fallback, uint64_t *value, hr_err *err)
{
    const char *text = invocation->value[option];
    *value = fallback;
    if (text == NULL)
        return HR_OK;
    char *end = NULL;
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || *value > most)
        return HR_FAIL(err, HR_ERR_USAGE, "%s: --%s `%s`: must be a whole number up to %llu",
                       invocation->command->name, invocation->command->options[option].name, text,
                       (unsigned long long)most);
    return HR_OK;
}

size_t hr_option_word(const hr_invocation *invocation, size_t option, size_t fallback)
{
    const char *text = invocation->value[option];
    if (text == NULL)
        return fallback;
    return (size_t)find_word(invocation->command->options[option].value, text);
}

hr_status hr_output_finish(hr_err *err)
{
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout))
        return HR_FAIL(err, HR_ERR_WRITE, "standard output: %s",
                       errno != 0 ? strerror(errno) : "cannot be written");
    return HR_OK;
}
