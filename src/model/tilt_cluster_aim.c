/* The aim of a tilt at batches: their part of the cumulants, which is an integral over the age of a
 * batch, by quadrature on the cells of tilt_cluster.h. */
#include <math.h>

#include "base/quadrature.h"
#include "base/real.h"
#include "model/prepared.h"
#include "model/tilt_plan.h"

typedef struct hr_tilt_moments moments;

/* Age of the oldest batch of a source at an instant, s; infinite without a beginning. */
static double oldest_of(const hr_tilt_planning *plan, const hr_tilt_batches *b, hr_tick at)
{
    const hr_tick first = plan->p->sources[b->source].first;
    if (plan->c->start != HR_START_EMPTY && first <= plan->p->begin)
        return HUGE_VAL;
    return at >= first ? (double)(at - first) / HR_TICKS_PER_SECOND : 0.0;
}

/* m: mean of (e^s - 1) 1(alive) of a meeting that began `age` ago. */
static double member_more(const hr_tilt_planning *plan, const double *more, double age)
{
    double sum = 0.0;
    for (unsigned k = 0; k < plan->c->n_classes; k++)
        sum += plan->c->classes[k].share * more[k] *
               hr_law_survival(&plan->c->classes[k].duration, age);
    return sum;
}

static double node_at(const hr_tilt_clusters *clusters, unsigned cell, int i)
{
    const double half = 0.5 * (clusters->age[cell + 1] - clusters->age[cell]);
    return clusters->age[cell] + half * (1.0 + hr_quadrature_node[i]);
}

static double weight_at(const hr_tilt_clusters *clusters, unsigned cell, int i)
{
    return 0.5 * (clusters->age[cell + 1] - clusters->age[cell]) * hr_quadrature_weight[i];
}

/* ---- who is alive */

static hr_status find_survival(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tilt_clusters *clusters = plan->tilt->clusters;
    const unsigned n = plan->c->n_classes;
    double *survive = NULL;
    HR_TAKE(survive, plan->arena, (size_t)clusters->n_cells * HR_QUADRATURE_NODES * n);
    for (unsigned cell = 0; cell < clusters->n_cells; cell++) {
        for (int i = 0; i < HR_QUADRATURE_NODES; i++) {
            for (unsigned k = 0; k < n; k++)
                survive[((size_t)cell * HR_QUADRATURE_NODES + (size_t)i) * n + k] =
                    hr_law_survival(&plan->c->classes[k].duration, node_at(clusters, cell, i));
        }
    }
    plan->survive = survive;
out:
    return st;
}

hr_status hr_tilt_find_clusters(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = plan->c->n_classes;
    HR_TRY(hr_tilt_clusters_make(plan->c, plan->arena, &plan->tilt->clusters, err));
    const hr_tilt_clusters *clusters = plan->tilt->clusters;
    if (clusters == NULL)
        return HR_OK;
    HR_TRY(find_survival(plan, err));
    HR_TAKE(plan->moments, plan->arena, n);
    HR_TAKE(plan->batched, plan->arena, plan->n_checks * (size_t)n);
    for (unsigned u = 0; u < plan->n_checks; u++) {
        for (unsigned i = 0; i < clusters->n; i++) {
            const hr_tilt_batches *b = &clusters->batches[i];
            const double oldest = oldest_of(plan, b, plan->check[u]);
            for (unsigned k = 0; k < n; k++) {
                const hr_class *class = &plan->c->classes[k];
                const double rest =
                    isinf(oldest) ? 0.0 : hr_law_mean_excess(&class->duration, oldest);
                plan->batched[u * n + k] += b->rate * hr_law_mean(b->count) * class->share *
                                            (hr_law_mean(&class->duration) - rest);
            }
        }
        for (unsigned k = 0; k < n; k++)
            plan->alive[u * n + k] += plan->batched[u * n + k];
    }
out:
    return st;
}

/* ---- cumulants */

static void find_moments(const hr_tilt_planning *plan, unsigned g, double theta, bool with_large,
                         moments *of_class)
{
    for (unsigned k = 0; k < plan->c->n_classes; k++)
        of_class[k] = (moments){0.0, 0.0, 0.0};
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const hr_tilt_stratum *s = &plan->cut.strata[i];
        const unsigned k = plan->cut.class_of_stratum[i];
        const double share =
            hr_tilt_share(s) * hr_tilt_group_share(plan, g) * plan->c->classes[k].share;
        const double more = hr_expm1(hr_tilt_lean_of(plan, theta, s));
        if (s->load >= plan->large_from && !with_large)
            continue;
        of_class[k].more += share * more;
        of_class[k].first += share * (more + 1.0) * s->load;
        of_class[k].second += share * (more + 1.0) * s->load * s->load;
    }
}

/* K = rate integral (G(1 + m) - 1), K' = rate integral G' m', K'' = rate integral (G'' m'^2 + G'
 * m''). */
void hr_tilt_cluster_cumulants(const hr_tilt_planning *plan, unsigned g, double theta,
                               hr_tilt_cumulants *to)
{
    const hr_tilt_clusters *clusters = plan->tilt->clusters;
    const unsigned n = plan->c->n_classes;
    moments *of_class = plan->moments;
    if (clusters == NULL)
        return;
    find_moments(plan, g, theta, false, of_class);
    for (unsigned i = 0; i < clusters->n * clusters->n_cells; i++) {
        const hr_tilt_batches *b = &clusters->batches[i / clusters->n_cells];
        const unsigned cell = i % clusters->n_cells;
        const double oldest = oldest_of(plan, b, plan->check[plan->busiest]);
        for (int q = 0; q < HR_QUADRATURE_NODES; q++) {
            const double *survive =
                &plan->survive[((size_t)cell * HR_QUADRATURE_NODES + (size_t)q) * n];
            moments all = {0.0, 0.0, 0.0};
            double slope[2];
            if (node_at(clusters, cell, q) > oldest)
                continue;
            for (unsigned k = 0; k < n; k++) {
                all.more += survive[k] * of_class[k].more;
                all.first += survive[k] * of_class[k].first;
                all.second += survive[k] * of_class[k].second;
            }
            const double weight = b->rate * weight_at(clusters, cell, q);
            to->k += weight * hr_tilt_batch_more(b, all.more, slope);
            to->first += weight * slope[0] * all.first;
            to->own += weight * slope[0] * all.second;
            to->second += weight * (slope[1] * all.first * all.first + slope[0] * all.second);
        }
    }
}

double hr_tilt_cluster_most(const hr_tilt_planning *plan, unsigned g)
{
    const hr_tilt_clusters *clusters = plan->tilt->clusters;
    double most = HUGE_VAL, low = 0.0, high = 0.0;
    moments *of_class = plan->moments;
    if (clusters == NULL)
        return HUGE_VAL;
    for (unsigned i = 0; i < clusters->n; i++)
        most = fmin(most, clusters->batches[i].most - 1.0);
    for (unsigned i = 0; i < plan->cut.n_strata; i++)
        high = fmax(high, plan->cut.strata[i].load);
    high = HR_TILT_MOST_LEAN / fmax(high, plan->cut.unit) * 1e3;
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high);
        double more = 0.0;
        find_moments(plan, g, middle, true, of_class);
        for (unsigned k = 0; k < plan->c->n_classes; k++)
            more += of_class[k].more;
        *(more < most ? &low : &high) = middle;
    }
    return low;
}

/* ---- components */

hr_status hr_tilt_cluster_lean(const hr_tilt_planning *plan, double share, hr_tilt_component *out,
                               hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tilt_clusters *clusters = plan->tilt->clusters;
    double *more = NULL, *up_to = NULL, *most = NULL;
    if (clusters == NULL)
        return HR_OK;
    HR_TAKE(more, plan->arena, plan->c->n_classes);
    HR_TAKE(up_to, plan->arena, plan->cut.n_strata);
    HR_TAKE(most, plan->arena, clusters->n * (size_t)clusters->n_cells);
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const unsigned k = plan->cut.class_of_stratum[i];
        more[k] += share * hr_tilt_share(&plan->cut.strata[i]) * hr_expm1(out->lean[i]);
        up_to[i] = more[k];
    }
    for (unsigned i = 0; i < clusters->n; i++) {
        for (unsigned cell = 0; cell < clusters->n_cells; cell++)
            most[i * clusters->n_cells + cell] = hr_tilt_batch_more(
                &clusters->batches[i], member_more(plan, more, clusters->age[cell]), NULL);
    }
    out->batches = (hr_tilt_clustering){more, up_to, most};
out:
    return st;
}

/* The integral of G(1 + m(v)) - 1 over ages in [from, to]. */
static double integral(const hr_tilt_planning *plan, const hr_tilt_batches *b, const double *more,
                       double from, double to)
{
    const double half = 0.5 * (to - from);
    double sum = 0.0;
    for (int i = 0; i < HR_QUADRATURE_NODES; i++) {
        const double age = from + half * (1.0 + hr_quadrature_node[i]);
        sum += hr_quadrature_weight[i] * hr_tilt_batch_more(b, member_more(plan, more, age), NULL);
    }
    return half * sum;
}

void hr_tilt_cluster_lambda(const hr_tilt_planning *plan, const hr_tilt_component *component,
                            double *lambda)
{
    const hr_tilt_clusters *clusters = plan->tilt->clusters;
    for (unsigned i = 0; clusters != NULL && i < clusters->n; i++) {
        const hr_tilt_batches *b = &clusters->batches[i];
        const double *more = component->batches.more;
        double sum = 0.0; /* over whole cells; instants ascend, and so do oldest ages */
        unsigned cell = 0;
        for (unsigned u = 0; u < plan->n_checks; u++) {
            const double oldest = oldest_of(plan, b, plan->check[u]);
            for (; cell < clusters->n_cells && clusters->age[cell + 1] <= oldest; cell++)
                sum += integral(plan, b, more, clusters->age[cell], clusters->age[cell + 1]);
            lambda[u] += b->rate * sum;
            if (cell < clusters->n_cells && oldest > clusters->age[cell])
                lambda[u] += b->rate * integral(plan, b, more, clusters->age[cell], oldest);
        }
    }
}

void hr_tilt_cluster_tries(const hr_tilt_planning *plan, const hr_tilt_component *component,
                           double *tries)
{
    const hr_tilt_clusters *clusters = plan->tilt->clusters;
    for (unsigned i = 0; clusters != NULL && i < clusters->n; i++) {
        for (unsigned cell = 0; cell < clusters->n_cells; cell++) {
            const unsigned row = i * clusters->n_cells + cell;
            tries[row] = clusters->batches[i].rate * component->batches.most_batch[row] *
                         (clusters->age[cell + 1] - clusters->age[cell]);
        }
    }
}
