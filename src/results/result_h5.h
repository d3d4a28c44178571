/* result_h5: the few things that Headroom does with HDF5, each checked.
 *
 * Objects are named by their path in the file. A failure gives one message: file, what was being
 * done, and the innermost reason that HDF5 knows. HDF5 is not thread-safe here: main thread only.
 */
#ifndef HR_RESULTS_RESULT_H5_H
#define HR_RESULTS_RESULT_H5_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

typedef struct hr_h5 {
    hid_t file;       /* < 0: not open */
    const char *path; /* borrowed: stands in messages */
    hr_status status; /* of failures: HR_ERR_WRITE of a file being written, else HR_ERR_DATA */
} hr_h5;

/* Pass a HDF5 return value (herr_t, htri_t or hid_t): negative is a failure of `doing`. */
HR_MUST_CHECK hr_status hr_h5_check(const hr_h5 *h5, int64_t returned, const char *doing,
                                    hr_err *err);

HR_MUST_CHECK hr_status hr_h5_create(hr_h5 *h5, const char *path, hr_err *err);
HR_MUST_CHECK hr_status hr_h5_open(hr_h5 *h5, const char *path, hr_err *err);
/* Closes everything that is still open in the file. Fine on a file that is not open. */
HR_MUST_CHECK hr_status hr_h5_close(hr_h5 *h5, hr_err *err);
/* Let go of a file that was read, or whose writing failed or was given up; the latter is never
 * closed, because closing would write to it again. */
void hr_h5_drop(hr_h5 *h5);

HR_MUST_CHECK hr_status hr_h5_group(const hr_h5 *h5, const char *path, hr_err *err);
/* A second name for an object. */
HR_MUST_CHECK hr_status hr_h5_link(const hr_h5 *h5, const char *from, const char *to, hr_err *err);

typedef enum hr_h5_type { HR_H5_REAL, HR_H5_INTEGER, HR_H5_BYTE, HR_H5_TEXT } hr_h5_type;
enum { HR_H5_MOST_DIMS = 6 };
/* HDF5's type of it in memory or on disk; close with H5Tclose. Texts are UTF-8 of any length. */
hid_t hr_h5_type_of(hr_h5_type type, bool on_disk);

/* ---- attributes of the object at `path` (result_attribute.c) */
HR_MUST_CHECK hr_status hr_h5_put_text(const hr_h5 *h5, const char *path, const char *name,
                                       const char *text, hr_err *err);
HR_MUST_CHECK hr_status hr_h5_put_texts(const hr_h5 *h5, const char *path, const char *name,
                                        const char *const *texts, size_t n, hr_err *err);
HR_MUST_CHECK hr_status hr_h5_put_real(const hr_h5 *h5, const char *path, const char *name,
                                       double value, hr_err *err);
HR_MUST_CHECK hr_status hr_h5_put_integers(const hr_h5 *h5, const char *path, const char *name,
                                           const int64_t *values, size_t n, hr_err *err);
/* Reading fails when the attribute is missing. Texts live in `arena`. */
HR_MUST_CHECK hr_status hr_h5_get_text(const hr_h5 *h5, const char *path, const char *name,
                                       hr_arena *arena, const char **text, hr_err *err);
/* A missing attribute is an empty list. */
HR_MUST_CHECK hr_status hr_h5_get_texts(const hr_h5 *h5, const char *path, const char *name,
                                        hr_arena *arena, const char *const **texts, size_t *n,
                                        hr_err *err);
HR_MUST_CHECK hr_status hr_h5_get_real(const hr_h5 *h5, const char *path, const char *name,
                                       double *value, hr_err *err);
HR_MUST_CHECK hr_status hr_h5_get_integer(const hr_h5 *h5, const char *path, const char *name,
                                          int64_t *value, hr_err *err);

/* ---- arrays */
typedef struct hr_h5_array {
    const char *path;
    hr_h5_type type; /* double, int64_t, uint8_t, const char * in memory */
    unsigned n_dims;
    hsize_t size[HR_H5_MOST_DIMS];
    const char *scale[HR_H5_MOST_DIMS]; /* path of the dimension scale of each axis; NULL: none */
    hsize_t rows;     /* of one chunk along the first axis; 0: contiguous, no compression */
    bool is_scale;    /* this array is itself a dimension scale */
    const char *unit; /* attributes; NULL: none */
    const char *long_name;
} hr_h5_array;

/* Create and leave open (`dataset` is closed with the file, or by H5Dclose). */
HR_MUST_CHECK hr_status hr_h5_make(const hr_h5 *h5, const hr_h5_array *array, hid_t *dataset,
                                   hr_err *err);
/* Create, write all of `data`, close. */
HR_MUST_CHECK hr_status hr_h5_write(const hr_h5 *h5, const hr_h5_array *array, const void *data,
                                    hr_err *err);
/* A box of an array between disk and memory (packed, in the memory type of `type`). */
typedef struct hr_h5_box {
    unsigned n_dims;
    hsize_t from[HR_H5_MOST_DIMS], size[HR_H5_MOST_DIMS];
} hr_h5_box;
HR_MUST_CHECK hr_status hr_h5_put_box(const hr_h5 *h5, hid_t dataset, hr_h5_type type,
                                      const hr_h5_box *box, const void *data, hr_err *err);
HR_MUST_CHECK hr_status hr_h5_get_box(const hr_h5 *h5, const char *path, hr_h5_type type,
                                      const hr_h5_box *box, void *data, hr_err *err);

#endif
