/* list_exact: the table of methods that need no simulation. */
#ifndef HR_CLI_LIST_EXACT_H
#define HR_CLI_LIST_EXACT_H

#include "cli/entries.h"

void hr_list_exact(hr_entries *entries);

#endif
