/* man: the manual page in troff (man macros). */
#include "cli/help.h"

#include <string.h>

#include "results/account.h"

/* Text that troff must take literally: backslashes, leading dots and quotes, hyphens. */
static void literal(FILE *out, const char *text)
{
    bool at_start = true;
    for (const char *c = text; *c != '\0'; c++) {
        if (at_start && (*c == '.' || *c == '\''))
            fputs("\\&", out);
        if (*c == '\\')
            fputs("\\e", out);
        else if (*c == '-')
            fputs("\\-", out);
        else
            fputc(*c, out);
        at_start = *c == '\n';
    }
}

static void paragraph(FILE *out, const char *macro, const char *text)
{
    fprintf(out, "%s\n", macro);
    literal(out, text);
    fputc('\n', out);
}

static void print_option(FILE *out, const hr_option *option)
{
    fputs(".TP\n", out);
    if (option->letter != 0)
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", out);
    literal(out, option->name);
    fputs("\\fR", out);
    if (option->value != NULL) {
        fputs(" \\fI", out);
        literal(out, option->value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    literal(out, option->doc);
    fputc('\n', out);
}

static void print_command(FILE *out, const hr_command *command)
{
    fprintf(out, ".SS headroom %s", command->name);
    if (command->operand != NULL)
        fprintf(out, " %s", command->operand);
    fputc('\n', out);
    literal(out, command->doc);
    fputc('\n', out);
    for (size_t i = 0; i < command->n_options; i++)
        print_option(out, &command->options[i]);
    fputs(".PP\nExamples:\n.PP\n.nf\n", out);
    for (size_t i = 0; i < HR_MAX_EXAMPLES && command->examples[i] != NULL; i++) {
        literal(out, command->examples[i]);
        fputc('\n', out);
    }
    fputs(".fi\n", out);
    if (command->reference != NULL) {
        fputs(".PP\n.nf\n", out);
        for (size_t i = 0; command->reference[i] != NULL; i++)
            literal(out, command->reference[i]);
        fputs(".fi\n", out);
    }
}

static void print_pairs(FILE *out, const char *heading, const hr_help_pair *pairs)
{
    fprintf(out, ".SH %s\n", heading);
    for (size_t i = 0; pairs[i].name != NULL; i++) {
        paragraph(out, ".TP", pairs[i].name);
        literal(out, pairs[i].meaning);
        fputc('\n', out);
    }
}

/* What the last lines of `run` mean, from the rows that they are printed from. */
static void print_accounts(FILE *out)
{
    paragraph(
        out, ".SH TIME",
        "The last lines of `headroom run` say where the time of all its cores went, in shares "
        "that make 100 %; what rounds to nothing is left out. The same numbers, in seconds of "
        "cores, are attributes of /provenance in the result file and keys of `headroom show "
        "--json`; most_... is the process that had most, by the wall. They are those of the "
        "last start, also where earlier ones left part logs.");
    for (int i = 0; i < HR_N_ACCOUNTS; i++) {
        paragraph(out, ".TP", hr_account_rows[i].name);
        literal(out, hr_account_rows[i].doc);
        fputc('\n', out);
    }
}

void hr_help_man(FILE *out)
{
    fprintf(out,
            ".\\\" Made by `headroom --man`: do not edit.\n"
            ".TH HEADROOM 1 \"\" \"headroom %s\" \"User Commands\"\n"
            ".SH NAME\nheadroom \\- Monte Carlo capacity explorer for conferencing pools that "
            "reserve nothing\n"
            ".SH SYNOPSIS\n.B headroom\n.I command\n[\\fIoptions\\fR] ...\n",
            HEADROOM_VERSION);
    paragraph(out, ".SH DESCRIPTION", hr_help_purpose);
    paragraph(out, ".PP",
              "A study is a YAML file: what the pool is, what we may choose, what we do not know, "
              "how precise the answer must be. `headroom list params` names every key, `headroom "
              "new` prints commented studies to begin with.");
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; hr_command_at(i) != NULL; i++)
        print_command(out, hr_command_at(i));
    print_pairs(out, "EXIT STATUS", hr_help_exits);
    print_pairs(out, "ENVIRONMENT", hr_help_environment);
    print_accounts(out);
    fputs(".SH FILES\n", out);
    paragraph(out, ".TP", "OUT.h5");
    literal(out, "the answer: HDF5, readable by h5py, xarray and h5dump\n");
    paragraph(out, ".TP", "OUT.h5.parts");
    literal(out, "what an unfinished run has so far; removed when the answer stands\n");
}
