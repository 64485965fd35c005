#include "enrich/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "hello.h"
#include "private.h"

#define NAMELESS_NS UINT64_C(1000000000)

enum { DNS_PORT = 53, MDNS_PORT = 5353, HELLO_MESSAGES = 4 };

struct hosts *hosts_new(void)
{
	return enrich_zalloc(sizeof(struct hosts));
}

static void stream_done(struct stream *stream)
{
	free(stream->data);
	*stream = (struct stream){ 0 };
}

static void flow_free(struct flow_state *state)
{
	stream_done(&state->in);
	stream_done(&state->out);
	free(state->name);
	free(state);
}

void hosts_free(struct hosts *hosts)
{
	struct map_slot *slot;

	if (!hosts)
		return;
	for (unsigned i = 0; i < LEARNED_LIMIT; i++)
		free(hosts->learned[i].name);
	for (size_t at = 0; (slot = map_next(&hosts->flows, &at));)
		flow_free(slot->value);
	for (size_t at = 0; (slot = map_next(&hosts->services, &at));)
		free(slot->value);
	map_done(&hosts->by_key);
	map_done(&hosts->flows);
	map_done(&hosts->services);
	hosts_file_done(hosts);
	free(hosts);
}

static struct flow_state *flow_of(struct hosts *hosts, const struct flow *flow)
{
	struct flow_state *state;

	if (!flow->id)
		return NULL;
	state = map_get(&hosts->flows, flow->id);
	if (!state) {
		state = enrich_zalloc(sizeof(*state));
		map_put(&hosts->flows, flow->id, state);
	}
	return state;
}

void hosts_flow_end(struct hosts *hosts, uint32_t id)
{
	struct flow_state *state = map_take(&hosts->flows, id);

	if (state)
		flow_free(state);
}

/* FNV-1a over the name in lower case and the type; never 0. */
static uint32_t question_hash(const struct dns_message *message)
{
	uint32_t hash = 0x811c9dc5 ^ (uint32_t)message->type;

	for (const char *c = message->question; *c; c++)
		hash = (hash ^ (uint8_t)(*c >= 'A' && *c <= 'Z' ? *c | 32 : *c)) * 0x01000193;
	return hash ? hash : 1;
}

static void remember_question(struct flow_state *state, const struct dns_message *message)
{
	if (!state)
		return;
	state->asked = true;
	state->questions[state->next++ % PENDING_LIMIT] =
		(struct question){ message->id, question_hash(message) };
}

/* Whether the program asked this of that socket, as its resolver will check too; true when it asked before we
 * saw. */
static bool was_asked(struct flow_state *state, const struct dns_message *message)
{
	uint32_t hash = question_hash(message);

	if (!state || !state->asked)
		return true;
	for (unsigned i = 0; i < PENDING_LIMIT; i++)
		if (state->questions[i].hash == hash && state->questions[i].id == message->id)
			return true;
	return false;
}

static void learn_answer(struct hosts *hosts, pid_t pid, const struct dns_message *message)
{
	for (unsigned i = 0; i < message->address_count && i < DNS_ADDRESSES; i++)
		learn(hosts, pid, &message->addresses[i], message->question);
}

static void dns_message(struct hosts *hosts, const struct flow *flow, struct flow_state *state,
			const uint8_t *data, uint32_t len, bool received, struct arena *arena, char **words)
{
	struct dns_message message;

	if (dns_parse(data, len, &message) < 0 || !message.question[0])
		return;
	if (!message.answer) {
		if (!received)
			remember_question(state, &message);
		words_question(arena, words, &message);
		return;
	}
	if (received && was_asked(state, &message)) {
		if (!message.rcode)
			learn_answer(hosts, flow->pid, &message);
	}
	words_answer(arena, words, &message);
}

/* A stream carries messages with their lengths before them (RFC 1035 4.2.2), cut anywhere. */
static void dns_stream(struct hosts *hosts, const struct flow *flow, struct flow_state *state,
		       const struct message *part, struct arena *arena, char **words)
{
	struct stream *stream = part->received ? &state->in : &state->out;
	uint32_t at = 0;

	if (part->len < part->size || stream->len + part->len > STREAM_LIMIT)
		stream->lost = true;
	if (stream->lost)
		return;
	stream->data = realloc(stream->data, stream->len + part->len + 1);
	if (!stream->data)
		abort();
	memcpy(stream->data + stream->len, part->data, part->len);
	stream->len += part->len;
	while (stream->len - at >= 2) {
		uint32_t len = (uint32_t)stream->data[at] << 8 | stream->data[at + 1];

		if (stream->len - at - 2 < len)
			break;
		dns_message(hosts, flow, state, stream->data + at + 2, len, part->received, arena, words);
		at += 2 + len;
	}
	stream->len -= at;
	memmove(stream->data, stream->data + at, stream->len);
}

struct local_names {
	struct hosts *hosts;
	pid_t pid;
};

static void local_name(void *user, const char *name, const struct dns_address *address)
{
	struct local_names *local = user;

	learn(local->hosts, local->pid, address, name);
}

static void dns_part(struct hosts *hosts, const struct flow *flow, struct flow_state *state,
		     const struct message *part, int port, struct arena *arena, char **words)
{
	if (flow->stream) {
		if (state)
			dns_stream(hosts, flow, state, part, arena, words);
		return;
	}
	if (part->len < part->size)
		return; /* not whole: the parser would have to guess */
	dns_message(hosts, flow, state, part->data, part->len, part->received, arena, words);
	if (port == MDNS_PORT && part->received)
		dns_local(part->data, part->len, local_name, &(struct local_names){ hosts, flow->pid });
}

static void name_flow(struct flow_state *state, const struct address *peer, const char *name)
{
	free(state->name);
	state->name = enrich_string(name);
	state->peer = *peer;
}

/* The first bytes that a client sends may name the connection; a name that was looked up is better. */
static void first_bytes(struct hosts *hosts, const struct flow *flow, const struct message *part)
{
	struct flow_state *state = flow_of(hosts, flow);
	char name[HELLO_NAME];

	if (!state || state->looked >= HELLO_MESSAGES || !part->len)
		return;
	state->looked++;
	switch (hello_parse(part->data, part->len, name)) {
	case HELLO_PROXY:
		state->proxy = true;
		break;
	case HELLO_NAMED:
		if (!state->proxy && !hosts_peer(hosts, flow))
			name_flow(state, flow->peer, name);
		break;
	case HELLO_NONE:
		break;
	}
}

const char *hosts_messages(struct hosts *hosts, const struct flow *flow, const struct message *messages,
			   unsigned count, struct arena *arena)
{
	char *words = NULL;

	for (unsigned i = 0; i < count; i++) {
		const struct message *part = &messages[i];
		const struct address *peer =
			part->peer && address_known(part->peer) ? part->peer : flow->peer;
		int port = peer ? address_port(peer) : -1;

		if (port == DNS_PORT || port == MDNS_PORT)
			dns_part(hosts, flow, flow_of(hosts, flow), part, port, arena, &words);
		else if (flow->stream && flow->client && !part->received && flow->peer && port > 0)
			first_bytes(hosts, flow, part);
	}
	return words;
}

const char *hosts_name(struct hosts *hosts, pid_t pid, const struct address *address)
{
	struct dns_address ip;
	const char *name;

	if (!ip_of(address, &ip))
		return NULL;
	name = learned_name(hosts, pid, &ip);
	return name ? name : hosts_file_name(hosts, pid, &ip);
}

/* Whether it was just seen that this peer has no name. */
static bool is_nameless(const struct hosts *hosts, const struct flow_state *state, const struct address *peer)
{
	return !state->name && state->looked_ns && state->learned == hosts->learned_count &&
	       address_equal(&state->peer, peer) && clock_coarse_ns() - state->looked_ns < NAMELESS_NS;
}

const char *hosts_peer(struct hosts *hosts, const struct flow *flow)
{
	struct flow_state *state = flow->id ? map_get(&hosts->flows, flow->id) : NULL;
	struct dns_address ip;
	const char *name;

	if (!flow->peer || !ip_of(flow->peer, &ip))
		return NULL;
	if (state && state->name && address_equal(&state->peer, flow->peer))
		return state->name;
	if (state && is_nameless(hosts, state, flow->peer))
		return NULL;
	name = hosts_name(hosts, flow->pid, flow->peer);
	state = flow_of(hosts, flow);
	if (!state)
		return name;
	if (name) {
		name_flow(state, flow->peer, name);
		return state->name;
	}
	free(state->name);
	state->name = NULL;
	state->peer = *flow->peer;
	state->looked_ns = clock_coarse_ns();
	state->learned = hosts->learned_count;
	return NULL;
}
