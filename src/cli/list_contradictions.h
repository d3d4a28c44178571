/* list_contradictions: the table of what the published documents say twice. */
#ifndef HR_CLI_LIST_CONTRADICTIONS_H
#define HR_CLI_LIST_CONTRADICTIONS_H

#include "cli/entries.h"

void hr_list_contradictions(hr_entries *entries);

#endif
