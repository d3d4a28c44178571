#include "base/law.h"

#include <math.h>

static bool whole(double x)
{
    return x == floor(x) && fabs(x) < 0x1p52;
}

static hr_status bad(hr_err *err, const char *law, const char *argument, double value,
                     const char *range)
{
    return HR_FAIL(err, HR_ERR_DATA, "%s: %s must be %s, not %g", law, argument, range, value);
}

static const char *name_of(hr_law_kind kind)
{
    for (size_t i = 0; i < hr_n_law_rows; i++)
        if (hr_law_rows[i].kind == kind)
            return hr_law_rows[i].name;
    return "law";
}

static hr_status check_entries(const hr_law *law, const char *name, hr_err *err)
{
    double total = 0.0;
    if (law->n == 0 || law->n > 65535)
        return bad(err, name, "the number of entries", (double)law->n, "1 to 65535");
    for (size_t i = 0; i < law->n; i++) {
        if (!isfinite(law->value[i]))
            return bad(err, name, "every value", law->value[i], "finite");
        if (law->kind == HR_LAW_HYPEREXPONENTIAL && law->value[i] <= 0.0)
            return bad(err, name, "every mean", law->value[i], "above 0");
        if (!(law->share[i] >= 0.0 && law->share[i] <= 1.0))
            return bad(err, name, "every share", law->share[i], "between 0 and 1");
        total += law->share[i];
    }
    if (!(fabs(total - 1.0) <= 1e-9))
        return HR_FAIL(err, HR_ERR_DATA, "%s: the shares must sum to 1, not %.12g", name, total);
    return HR_OK;
}

static hr_status check_range(double from, double to, const char *name, hr_err *err)
{
    if (!(whole(from) && from >= 1.0))
        return bad(err, name, "from", from, "a whole number of at least 1");
    if (!(whole(to) && to >= from))
        return bad(err, name, "to", to, "a whole number, at least from");
    if (to - from >= 65535.0)
        return bad(err, name, "to - from", to - from, "below 65535");
    return HR_OK;
}

static hr_status check_bounds(const hr_law *law, const char *name, hr_err *err)
{
    if (law->kind == HR_LAW_LOG_UNIFORM && !(law->a > 0.0))
        return bad(err, name, "low", law->a, "above 0");
    if (law->kind == HR_LAW_TRIANGULAR) {
        if (!(law->b >= law->a))
            return bad(err, name, "mode", law->b, "at least low");
        return law->c >= law->b ? HR_OK : bad(err, name, "high", law->c, "at least mode");
    }
    return law->b >= law->a ? HR_OK : bad(err, name, "high", law->b, "at least low");
}

static hr_status check_positive(const hr_law *law, const char *name, hr_err *err)
{
    if (!(law->a > 0.0))
        return bad(err, name, "mean", law->a, "above 0");
    if (law->kind == HR_LAW_ERLANG && !(whole(law->b) && law->b >= 1.0 && law->b <= 10000.0))
        return bad(err, name, "stages", law->b, "a whole number from 1 to 10000");
    if (law->kind == HR_LAW_GAMMA && !(law->b >= 0.001 && law->b <= 100.0))
        return bad(err, name, "cv", law->b, "from 0.001 to 100 (use constant for none)");
    if (law->kind == HR_LAW_LOGNORMAL && !(law->b > 0.0 && law->b <= 1e6))
        return bad(err, name, "cv", law->b, "above 0 and at most 1e6 (use constant for none)");
    return HR_OK;
}

static hr_status check_sizes(const hr_law *law, const char *name, hr_err *err)
{
    const bool cells = law->kind == HR_LAW_LOGNORMAL_SIZE;
    const hr_status st = check_range(law->a, cells ? law->b : law->c, name, err);
    if (st != HR_OK)
        return st;
    if (cells)
        return law->d > 0.0 ? HR_OK : bad(err, name, "sigma", law->d, "above 0");
    if (!(fabs(law->b) <= 64.0 && (law->kind == HR_LAW_ZETA || law->b > 0.0)))
        return bad(err, name, "alpha", law->b,
                   law->kind == HR_LAW_ZETA ? "from -64 to 64" : "above 0 and at most 64");
    return HR_OK;
}

hr_status hr_law_check(const hr_law *law, hr_err *err)
{
    const char *name = name_of(law->kind);
    const double parameter[4] = {law->a, law->b, law->c, law->d};
    for (int i = 0; i < 4; i++)
        if (!isfinite(parameter[i]))
            return bad(err, name, "every argument", parameter[i], "finite");
    switch (law->kind) {
    case HR_LAW_CONSTANT:
        return HR_OK;
    case HR_LAW_UNIFORM:
    case HR_LAW_LOG_UNIFORM:
    case HR_LAW_TRIANGULAR:
        return check_bounds(law, name, err);
    case HR_LAW_NORMAL:
        return law->b >= 0.0 ? HR_OK : bad(err, name, "sd", law->b, "at least 0");
    case HR_LAW_HYPEREXPONENTIAL:
    case HR_LAW_TABLE:
        return check_entries(law, name, err);
    case HR_LAW_GEOMETRIC:
        return law->a >= 0.0005 && law->a <= 1.0
                   ? HR_OK
                   : bad(err, name, "success", law->a, "from 0.0005 to 1");
    case HR_LAW_POISSON:
        return law->a >= 0.0 && law->a <= 1e6 ? HR_OK
                                              : bad(err, name, "mean", law->a, "from 0 to 1e6");
    case HR_LAW_PARETO:
    case HR_LAW_ZETA:
    case HR_LAW_LOGNORMAL_SIZE:
        return check_sizes(law, name, err);
    default:
        return check_positive(law, name, err);
    }
}
