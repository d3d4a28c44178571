/* functional: what an outcome asks of one state of a chain.
 */
#ifndef HR_EXACT_FUNCTIONAL_H
#define HR_EXACT_FUNCTIONAL_H

#include "exact/chain.h"
#include "exact/quantity.h"
#include "exact/room.h"

typedef struct hr_functional {
    const hr_chain *chain;
    hr_quantity quantity;
    hr_room room;    /* background, at a ceiling of 0 */
    double *ceiling; /* [n_servers] steps, constant background taken off; of the quantity */
    bool is_alone;   /* the state is one server of several that are alike */
} hr_functional;

/* `*why` where no state tells the quantity. Only of quantities that hr_functional_is_known. */
bool hr_functional_is_known(hr_quantity_kind kind);
HR_MUST_CHECK hr_status hr_functional_make(const hr_chain *chain, const hr_quantity *quantity,
                                           hr_arena *arena, hr_functional *functional,
                                           const char **why, hr_err *err);
/* Its value in a state, in steps where it is a load; of a server that is one of equals, the mean
 * over them. */
double hr_functional_at(const hr_functional *functional, size_t state);
/* Rate of beginning episodes in a state, 1/s, where `arrivals` come per second. */
double hr_functional_begins(const hr_functional *functional, size_t state, double arrivals);
/* Probability that an arriving meeting of a class (or of any: -1) is refused. */
double hr_functional_refuses(const hr_functional *functional, size_t state, int class);

#endif
