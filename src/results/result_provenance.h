/* result_provenance: how an answer came about, as attributes of /provenance. */
#ifndef HR_RESULTS_RESULT_PROVENANCE_H
#define HR_RESULTS_RESULT_PROVENANCE_H

#include "base/error.h"
#include "results/result.h"
#include "results/result_h5.h"

HR_MUST_CHECK hr_status hr_provenance_write(const hr_h5 *h5, const hr_study *study,
                                            const hr_provenance *provenance, hr_err *err);
/* Fills provenance, started, finished, host and version; texts live in result->arena. */
HR_MUST_CHECK hr_status hr_provenance_read(const hr_h5 *h5, hr_result *result, hr_err *err);

/* A 64-bit identity as text: "0x" and sixteen digits. */
enum { HR_HEX = 19 };
void hr_hex_print(uint64_t value, char text[HR_HEX]);
bool hr_hex_parse(const char *text, uint64_t *value);

#endif
