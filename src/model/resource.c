#include "model/resource.h"

/* Steps: the finest value in use is kept to better than 1e-4. cpu: 0.4 Mc/s of a Focus
 * participant, 27,120 Mc/s of a server = 2^28 steps; network: 46.1 kbit/s of a G.722 stream,
 * 1 Gbit/s = 2^27 steps (user-facing values: METHODS.md, "Costs"). */
const hr_resource hr_resources[HR_N_RESOURCES] = {
    {"load", "1", 1.0, "abstract load, for models without hardware"},
    {"cpu", "Mc/s", 1e4, "processor: reference megacycles per second (2013 cores with HT)"},
    {"memory", "MiB", 1024.0, "memory"},
    {"network_in", "kbit/s", 100.0, "network port, towards the server"},
    {"network_out", "kbit/s", 100.0, "network port, away from the server"},
    {"participants", "1", 1.0, "conference participants present"},
    {"viewers", "1", 1.0, "participants who watch application sharing"},
    {"pstn_calls", "1", 1.0, "calls whose media crosses the Mediation component"},
    {"registrations", "1", 1.0, "logged-in users served"},
};

const char *const hr_level_names[HR_N_LEVELS] = {"target", "limit", "full"};
