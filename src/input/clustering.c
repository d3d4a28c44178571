/* A batch of k meetings is drawn from the true law times (w_1 w_2 ... w_k - 1), w = e^s of a
 * meeting that is alive at the instant, else 1. That is
 *
 *   sum over i of (w_i - 1) w_(i+1) ... w_k:
 *
 * a term i is drawn, in proportion to its mean m (1 + m)^(k - i); meetings before i are as in
 * truth, i leans, and each one behind leans with probability m / (1 + m), else is as in truth. A
 * meeting that leans is alive at the instant, of a class and stratum as frequent there as w - 1
 * says. The order of a batch matters to the rule, so it is kept. */
#include "input/clustering.h"

#include "base/real.h"
#include "input/lasting.h"

hr_clustering hr_clustering_open(const hr_writing *writing, const hr_tilt_component *component)
{
    hr_clustering clustering = {.writing = writing, .component = component};
    if (writing->tilting->tilt->clusters != NULL)
        hr_stream_open(&clustering.stream, writing->id, HR_PURPOSE_TILT, 3, writing->vector);
    return clustering;
}

static double place_of(hr_clustering *clustering)
{
    return hr_uniform(hr_stream_next(&clustering->stream));
}

/* Mean of (w - 1) of a meeting of a class that began `age` ago. */
static double class_more(const hr_clustering *clustering, unsigned class, hr_tick age)
{
    const hr_class *row = &clustering->writing->configuration->classes[class];
    return row->share * clustering->component->batches.more[class] *
           hr_lasting_chance(&row->duration, age);
}

static double member_more(const hr_clustering *clustering, hr_tick age)
{
    double sum = 0.0;
    for (unsigned k = 0; k < clustering->writing->configuration->n_classes; k++)
        sum += class_more(clustering, k, age);
    return sum;
}

/* Number of the first meeting of k that leans, from 0 on: `place` is uniform on (0, 1). */
static unsigned first_of(unsigned k, double m, double place)
{
    /* sum over j >= i of m (1 + m)^(k - 1 - j) = (1 + m)^(k - i) - 1 */
    const double each = hr_log1p(m), all = hr_expm1(k * each);
    const double left = hr_log1p(place * all) / each; /* in (0, k) */
    return k - 1 - (left < (double)(k - 1) ? (unsigned)left : k - 1);
}

static uint16_t stratum_for(const hr_clustering *clustering, hr_tick age, double m, double place)
{
    const hr_tilt *tilt = clustering->writing->tilting->tilt;
    const double *up_to = clustering->component->batches.up_to;
    double left = place * m;
    unsigned class = 0;
    while (class + 1 < tilt->n_classes && left >= class_more(clustering, class, age))
        left -= class_more(clustering, class ++, age);
    const hr_tilt_class *row = &tilt->classes[class];
    const double of_class = class_more(clustering, class, age);
    const double asked = left / of_class * up_to[row->first + row->n - 1];
    unsigned low = row->first, high = row->first + row->n - 1;
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (up_to[middle] > asked)
            high = middle;
        else
            low = middle + 1;
    }
    return (uint16_t)low;
}

/* One as in truth, see past.c: of those before `begin` only who is alive then is ever seen. */
static void put_true(hr_clustering *clustering, hr_tick start)
{
    const hr_writing *writing = clustering->writing;
    const hr_prepared *p = writing->prepared;
    hr_tilting *tilting = writing->tilting;
    const uint16_t class =
        (uint16_t)hr_sampler_index(&p->class_of, hr_stream_next(&clustering->stream));
    const hr_tick end =
        start + hr_duration_ticks(hr_sampler_draw(&p->classes[class].duration,
                                                  hr_stream_next(&clustering->stream)));
    if (start < p->begin && end <= p->begin)
        return;
    tilting->start[tilting->n_further] = start;
    tilting->further[tilting->n_further++] = (hr_further){.end = end, .class = class};
}

static void put_leaning(hr_clustering *clustering, hr_tick start, double m)
{
    const hr_writing *writing = clustering->writing;
    const hr_tick at = writing->tilting->at;
    const uint16_t stratum = stratum_for(clustering, at - start, m, place_of(clustering));
    const unsigned class = writing->tilting->tilt->class_of_stratum[stratum];
    const hr_law *duration = &writing->configuration->classes[class].duration;
    const hr_tick end = hr_lasting_end(duration, start, at, hr_stream_next(&clustering->stream));
    const uint32_t mark = hr_stream_next(&clustering->stream);
    hr_tilting_push(writing, start, end, stratum, mark, hr_stream_next(&clustering->stream));
}

hr_status hr_clustering_try(hr_clustering *clustering, unsigned row, uint32_t more, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_writing *writing = clustering->writing;
    const hr_tilt_clusters *clusters = writing->tilting->tilt->clusters;
    const hr_tilt_batches *batches = &clusters->batches[row / clusters->n_cells];
    const double *cell = &clusters->age[row % clusters->n_cells];
    const double seconds = cell[0] + (cell[1] - cell[0]) * place_of(clustering);
    const hr_tick age = (hr_tick)(seconds * HR_TICKS_PER_SECOND);
    const hr_tick start = writing->tilting->at - age;
    const double m = member_more(clustering, age), keep = place_of(clustering);
    if (!hr_tilting_may_start(writing, &writing->prepared->sources[batches->source], start) ||
        keep * clustering->component->batches.most_batch[row] >=
            hr_tilt_batch_more(batches, m, NULL))
        return HR_OK;
    const unsigned k = hr_tilt_batch_count(batches, m, place_of(clustering));
    const unsigned first = first_of(k, m, place_of(clustering));
    HR_TRY(hr_tilting_room(writing, k + more, err));
    for (unsigned i = 0; i < k; i++) {
        if (i < first || (i > first && place_of(clustering) * (1.0 + m) >= m))
            put_true(clustering, start);
        else
            put_leaning(clustering, start, m);
    }
out:
    return st;
}
