#include "results/result_tallies.h"

#include <string.h>

enum { CHUNK = 1 << 18 };
static const char packed_path[] = "/tallies/packed";
static const char offset_path[] = "/tallies/offset";

/* Its length is known only at the end, so this one array grows. */
static hr_status make_packed(hr_tallies *tallies, hr_err *err)
{
    const hsize_t none = 0, most = H5S_UNLIMITED, chunk = CHUNK;
    const hid_t type = hr_h5_type_of(HR_H5_BYTE, true);
    const hid_t space = H5Screate_simple(1, &none, &most);
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    const bool good = H5Pset_obj_track_times(how, false) >= 0 &&
                      H5Pset_chunk(how, 1, &chunk) >= 0 && H5Pset_deflate(how, 1) >= 0;
    tallies->packed = good ? H5Dcreate2(tallies->h5->file, packed_path, type, space, H5P_DEFAULT,
                                        how, H5P_DEFAULT)
                           : -1;
    (void)H5Pclose(how);
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    return hr_h5_check(tallies->h5, tallies->packed, packed_path, err);
}

hr_status hr_tallies_make(hr_tallies *tallies, const hr_h5 *h5, uint64_t n, size_t most_bytes,
                          hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    *tallies = (hr_tallies){.h5 = h5, .n = n, .room = CHUNK + most_bytes, .packed = -1};
    HR_TAKE(tallies->offset, arena, n + 1);
    HR_TAKE(tallies->buffer, arena, tallies->room);
    HR_TRY(hr_h5_group(h5, "/tallies", err));
    HR_TRY(make_packed(tallies, err));
    HR_TRY(hr_h5_put_text(h5, packed_path, "long_name",
                          "exact sums of each configuration, packed (hr_tally_pack)", err));
out:
    return st;
}

static hr_status write_bytes(hr_tallies *tallies, size_t n, hr_err *err)
{
    hr_status st = HR_OK;
    const hsize_t size = tallies->written + n;
    const hr_h5_box box = {.n_dims = 1, .from = {tallies->written}, .size = {n}};
    if (n == 0)
        return HR_OK;
    HR_TRY(hr_h5_check(tallies->h5, H5Dset_extent(tallies->packed, &size), packed_path, err));
    HR_TRY(hr_h5_put_box(tallies->h5, tallies->packed, HR_H5_BYTE, &box, tallies->buffer, err));
    tallies->written += n;
    tallies->used -= n;
    memmove(tallies->buffer, tallies->buffer + n, tallies->used);
out:
    return st;
}

hr_status hr_tallies_add(hr_tallies *tallies, const hr_tally *tally, hr_err *err)
{
    hr_status st = HR_OK;
    while (tallies->used >= CHUNK)
        HR_TRY(write_bytes(tallies, CHUNK, err));
    const size_t room = tallies->room - tallies->used;
    const size_t n = hr_tally_pack(tally, tallies->buffer + tallies->used, room);
    HR_ASSERT(n <= room);
    tallies->used += n;
    tallies->offset[++tallies->n_added] = (int64_t)(tallies->written + tallies->used);
out:
    return st;
}

hr_status hr_tallies_finish(hr_tallies *tallies, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_h5_array offsets = {.path = offset_path,
                                 .type = HR_H5_INTEGER,
                                 .n_dims = 1,
                                 .size = {tallies->n + 1},
                                 .rows = tallies->n + 1,
                                 .unit = "1",
                                 .long_name = "first byte of each configuration in packed"};
    while (tallies->used > 0)
        HR_TRY(write_bytes(tallies, tallies->used < CHUNK ? tallies->used : CHUNK, err));
    HR_TRY(hr_h5_check(tallies->h5, H5Dclose(tallies->packed), packed_path, err));
    HR_TRY(hr_h5_write(tallies->h5, &offsets, tallies->offset, err));
out:
    return st;
}

static hr_status read_offsets(const hr_h5 *h5, hr_tally_window *window, uint64_t n, hr_arena *arena,
                              hr_err *err)
{
    hr_status st = HR_OK;
    const hr_h5_box box = {.n_dims = 1, .size = {n + 1}};
    int64_t *offset = NULL;
    HR_TAKE(offset, arena, n + 1);
    HR_TRY(hr_h5_get_box(h5, offset_path, HR_H5_INTEGER, &box, offset, err));
    for (uint64_t i = 0; i < n; i++) {
        if (offset[0] != 0 || offset[i + 1] < offset[i])
            HR_TRY(HR_FAIL(err, HR_ERR_DATA, "%s: damaged: %s does not ascend", h5->path,
                           offset_path));
    }
    window->offset = offset;
out:
    return st;
}

/* Make `configuration` part of the window, which starts at a chunk and holds some more. */
static hr_status move_window(const hr_h5 *h5, hr_tally_window *window, uint64_t n,
                             uint64_t configuration, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const int64_t begin = window->offset[configuration], total = window->offset[n];
    const int64_t end = window->offset[configuration + 1];
    window->begin = begin - begin % CHUNK;
    window->end = window->begin + 4 * (int64_t)CHUNK;
    window->end = window->end > end ? window->end : end;
    window->end = window->end < total ? window->end : total;
    const size_t size = (size_t)(window->end - window->begin);
    if (size > window->room) {
        HR_TAKE(window->bytes, arena, size);
        window->room = size;
    }
    const hr_h5_box box = {.n_dims = 1, .from = {(hsize_t)window->begin}, .size = {size}};
    HR_TRY(hr_h5_get_box(h5, packed_path, HR_H5_BYTE, &box, window->bytes, err));
out:
    if (st != HR_OK)
        window->begin = window->end = 0;
    return st;
}

hr_status hr_tallies_read(const hr_h5 *h5, hr_tally_window *window, uint64_t n,
                          uint64_t configuration, hr_arena *arena, hr_tally *tally, hr_err *err)
{
    hr_status st = HR_OK;
    if (window->offset == NULL)
        HR_TRY(read_offsets(h5, window, n, arena, err));
    const int64_t begin = window->offset[configuration];
    const int64_t end = window->offset[configuration + 1];
    if (begin < window->begin || end > window->end)
        HR_TRY(move_window(h5, window, n, configuration, arena, err));
    if (!hr_tally_unpack(tally, window->bytes + (begin - window->begin), (size_t)(end - begin)))
        HR_TRY(HR_FAIL(err, HR_ERR_DATA, "%s: damaged: the sums of configuration %llu do not hold",
                       h5->path, (unsigned long long)configuration));
out:
    return st;
}
