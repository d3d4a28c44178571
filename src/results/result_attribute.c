/* Attributes: texts and numbers that hang on a group or an array (declared in result_h5.h). */
#include <string.h>

#include "results/result_h5.h"

enum { SCALAR = -1 };

static hr_status put(const hr_h5 *h5, const char *path, const char *name, hr_h5_type type,
                     int64_t n, const void *data, hr_err *err)
{
    hr_status st = HR_OK;
    const hsize_t size = (hsize_t)n;
    const hid_t memory = hr_h5_type_of(type, false);
    const hid_t disk = hr_h5_type_of(type, true);
    const hid_t space = n == SCALAR ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
    const hid_t attribute =
        H5Acreate_by_name(h5->file, path, name, disk, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    HR_TRY(hr_h5_check(h5, attribute, name, err));
    HR_TRY(hr_h5_check(h5, H5Awrite(attribute, memory, data), name, err));
out:
    (void)H5Aclose(attribute);
    (void)H5Sclose(space);
    (void)H5Tclose(disk);
    (void)H5Tclose(memory);
    return st;
}

hr_status hr_h5_put_text(const hr_h5 *h5, const char *path, const char *name, const char *text,
                         hr_err *err)
{
    return put(h5, path, name, HR_H5_TEXT, SCALAR, &text, err);
}

hr_status hr_h5_put_texts(const hr_h5 *h5, const char *path, const char *name,
                          const char *const *texts, size_t n, hr_err *err)
{
    return put(h5, path, name, HR_H5_TEXT, (int64_t)n, texts, err);
}

hr_status hr_h5_put_real(const hr_h5 *h5, const char *path, const char *name, double value,
                         hr_err *err)
{
    return put(h5, path, name, HR_H5_REAL, SCALAR, &value, err);
}

hr_status hr_h5_put_integers(const hr_h5 *h5, const char *path, const char *name,
                             const int64_t *values, size_t n, hr_err *err)
{
    return put(h5, path, name, HR_H5_INTEGER, n == 1 ? SCALAR : (int64_t)n, values, err);
}

/* How many values the attribute holds: what `get` will write. */
static hr_status count(const hr_h5 *h5, const char *path, const char *name, size_t *n, hr_err *err)
{
    hr_status st = HR_OK;
    hid_t space = -1;
    const hid_t attribute = H5Aopen_by_name(h5->file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    HR_TRY(hr_h5_check(h5, attribute, name, err));
    space = H5Aget_space(attribute);
    const hssize_t points = H5Sget_simple_extent_npoints(space);
    HR_TRY(hr_h5_check(h5, points, name, err));
    *n = (size_t)points;
out:
    (void)H5Sclose(space);
    (void)H5Aclose(attribute);
    return st;
}

static hr_status get(const hr_h5 *h5, const char *path, const char *name, hr_h5_type type,
                     void *data, hr_err *err)
{
    hr_status st = HR_OK;
    const hid_t memory = hr_h5_type_of(type, false);
    const hid_t attribute = H5Aopen_by_name(h5->file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    HR_TRY(hr_h5_check(h5, attribute, name, err));
    HR_TRY(hr_h5_check(h5, H5Aread(attribute, memory, data), name, err));
out:
    (void)H5Aclose(attribute);
    (void)H5Tclose(memory);
    return st;
}

/* A file of ours has one value where one is expected: more would be written past the end. */
static hr_status get_one(const hr_h5 *h5, const char *path, const char *name, hr_h5_type type,
                         void *data, hr_err *err)
{
    hr_status st = HR_OK;
    size_t n = 0;
    HR_TRY(count(h5, path, name, &n, err));
    if (n != 1)
        HR_TRY(HR_FAIL(err, h5->status,
                       "%s: not a headroom result: %s/%s holds %zu values, not one", h5->path, path,
                       name, n));
    HR_TRY(get(h5, path, name, type, data, err));
out:
    return st;
}

/* Copy what HDF5 allocated into the arena and give it back to HDF5. */
static hr_status adopt(hr_arena *arena, char **texts, size_t n, const char **copies, hr_err *err)
{
    hr_status st = HR_OK;
    for (size_t i = 0; i < n; i++) {
        const char *text = texts[i] == NULL ? "" : texts[i];
        copies[i] = hr_arena_text(arena, text, strlen(text));
        if (copies[i] == NULL)
            st = HR_FAIL(err, HR_ERR_MEMORY, "no memory for %zu bytes", strlen(text));
        (void)H5free_memory(texts[i]);
    }
    return st;
}

hr_status hr_h5_get_text(const hr_h5 *h5, const char *path, const char *name, hr_arena *arena,
                         const char **text, hr_err *err)
{
    hr_status st = HR_OK;
    char *read = NULL;
    HR_TRY(get_one(h5, path, name, HR_H5_TEXT, &read, err));
    HR_TRY(adopt(arena, &read, 1, text, err));
out:
    return st;
}

hr_status hr_h5_get_texts(const hr_h5 *h5, const char *path, const char *name, hr_arena *arena,
                          const char *const **texts, size_t *n, hr_err *err)
{
    hr_status st = HR_OK;
    char **read = NULL;
    const char **copies = NULL;
    *n = 0;
    *texts = NULL;
    if (H5Aexists_by_name(h5->file, path, name, H5P_DEFAULT) <= 0)
        return HR_OK;
    HR_TRY(count(h5, path, name, n, err));
    HR_TAKE(read, arena, *n);
    HR_TAKE(copies, arena, *n);
    HR_TRY(get(h5, path, name, HR_H5_TEXT, read, err));
    HR_TRY(adopt(arena, read, *n, copies, err));
    *texts = copies;
out:
    return st;
}

hr_status hr_h5_get_real(const hr_h5 *h5, const char *path, const char *name, double *value,
                         hr_err *err)
{
    return get_one(h5, path, name, HR_H5_REAL, value, err);
}

hr_status hr_h5_get_integer(const hr_h5 *h5, const char *path, const char *name, int64_t *value,
                            hr_err *err)
{
    return get_one(h5, path, name, HR_H5_INTEGER, value, err);
}
