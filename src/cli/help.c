#include "cli/help.h"

#include <string.h>

#include "cli/text.h"

enum { OPTION_COLUMN = 26 };

const char hr_help_purpose[] =
    "Headroom is a parallel Monte Carlo capacity explorer for conferencing pools that reserve "
    "nothing. It answers, with a confidence interval on every number: how likely is this pool to "
    "be overloaded, how many servers does it take, and can it carry a 1,000-person meeting?";

const hr_help_pair hr_help_exits[] = {
    {"0", "done"},
    {"64", "the command line is wrong"},
    {"65", "a study or a result file is wrong"},
    {"70", "a bug in Headroom"},
    {"71", "the system gave no memory"},
    {"73", "an output cannot be created or written"},
    {"75", "stopped early by a signal; the same command goes on where it stopped"},
    {NULL, NULL},
};

const hr_help_pair hr_help_environment[] = {
    {"OMP_NUM_THREADS", "threads of each process, unless --threads is given"},
    {"HEADROOM_KERNEL", "reference, scalar or lanes: replay in this way (the answer is the same)"},
    {"HEADROOM_ISA", "baseline, avx2 or avx512: use these instructions (the answer is the same)"},
    {"NO_COLOR", "when set, no bold type on terminals"},
    {"LC_ALL, LC_CTYPE, LANG", "block characters are drawn only where UTF-8 is spoken"},
    {NULL, NULL},
};

void hr_help_version(FILE *out)
{
    fprintf(out, "headroom %s\n", HEADROOM_VERSION);
}

/* "  left        right, wrapped" */
static void print_pair(FILE *out, const char *left, const char *right, unsigned column)
{
    int used = fprintf(out, "  %s", left);
    if (used < 0)
        return;
    if ((unsigned)used + 2 > column) {
        fputc('\n', out);
        used = 0;
    }
    fprintf(out, "%*s", (int)column - used, "");
    hr_text_wrap(out, right, column, column, HR_TEXT_WIDTH);
}

static void print_pairs(FILE *out, const char *heading, const hr_help_pair *pairs)
{
    fprintf(out, "\n%s\n", heading);
    for (size_t i = 0; pairs[i].name != NULL; i++)
        print_pair(out, pairs[i].name, pairs[i].meaning, OPTION_COLUMN);
}

void hr_help_program(FILE *out)
{
    fputs("usage: headroom COMMAND [OPTIONS] ...\n\n", out);
    hr_text_wrap(out, hr_help_purpose, 0, 0, HR_TEXT_WIDTH);
    fputs("\ncommands\n", out);
    for (size_t i = 0; hr_command_at(i) != NULL; i++) {
        char left[48];
        const hr_command *command = hr_command_at(i);
        snprintf(left, sizeof left, "%s %s", command->name,
                 command->operand == NULL ? "" : command->operand);
        print_pair(out, left, command->summary, OPTION_COLUMN);
    }
    fputs("\noptions\n", out);
    print_pair(out, "-h, --help", "this text; after a command, the help of the command",
               OPTION_COLUMN);
    print_pair(out, "--version", "version of the program", OPTION_COLUMN);
    print_pair(out, "--completion bash", "completion of words for the shell, to be sourced",
               OPTION_COLUMN);
    fputs("\nexamples\n"
          "  headroom new pool-80000 > mine.yaml\n"
          "  headroom check mine.yaml\n"
          "  mpirun headroom run mine.yaml -o mine.h5\n"
          "  headroom show mine.h5\n",
          out);
    print_pairs(out, "exit codes", hr_help_exits);
    print_pairs(out, "environment", hr_help_environment);
}

/* "-o, --output FILE" */
static void option_words(const hr_option *option, char *words, size_t size)
{
    char letter[8] = "";
    if (option->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(words, size, "%s--%s%s%s", letter, option->name, option->value == NULL ? "" : " ",
             option->value == NULL ? "" : option->value);
}

void hr_help_command(FILE *out, const hr_command *command)
{
    fprintf(out, "usage: headroom %s [OPTIONS]%s%s\n\n", command->name,
            command->operand == NULL ? "" : " ", command->operand == NULL ? "" : command->operand);
    hr_text_wrap(out, command->doc, 0, 0, HR_TEXT_WIDTH);
    fputs("\noptions\n", out);
    for (size_t i = 0; i < command->n_options; i++) {
        char words[64];
        option_words(&command->options[i], words, sizeof words);
        print_pair(out, words, command->options[i].doc, OPTION_COLUMN);
    }
    print_pair(out, "-h, --help", "this text", OPTION_COLUMN);
    fputs("\nexamples\n", out);
    for (size_t i = 0; i < HR_MAX_EXAMPLES && command->examples[i] != NULL; i++)
        fprintf(out, "  %s\n", command->examples[i]);
}

static void completion_of(FILE *out, const hr_command *command)
{
    fprintf(out, "    %s) words=\"--help", command->name);
    for (size_t i = 0; i < command->n_options; i++)
        fprintf(out, " --%s", command->options[i].name);
    fputs("\" ;;\n", out);
}

void hr_help_bash_completion(FILE *out)
{
    fputs("_headroom() {\n"
          "  local words current=${COMP_WORDS[COMP_CWORD]}\n"
          "  case ${COMP_WORDS[1]} in\n",
          out);
    for (size_t i = 0; hr_command_at(i) != NULL; i++)
        completion_of(out, hr_command_at(i));
    fputs("  esac\n"
          "  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"--help --version",
          out);
    for (size_t i = 0; hr_command_at(i) != NULL; i++)
        fprintf(out, " %s", hr_command_at(i)->name);
    fputs("\"\n"
          "  elif [[ $current != -* ]]; then words=; fi\n"
          "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
          "}\n"
          "complete -o default -F _headroom headroom\n",
          out);
}
