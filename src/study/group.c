#include "study/group.h"

#include <math.h>

#include "base/memo.h"
#include "study/study_tree.h"

/* The leaders are looked for on one day: which choice is the fastest does not depend on it, as
 * far as days change the rates of all choices alike. */
enum { DAY = 0 };

/* `candidate` takes the lead of the sources in which it is faster; a configuration with other
 * sources ends the thinning of the group. */
static void compare(hr_group *group, const hr_configuration *candidate, hr_source *fastest)
{
    if (candidate->n_sources != group->n_sources)
        group->n_sources = 0;
    for (unsigned i = 0; i < group->n_sources; i++) {
        const hr_source *source = &candidate->sources[i];
        const bool is_slower = !isnan(hr_source_share(source, &fastest[i]));
        if (is_slower || isnan(hr_source_share(&fastest[i], source)))
            continue;
        fastest[i] = *source;
        group->leader[i] = candidate->index;
    }
}

/* Levels are tried one choice after another, each from where the fastest so far stand. */
static hr_status find_leaders(const hr_study *study, hr_group *group, uint64_t first,
                              hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_design *design = &study->tree->design;
    hr_configuration member;
    hr_source fastest[HR_MAX_SOURCES];
    HR_TRY(hr_study_assemble(study, first, DAY, arena, &member, err));
    group->n_sources = member.n_sources;
    for (unsigned i = 0; i < member.n_sources; i++) {
        fastest[i] = member.sources[i];
        group->leader[i] = first;
    }
    for (size_t a = 0; a < design->n_axes; a++) {
        const uint64_t from = group->leader[0];
        for (size_t l = 0; design->choices[a].is_shared && l < design->choices[a].n_levels; l++) {
            const uint64_t index = hr_design_neighbour(design, from, a, l);
            if (group->n_sources == 0 || index == from)
                continue;
            HR_TRY(hr_study_assemble(study, index, DAY, arena, &member, err));
            compare(group, &member, fastest);
        }
    }
out:
    return st;
}

/* The search begins at the first levels of what is shared, whichever configuration asks. */
static hr_status find_group(const hr_study *study, hr_group *group,
                            const hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const hr_design *design = &study->tree->design;
    uint64_t first = configuration->index;
    bool is_alone = true;
    for (size_t a = 0; a < design->n_axes; a++) {
        if (!design->choices[a].is_shared)
            continue;
        first = hr_design_neighbour(design, first, a, 0);
        is_alone = is_alone && design->choices[a].n_levels == 1;
    }
    *group = (hr_group){.number = configuration->group};
    if (!is_alone)
        HR_TRY(find_leaders(study, group, first, &arena, err));
    group->is_known = true;
out:
    hr_arena_free(&arena);
    return st;
}

typedef struct described {
    unsigned n;
    const hr_source *sources;
} described;

/* The sources of configuration `index` on a day, described once in the arena. */
static hr_status sources_of(const hr_study *study, uint64_t index, uint64_t replication,
                            hr_arena *arena, const described **found, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t key[] = {study->identity, index, replication};
    hr_configuration configuration;
    described *made = NULL;
    *found = hr_memo_find(arena, HR_MEMO_SOURCES, key, sizeof key);
    if (*found != NULL)
        return HR_OK;
    HR_TRY(hr_study_assemble(study, index, replication, arena, &configuration, err));
    HR_TAKE(made, arena, 1);
    *made = (described){configuration.n_sources, configuration.sources};
    HR_TRY(hr_memo_keep(arena, HR_MEMO_SOURCES, key, sizeof key, made, err));
    *found = made;
out:
    return st;
}

hr_status hr_group_join(const hr_study *study, hr_groups *groups, uint64_t replication,
                        hr_arena *arena, hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_source *sources = NULL;
    hr_group *group = &groups->kept[configuration->group % HR_GROUPS_KEPT];
    if (!group->is_known || group->number != configuration->group)
        HR_TRY(find_group(study, group, configuration, err));
    if (group->n_sources != configuration->n_sources)
        return HR_OK;
    HR_TAKE(sources, arena, configuration->n_sources);
    for (unsigned i = 0; i < configuration->n_sources; i++) {
        const described *leader = NULL;
        sources[i] = configuration->sources[i];
        if (group->leader[i] == configuration->index)
            continue;
        HR_TRY(sources_of(study, group->leader[i], replication, arena, &leader, err));
        if (i < leader->n && hr_source_share(&sources[i], &leader->sources[i]) < 1.0)
            sources[i].candidates = &leader->sources[i];
    }
    configuration->sources = sources;
out:
    return st;
}
