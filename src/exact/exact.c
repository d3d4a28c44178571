#include "exact/exact.h"

#include <math.h>
#include <stddef.h>

#include "exact/question.h"
#include "exact/room.h"

const char *const hr_exact_names[HR_N_EXACT_IS] = {
    [HR_EXACT_NOTHING] = "not known",           [HR_EXACT_VALUE] = "exact",
    [HR_EXACT_LOWER] = "lower bound",           [HR_EXACT_UPPER] = "upper bound",
    [HR_EXACT_APPROXIMATION] = "approximation",
};

const hr_exact_method hr_exact_methods[] = {
    {"campbell", HR_EXACT_VALUE, "utilisation, participants_present, load_mean, load_variance",
     "nothing is refused or lost, everybody joins at once; means for any rule, those of a server "
     "where the rule treats servers alike; variances where placement is random",
     "Campbell 1909; Kingman 1993, section 3.2", hr_exact_by_mean},
    {"pool_total", HR_EXACT_VALUE, "total_above",
     "as campbell, any rule; numbers in progress are Poisson", "Panjer 1981", hr_exact_by_total},
    {"random_split", HR_EXACT_VALUE,
     "overload of a server, of any, of at least k, episodes, largest_load, fits and the like",
     "random placement or one server; nothing is refused or lost, everybody joins at once; numbers "
     "in progress are Poisson",
     "Panjer 1981; Kingman 1993, section 5.1; rate conservation", hr_exact_by_split},
    {"pair", HR_EXACT_VALUE, "overload of a server, of any, of at least k",
     "as random_split, with two resources that decide; one kind of participants in a profile",
     "Panjer's recursion on pairs of loads", hr_exact_by_pair},
    {"gamma_loads", HR_EXACT_VALUE, "overload of a server, of any, of at least k",
     "as random_split, with meetings whose load has one exponential, Erlang or gamma law",
     "Poisson mixture of gamma laws", hr_exact_by_gamma},
    {"loss", HR_EXACT_VALUE, "blocking, blocking_all",
     "meetings that do not fit are refused, stationary Poisson arrivals: one server, random "
     "placement, or meetings of one load where a server with room gets them",
     "Erlang 1917; Kaufman 1981; Roberts 1981", hr_exact_by_loss},
    {"chain", HR_EXACT_VALUE, "overload, episodes, loads, fits, blocking of small pools",
     "any rule that sees what is in progress now, admission too; one resource, stationary Poisson "
     "arrivals, durations of exponential stages; up to some 10^5 states",
     "Stewart 1994; cut at a number of meetings, with what that may change", hr_exact_by_chain},
    {"transient", HR_EXACT_VALUE, "period_overload; overload and loads at an observed time",
     "as chain, also from empty, with changing rates and batches on the clock or at once; batches "
     "are punctual, the window begins empty or in equilibrium",
     "Jensen 1953 (uniformization); Blanes and Moan 2006", hr_exact_by_transient},
    {"scan", HR_EXACT_VALUE, "period_overload of meetings that all last alike",
     "random placement or one server; one load, one constant duration, one rate; a busy period of "
     "up to two durations from empty, of one from equilibrium",
     "Naus 1982; Huntington and Naus 1975", hr_exact_by_scan},
    {"pigeonhole", HR_EXACT_LOWER, "overload of any server, overloaded_servers, period_overload",
     "as pool_total: more load in the pool than all ceilings together puts some server over",
     "theorem: the pool's total does not depend on the rule", hr_exact_by_pigeonhole},
    {"random_placement", HR_EXACT_UPPER, "overload of any server, overloaded_servers",
     "meetings of one load, exponential durations of one mean, equal servers; rules that compare "
     "all servers or d of them",
     "majorization: Menich and Serfozo 1991; Sparaggis, Towsley and Cassandras 1993",
     hr_exact_by_random_split},
    {"saddlepoint", HR_EXACT_APPROXIMATION,
     "total_above; overload of a server or any where placement is random",
     "as random_split; some 0.1 % off, in microseconds", "Lugannani and Rice 1980; Daniels 1987",
     hr_exact_by_saddlepoint},
};
const unsigned hr_n_exact_methods = sizeof hr_exact_methods / sizeof *hr_exact_methods;

bool hr_question_is_random(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    return c->n_servers == 1 ||
           (c->placement.rule == HR_RULE_RANDOM && c->placement.unit == HR_UNIT_MEETING &&
            !(c->placement.review_period > 0.0));
}

double hr_question_background(const hr_question *question, unsigned resource, const char **why)
{
    const hr_room room = hr_room_of(question->configuration, resource, why);
    if (room.is_random)
        *why = "background is random";
    return -room.ceiling;
}

/* One method's answer; of an outcome that it does not know, NOTHING without a reason. */
static hr_status ask(const hr_exact_method *method, const hr_question *question, hr_exact *answer,
                     hr_err *err)
{
    hr_status st = HR_OK;
    hr_exact_meter meter = {0};
    hr_exact_effort effort = *question->effort;
    hr_question metered = *question;
    effort.meter = &meter;
    metered.effort = &effort;
    *answer = (hr_exact){.value = (double)NAN, .method = method->name};
    HR_TRY(method->answer(&metered, answer, err));
    if (answer->why != NULL)
        answer->is = HR_EXACT_NOTHING;
    else if (!isnan(answer->value))
        answer->is = method->is;
out:
    return st;
}

hr_status hr_exact_all(const hr_configuration *configuration, unsigned outcome,
                       const unsigned index[HR_MAX_AXES], const hr_exact_effort *effort,
                       hr_arena *arena, hr_exact *answer, hr_exact_list *known, hr_err *err)
{
    hr_status st = HR_OK;
    hr_question question = {configuration, {0}, effort, arena};
    *known = (hr_exact_list){0};
    *answer = (hr_exact){.value = (double)NAN, .why = "no formula for this outcome is known here"};
    if (!hr_quantity_of(configuration, outcome, index, &question.quantity))
        return HR_OK;
    bool has_reason = false;
    HR_TAKE(known->item, arena, hr_n_exact_methods);
    for (unsigned m = 0; m < hr_n_exact_methods; m++) {
        hr_exact one;
        if (answer->is == HR_EXACT_VALUE && hr_exact_methods[m].is == HR_EXACT_VALUE)
            continue; /* known already */
        HR_TRY(ask(&hr_exact_methods[m], &question, &one, err));
        if (one.is != HR_EXACT_NOTHING)
            known->item[known->n++] = one;
        if (one.is == HR_EXACT_VALUE)
            *answer = one;
        else if (one.why != NULL && answer->is != HR_EXACT_VALUE && !has_reason) {
            answer->why = one.why;
            has_reason = true;
        }
    }
out:
    return st;
}

hr_status hr_exact_value(const hr_configuration *configuration, unsigned outcome,
                         const unsigned index[HR_MAX_AXES], const hr_exact_effort *effort,
                         hr_arena *arena, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    hr_question question = {configuration, {0}, effort, arena};
    const char *why = NULL;
    *answer = (hr_exact){.value = (double)NAN, .why = "no formula for this outcome is known here"};
    if (!hr_quantity_of(configuration, outcome, index, &question.quantity))
        return HR_OK;
    for (unsigned m = 0; m < hr_n_exact_methods; m++) {
        hr_exact one;
        if (hr_exact_methods[m].is != HR_EXACT_VALUE)
            continue;
        HR_TRY(ask(&hr_exact_methods[m], &question, &one, err));
        if (one.is == HR_EXACT_VALUE) {
            *answer = one;
            return HR_OK;
        }
        why = why == NULL ? one.why : why;
    }
    answer->why = why == NULL ? answer->why : why;
out:
    return st;
}

hr_status hr_exact_bracket_of(const hr_configuration *configuration, unsigned outcome,
                              const unsigned index[HR_MAX_AXES], const hr_exact_effort *effort,
                              hr_arena *arena, hr_exact_bracket *bracket, hr_err *err)
{
    hr_status st = HR_OK;
    hr_exact answer;
    hr_exact_list known;
    *bracket = (hr_exact_bracket){-HUGE_VAL, HUGE_VAL, NULL, NULL};
    HR_TRY(hr_exact_all(configuration, outcome, index, effort, arena, &answer, &known, err));
    for (unsigned i = 0; i < known.n; i++) {
        const bool is_lower =
            known.item[i].is == HR_EXACT_VALUE || known.item[i].is == HR_EXACT_LOWER;
        const bool is_upper =
            known.item[i].is == HR_EXACT_VALUE || known.item[i].is == HR_EXACT_UPPER;
        if (is_lower && known.item[i].value > bracket->lower) {
            bracket->lower = known.item[i].value;
            bracket->lower_method = known.item[i].method;
        }
        if (is_upper && known.item[i].value < bracket->upper) {
            bracket->upper = known.item[i].value;
            bracket->upper_method = known.item[i].method;
        }
    }
out:
    return st;
}
