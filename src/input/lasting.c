#include "input/lasting.h"

#include <math.h>
#include <string.h>

#include "base/real.h"

#define NEGLIGIBLE 1e-12 /* chance to be alive below which a meeting does not count any more */

/* Does the component's server, or any, get meeting number `turn` of those that are placed? */
static bool is_of(const hr_writing *writing, const hr_tilt_component *component, uint32_t turn)
{
    return component->server < 0 ||
           turn % writing->configuration->n_servers == (unsigned)component->server;
}

static bool is_placed(const hr_input *in, uint32_t meeting)
{
    return in->store->kept == NULL || in->store->kept[meeting] != 0;
}

double hr_lasting_chance(const hr_law *law, hr_tick age)
{
    return age == 0 ? 1.0 : hr_law_survival(law, ((double)age + 0.5) / HR_TICKS_PER_SECOND);
}

/* The chance of a meeting to be alive at `at`, which is not before its start. Of those that were
 * alive when the simulation began it is known that they were. */
static double chance_at(const hr_writing *writing, uint32_t meeting, hr_tick at)
{
    const hr_input *in = writing->input;
    const hr_law *law = &writing->configuration->classes[in->class_of[meeting]].duration;
    const hr_tick start = in->start[meeting], begin = writing->prepared->begin;
    const double now = hr_lasting_chance(law, at - start);
    if (start >= begin)
        return now;
    return at >= begin && in->end[meeting] > begin ? now / hr_lasting_chance(law, begin - start)
                                                   : now;
}

/* Was it over when the simulation began? Then it had its turn, and no more. */
static bool is_over(const hr_input *in, uint32_t meeting)
{
    return in->end[meeting] <= in->begin;
}

hr_tick hr_lasting_end(const hr_law *law, hr_tick start, hr_tick at, uint32_t word)
{
    if (law->kind == HR_LAW_EXPONENTIAL)
        return at + hr_duration_ticks(law->a * -hr_log(hr_uniform(word)));
    const double left = hr_lasting_chance(law, at - start) * hr_uniform(word);
    const double p = fmin(1.0 - left, 1.0 - 0x1p-53);
    const hr_tick end = start + hr_duration_ticks(hr_law_quantile(law, p));
    return end > at ? end : at + 1;
}

void hr_lasting_lean(const hr_writing *writing)
{
    hr_input *in = writing->input;
    const hr_tilting *tilting = writing->tilting;
    const hr_tilt_component *component = &tilting->tilt->components[in->component];
    hr_stream stream;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_TILT, 1, writing->vector);
    uint32_t turn = 0;
    for (uint32_t i = 0; i < in->n_meetings && in->start[i] <= tilting->at; i++) {
        const uint32_t lean = hr_stream_next(&stream), rest = hr_stream_next(&stream);
        if (!is_placed(in, i) || !is_of(writing, component, turn++) || is_over(in, i) ||
            in->end[i] > tilting->at)
            continue;
        const hr_law *duration = &writing->configuration->classes[in->class_of[i]].duration;
        const double chance = chance_at(writing, i, tilting->at);
        const double more = hr_expm1(component->lean[tilting->stratum[i]]);
        /* (p' - p) / (1 - p), p' = p e^s / (1 + p (e^s - 1)) */
        if (hr_uniform(lean) < chance * more / (1.0 + chance * more))
            in->end[i] = hr_lasting_end(duration, in->start[i], tilting->at, rest);
    }
}

/* S - Lambda of a component at an instant: exponent - ln(product), which is cheaper than a
 * logarithm for every meeting. */
typedef struct sum {
    double exponent, product;
} sum;

#define MOST_PRODUCT 1e100

static void add(sum *to, double lean, double factor)
{
    to->exponent += lean;
    to->product *= factor;
    if (to->product > MOST_PRODUCT) {
        to->exponent -= hr_log(to->product);
        to->product = 1.0;
    }
}

/* sums[component * n_checks + u] */
static void add_meeting(const hr_writing *writing, uint32_t meeting, uint32_t turn, sum *sums)
{
    const hr_input *in = writing->input;
    const hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    const unsigned n = tilt->n_checks, stratum = tilting->stratum[meeting];
    unsigned of[HR_TILT_MOST_RUNGS], n_of = 0;
    double more[HR_TILT_MOST_RUNGS];
    for (unsigned c = 0; c < tilt->n_components; c++) {
        if (is_of(writing, &tilt->components[c], turn)) {
            more[n_of] = hr_expm1(tilt->components[c].lean[stratum]);
            of[n_of++] = c;
        }
    }
    for (unsigned u = 0; n_of > 0 && !is_over(in, meeting) && u < n; u++) {
        if (tilt->check[u] < in->start[meeting])
            continue;
        const bool is_alive = in->end[meeting] > tilt->check[u];
        const double chance = chance_at(writing, meeting, tilt->check[u]);
        if (chance < NEGLIGIBLE && !is_alive)
            break;
        for (unsigned i = 0; i < n_of; i++)
            add(&sums[of[i] * n + u], is_alive ? tilt->components[of[i]].lean[stratum] : 0.0,
                1.0 + chance * more[i]);
    }
}

/* Arrivals that lean: sums[u]. Those before `begin` do not. */
static void add_pace(const hr_writing *writing, const hr_tilt_pace *pace, sum *sums)
{
    const hr_input *in = writing->input;
    const hr_tilt *tilt = writing->tilting->tilt;
    unsigned first = 0;
    for (unsigned u = 0; u < tilt->n_checks; u++)
        sums[u].exponent -= pace->expected[u];
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        while (first < tilt->n_checks && tilt->check[first] < in->start[i])
            first++;
        for (unsigned u = first; in->start[i] >= in->begin && u < tilt->n_checks; u++) {
            const hr_tick cell = (tilt->check[u] - in->start[i]) >> pace->age_bits;
            if (cell >= pace->n)
                break;
            sums[u].exponent += pace->logarithm[cell];
        }
    }
}

/* Sums of components whose arrivals lean alike are the same so far. */
static void add_paces(const hr_writing *writing, sum *sums)
{
    const hr_tilt *tilt = writing->tilting->tilt;
    const hr_tilt_component *list = tilt->components;
    const size_t n = tilt->n_checks;
    for (unsigned c = 0; c < tilt->n_components; c++) {
        unsigned like = 0;
        while (list[like].pace != list[c].pace)
            like++;
        if (like < c)
            memcpy(&sums[c * n], &sums[like * n], n * sizeof *sums);
        else if (list[c].pace != NULL)
            add_pace(writing, list[c].pace, &sums[c * n]);
    }
}

hr_status hr_lasting_weigh(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    const hr_tilt *tilt = writing->tilting->tilt;
    const size_t cells = tilt->n_components * (size_t)tilt->n_checks;
    sum *sums = NULL;
    HR_ROOM(sums, &in->store->leaning, cells);
    for (size_t i = 0; i < cells; i++)
        sums[i] = (sum){tilt->components[i / tilt->n_checks].log_scale, 1.0};
    add_paces(writing, sums);
    uint32_t turn = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        if (is_placed(in, i))
            add_meeting(writing, i, turn++, sums);
    }
    double density = HR_TILT_UNTILTED;
    for (size_t i = 0; i < cells; i++)
        density += hr_exp(sums[i].exponent) / sums[i].product;
    in->weight = 1.0 / density;
out:
    return st;
}
