/* The placement of configurations side by side with keys of one width; included once for each by
 * scenarios_level.c, which names KEY, BITS and NAME(function).
 *
 * All lanes see the same events at the same time, so the order is that of one replay. A meeting
 * that is not a lane's own comes there with nobody and goes nowhere. */

/* The lanes' state: rows of N lanes, one row a server. */
typedef struct NAME(state) {
    KEY *people;  /* keys of people */
    KEY *metric;  /* keys of what is least loaded: `people`, unless some lane counts meetings */
    KEY *ceiling; /* as keys: above the largest key with the lowest ceiling's people */
    KEY *peak;    /* keys */
    KEY room[HR_MAX_SHARING]; /* lowest of the lane's ceilings, people */
    uint32_t turn[HR_MAX_SHARING];
    uint32_t over; /* lanes with a server above its lowest ceiling */
    uint32_t last; /* lanes in their last stretch */
} NAME(state);

enum { NAME(MASK) = (1 << BITS) - 1 };

static void NAME(begin)(hr_scenarios *sc, NAME(state) * state)
{
    const size_t cells = (size_t)sc->n_servers * sc->n_lanes;
    *state = (NAME(state)){.people = (KEY *)sc->key};
    state->metric = sc->by_meetings != 0 ? state->people + cells : state->people;
    state->ceiling = state->people + 2 * cells;
    state->peak = state->people + 3 * cells;
    for (unsigned l = 0; l < sc->n_lanes; l++) {
        sc->n_stretches[l] = 0;
        state->room[l] = (KEY)sc->most;
    }
    for (unsigned s = 0; s < sc->n_servers; s++) {
        for (unsigned l = 0; l < sc->n_lanes; l++) {
            const size_t at = (size_t)s * sc->n_lanes + l;
            const bool is_there = (sc->live >> l & 1) != 0 && s < sc->servers_of[l];
            const KEY most = (KEY)(sc->ceiling[at] < sc->most ? sc->ceiling[at] : sc->most);
            state->people[at] = state->metric[at] = is_there ? (KEY)s : KEY_MAX;
            state->ceiling[at] = is_there ? (KEY)(most * (1 << BITS) + NAME(MASK)) : KEY_MAX;
            state->peak[at] = 0;
            if (is_there)
                state->room[l] = most < state->room[l] ? most : state->room[l];
        }
    }
}

/* ---- which server */

__attribute__((always_inline)) static inline void NAME(find_least)(const KEY *metric, KEY *least,
                                                                   const int N, const unsigned n)
{
#pragma omp simd
    for (int l = 0; l < N; l++)
        least[l] = KEY_MAX;
    for (unsigned s = 0; s < n; s++) {
        const KEY *row = metric + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++)
            least[l] = row[l] < least[l] ? row[l] : least[l];
    }
}

/* Lanes that take any of the equals: the skip-th of them in index order. */
__attribute__((always_inline)) static inline void
NAME(choose_uniform)(const hr_scenarios *sc, const KEY *metric, uint32_t tie, const KEY *least,
                     KEY *server, const int N, const unsigned n)
{
    KEY equals[HR_MAX_SHARING] = {0}, skip[HR_MAX_SHARING];
    for (unsigned s = 0; s < n; s++) {
        const KEY *row = metric + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++)
            equals[l] = (KEY)(equals[l] + ((row[l] | NAME(MASK)) == (least[l] | NAME(MASK))));
    }
    for (int l = 0; l < N; l++)
        skip[l] = (sc->uniform >> l & 1) != 0 ? (KEY)hr_placement_tie(tie, (unsigned)equals[l]) : 0;
    for (unsigned s = 0; s < n; s++) {
        const KEY *row = metric + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++) {
            const bool is_equal = (row[l] | NAME(MASK)) == (least[l] | NAME(MASK));
            server[l] = is_equal && skip[l] == 0 ? (KEY)s : server[l];
            skip[l] = (KEY)(skip[l] - is_equal);
        }
    }
}

/* Lanes whose rule does not look. */
static void NAME(choose_blindly)(const hr_scenarios *sc, NAME(state) * state, uint32_t meeting,
                                 uint32_t kept, KEY *server)
{
    for (uint32_t left = (sc->random | sc->in_turn) & kept; left != 0; left &= left - 1) {
        const unsigned l = (unsigned)__builtin_ctz(left);
        unsigned s = 0;
        if ((sc->in_turn >> l & 1) != 0)
            s = state->turn[l]++ % sc->servers_of[l];
        else
            while (sc->input->pick[meeting] > sc->threshold[l][s])
                s++;
        server[l] = (KEY)s;
    }
}

/* ---- what changes */

/* lane l gets `amount` where its bit is set, else 0 */
__attribute__((always_inline)) static inline void NAME(spread)(uint32_t lanes, KEY amount, KEY *out,
                                                               const int N)
{
    static const uint16_t bit[16] = {1,     2,     4,     8,     0x10,   0x20,   0x40,   0x80,
                                     0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000};
    for (int from = 0; from < N; from += 16) {
        const uint16_t half = (uint16_t)(lanes >> from);
        const int most = N - from < 16 ? N - from : 16;
#pragma omp simd
        for (int l = 0; l < most; l++)
            out[from + l] = (half & bit[l]) != 0 ? amount : 0;
    }
}

/* The key of server[l] changes by add[l]. */
__attribute__((always_inline)) static inline void
NAME(change)(KEY *keys, const KEY *server, const KEY *add, const int N, const unsigned n)
{
#if SCATTERS
    (void)n;
    for (int l = 0; l < N; l++)
        keys[(size_t)server[l] * (unsigned)N + (unsigned)l] += add[l];
#else
    for (unsigned s = 0; s < n; s++) {
        KEY *row = keys + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++) {
            row[l] = HR_ADD_IF(server[l] == (KEY)s, row[l], add[l]);
        }
    }
#endif
}

/* The key of server[l]. */
__attribute__((always_inline)) static inline void
NAME(look_up)(const KEY *keys, const KEY *server, KEY *key, const int N, const unsigned n)
{
#if SCATTERS
    (void)n;
    for (int l = 0; l < N; l++)
        key[l] = keys[(size_t)server[l] * (unsigned)N + (unsigned)l];
#else
#pragma omp simd
    for (int l = 0; l < N; l++)
        key[l] = 0;
    for (unsigned s = 0; s < n; s++) {
        const KEY *row = keys + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++) {
            const KEY is_it = server[l] == (KEY)s ? -1 : 0;
            key[l] = (KEY)(key[l] | (row[l] & is_it));
        }
    }
#endif
}

__attribute__((always_inline)) static inline void NAME(raise_peaks)(KEY *peak, const KEY *keys,
                                                                    const int N, const unsigned n)
{
#pragma omp simd
    for (size_t i = 0; i < n * (size_t)N; i++)
        peak[i] = keys[i] > peak[i] ? keys[i] : peak[i];
}

/* ---- overload */

__attribute__((always_inline)) static inline uint32_t NAME(find_over)(const NAME(state) * state,
                                                                      const int N, const unsigned n)
{
    KEY above[HR_MAX_SHARING];
    uint32_t over = 0;
#pragma omp simd
    for (int l = 0; l < N; l++)
        above[l] = 0;
    for (unsigned s = 0; s < n; s++) {
        const KEY *people = state->people + s * (size_t)N;
        const KEY *ceiling = state->ceiling + s * (size_t)N;
#pragma omp simd
        for (int l = 0; l < N; l++)
            above[l] = (KEY)(above[l] | (people[l] > ceiling[l] ? -1 : 0));
    }
    for (int l = 0; l < N; l++)
        over |= (uint32_t)(above[l] != 0) << l;
    return over;
}

/* Stretches begin and end. */
static void NAME(note_over)(hr_scenarios *sc, NAME(state) * state, uint32_t event, uint32_t over)
{
    const uint32_t now = over | state->last, changed = now ^ state->over;
    state->over = now;
    for (uint32_t left = changed & ~now; left != 0; left &= left - 1) {
        const unsigned l = (unsigned)__builtin_ctz(left);
        sc->stretch[l * (size_t)sc->most_stretches + sc->n_stretches[l] - 1].end = event + 1;
    }
    for (uint32_t left = changed & now; left != 0; left &= left - 1) {
        const unsigned l = (unsigned)__builtin_ctz(left);
        const size_t number = l * (size_t)sc->most_stretches + sc->n_stretches[l]++;
        int32_t *standing = sc->standing + number * sc->n_servers;
        sc->stretch[number] = (hr_stretch){event, sc->n_events};
        for (unsigned s = 0; s < sc->servers_of[l]; s++)
            standing[s] = state->people[(size_t)s * sc->n_lanes + l] >> BITS;
        if (sc->n_stretches[l] == sc->most_stretches)
            state->last |= 1u << l;
    }
}

__attribute__((always_inline)) static inline bool NAME(has_too_many)(const hr_scenarios *sc,
                                                                     const KEY *after, const int N)
{
    bool any = false;
    for (int l = 0; l < N; l++)
        any = any || ((sc->live >> l & 1) != 0 && (after[l] >> BITS) > sc->most);
    return any;
}

/* ---- the events */

/* `people` and `meetings` more on the servers of the lanes `own` (all ones or 0), as in keys. */
__attribute__((always_inline)) static inline void
NAME(move)(const hr_scenarios *sc, NAME(state) * state, const KEY *server, const KEY *own,
           KEY people, KEY meetings, const int N, const unsigned n)
{
    KEY add[HR_MAX_SHARING];
#pragma omp simd
    for (int l = 0; l < N; l++)
        add[l] = own[l] & people;
    NAME(change)(state->people, server, add, N, n);
    if (sc->by_meetings == 0)
        return;
    KEY counts[HR_MAX_SHARING];
    NAME(spread)(sc->by_meetings, -1, counts, N);
#pragma omp simd
    for (int l = 0; l < N; l++)
        add[l] = (KEY)((counts[l] & own[l] & meetings) | (~counts[l] & add[l]));
    NAME(change)(state->metric, server, add, N, n);
}

/* after[l]: the key that the meeting's server has then, or one of as many people. */
__attribute__((always_inline)) static inline void NAME(arrive)(const hr_scenarios *sc,
                                                               NAME(state) * state,
                                                               uint32_t meeting, KEY *after,
                                                               const int N, const unsigned n)
{
    const hr_input *in = sc->input;
    const uint32_t kept = in->kept != NULL ? in->kept[meeting] & sc->live : sc->live;
    const bool is_blind = (sc->random | sc->in_turn) != 0;
    const KEY people = (KEY)(sc->joins_at_once ? in->size[meeting] * (1u << BITS) : 0);
    uint16_t *out = sc->server + (size_t)meeting * (unsigned)N;
    KEY server[HR_MAX_SHARING], own[HR_MAX_SHARING];
    NAME(find_least)(state->metric, after, N, n);
    NAME(spread)(kept, -1, own, N);
#pragma omp simd
    for (int l = 0; l < N; l++)
        server[l] = (KEY)(after[l] & NAME(MASK));
    if (sc->uniform != 0)
        NAME(choose_uniform)(sc, state->metric, in->tie[meeting], after, server, N, n);
    if (is_blind)
        NAME(choose_blindly)(sc, state, meeting, kept, server);
#pragma omp simd
    for (int l = 0; l < N; l++) {
        out[l] = (uint16_t)(server[l] | (KEY)~own[l]); /* HR_NO_SERVER: all ones */
        after[l] = (KEY)(after[l] + (own[l] & people));
    }
    NAME(move)(sc, state, server, own, people, 1 << BITS, N, n);
    if (is_blind || sc->by_meetings != 0)
        NAME(look_up)(state->people, server, after, N, n);
}

/* Where a meeting is; own[l]: all ones where it is, else 0. */
__attribute__((always_inline)) static inline void
NAME(find)(const hr_scenarios *sc, uint32_t meeting, KEY *server, KEY *own, const int N)
{
    const uint16_t *placed = sc->server + (size_t)meeting * (unsigned)N;
#pragma omp simd
    for (int l = 0; l < N; l++) {
        own[l] = placed[l] != HR_NO_SERVER ? -1 : 0;
        server[l] = (KEY)(own[l] & (KEY)placed[l]);
    }
}

__attribute__((always_inline)) static inline void NAME(depart)(const hr_scenarios *sc,
                                                               NAME(state) * state,
                                                               uint32_t meeting, const int N,
                                                               const unsigned n)
{
    KEY server[HR_MAX_SHARING], own[HR_MAX_SHARING];
    const KEY people = (KEY)((int32_t)sc->input->size[meeting] * -(1 << BITS));
    NAME(find)(sc, meeting, server, own, N);
    NAME(move)(sc, state, server, own, people, -(1 << BITS), N, n);
}

__attribute__((always_inline)) static inline void NAME(join)(const hr_scenarios *sc,
                                                             NAME(state) * state, uint32_t number,
                                                             KEY *after, const int N,
                                                             const unsigned n)
{
    KEY server[HR_MAX_SHARING], own[HR_MAX_SHARING];
    NAME(find)(sc, sc->input->join_meeting[number], server, own, N);
    NAME(move)(sc, state, server, own, 1 << BITS, 0, N, n);
    NAME(look_up)(state->people, server, after, N, n);
}

/* More people have come: false when that is too many. */
__attribute__((always_inline)) static inline bool NAME(check)(const hr_scenarios *sc,
                                                              const NAME(state) * state,
                                                              const KEY *after, bool *above,
                                                              const int N)
{
    KEY excess = 0;
#pragma omp simd reduction(max : excess)
    for (int l = 0; l < N; l++) {
        const KEY more = (KEY)((after[l] >> BITS) - state->room[l]);
        excess = more > excess ? more : excess;
    }
    *above = excess > 0;
    return excess <= 0 || !NAME(has_too_many)(sc, after, N);
}

__attribute__((always_inline)) static inline bool NAME(run)(hr_scenarios *sc, const int N,
                                                            const unsigned n)
{
    NAME(state) state;
    NAME(begin)(sc, &state);
    for (uint32_t e = 0; e < sc->n_events; e++) {
        const uint32_t number = sc->event[e] & ((1u << HR_SCENARIOS_NUMBER_BITS) - 1);
        const uint32_t kind = sc->event[e] >> HR_SCENARIOS_NUMBER_BITS;
        KEY after[HR_MAX_SHARING];
        bool above = false;
        if (kind == HR_EVENT_DEPARTURE) {
            NAME(depart)(sc, &state, number, N, n);
        } else {
            if (kind == HR_EVENT_ARRIVAL)
                NAME(arrive)(sc, &state, number, after, N, n);
            else
                NAME(join)(sc, &state, number, after, N, n);
            if (!NAME(check)(sc, &state, after, &above, N))
                return false;
        }
        if (sc->counts_peaks &&
            (e + 1 == sc->measured || (e + 1 > sc->measured && kind != HR_EVENT_DEPARTURE)))
            NAME(raise_peaks)(state.peak, state.people, N, n);
        if (above || state.over != 0)
            NAME(note_over)(sc, &state, e, NAME(find_over)(&state, N, n));
    }
    for (unsigned i = 0; i < n * (unsigned)N; i++)
        sc->peak[i] = state.peak[i] >> BITS;
    return true;
}
