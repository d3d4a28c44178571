#define _POSIX_C_SOURCE 200809L
#include "study/unit.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HOUR        3600.0
#define TWO_PI      6.283185307179586476925286766559
#define MIB(bytes)  ((bytes) / 1048576.0)
#define KBIT(bytes) ((bytes)*8.0 / 1000.0)

typedef struct hr_unit {
    hr_dimension dimension;
    const char *name;
    double scale;
} hr_unit;

static const hr_unit units[] = {
    {HR_DIMENSION_TIME, "s", 1.0},
    {HR_DIMENSION_TIME, "ms", 1e-3},
    {HR_DIMENSION_TIME, "min", 60.0},
    {HR_DIMENSION_TIME, "h", HOUR},
    {HR_DIMENSION_TIME, "day", 24.0 * HOUR},
    {HR_DIMENSION_TIME, "days", 24.0 * HOUR},
    {HR_DIMENSION_TIME, "second", 1.0},
    {HR_DIMENSION_TIME, "seconds", 1.0},
    {HR_DIMENSION_TIME, "minute", 60.0},
    {HR_DIMENSION_TIME, "minutes", 60.0},
    {HR_DIMENSION_TIME, "hour", HOUR},
    {HR_DIMENSION_TIME, "hours", HOUR},
    {HR_DIMENSION_RATE, "per second", 1.0},
    {HR_DIMENSION_RATE, "per minute", 1.0 / 60.0},
    {HR_DIMENSION_RATE, "per hour", 1.0 / HOUR},
    {HR_DIMENSION_RATE, "per day", 1.0 / (24.0 * HOUR)},
    {HR_DIMENSION_RATE, "/s", 1.0},
    {HR_DIMENSION_RATE, "/min", 1.0 / 60.0},
    {HR_DIMENSION_RATE, "/h", 1.0 / HOUR},
    {HR_DIMENSION_CPU, "Mc/s", 1.0},
    {HR_DIMENSION_CPU, "Gc/s", 1000.0},
    {HR_DIMENSION_CPU, "kc/s", 1e-3},
    {HR_DIMENSION_WORK, "Mc", 1.0},
    {HR_DIMENSION_WORK, "Gc", 1000.0},
    {HR_DIMENSION_WORK, "kc", 1e-3},
    {HR_DIMENSION_MEMORY, "MiB", 1.0},
    {HR_DIMENSION_MEMORY, "KiB", 1.0 / 1024.0},
    {HR_DIMENSION_MEMORY, "GiB", 1024.0},
    {HR_DIMENSION_MEMORY, "TiB", 1048576.0},
    {HR_DIMENSION_MEMORY, "kB", MIB(1e3)},
    {HR_DIMENSION_MEMORY, "MB", MIB(1e6)},
    {HR_DIMENSION_MEMORY, "GB", MIB(1e9)},
    {HR_DIMENSION_BANDWIDTH, "kbit/s", 1.0},
    {HR_DIMENSION_BANDWIDTH, "bit/s", 1e-3},
    {HR_DIMENSION_BANDWIDTH, "Mbit/s", 1e3},
    {HR_DIMENSION_BANDWIDTH, "Gbit/s", 1e6},
    {HR_DIMENSION_BANDWIDTH, "kB/s", KBIT(1e3)},
    {HR_DIMENSION_BANDWIDTH, "MB/s", KBIT(1e6)},
    {HR_DIMENSION_BANDWIDTH, "GB/s", KBIT(1e9)},
    {HR_DIMENSION_ANGLE, "rad", 1.0},
    {HR_DIMENSION_ANGLE, "deg", TWO_PI / 360.0},
    {HR_DIMENSION_ANGLE, "turn", TWO_PI},
};

/* Written often, and ambiguous or meaning something else. */
static const struct {
    const char *written, *remedy;
} remedies[] = {
    {"bps", "bit/s"},   {"kbps", "kbit/s"},   {"Kbps", "kbit/s"},  {"Mbps", "Mbit/s"},
    {"Gbps", "Gbit/s"}, {"Kbit/s", "kbit/s"}, {"MBps", "MB/s"},    {"MHz", "Mc/s"},
    {"GHz", "Gc/s"},    {"Mc", "Mc/s"},       {"KB", "kB or KiB"}, {"sec", "s"},
    {"mins", "min"},    {"hrs", "h"},         {"hr", "h"},         {"m", "min"},
    {"d", "day"},
};

/* RESOURCE is one of the others, by resource. */
static hr_dimension physical(hr_meaning meaning)
{
    if (meaning.dimension != HR_DIMENSION_RESOURCE)
        return meaning.dimension;
    static const hr_dimension of[HR_N_RESOURCES] = {
#define HR_RESOURCE(ID, name, unit, dimension, ...) [HR_RESOURCE_##ID] = HR_DIMENSION_##dimension,
#include "model/resource.def"
    };
    return of[meaning.resource];
}

static const struct {
    const char *what, *base, *example;
} dimensions[] = {
    [HR_DIMENSION_NUMBER] = {"number", "1", "4"},
    [HR_DIMENSION_COUNT] = {"whole number", "1", "12"},
    [HR_DIMENSION_FRACTION] = {"share", "1", "5 %"},
    [HR_DIMENSION_TIME] = {"time", "s", "4 h"},
    [HR_DIMENSION_RATE] = {"rate", "1/s", "4 per hour"},
    [HR_DIMENSION_CPU] = {"processor work", "Mc/s", "27120 Mc/s"},
    [HR_DIMENSION_WORK] = {"work of one event", "Mc", "200 Mc"},
    [HR_DIMENSION_MEMORY] = {"memory", "MiB", "32 GiB"},
    [HR_DIMENSION_BANDWIDTH] = {"bandwidth", "kbit/s", "1 Gbit/s"},
    [HR_DIMENSION_USERS] = {"users", "users", "80000"},
    [HR_DIMENSION_ANGLE] = {"angle", "rad", "90 deg"},
    [HR_DIMENSION_RESOURCE] = {"number", "1", "4"},
};

const char *hr_dimension_unit(hr_meaning meaning)
{
    return dimensions[physical(meaning)].base;
}

const char *hr_dimension_example(hr_meaning meaning)
{
    return dimensions[physical(meaning)].example;
}

static bool is_pure(hr_dimension dimension)
{
    return dimension == HR_DIMENSION_NUMBER || dimension == HR_DIMENSION_COUNT ||
           dimension == HR_DIMENSION_FRACTION || dimension == HR_DIMENSION_USERS;
}

/* Cut `suffix`, a word of its own, from the end of `text`. */
static bool cut_suffix(hr_span *text, const char *suffix)
{
    const size_t n = strlen(suffix);
    if (text->length < n || memcmp(text->at + text->length - n, suffix, n) != 0)
        return false;
    if (text->length > n && text->at[text->length - n - 1] != ' ')
        return false;
    *text = hr_span_trim((hr_span){text->at, text->length - n});
    return true;
}

/* Cut "at N users" from the end. */
static hr_status cut_users(hr_span *text, hr_quantity *quantity, hr_err *err)
{
    hr_span rest = *text;
    if (!cut_suffix(&rest, "users"))
        return HR_OK;
    size_t at = hr_span_find_last(rest, "at ");
    if (at == SIZE_MAX)
        return HR_OK;
    const hr_span number = hr_span_trim((hr_span){rest.at + at + 3, rest.length - at - 3});
    if (hr_span_number(number, &quantity->at) != number.length || !(quantity->at > 0.0))
        return HR_FAIL(err, HR_ERR_DATA,
                       "\"at %.*s users\" needs a number of users, e.g. "
                       "\"at 6660 users\"",
                       (int)(number.length < 40 ? number.length : 40), number.at);
    quantity->form = HR_FORM_AT_USERS;
    *text = hr_span_trim((hr_span){rest.at, at});
    return HR_OK;
}

static hr_status missing_unit(hr_dimension dimension, hr_err *err)
{
    return HR_FAIL(err, HR_ERR_DATA, "needs a unit of %s, e.g. \"%s\"", dimensions[dimension].what,
                   dimensions[dimension].example);
}

static hr_status wrong_unit(hr_span unit, hr_dimension dimension, hr_err *err)
{
    const int n = (int)(unit.length < 40 ? unit.length : 40);
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++) {
        if (hr_span_is(unit, remedies[i].written))
            return HR_FAIL(err, HR_ERR_DATA,
                           "\"%.*s\" is not used here because it can be misread; "
                           "write %s",
                           n, unit.at, remedies[i].remedy);
    }
    if (is_pure(dimension))
        return HR_FAIL(err, HR_ERR_DATA, "\"%.*s\" cannot follow a %s; write e.g. \"%s\"", n,
                       unit.at, dimensions[dimension].what, dimensions[dimension].example);
    return HR_FAIL(err, HR_ERR_DATA, "\"%.*s\" is no unit of %s; write e.g. \"%s\"", n, unit.at,
                   dimensions[dimension].what, dimensions[dimension].example);
}

static hr_status read_percent(hr_dimension dimension, hr_quantity *quantity, hr_err *err)
{
    if (dimension == HR_DIMENSION_COUNT || dimension == HR_DIMENSION_USERS ||
        dimension == HR_DIMENSION_TIME || dimension == HR_DIMENSION_RATE ||
        dimension == HR_DIMENSION_WORK || dimension == HR_DIMENSION_ANGLE)
        return wrong_unit(hr_span_of("%"), dimension, err);
    quantity->number /= 100.0;
    quantity->scale = 0.01;
    quantity->unit = "%";
    quantity->is_percent = quantity->form == HR_FORM_AT_USERS;
    if (dimension != HR_DIMENSION_FRACTION && quantity->form == HR_FORM_PLAIN)
        quantity->form = HR_FORM_PERCENT;
    return HR_OK;
}

/* The unit that follows the number, `at` and `per server` already cut. */
static hr_status read_unit(hr_span unit, hr_meaning meaning, hr_quantity *quantity, hr_err *err)
{
    const hr_dimension dimension = physical(meaning);
    const char *noun = meaning.dimension == HR_DIMENSION_RESOURCE
                           ? hr_resources[meaning.resource].name
                           : meaning.noun;
    if (hr_span_is(unit, "%") && !(meaning.dimension == HR_DIMENSION_NUMBER))
        return read_percent(meaning.dimension, quantity, err);
    if (is_pure(dimension)) {
        if (unit.length == 0 || (noun != NULL && hr_span_is(unit, noun)))
            return HR_OK;
        return wrong_unit(unit, dimension, err);
    }
    if (unit.length == 0)
        return missing_unit(dimension, err);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].dimension != dimension || !hr_span_is(unit, units[i].name))
            continue;
        quantity->unit = units[i].name;
        quantity->scale = units[i].scale;
        quantity->number *= units[i].scale;
        return HR_OK;
    }
    return wrong_unit(unit, dimension, err);
}

hr_status hr_quantity_parse(hr_span text, hr_meaning meaning, hr_quantity *quantity, hr_err *err)
{
    hr_status st = HR_OK;
    text = hr_span_trim(text);
    *quantity = (hr_quantity){.unit = "", .scale = 1.0};
    const size_t n = hr_span_number(text, &quantity->number);
    if (n == 0)
        return HR_FAIL(err, HR_ERR_DATA, "needs a %s, e.g. \"%s\"",
                       dimensions[physical(meaning)].what, hr_dimension_example(meaning));
    hr_span unit = hr_span_trim((hr_span){text.at + n, text.length - n});
    if (meaning.dimension == HR_DIMENSION_USERS && cut_suffix(&unit, "per server"))
        quantity->form = HR_FORM_PER_SERVER;
    else if (meaning.dimension == HR_DIMENSION_CPU || meaning.dimension == HR_DIMENSION_MEMORY ||
             meaning.dimension == HR_DIMENSION_BANDWIDTH ||
             meaning.dimension == HR_DIMENSION_RESOURCE)
        HR_TRY(cut_users(&unit, quantity, err));
    HR_TRY(read_unit(unit, meaning, quantity, err));
    if (meaning.dimension == HR_DIMENSION_COUNT && quantity->number != floor(quantity->number))
        return HR_FAIL(err, HR_ERR_DATA, "needs a whole number");
out:
    return st;
}

const char *hr_quantity_unit(const hr_quantity *quantity, hr_arena *arena)
{
    char text[64];
    const char *unit = quantity->unit[0] != '\0' ? quantity->unit : "1";
    if (quantity->form == HR_FORM_PER_SERVER)
        return "per server";
    if (quantity->form != HR_FORM_AT_USERS)
        return unit;
    (void)snprintf(text, sizeof text, "%s at %.9g users", unit, quantity->at);
    return hr_arena_text(arena, text, strlen(text));
}
