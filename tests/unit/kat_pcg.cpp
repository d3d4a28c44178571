// The generator against its author's own code: pcg32 of pcg_random.hpp (Debian: libpcg-cpp-dev),
// whose text form "multiplier increment state" sets the raw state. Compares every level that this
// processor has, 16 lanes x 1,000 draws; --print writes the known answers of test_stream.c.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <vector>

#if !__has_include(<pcg_random.hpp>)
int main()
{
    std::puts("skipped: libpcg-cpp-dev is not installed");
    return 77;
}
#else
#include <pcg_random.hpp>

// base/vector.h is C11; this is its struct with the members that matter here.
extern "C" {
struct hr_vector {
    const char *name;
    void (*pcg32)(std::uint64_t *state, const std::uint64_t *increment, std::size_t n_blocks,
                  std::uint32_t *out);
};
const hr_vector *hr_vector_level(unsigned i);
}

static pcg32 generator(std::uint64_t state, std::uint64_t increment)
{
    pcg32 g;
    std::stringstream text;
    text << "6364136223846793005 " << increment << " " << state;
    text >> g;
    return g;
}

static void start(std::uint64_t state[16], std::uint64_t increment[16])
{
    for (std::uint64_t i = 0; i < 16; i++) {
        state[i] = 0x9e3779b97f4a7c15u * (i + 1);
        increment[i] = (0xbf58476d1ce4e5b9u * (i + 1)) | 1;
    }
}

int main(int argc, char **argv)
{
    enum { BLOCKS = 1000 };
    std::uint64_t state[16], increment[16];
    std::vector<std::uint32_t> expected(16 * BLOCKS), out(16 * BLOCKS);
    start(state, increment);
    for (unsigned i = 0; i < 16; i++) {
        pcg32 g = generator(state[i], increment[i]);
        for (unsigned k = 0; k < BLOCKS; k++)
            expected[16 * k + i] = g();
    }
    if (argc > 1 && std::strcmp(argv[1], "--print") == 0)
        for (unsigned i = 0; i < 64; i++)
            std::printf("0x%08xu,%s", static_cast<unsigned>(expected[i]), i % 8 == 7 ? "\n" : " ");
    int wrong = 0;
    for (unsigned level = 0; hr_vector_level(level) != nullptr; level++) {
        start(state, increment);
        hr_vector_level(level)->pcg32(state, increment, BLOCKS, out.data());
        if (out != expected) {
            std::fprintf(stderr, "level %s differs from pcg_random.hpp\n",
                         hr_vector_level(level)->name);
            wrong = 1;
        }
    }
    return wrong;
}
#endif
