#include "explore/plan.h"

#include "estimate/estimate.h"

/* Tasks of a look, about: enough to keep ten thousand ranks busy when configurations are few, few
 * enough that a sweep of many writes one record a look and configuration. */
enum { TASKS_OF_A_LOOK = 65536 };
/* Blocks of one task at most: what a kill can lose. */
enum { MOST_BLOCKS = 256 };

static uint64_t blocks_in_all(const hr_study *study)
{
    const hr_precision *precision = &study->precision;
    return (precision->at_most + precision->block - 1) / precision->block;
}

/* A power of two, so that pieces of later looks nest in those of earlier ones. */
static uint64_t wanted_pieces(const hr_study *study, uint64_t n_blocks)
{
    uint64_t pieces = 1;
    while (pieces < n_blocks && (2 * pieces * study->n_configurations <= TASKS_OF_A_LOOK ||
                                 pieces * MOST_BLOCKS < n_blocks))
        pieces *= 2;
    return pieces;
}

hr_look hr_plan_look(const hr_study *study, unsigned number)
{
    const uint64_t all = blocks_in_all(study);
    const uint64_t begin = number == 0 ? 0 : hr_look_blocks(number - 1);
    uint64_t end = hr_look_blocks(number);
    end = end < all ? end : all;
    HR_ASSERT(begin < end);
    hr_look look = {.number = number, .first_block = begin, .n_blocks = end - begin};
    const uint64_t pieces = wanted_pieces(study, look.n_blocks);
    look.piece = (look.n_blocks + pieces - 1) / pieces;
    look.n_pieces = (look.n_blocks + look.piece - 1) / look.piece;
    look.is_last = end == all;
    look.replications = look.is_last ? study->precision.at_most : end * study->precision.block;
    return look;
}

hr_task hr_plan_task(const hr_look *look, uint64_t configuration, uint64_t piece)
{
    const uint64_t begin = piece * look->piece;
    const uint64_t left = look->n_blocks - begin;
    HR_ASSERT(piece < look->n_pieces);
    return (hr_task){.configuration = configuration,
                     .first_block = look->first_block + begin,
                     .n_blocks = left < look->piece ? left : look->piece};
}
