/* kinds: the sinks there are; a new one is one file and one line here. */
#include "sink/sink.h"

const struct sink_kind *const sink_kinds[] = { &sink_text, &sink_json, NULL };
