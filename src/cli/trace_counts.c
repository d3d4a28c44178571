#include "cli/trace.h"
#include "model/joint.h"
#include "model/prepared.h"

static void put_path_counts(hr_json *json, const hr_configuration *configuration,
                            const hr_counts *counts)
{
    const size_t c = configuration->n_criteria, n = configuration->n_servers;
    const size_t r = configuration->n_resources, d = configuration->n_durations;
    hr_json_counts(json, "time_with", counts->time_with, c * (n + 1));
    hr_json_counts(json, "server_time", counts->server_time, c * n);
    hr_json_counts(json, "episodes", counts->episodes, c);
    hr_json_counts(json, "server_episodes", counts->server_episodes, c * n);
    hr_json_counts(json, "ended", counts->ended, c);
    hr_json_counts(json, "lasting", counts->lasting, c * d);
    hr_json_counts(json, "periods_hit", counts->periods_hit, c * d);
    hr_json_counts(json, "first_over", counts->first_over, c * r);
    hr_json_counts(json, "anatomy", counts->anatomy, c * HR_N_ANATOMY);
    hr_json_counts(json, "meetings_hit", counts->meetings_hit, c * d);
    hr_json_counts(json, "people_hit", counts->people_hit, c * d);
    hr_json_count(json, "meetings_ended", counts->meetings_ended);
    hr_json_count(json, "joins_offered", counts->joins_offered);
    hr_json_count(json, "joins_refused", counts->joins_refused);
    hr_json_count(json, "servers_linked", counts->servers_linked);
    hr_json_count(json, "meetings_moved", counts->meetings_moved);
    hr_json_count(json, "meetings_lost", counts->meetings_lost);
    hr_json_count(json, "people_lost", counts->people_lost);
    hr_json_count(json, "person_time_lost", counts->person_time_lost);
    hr_json_count(json, "people_ended", counts->people_ended);
    hr_json_counts(json, "person_time_over", counts->person_time_over, c);
    hr_json_count(json, "person_time", counts->person_time);
    hr_json_counts(json, "offered", counts->offered, configuration->n_classes);
    hr_json_counts(json, "refused", counts->refused, configuration->n_classes);
    hr_json_integers(json, "peak", counts->peak, r * n);
    hr_json_wides(json, "load_time", counts->load_time, r);
    hr_json_count(json, "inserted_hit", counts->inserted_hit);
    hr_json_count(json, "collision_periods", counts->collision_periods);
    hr_json_count(json, "collision_time", counts->collision_time);
    hr_json_count(json, "throttled_periods", counts->throttled_periods);
    hr_json_count(json, "rejected_periods", counts->rejected_periods);
    hr_json_count(json, "throttled_time", counts->throttled_time);
    hr_json_wide(json, "backlog_time", counts->backlog_time);
    hr_json_wides(json, "excess", counts->excess, configuration->n_limits);
    hr_json_wides(json, "background_time", counts->background_time, r);
}

static void put_snapshot_counts(hr_json *json, const hr_configuration *configuration,
                                const hr_counts *counts)
{
    const size_t c = configuration->n_criteria, n = configuration->n_servers;
    const size_t t = configuration->prepared->n_slots, r = configuration->n_resources;
    const size_t p = HR_N_LEVELS * (size_t)configuration->n_probes;
    hr_json_counts(json, "n_snapshots", counts->n_snapshots, t);
    hr_json_counts(json, "over_with", counts->over_with, t * c * (n + 1));
    hr_json_counts(json, "server_over", counts->server_over, t * c * n);
    hr_json_integers(json, "load", counts->load, t * r * n);
    hr_json_counts(json, "load_square", counts->load_square, t * r * n);
    hr_json_counts(json, "load_shifted", counts->load_shifted, t * r * n);
    hr_json_integers(json, "largest", counts->largest, t * r);
    hr_json_counts(json, "total_above", counts->total_above, t * configuration->n_thresholds);
    hr_json_counts(json, "fits", counts->fits, t * p);
    hr_json_counts(json, "fits_somewhere", counts->fits_somewhere, t * p);
    hr_json_counts(json, "fits_everywhere", counts->fits_everywhere, t * p);
    hr_json_counts(json, "fits_servers", counts->fits_servers, t * p);
    hr_json_counts(json, "stranded", counts->stranded, t * p);
    hr_json_counts(json, "nowhere", counts->nowhere, t * p);
}

/* Level by level: begin, end, begin, end ... */
static void put_stretches(hr_json *json, const hr_stretches *stretches)
{
    hr_json_array(json, "stretches");
    for (int l = 0; l < HR_N_LEVELS; l++) {
        hr_json_array(json, NULL);
        for (size_t i = 0; i < stretches->level[l].n; i++) {
            hr_json_count(json, NULL, stretches->level[l].stretch[i].begin);
            hr_json_count(json, NULL, stretches->level[l].stretch[i].end);
        }
        hr_json_end_array(json);
    }
    hr_json_end_array(json);
}

void hr_trace_counts(const hr_trace *trace, const hr_counts *counts)
{
    hr_json json = hr_trace_start_line(trace->out, "counts");
    put_path_counts(&json, trace->configuration, counts);
    put_snapshot_counts(&json, trace->configuration, counts);
    put_stretches(&json, counts->stretches);
    hr_json_end_object(&json);
}
