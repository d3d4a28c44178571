#include "base/panjer.h"

#define TOO_LARGE  0x1p800 /* terms are scaled down when one is above; their sums stay finite */
#define SCALE_DOWN 0x1p-800
#define SCALE_LOG  554.51774444795624753 /* 800 log 2 */

hr_status hr_panjer(const size_t *jump, const double *mean, size_t n_jumps, size_t n,
                    hr_arena *arena, double **out, double *log_scale, hr_err *err)
{
    hr_status st = HR_OK;
    double *f = NULL, *weight = NULL, all = 0.0;
    HR_TAKE(f, arena, n);
    HR_TAKE(weight, arena, n_jumps);
    for (size_t i = 0; i < n_jumps; i++) {
        weight[i] = (double)jump[i] * mean[i];
        all += mean[i];
    }
    *log_scale = -all;
    *out = f;
    f[0] = 1.0;
    for (size_t k = 1; k < n; k++) {
        double sum = 0.0;
        for (size_t i = 0; i < n_jumps && jump[i] <= k; i++)
            sum += weight[i] * f[k - jump[i]];
        f[k] = sum / (double)k;
        if (f[k] > TOO_LARGE) {
            for (size_t i = 0; i <= k; i++)
                f[i] *= SCALE_DOWN;
            *log_scale += SCALE_LOG;
        }
    }
out:
    return st;
}
