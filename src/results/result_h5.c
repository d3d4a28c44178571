#define _POSIX_C_SOURCE 200809L

#include "results/result_h5.h"

#include <errno.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "results/result.h"

/* ---- failures */

/* HDF5 describes a failed system call in a long sentence with time and addresses; what helps is
 * the part in quotes behind "error message". */
static herr_t first_reason(unsigned n, const H5E_error2_t *entry, void *data)
{
    char *reason = data;
    enum { ROOM = 200 };
    const char *text = entry->desc == NULL ? "unknown" : entry->desc;
    const char *quoted = strstr(text, "error message = '");
    (void)n;
    if (reason[0] != '\0')
        return 0; /* the innermost one came first */
    if (quoted == NULL) {
        (void)snprintf(reason, ROOM, "%s", text);
    } else {
        quoted += strlen("error message = '");
        (void)snprintf(reason, ROOM, "%.*s", (int)strcspn(quoted, "'"), quoted);
    }
    return 0;
}

hr_status hr_h5_check(const hr_h5 *h5, int64_t returned, const char *doing, hr_err *err)
{
    char reason[200] = "";
    if (returned >= 0)
        return HR_OK;
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_reason, reason);
    if (h5->status == HR_ERR_WRITE)
        return HR_FAIL(err, HR_ERR_WRITE,
                       "%s: cannot be written (%s): %s; all part logs are kept: "
                       "make room and run the same command again",
                       h5->path, doing, reason);
    return HR_FAIL(err, h5->status,
                   "%s: not a whole headroom result (%s): %s; run the study again "
                   "with another output",
                   h5->path, doing, reason);
}

/* ---- file */

void hr_result_start(void)
{
    /* Messages are ours. And no clean-up at the end of the process: it would write to a file
     * again that failed before, and loop or crash. */
    (void)H5dont_atexit();
    (void)H5open();
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* Names in the order written, no time stamps: equal studies give equal files. */
static hid_t creation(hid_t class)
{
    const hid_t list = H5Pcreate(class);
    if (list < 0 || H5Pset_obj_track_times(list, false) < 0 ||
        H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) < 0)
        return -1;
    return list;
}

static hid_t access_list(void)
{
    const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0 || H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) < 0)
        return -1;
    return list;
}

hr_status hr_h5_create(hr_h5 *h5, const char *path, hr_err *err)
{
    hr_result_start();
    *h5 = (hr_h5){.file = -1, .path = path, .status = HR_ERR_WRITE};
    const hid_t how = creation(H5P_FILE_CREATE);
    const hid_t access_how = access_list();
    h5->file = H5Fcreate(path, H5F_ACC_TRUNC, how, access_how);
    const hr_status st = hr_h5_check(h5, h5->file, "creating it", err);
    (void)H5Pclose(how);
    (void)H5Pclose(access_how);
    return st;
}

hr_status hr_h5_open(hr_h5 *h5, const char *path, hr_err *err)
{
    hr_result_start();
    *h5 = (hr_h5){.file = -1, .path = path, .status = HR_ERR_DATA};
    if (access(path, R_OK) != 0)
        return HR_FAIL(err, HR_ERR_DATA, "%s: cannot be read: %s", path, strerror(errno));
    if (H5Fis_hdf5(path) <= 0)
        return HR_FAIL(err, HR_ERR_DATA, "%s: not an HDF5 file, so not a headroom result", path);
    const hid_t access_how = access_list();
    h5->file = H5Fopen(path, H5F_ACC_RDONLY, access_how);
    const hr_status st = hr_h5_check(h5, h5->file, "opening it", err);
    (void)H5Pclose(access_how);
    return st;
}

hr_status hr_h5_close(hr_h5 *h5, hr_err *err)
{
    const hid_t file = h5->file;
    if (file < 0)
        return HR_OK;
    h5->file = -1;
    return hr_h5_check(h5, H5Fclose(file), "closing it", err);
}

void hr_h5_drop(hr_h5 *h5)
{
    if (h5->file >= 0 && h5->status != HR_ERR_WRITE)
        (void)H5Fclose(h5->file);
    h5->file = -1;
}

hr_status hr_h5_group(const hr_h5 *h5, const char *path, hr_err *err)
{
    const hid_t how = creation(H5P_GROUP_CREATE);
    const hid_t group = H5Gcreate2(h5->file, path, H5P_DEFAULT, how, H5P_DEFAULT);
    const hr_status st = hr_h5_check(h5, group, path, err);
    if (group >= 0)
        (void)H5Gclose(group);
    (void)H5Pclose(how);
    return st;
}

hr_status hr_h5_link(const hr_h5 *h5, const char *from, const char *to, hr_err *err)
{
    return hr_h5_check(h5, H5Lcreate_hard(h5->file, from, h5->file, to, H5P_DEFAULT, H5P_DEFAULT),
                       to, err);
}

/* ---- arrays */

/* A text of any length, UTF-8: the only kind that every reader understands. */
static hid_t text_type(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)
        return -1;
    return type;
}

hid_t hr_h5_type_of(hr_h5_type type, bool on_disk)
{
    switch (type) {
    case HR_H5_REAL:
        return H5Tcopy(on_disk ? H5T_IEEE_F64LE : H5T_NATIVE_DOUBLE);
    case HR_H5_INTEGER:
        return H5Tcopy(on_disk ? H5T_STD_I64LE : H5T_NATIVE_INT64);
    case HR_H5_BYTE:
        return H5Tcopy(on_disk ? H5T_STD_U8LE : H5T_NATIVE_UINT8);
    case HR_H5_TEXT:
        return text_type();
    }
    return -1;
}

static hid_t dataset_creation(const hr_h5_array *array)
{
    const double missing = (double)NAN;
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    bool good = list >= 0 && H5Pset_obj_track_times(list, false) >= 0;
    if (good && array->type == HR_H5_REAL)
        good = H5Pset_fill_value(list, H5T_NATIVE_DOUBLE, &missing) >= 0;
    if (good && array->rows > 0) {
        hsize_t chunk[HR_H5_MOST_DIMS];
        memcpy(chunk, array->size, sizeof chunk);
        chunk[0] = array->rows < array->size[0] ? array->rows : array->size[0];
        good = H5Pset_chunk(list, (int)array->n_dims, chunk) >= 0 && H5Pset_shuffle(list) >= 0 &&
               H5Pset_deflate(list, 1) >= 0;
    }
    return good ? list : -1;
}

/* Chunks are written whole and once: a cache would only hold memory, a megabyte a dataset. */
static hid_t dataset_access(void)
{
    const hid_t list = H5Pcreate(H5P_DATASET_ACCESS);
    if (list < 0 || H5Pset_chunk_cache(list, 0, 0, H5D_CHUNK_CACHE_W0_DEFAULT) < 0)
        return -1;
    return list;
}

static hr_status attach_scales(const hr_h5 *h5, const hr_h5_array *array, hid_t dataset,
                               hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned d = 0; st == HR_OK && d < array->n_dims; d++) {
        if (array->scale[d] == NULL)
            continue;
        const hid_t scale = H5Dopen2(h5->file, array->scale[d], H5P_DEFAULT);
        st = hr_h5_check(h5, scale, array->scale[d], err);
        if (st == HR_OK)
            st = hr_h5_check(h5, H5DSattach_scale(dataset, scale, d), array->path, err);
        (void)H5Dclose(scale);
    }
    return st;
}

hr_status hr_h5_make(const hr_h5 *h5, const hr_h5_array *array, hid_t *dataset, hr_err *err)
{
    hr_status st = HR_OK;
    const char *name = strrchr(array->path, '/');
    const hid_t type = hr_h5_type_of(array->type, true);
    const hid_t space = H5Screate_simple((int)array->n_dims, array->size, NULL);
    const hid_t how = dataset_creation(array);
    const hid_t access_how = dataset_access();
    *dataset = H5Dcreate2(h5->file, array->path, type, space, H5P_DEFAULT, how, access_how);
    HR_TRY(hr_h5_check(h5, *dataset, array->path, err));
    if (array->is_scale)
        HR_TRY(hr_h5_check(h5, H5DSset_scale(*dataset, name == NULL ? array->path : name + 1),
                           array->path, err));
    HR_TRY(attach_scales(h5, array, *dataset, err));
    if (array->unit != NULL)
        HR_TRY(hr_h5_put_text(h5, array->path, "units", array->unit, err));
    if (array->long_name != NULL)
        HR_TRY(hr_h5_put_text(h5, array->path, "long_name", array->long_name, err));
out:
    (void)H5Pclose(access_how);
    (void)H5Pclose(how);
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    return st;
}

hr_status hr_h5_write(const hr_h5 *h5, const hr_h5_array *array, const void *data, hr_err *err)
{
    hr_status st = HR_OK;
    hid_t dataset = -1;
    const hid_t type = hr_h5_type_of(array->type, false);
    HR_TRY(hr_h5_make(h5, array, &dataset, err));
    HR_TRY(hr_h5_check(h5, H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data),
                       array->path, err));
    st = hr_h5_check(h5, H5Dclose(dataset), array->path, err);
    dataset = -1;
out:
    if (dataset >= 0)
        (void)H5Dclose(dataset);
    (void)H5Tclose(type);
    return st;
}

/* Selects `box` in the dataset's space; the caller closes both. */
static hid_t select_box(hid_t dataset, const hr_h5_box *box, hid_t *memory)
{
    const hid_t space = H5Dget_space(dataset);
    *memory = H5Screate_simple((int)box->n_dims, box->size, NULL);
    if (space >= 0 &&
        (H5Sget_simple_extent_ndims(space) != (int)box->n_dims ||
         H5Sselect_hyperslab(space, H5S_SELECT_SET, box->from, NULL, box->size, NULL) < 0)) {
        (void)H5Sclose(space);
        return -1;
    }
    return space;
}

hr_status hr_h5_put_box(const hr_h5 *h5, hid_t dataset, hr_h5_type type, const hr_h5_box *box,
                        const void *data, hr_err *err)
{
    hid_t memory;
    const hid_t memory_type = hr_h5_type_of(type, false);
    const hid_t space = select_box(dataset, box, &memory);
    const herr_t done = H5Dwrite(dataset, memory_type, memory, space, H5P_DEFAULT, data);
    const hr_status st = hr_h5_check(h5, done, "writing an array", err);
    (void)H5Sclose(space);
    (void)H5Sclose(memory);
    (void)H5Tclose(memory_type);
    return st;
}

hr_status hr_h5_get_box(const hr_h5 *h5, const char *path, hr_h5_type type, const hr_h5_box *box,
                        void *data, hr_err *err)
{
    hr_status st = HR_OK;
    hid_t memory = -1, space = -1;
    const hid_t memory_type = hr_h5_type_of(type, false);
    const hid_t dataset = H5Dopen2(h5->file, path, H5P_DEFAULT);
    HR_TRY(hr_h5_check(h5, dataset, path, err));
    space = select_box(dataset, box, &memory);
    HR_TRY(hr_h5_check(h5, space, path, err));
    HR_TRY(hr_h5_check(h5, H5Dread(dataset, memory_type, memory, space, H5P_DEFAULT, data), path,
                       err));
out:
    (void)H5Sclose(space);
    (void)H5Sclose(memory);
    (void)H5Dclose(dataset);
    (void)H5Tclose(memory_type);
    return st;
}
