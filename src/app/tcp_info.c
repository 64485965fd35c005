/* tcp_info: events with the kernel's view of a TCP connection. */
#include "pipeline_private.h"

#include <string.h>

#include "state/socket.h"

/* The fields that answer why a connection is slow; text shows the others under -v. */
static const char *const telling[] = {
	"tcpi_state",	      "tcpi_rtt",	  "tcpi_rttvar",	 "tcpi_min_rtt",
	"tcpi_snd_cwnd",      "tcpi_retransmits", "tcpi_total_retrans",	 "tcpi_lost",
	"tcpi_unacked",	      "tcpi_bytes_acked", "tcpi_bytes_received", "tcpi_bytes_retrans",
	"tcpi_delivery_rate", "tcpi_busy_time",	  "tcpi_rwnd_limited",	 "tcpi_sndbuf_limited",
};

static bool is_telling(const char *name)
{
	for (size_t i = 0; i < sizeof(telling) / sizeof(*telling); i++)
		if (strcmp(telling[i], name) == 0)
			return true;
	return false;
}

void pipeline_tcp_sample(void *user, struct file *file, const struct tcp_sample *sample)
{
	struct pipeline *pipeline = user;
	const struct socket_history *history = socket_history(file);
	struct event event = { .kind = EVENT_SOCKET, .type = "tcp_info", .duration_ns = -1, .fd = -1 };

	arena_reset(&pipeline->arena);
	const struct file_view *view = pipeline_view(pipeline, file, &pipeline->arena);
	struct value *info = decode_tcp_info(&pipeline->arena, sample->info, sample->size);

	for (struct value *field = info->list.first; field; field = field->next)
		if (field->name && !is_telling(field->name))
			field->place = PLACE_VERBOSE;
	struct value *why = value_string(&pipeline->arena, "why", sample->why, (uint32_t)strlen(sample->why));

	why->place = PLACE_JSON;
	why->next = info->list.first;
	event.time_ns = sample->time_ns;
	event.pid = event.tid = history ? history->pid : 0;
	event.file = view;
	event.details = why;
	event.text = arena_printf(&pipeline->arena, "tcp_info s%u%s%s (%s)", socket_id(file),
				  view && view->peer ? " " : "", view && view->peer ? view->peer : "",
				  sample->why);
	pipeline_emit(pipeline, &event);
}
