#include "model/placement.h"

#include <stddef.h>

const hr_policy_row hr_rule_rows[HR_N_RULES] = {
    {"random", "any server, with the pool's weights"},
    {"round_robin", "servers in turn, one meeting each"},
    {"least_loaded", "smallest metric as reported (default: largest load / ceiling)"},
    {"fewest_meetings", "fewest meetings in progress as reported"},
    {"fewest_participants", "fewest participants present as reported"},
    {"least_relative_load", "smallest load / ceiling as reported"},
    {"power_of_d", "smallest metric among d distinct servers drawn at random"},
};

const hr_policy_row hr_admission_rows[HR_N_ADMISSIONS] = {
    {"none", "nothing is ever refused"},
    {"chosen_full", "a meeting that does not fit the chosen server is refused"},
    {"none_fits", "the rule chooses among servers where the meeting fits; refused if none"},
    {"reserve", "as chosen_full, each class leaving its reserve free"},
    {"booked", "seats of the size told are reserved on a server that has them; else refused"},
};

/* Candidates of power of d are ascending indices; this many fit on the stack. */
enum { MAX_CANDIDATES = HR_PLACEMENT_WORDS };

__extension__ typedef unsigned __int128 hr_wide;

uint32_t hr_placement_word(uint32_t pick, uint32_t i)
{
    uint64_t x = pick + ((uint64_t)i + 1) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)(x >> 32);
}

/* floor(word * n / 2^32): one of n, each within 2^-32 of 1/n. */
static uint32_t one_of(uint32_t word, uint32_t n)
{
    return (uint32_t)(((uint64_t)word * n) >> 32);
}

static bool is_allowed(const hr_view *view, unsigned server)
{
    return view->allowed == NULL || view->allowed[server];
}

/* The first allowed server at or after `server`, cyclically; n_servers if there is none. */
static unsigned next_allowed(const hr_view *view, unsigned server)
{
    for (unsigned i = 0; i < view->n_servers; i++) {
        const unsigned j = (server + i) % view->n_servers;
        if (is_allowed(view, j))
            return j;
    }
    return view->n_servers;
}

/* Words that random placement gives to a server. */
static uint64_t weight_of(const hr_view *view, unsigned server)
{
    const uint64_t below = server == 0 ? 0 : (uint64_t)view->threshold[server - 1] + 1;
    return (uint64_t)view->threshold[server] + 1 - below;
}

/* By weight among the allowed servers: the word is scaled to what they have together. */
static unsigned choose_random(const hr_view *view, uint32_t pick)
{
    uint64_t total = 0;
    for (unsigned j = 0; j < view->n_servers; j++)
        total += is_allowed(view, j) ? weight_of(view, j) : 0;
    if (total == 0)
        return next_allowed(view, 0); /* none is allowed, or only servers of no weight */
    uint64_t left = (uint64_t)(((hr_wide)pick * total) >> 32);
    for (unsigned j = 0; j < view->n_servers; j++) {
        const uint64_t weight = is_allowed(view, j) ? weight_of(view, j) : 0;
        if (left < weight)
            return j;
        left -= weight;
    }
    return view->n_servers; /* not reached: pick total / 2^32 < total */
}

/* The candidate with the smallest score; equals broken by `ties`. */
static unsigned smallest(const hr_view *view, const uint16_t *candidate, unsigned n, hr_ties ties,
                         uint32_t tie)
{
    unsigned best = candidate[0];
    unsigned equals = 1;
    for (unsigned i = 1; i < n; i++) {
        const unsigned j = candidate[i];
        if (view->score[j] < view->score[best]) {
            best = j;
            equals = 1;
        } else if (view->score[j] == view->score[best]) {
            equals++;
        }
    }
    if (ties == HR_TIES_LOWEST || equals == 1)
        return best;
    unsigned skip = hr_placement_tie(tie, equals);
    for (unsigned i = 0; i < n; i++) {
        const unsigned j = candidate[i];
        if (view->score[j] == view->score[best] && skip-- == 0)
            return j;
    }
    return best;
}

/* The same over all servers without a list of candidates: the common case, kept tight. */
static unsigned smallest_of_all(const hr_view *view, hr_ties ties, uint32_t tie)
{
    double least = view->score[0];
    unsigned best = 0;
    unsigned equals = 1;
    for (unsigned j = 1; j < view->n_servers; j++) {
        const double score = view->score[j];
        if (score < least) {
            least = score;
            best = j;
            equals = 1;
        } else if (score == least) {
            equals++;
        }
    }
    if (ties == HR_TIES_LOWEST || equals == 1)
        return best;
    unsigned skip = hr_placement_tie(tie, equals);
    for (unsigned j = best; j < view->n_servers; j++) {
        if (view->score[j] == least && skip-- == 0)
            return j;
    }
    return best;
}

static unsigned list_allowed(const hr_view *view, uint16_t *list)
{
    unsigned n = 0;
    for (unsigned j = 0; j < view->n_servers; j++) {
        if (is_allowed(view, j))
            list[n++] = (uint16_t)j;
    }
    return n;
}

/* Keep d of list[0..n), drawn without replacement: draw i picks among the n - i left, numbered
 * past those already taken (kept ascending). */
static unsigned draw_candidates(uint16_t *list, unsigned n, unsigned d, uint32_t pick)
{
    if (d >= n)
        return n;
    uint16_t taken[MAX_CANDIDATES];
    for (unsigned i = 0; i < d; i++) {
        unsigned place = one_of(hr_placement_word(pick, i), n - i);
        unsigned at = 0;
        while (at < i && place >= taken[at]) {
            place++;
            at++;
        }
        for (unsigned k = i; k > at; k--)
            taken[k] = taken[k - 1];
        taken[at] = (uint16_t)place;
    }
    for (unsigned i = 0; i < d; i++)
        list[i] = list[taken[i]]; /* taken is ascending and taken[i] >= i: no clobbering */
    return d;
}

unsigned hr_placement_choose(const hr_placement *placement, const hr_view *view, uint32_t tie,
                             uint32_t pick)
{
    if (placement->rule == HR_RULE_RANDOM)
        return choose_random(view, pick);
    if (placement->rule == HR_RULE_ROUND_ROBIN)
        return next_allowed(view, view->turn);
    if (placement->rule != HR_RULE_POWER_OF_D && view->allowed == NULL)
        return smallest_of_all(view, placement->ties, tie);
    uint16_t list[MAX_CANDIDATES];
    unsigned n = list_allowed(view, list);
    if (n == 0)
        return view->n_servers;
    if (placement->rule == HR_RULE_POWER_OF_D)
        n = draw_candidates(list, n, placement->d, pick);
    return smallest(view, list, n, placement->ties, tie);
}
