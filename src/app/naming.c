/* naming: names for addresses, learned from the data that goes through the program's sockets. */
#include "pipeline_private.h"

#include <sys/socket.h>

#include "enrich/names.h"
#include "state/payload.h"
#include "state/socket.h"

enum { MESSAGES_MAX = 64, NETLINK_WANTED = 32768 /* a netlink message is decoded whole or not at all */ };

/* The socket as the names see it. */
static void flow_of(struct pipeline *pipeline, const struct file *file, struct flow *flow)
{
	const struct socket_history *history = socket_history(file);

	*flow = (struct flow){
		.id = socket_id(file),
		.pid = pipeline->task ? pipeline->task->process->pid
		       : history      ? history->pid
				      : 0,
		.stream = socket_type(file) == SOCK_STREAM,
		.client = history && (history->connects || history->condition == SOCKET_NEW),
		.peer = socket_peer(file),
	};
}

uint32_t pipeline_data_limit(const struct pipeline *pipeline, const struct call *call)
{
	uint32_t wanted = call->file ? state_data_wanted(call) : 0;

	if (call->file && file_kind(call->file) == FILE_SOCKET && socket_family(call->file) == AF_NETLINK)
		wanted = NETLINK_WANTED;

	return wanted > pipeline->capture.data_limit ? wanted : pipeline->capture.data_limit;
}

const char *pipeline_learn(struct pipeline *pipeline, struct call *call)
{
	struct payload payloads[MESSAGES_MAX];
	struct message messages[MESSAGES_MAX];
	struct flow flow;

	if (!call->file || file_kind(call->file) != FILE_SOCKET || !state_data_wanted(call))
		return NULL;
	const unsigned count = call_payloads(call, payloads, MESSAGES_MAX);

	for (unsigned i = 0; i < count; i++)
		messages[i] = (struct message){ .data = payloads[i].data,
						.len = payloads[i].len,
						.size = payloads[i].size,
						.received = payloads[i].received,
						.peer = payloads[i].peer.length ? &payloads[i].peer : NULL };
	if (!count)
		return NULL;
	flow_of(pipeline, call->file, &flow);
	return hosts_messages(pipeline->hosts, &flow, messages, count, &call->arena);
}

const char *pipeline_peer_host(struct pipeline *pipeline, const struct file *file)
{
	const struct address *peer = socket_peer(file);
	struct flow flow;

	if (!peer || (peer->family != AF_INET && peer->family != AF_INET6))
		return NULL;
	flow_of(pipeline, file, &flow);
	return hosts_peer(pipeline->hosts, &flow);
}

const char *pipeline_host(void *user, const struct address *address)
{
	struct pipeline *pipeline = user;

	if (!pipeline->task || (address->family != AF_INET && address->family != AF_INET6))
		return NULL;
	return hosts_name(pipeline->hosts, pipeline->task->process->pid, address);
}

const char *pipeline_service(void *user, const struct address *address, int type)
{
	struct pipeline *pipeline = user;

	if (type != SOCK_STREAM && type != SOCK_DGRAM)
		return NULL;
	return hosts_service(pipeline->hosts, address_port(address), type);
}
