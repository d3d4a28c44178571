/* Sessions of users whose servers fail. Each newcomer of a home server is there if its user is in
 * service, and on another server, any that is up alike, while the home is out: what the replicas of
 * many routing groups come to. Sessions on a server that goes out are gone. */
#include "input/store.h"

typedef struct rehoming {
    const hr_writing *writing;
    const uint8_t *state; /* [n_servers] now */
    unsigned up[HR_MAX_SERVERS];
    unsigned n_up;
    uint64_t keep;  /* newcomers whose word is below are of users in service */
    uint64_t words; /* state of the words that say so and where */
    uint64_t n_words;
} rehoming;

static void look(rehoming *r, uint32_t change)
{
    const hr_input *in = r->writing->input;
    const unsigned n = r->writing->configuration->n_servers;
    const double share = in->signed_in[change];
    r->state = in->server_state + change * (size_t)n;
    r->n_up = 0;
    for (unsigned j = 0; j < n; j++) {
        if (r->state[j] != HR_SERVER_OUT)
            r->up[r->n_up++] = j;
    }
    r->keep = (uint64_t)(share * 0x1p32 + 0.5);
}

/* A newcomer is there once for every whole time that users are in service, and once more for the
 * rest: with a partner's users there are more than the pool's own. */
static void add_newcomer(rehoming *r, unsigned home, uint32_t *sessions)
{
    const uint64_t word = hr_split(r->words, r->n_words++);
    uint64_t times = (r->keep >> 32) + ((word & UINT32_MAX) < (r->keep & UINT32_MAX));
    for (; times > 0 && r->n_up > 0; times--) {
        const uint64_t place = hr_split(word, times) >> 32;
        const unsigned other = r->up[place * r->n_up >> 32];
        sessions[r->state[home] == HR_SERVER_OUT ? other : home]++;
    }
}

hr_status hr_write_rehomed(const hr_writing *writing, unsigned number, const uint32_t *word,
                           uint16_t *sessions, size_t stride, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = writing->input;
    const hr_prepared_background *item = &writing->prepared->background[number];
    hr_endings *endings = &in->store->endings[number];
    const unsigned n_servers = writing->configuration->n_servers;
    const size_t n_words = hr_words_of_path(in->n_steps);
    const uint32_t most = item->n_survive_all - 1;
    const hr_stream_id id = writing->id;
    rehoming r = {
        .writing = writing,
        .words = hr_hash(
            (const uint64_t[]){id.seed, id.group, id.replication, HR_PURPOSE_FAILURE, number}, 5)};
    uint32_t change = 0, now[HR_MAX_SERVERS] = {0};
    HR_TRY(hr_endings_begin(endings, item, err));
    for (size_t s = 0; s < in->n_steps; s++) {
        const hr_tick tick = in->begin + s * writing->prepared->session_step;
        while (change + 1 < in->n_changes && in->change[change + 1] <= tick)
            change++;
        look(&r, change);
        for (unsigned j = 0; j < n_servers && s > 0; j++) {
            const uint32_t ends = word[j * n_words + 2 * s - 1];
            now[j] = r.state[j] == HR_SERVER_OUT
                         ? 0
                         : now[j] - hr_endings_of(endings, item, now[j], ends);
        }
        for (unsigned j = 0; j < n_servers; j++) {
            const hr_sampler *law = s > 0 ? &item->newcomers : &item->in_progress;
            uint32_t newcomers =
                (uint32_t)hr_sampler_draw(law, word[j * n_words + (s > 0 ? 2 * s : 0)]);
            for (; newcomers > 0; newcomers--)
                add_newcomer(&r, j, now);
        }
        for (unsigned j = 0; j < n_servers; j++) {
            now[j] = now[j] < most ? now[j] : most;
            sessions[s * stride + j] = (uint16_t)now[j];
        }
    }
out:
    return st;
}
