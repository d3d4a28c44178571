/* Strata: meetings of one class whose mark lies in a range. The mark is what makes the load: the
 * random load where the class has one, else the participants. Samplers are monotone in their word
 * (law.h), so a range of marks is a range of words and its probability exact; where they descend,
 * words are counted from the last. */
#include <math.h>
#include <string.h>

#include "model/prepared.h"
#include "model/tilt_plan.h"

#define ALL_WORDS ((uint64_t)1 << 32)

/* Load of a meeting in the mean: base + slope x participants. */
typedef struct line {
    double base, slope;
} line;

/* Share of a meeting's time that a participant is there. */
static double presence_of(const hr_configuration *c, const hr_class *class)
{
    return c->prepared->joins_at_once
               ? 1.0
               : hr_class_mean_presence(class, &c->join) / hr_law_mean(&class->duration);
}

static line load_of(const hr_class *class, unsigned resource)
{
    line l = {0.0, 0.0};
    for (unsigned i = 0; i < class->n_profiles; i++) {
        const hr_profile *profile = &class->profiles[i];
        l.base += profile->share * profile->cost[resource];
        for (unsigned k = 0; k < profile->n_kinds; k++)
            l.slope += profile->share * profile->kinds[k].share * profile->kinds[k].cost[resource];
    }
    return l;
}

/* One class at work. */
typedef struct cutting {
    const hr_sampler *sampler;
    bool descends;
    double steps;        /* marks per unit of the sampler */
    line load;           /* of a mark, in units of the sampler */
    double below, least; /* meetings of marks outside [least, below) are another pool's */
    hr_tilt_stratum *strata;
    unsigned n;
} cutting;

static double value_of(const cutting *c, uint32_t word)
{
    return hr_sampler_draw(c->sampler, c->descends ? ~word : word);
}

static int64_t mark_of(const cutting *c, uint32_t word)
{
    return (int64_t)(value_of(c, word) * c->steps + 0.5);
}

static bool is_table(const hr_sampler *sampler)
{
    return sampler->n > 0 && sampler->law.kind != HR_LAW_HYPEREXPONENTIAL;
}

/* The same among the entries of a table, which are fewer than words. */
static uint32_t first_alike_entry(const cutting *c, uint32_t word)
{
    const hr_sampler *table = c->sampler;
    const int64_t mark = mark_of(c, word);
    size_t low = table->guide[0], high = hr_sampler_index(table, word);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if ((int64_t)(table->value[middle] * c->steps + 0.5) < mark)
            low = middle + 1;
        else
            high = middle;
    }
    return high > table->guide[0] ? table->threshold[high - 1] + 1 : 0;
}

/* The first word of the same mark. */
static uint32_t first_alike(const cutting *c, uint32_t word)
{
    if (is_table(c->sampler) && !c->descends)
        return first_alike_entry(c, word);
    const int64_t mark = mark_of(c, word);
    uint32_t low = 0, high = word;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (mark_of(c, middle) < mark)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

/* A stratum from `word` on. */
static void cut_at(cutting *c, uint32_t word)
{
    const uint32_t first = first_alike(c, word);
    if (c->n > 0 && first <= c->strata[c->n - 1].first_word)
        return;
    c->strata[c->n++] = (hr_tilt_stratum){.from = mark_of(c, first), .first_word = first};
}

/* Load of the middle word; meetings that are another pool's load nothing. */
static void fill(cutting *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        hr_tilt_stratum *s = &c->strata[i];
        const uint64_t end = i + 1 < c->n ? c->strata[i + 1].first_word : ALL_WORDS;
        s->n_words = end - s->first_word;
        const uint32_t middle = (uint32_t)(s->first_word + (s->n_words - 1) / 2);
        const double value = value_of(c, middle);
        const bool is_own = value >= c->least && !(c->below > 0.0 && value >= c->below);
        s->load = is_own ? fmax(c->load.base + c->load.slope * value, 0.0) : 0.0;
    }
}

/* Where the words are cut: sixteenths, then thirds of halvings of what is left above. */
static void cut_words(cutting *c)
{
    enum { EVEN = 16, HALVINGS = 24, PARTS = 3 };
    cut_at(c, 0);
    for (uint64_t i = 1; i < EVEN; i++)
        cut_at(c, (uint32_t)(i * (ALL_WORDS / EVEN)));
    for (unsigned h = 0; h < HALVINGS; h++) {
        const uint64_t left = (ALL_WORDS / EVEN) >> h;
        for (unsigned i = 1; i <= PARTS; i++)
            cut_at(c, (uint32_t)(ALL_WORDS - left + left / 2 * i / PARTS));
    }
}

/* A short table is cut at each of its values. */
static void cut_values(cutting *c)
{
    for (uint64_t word = 0; word < ALL_WORDS;) {
        const size_t i = hr_sampler_index(c->sampler, (uint32_t)word);
        cut_at(c, (uint32_t)word);
        word = (uint64_t)c->sampler->threshold[i] + 1;
    }
}

static bool is_cut_fine(const hr_sampler *sampler)
{
    return is_table(sampler) && sampler->n <= HR_TILT_MOST_STRATA;
}

static void cut_class(const hr_configuration *configuration, unsigned k, unsigned resource,
                      hr_tilt_class *class, cutting *c)
{
    const hr_prepared_class *prepared = &configuration->prepared->classes[k];
    const hr_class *described = &configuration->classes[k];
    line load = load_of(described, resource);
    load.slope *= presence_of(configuration, described);
    class->resource = -1;
    c->sampler = &prepared->size;
    c->steps = 1.0;
    c->load = load;
    c->least = configuration->from_size;
    c->below = configuration->below_size;
    if (prepared->load != NULL) {
        class->resource = (int)resource;
        c->sampler = &prepared->load[resource];
        c->steps = configuration->prepared->steps[resource];
        c->load = (line){load.base + load.slope * hr_law_mean(&described->size), 1.0};
        c->least = c->below = 0.0;
    }
    c->descends = hr_sampler_draw(c->sampler, 0) > hr_sampler_draw(c->sampler, UINT32_MAX);
    class->descends = c->descends;
    if (hr_law_is_constant(&c->sampler->law) || c->sampler->law.kind == HR_LAW_HYPEREXPONENTIAL)
        cut_at(c, 0); /* a mixture is drawn branch by branch: not monotone */
    else if (is_cut_fine(c->sampler))
        cut_values(c);
    else
        cut_words(c);
    fill(c);
}

static unsigned search(const hr_tilt_class *row, const hr_tilt_stratum *strata, int64_t mark)
{
    unsigned low = 0, high = row->n;
    while (high - low > 1) {
        const unsigned middle = (low + high) / 2;
        if (strata[row->first + middle].from <= mark)
            low = middle;
        else
            high = middle;
    }
    return row->first + low;
}

unsigned hr_tilt_search_stratum(const hr_tilt *tilt, unsigned class, int64_t mark)
{
    return search(&tilt->classes[class], tilt->strata, mark);
}

/* Loads become multiples of a power of two: sums of them have no order. */
static void round_loads(hr_tilt_cut *cut)
{
    enum { BITS = 20 };
    double most = 0.0;
    int exponent = 0;
    for (unsigned i = 0; i < cut->n_strata; i++)
        most = fmax(most, cut->strata[i].load);
    (void)frexp(most, &exponent);
    cut->unit = ldexp(1.0, exponent - BITS);
    for (unsigned i = 0; i < cut->n_strata; i++) {
        cut->strata[i].units = (uint32_t)(cut->strata[i].load / cut->unit + 0.5);
        cut->strata[i].load = cut->strata[i].units * cut->unit;
    }
}

static hr_status make_table(const hr_tilt_cut *cut, hr_tilt_class *row, int64_t last,
                            hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    uint16_t *of_mark = NULL;
    uint32_t *units = NULL;
    row->least = cut->strata[row->first].from;
    if (last - row->least >= HR_TILT_MOST_MARKS)
        return HR_OK;
    row->n_marks = (unsigned)(last - row->least + 1);
    HR_TAKE(of_mark, arena, row->n_marks);
    HR_TAKE(units, arena, row->n_marks);
    for (unsigned i = 0; i < row->n_marks; i++) {
        of_mark[i] = (uint16_t)search(row, cut->strata, row->least + i);
        units[i] = cut->strata[of_mark[i]].units;
    }
    row->of_mark = of_mark;
    row->units = units;
out:
    return st;
}

hr_status hr_tilt_cut_make(const hr_configuration *configuration, unsigned resource,
                           hr_arena *arena, hr_tilt_cut *cut, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = configuration->n_classes;
    int64_t *last = NULL;
    *cut = (hr_tilt_cut){.resource = resource, .n_classes = n};
    HR_TAKE(last, arena, n);
    HR_TAKE(cut->classes, arena, n);
    HR_TAKE(cut->strata, arena, n * (size_t)HR_TILT_MOST_STRATA);
    HR_TAKE(cut->class_of_stratum, arena, n * (size_t)HR_TILT_MOST_STRATA);
    for (unsigned k = 0; k < n; k++) {
        cutting c = {.strata = cut->strata + cut->n_strata};
        cut_class(configuration, k, resource, &cut->classes[k], &c);
        cut->classes[k].first = cut->n_strata;
        cut->classes[k].n = c.n;
        for (unsigned i = 0; i < c.n; i++)
            cut->class_of_stratum[cut->n_strata + i] = (uint16_t)k;
        cut->n_strata += c.n;
        last[k] = mark_of(&c, UINT32_MAX);
    }
    round_loads(cut);
    for (unsigned k = 0; k < n; k++)
        HR_TRY(make_table(cut, &cut->classes[k], last[k], arena, err));
out:
    return st;
}
