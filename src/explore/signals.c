#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE   700 /* SIGXFSZ */

#include "explore/signals.h"

#include <signal.h>
#include <stddef.h>

enum { N_SIGNALS = 4, FILE_SIZE = 3 };
static const int signals[N_SIGNALS] = {SIGUSR1, SIGTERM, SIGINT, SIGXFSZ};
static struct sigaction before[N_SIGNALS];
static atomic_bool asked;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&asked, true);
}

void hr_signals_catch(void)
{
    atomic_store(&asked, false);
    for (int i = 0; i < N_SIGNALS; i++) {
        struct sigaction action = {.sa_flags = SA_RESTART};
        action.sa_handler = i == FILE_SIZE ? SIG_IGN : on_signal;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(signals[i], &action, &before[i]);
    }
}

void hr_signals_release(void)
{
    for (int i = 0; i < N_SIGNALS; i++)
        (void)sigaction(signals[i], &before[i], NULL);
}

const atomic_bool *hr_signals_flag(void)
{
    return &asked;
}
