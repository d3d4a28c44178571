/* Apart from mem.c so that tests can wrap it at link time and let the system run out of memory. */
#include <stdlib.h>

#include "base/mem.h"

enum { ALIGNMENT = 64 };

void *hr_mem_raw(size_t bytes)
{
    const size_t wanted = bytes > 0 ? bytes : 1;
    return aligned_alloc(ALIGNMENT, (wanted + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1));
}
