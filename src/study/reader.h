/* reader: YAML text (of which JSON is a part) into a tree with marks. */
#ifndef HR_STUDY_READER_H
#define HR_STUDY_READER_H

#include "base/error.h"
#include "base/mem.h"
#include "study/tree.h"

enum { HR_READER_BYTES = 4 << 20 };

/* All of the origin's text as one tree. Nothing but comments gives an empty map. Refused, with
 * HR_ERR_DATA: what is no YAML or no UTF-8, more than one document, tags, duplicate keys, keys
 * that are no texts, more than 32 levels, 20,000 nodes or 4 MiB. */
HR_MUST_CHECK hr_status hr_read_tree(const hr_origin *origin, hr_arena *arena, hr_node **root,
                                     hr_err *err);
/* The whole of a regular file; `text` ends with NUL that `length` does not count. */
HR_MUST_CHECK hr_status hr_read_file(const char *path, hr_arena *arena, const char **text,
                                     size_t *length, hr_err *err);

#endif
