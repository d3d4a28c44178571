/* list_signals: the table of overload signals. */
#ifndef HR_CLI_LIST_SIGNALS_H
#define HR_CLI_LIST_SIGNALS_H

#include "cli/entries.h"

void hr_list_signals(hr_entries *entries);

#endif
