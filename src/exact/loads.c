#include "exact/loads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memo.h"
#include "base/panjer.h"
#include "model/prepared.h"

/* Tables beyond this are not worth making: what follows takes longer than a simulation. */
enum { MOST_SHARES = 1 << 20 };

/* A list that grows; several make one class. */
typedef struct share_list {
    hr_arena *arena;
    size_t n, room;
    hr_load_share *item;
} share_list;

static hr_status add_share(share_list *list, int64_t load, double share, double people, hr_err *err)
{
    hr_status st = HR_OK;
    if (!(share > 0.0))
        return HR_OK;
    if (list->n == list->room) {
        hr_load_share *more = NULL;
        HR_TAKE(more, list->arena, list->room * 2 + 64);
        if (list->n > 0)
            memcpy(more, list->item, list->n * sizeof *more);
        list->item = more;
        list->room = list->room * 2 + 64;
    }
    list->item[list->n++] = (hr_load_share){.load = load, .share = share, .people = people};
out:
    return st;
}

static int by_load(const void *a, const void *b)
{
    const int64_t x = ((const hr_load_share *)a)->load, y = ((const hr_load_share *)b)->load;
    return (x > y) - (x < y);
}

/* Equal loads become one, in place: a stable order of sums, whatever qsort does with equals,
 * because shares of equal loads are added in order of their size. */
static int by_load_and_share(const void *a, const void *b)
{
    const int first = by_load(a, b);
    const double x = ((const hr_load_share *)a)->share, y = ((const hr_load_share *)b)->share;
    return first != 0 ? first : (x > y) - (x < y);
}

static void merge_shares(share_list *list)
{
    size_t kept = 0;
    if (list->n == 0)
        return;
    qsort(list->item, list->n, sizeof *list->item, by_load_and_share);
    for (size_t i = 1; i < list->n; i++) {
        if (list->item[i].load == list->item[kept].load) {
            list->item[kept].share += list->item[i].share;
            list->item[kept].people += list->item[i].people;
        } else {
            list->item[++kept] = list->item[i];
        }
    }
    list->n = kept + 1;
}

/* ---- sizes and kinds */

typedef struct making {
    const hr_configuration *configuration;
    const hr_class *class;
    const hr_prepared_class *prepared;
    unsigned resource;
    const hr_exact_effort *effort;
    hr_arena *arena;
    const char *why;
} making;

/* Sizes of a class that are the pool's. */
typedef struct size_table {
    size_t n;
    const double *value, *share;
} size_table;

static bool is_own(const hr_configuration *c, double size)
{
    return size >= c->from_size && (c->below_size == 0 || size < c->below_size);
}

/* What a meeting of this size loads the server with besides its participants. */
static int64_t fixed_load(const making *m, const hr_prepared_profile *profile, double size)
{
    const hr_configuration *c = m->configuration;
    const bool counts =
        c->resource[m->resource] == HR_RESOURCE_LARGE_MEETINGS && size >= c->large_from;
    return profile->cost[m->resource] + (counts ? (int64_t)c->prepared->steps[m->resource] : 0);
}

static hr_status add_one_kind(const making *m, unsigned profile, const size_table *sizes,
                              share_list *list, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared_profile *own = &m->prepared->profiles[profile];
    const int64_t each = own->kind_cost[m->resource];
    for (size_t i = 0; i < sizes->n; i++) {
        const double share = sizes->share[i] * m->class->profiles[profile].share;
        if (is_own(m->configuration, sizes->value[i]))
            HR_TRY(add_share(list,
                             fixed_load(m, own, sizes->value[i]) + each * (int64_t)sizes->value[i],
                             share, share * sizes->value[i], err));
    }
out:
    return st;
}

/* One more participant: `sum` [length] in units of the kinds' common divisor becomes that of one
 * more. All terms are positive, so every entry keeps its digits. */
static void add_participant(const hr_profile *profile, const int64_t *unit, size_t length,
                            double *sum, double *scratch)
{
    memset(scratch, 0, length * sizeof *scratch);
    for (unsigned k = 0; k < profile->n_kinds; k++) {
        const size_t shift = (size_t)unit[k];
        for (size_t i = shift; i < length; i++)
            scratch[i] += profile->kinds[k].share * sum[i - shift];
    }
    memcpy(sum, scratch, length * sizeof *sum);
}

/* Participants of several kinds: the law of their sum, size by size. */
static hr_status add_kinds(making *m, unsigned number, const size_table *sizes, share_list *list,
                           hr_err *err)
{
    hr_status st = HR_OK;
    const hr_profile *profile = &m->class->profiles[number];
    const hr_prepared_profile *own = &m->prepared->profiles[number];
    const unsigned n_resources = m->configuration->n_resources;
    double *sum = NULL, *scratch = NULL, most = 0.0, largest = 0.0;
    int64_t *unit = NULL, divisor = 0;
    HR_TAKE(unit, m->arena, profile->n_kinds);
    for (unsigned k = 0; k < profile->n_kinds; k++) {
        unit[k] = own->kind_cost[k * (size_t)n_resources + m->resource];
        divisor = hr_panjer_span(divisor, unit[k]);
        most = fmax(most, (double)unit[k]);
    }
    for (size_t i = 0; i < sizes->n; i++)
        largest = fmax(largest, is_own(m->configuration, sizes->value[i]) ? sizes->value[i] : 0.0);
    divisor = divisor == 0 ? 1 : divisor;
    const double length = largest * most / (double)divisor + 1.0;
    if (length * largest * profile->n_kinds > m->effort->work || length > MOST_SHARES) {
        m->why = "the sums of its kinds of participants take too many different values";
        return HR_OK;
    }
    for (unsigned k = 0; k < profile->n_kinds; k++)
        unit[k] /= divisor;
    HR_TAKE(sum, m->arena, (size_t)length);
    HR_TAKE(scratch, m->arena, (size_t)length);
    sum[0] = 1.0;
    double joined = 0.0;
    for (size_t i = 0; i < sizes->n; i++) {
        if (!is_own(m->configuration, sizes->value[i]))
            continue;
        for (; joined < sizes->value[i]; joined += 1.0)
            add_participant(profile, unit, (size_t)length, sum, scratch);
        const double share = sizes->share[i] * profile->share;
        for (size_t u = 0; u < (size_t)length; u++)
            HR_TRY(add_share(list, fixed_load(m, own, joined) + (int64_t)u * divisor,
                             share * sum[u], share * sum[u] * joined, err));
    }
out:
    return st;
}

/* ---- random load of the class */

static hr_status add_random_load(making *m, share_list *list, hr_err *err)
{
    hr_status st = HR_OK;
    share_list both = {.arena = m->arena};
    size_t n = 0;
    const double *value = NULL, *share = NULL;
    if (m->class->load == NULL)
        return HR_OK;
    const hr_law *law = &m->class->load[m->resource];
    if (!hr_law_is_constant(law) && !hr_law_is_integer(law) && law->kind != HR_LAW_TABLE) {
        m->why = "a meeting's load has a continuous law";
        return HR_OK;
    }
    HR_TRY(hr_law_tabulate(law, m->arena, &n, &value, &share, err));
    if ((double)n * (double)list->n > MOST_SHARES) {
        m->why = "a meeting's load takes too many different values";
        return HR_OK;
    }
    const double steps = m->configuration->prepared->steps[m->resource];
    for (size_t i = 0; i < list->n; i++) {
        for (size_t j = 0; j < n; j++) /* rounded as input does */
            HR_TRY(add_share(&both, list->item[i].load + (int64_t)(value[j] * steps + 0.5),
                             list->item[i].share * share[j], list->item[i].people * share[j], err));
    }
    *list = both;
out:
    return st;
}

static int by_value(const void *a, const void *b)
{
    const double x = ((const double *)a)[0], y = ((const double *)b)[0];
    return (x > y) - (x < y);
}

/* Sizes in ascending order: a table in a study may have any. */
static hr_status tabulate_sizes(const making *m, size_table *sizes, hr_err *err)
{
    hr_status st = HR_OK;
    double *pair = NULL, *value = NULL, *share = NULL;
    HR_TRY(
        hr_law_tabulate(&m->class->size, m->arena, &sizes->n, &sizes->value, &sizes->share, err));
    HR_TAKE(pair, m->arena, 2 * sizes->n);
    HR_TAKE(value, m->arena, sizes->n);
    HR_TAKE(share, m->arena, sizes->n);
    for (size_t i = 0; i < sizes->n; i++) {
        pair[2 * i] = sizes->value[i];
        pair[2 * i + 1] = sizes->share[i];
    }
    qsort(pair, sizes->n, 2 * sizeof *pair, by_value);
    for (size_t i = 0; i < sizes->n; i++) {
        value[i] = pair[2 * i];
        share[i] = pair[2 * i + 1];
    }
    sizes->value = value;
    sizes->share = share;
out:
    return st;
}

static hr_status make_class(making *m, share_list *list, hr_err *err)
{
    hr_status st = HR_OK;
    size_table sizes = {0};
    HR_TRY(tabulate_sizes(m, &sizes, err));
    for (unsigned p = 0; p < m->class->n_profiles && m->why == NULL; p++)
        HR_TRY(m->prepared->profiles[p].n_kinds == 1 ? add_one_kind(m, p, &sizes, list, err)
                                                     : add_kinds(m, p, &sizes, list, err));
    merge_shares(list);
    if (m->why == NULL)
        HR_TRY(add_random_load(m, list, err));
    merge_shares(list);
out:
    return st;
}

/* ---- all classes */

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The distinct loads, and which of them each share has. */
static hr_status number_loads(share_list *all, hr_arena *arena, hr_loads *loads, hr_err *err)
{
    hr_status st = HR_OK;
    int64_t *load = NULL, divisor = 0;
    size_t n = 0;
    HR_TAKE(load, arena, all->n);
    for (size_t i = 0; i < all->n; i++) {
        if (all->item[i].load > 0)
            load[n++] = all->item[i].load;
    }
    qsort(load, n, sizeof *load, by_number);
    loads->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (loads->n == 0 || load[i] != load[loads->n - 1])
            load[loads->n++] = load[i];
        divisor = hr_panjer_span(divisor, load[i]);
    }
    for (size_t i = 0; i < all->n; i++) {
        const int64_t *found = bsearch(&all->item[i].load, load, loads->n, sizeof *load, by_number);
        all->item[i].place = found == NULL ? 0 : (uint32_t)(found - load);
    }
    loads->load = load;
    loads->span = divisor == 0 ? 1 : divisor;
    loads->shares = all->item;
    loads->n_shares = all->n;
out:
    return st;
}

static hr_status make_loads(const hr_configuration *configuration, unsigned resource,
                            const hr_exact_effort *effort, hr_arena *arena, hr_loads *loads,
                            const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    share_list all = {.arena = arena};
    *loads = (hr_loads){.resource = resource};
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        making m = {configuration,
                    &configuration->classes[k],
                    &configuration->prepared->classes[k],
                    resource,
                    effort,
                    arena,
                    NULL};
        share_list list = {.arena = arena};
        HR_TRY(make_class(&m, &list, err));
        if (m.why == NULL && all.n + list.n > MOST_SHARES)
            m.why = "a meeting's load takes too many different values";
        if (m.why != NULL) {
            *why = m.why;
            return HR_OK;
        }
        for (size_t i = 0; i < list.n; i++) {
            HR_TRY(
                add_share(&all, list.item[i].load, list.item[i].share, list.item[i].people, err));
            all.item[all.n - 1].class = (uint16_t)k;
        }
    }
    HR_TRY(number_loads(&all, arena, loads, err));
out:
    return st;
}

/* A table, or the reason why there is none. */
typedef struct kept_loads {
    hr_loads loads;
    const char *why;
} kept_loads;

hr_status hr_loads_make(const hr_configuration *configuration, unsigned resource,
                        const hr_exact_effort *effort, hr_arena *arena, hr_loads *loads,
                        const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t key[] = {(uintptr_t)configuration->prepared, resource};
    const kept_loads *found = hr_memo_find(arena, HR_MEMO_EXACT_LOADS, key, sizeof key);
    kept_loads *made = NULL;
    if (found == NULL) {
        HR_TAKE(made, arena, 1);
        HR_TRY(make_loads(configuration, resource, effort, arena, &made->loads, &made->why, err));
        HR_TRY(hr_memo_keep(arena, HR_MEMO_EXACT_LOADS, key, sizeof key, made, err));
        found = made;
    }
    *loads = found->loads;
    *why = found->why == NULL ? *why : found->why;
out:
    return st;
}

hr_status hr_loads_jumps(const hr_loads *loads, const double *alive, double factor, hr_arena *arena,
                         hr_jumps *jumps, hr_err *err)
{
    hr_status st = HR_OK;
    double *mean = NULL;
    HR_TAKE(mean, arena, loads->n);
    for (size_t i = 0; i < loads->n_shares; i++) {
        const hr_load_share *s = &loads->shares[i];
        if (s->load > 0)
            mean[s->place] += factor * alive[s->class] * s->share;
    }
    *jumps = (hr_jumps){loads->n, loads->load, mean, loads->span};
out:
    return st;
}

double hr_jumps_moment(const hr_jumps *jumps, int power)
{
    double sum = 0.0;
    for (size_t i = 0; i < jumps->n; i++) {
        const double load = (double)jumps->load[i];
        sum += jumps->mean[i] * (power == 1 ? load : load * load);
    }
    return sum;
}
