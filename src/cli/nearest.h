/* nearest: "did you mean ...?" for commands, options and names. */
#ifndef HR_CLI_NEAREST_H
#define HR_CLI_NEAREST_H

#include <stddef.h>

/* Name number i of a list, NULL past its end. */
typedef const char *(*hr_name_at)(const void *list, size_t i);

/* The name closest to `word` by edit distance; NULL when none is close (more than a third of
 * the letters differ). */
const char *hr_nearest(const char *word, hr_name_at name, const void *list);

#endif
