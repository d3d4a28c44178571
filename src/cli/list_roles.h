/* list_roles: the table of roles, with what the tables of workloads and signals say of each.
 */
#ifndef HR_CLI_LIST_ROLES_H
#define HR_CLI_LIST_ROLES_H

#include "cli/entries.h"

void hr_list_roles(hr_entries *entries);

#endif
