/* remarks: what a call made known about its connection: outcome, other end, totals; and events about sockets.
 */
#include "pipeline_private.h"

#include <string.h>

#include "base/clock.h"
#include "enrich/names.h"
#include "names/names.h"
#include "sink/summary.h"
#include "state/socket.h"

/* Appends a remark; its text is kept by pointer. */
static void add_remark(struct arena *arena, struct event *event, const char *words)
{
	struct remark *remark = arena_alloc(arena, sizeof *remark);
	struct remark **end = &event->remarks;

	*remark = (struct remark){ .text = words };
	while (*end)
		end = &(*end)->next;
	*end = remark;
}

/* "out 76 in 587, 49.4ms" */
static void totals_words(struct text *words, const struct socket_history *history, uint64_t life_ns)
{
	text_add(words, "out ");
	text_add_uint(words, history->sent.bytes);
	text_add(words, " in ");
	text_add_uint(words, history->received.bytes);
	if (life_ns) {
		text_add(words, ", ");
		text_add_span(words, life_ns);
	}
}

/* "connected after 24.2ms": without the time where the beginning was not seen. */
static void outcome_words(struct text *words, const char *what, uint64_t after_ns)
{
	text_add(words, what);
	if (!after_ns)
		return;
	text_add(words, " after ");
	text_add_span(words, after_ns);
}

static void failed_words(struct text *words, const struct socket_news *news)
{
	const char *name = names_errno(news->error), *meaning = names_errno_text(news->error);

	outcome_words(words, "connect failed", news->after_ns);
	if (news->error && name) {
		text_add(words, ": ");
		text_add(words, name);
	}
	if (news->error && meaning) {
		text_add(words, " (");
		text_add(words, meaning);
		text_add_char(words, ')');
	}
}

/* "s3 ↔ s7" */
static void pair_words(struct pipeline *pipeline, struct text *words, const struct socket_news *news)
{
	text_add_char(words, 's');
	text_add_uint(words, socket_id(news->file));
	text_add(words, pipeline->look->utf8 ? " ↔ s" : " <-> s");
	text_add_uint(words, socket_id(news->other));
}

/* Totals are worth a remark when something was connected or went through. */
static bool has_totals(const struct socket_history *history)
{
	return history && (history->sent.calls || history->received.calls);
}

static void add_news(struct pipeline *pipeline, struct call *call, struct event *event,
		     const struct socket_news *news)
{
	struct text *words = &pipeline->scratch;

	text_clear(words);
	switch (news->kind) {
	case NEWS_CONNECTED:
		outcome_words(words, "connected", news->after_ns);
		break;
	case NEWS_CONNECT_FAILED:
		failed_words(words, news);
		break;
	case NEWS_NO_ANSWER:
		outcome_words(words, "not connected", news->after_ns);
		break;
	case NEWS_PAIRED:
		pair_words(pipeline, words, news);
		break;
	case NEWS_LAST_CLOSE:
		if (has_totals(socket_history(news->file)))
			totals_words(words, socket_history(news->file), news->after_ns);
		break;
	default:
		break;
	}
	if (words->len)
		add_remark(&call->arena, event, arena_copy(&call->arena, words->data, words->len));
}

void pipeline_remarks(struct pipeline *pipeline, struct call *call, struct event *event, const char *words)
{
	struct socket_news news[NEWS_MAX];
	unsigned count = state_news(pipeline->state, call, news);

	if (words)
		add_remark(&call->arena, event, words);
	for (unsigned i = 0; i < count; i++)
		add_news(pipeline, call, event, &news[i]);
}

/* Seconds of the trace's clock as the JSON's microseconds since 1970; 0 stays unknown. */
static void add_moment(struct pipeline *pipeline, struct value *details, const char *name, uint64_t ns)
{
	if (ns)
		value_append(
			details,
			value_uint(&pipeline->arena, name,
				   (pipeline->look->start_wall_ns + ns - pipeline->look->start_ns) / 1000));
}

/* How long from one moment to a later one; absent when one of them is not known. */
static void add_time(struct arena *arena, struct value *details, const char *name, uint64_t from, uint64_t to)
{
	if (from && to >= from)
		value_append(details, value_duration(arena, name, (int64_t)(to - from)));
}

static void add_traffic(struct arena *arena, struct value *details, const char *name,
			const struct socket_traffic *traffic)
{
	struct value *both = value_struct(arena, name);

	value_append(both, value_uint(arena, "bytes", traffic->bytes));
	value_append(both, value_uint(arena, "calls", traffic->calls));
	value_append(details, both);
}

static void add_errors(struct arena *arena, struct value *details, const struct socket_history *history)
{
	struct value *errors = value_struct(arena, "errors");

	for (unsigned i = 0; i < SOCKET_ERRORS && history->errors[i].error; i++) {
		const char *name = names_errno(history->errors[i].error);
		value_append(errors, value_uint(arena, name ? name : "other", history->errors[i].count));
	}
	if (errors->list.first)
		value_append(details, errors);
}

static void add_place(struct arena *arena, struct value *list, const char *name, const struct place *place)
{
	const char *text = place->file && place->line ? arena_printf(arena, "%s:%d", place->file, place->line)
			   : place->function	      ? arena_printf(arena, "%s+0x%llx", place->function,
								     (unsigned long long)place->offset)
			   : place->module	      ? arena_printf(arena, "%s+0x%llx", place->module,
								     (unsigned long long)place->module_offset)
						      : NULL;

	if (text)
		value_append(list, value_string(arena, name, text, (uint32_t)strlen(text)));
}

/* Whether an earlier caller is on the same line. */
static bool is_told(const struct socket_history *history, unsigned which)
{
	const struct place *place = history->used_by[which];

	for (unsigned i = 0; place->file && i < which; i++) {
		const struct place *before = history->used_by[i];
		if (before->file && before->line == place->line && !strcmp(before->file, place->file))
			return true;
	}
	return false;
}

static void add_callers(struct arena *arena, struct value *details, const struct socket_history *history)
{
	struct value *users = value_list(arena, "used_by");

	if (history->created_by)
		add_place(arena, details, "created_by", history->created_by);
	for (unsigned i = 0; i < SOCKET_CALLERS && history->used_by[i]; i++)
		if (!is_told(history, i))
			add_place(arena, users, NULL, history->used_by[i]);
	if (users->list.first)
		value_append(details, users);
	if (history->more_callers)
		value_append(details, value_bool(arena, "used_by_more", true));
}

static void add_blocked(struct arena *arena, struct value *details, const struct socket_history *history)
{
	static const char *const names[BLOCKED_KINDS] = { "connect_usec", "send_usec", "receive_usec",
							  "wait_usec" };
	struct value *blocked = value_struct(arena, "blocked");

	for (unsigned i = 0; i < BLOCKED_KINDS; i++)
		if (history->blocked_ns[i])
			value_append(blocked, value_uint(arena, names[i], history->blocked_ns[i] / 1000));
	if (blocked->list.first)
		value_append(details, blocked);
}

static void add_constant(struct arena *arena, struct value *details, const char *name,
			 const struct names *names, int number)
{
	if (number < 0)
		return;
	struct value *value = value_new(arena, VALUE_CONSTANT, name);
	value->constant.number = (uint64_t)number;
	value->constant.text = names_find(names, (uint64_t)number);
	value_append(details, value);
}

static void add_word(struct arena *arena, struct value *details, const char *name, const char *word)
{
	if (word)
		value_append(details, value_string(arena, name, word, (uint32_t)strlen(word)));
}

/* What became of it; NULL: nothing was done to it, or nobody saw. */
static const char *condition_name(unsigned condition)
{
	static const char *const names[SOCKET_CONDITIONS] = {
		[SOCKET_BOUND] = "bound",	    [SOCKET_LISTENING] = "listening",
		[SOCKET_CONNECTING] = "connecting", [SOCKET_CONNECTED] = "connected",
		[SOCKET_REFUSED] = "failed",	    [SOCKET_SHUT] = "shut down",
	};

	return condition < SOCKET_CONDITIONS ? names[condition] : NULL;
}

/* A socket's whole history, for JSON. */
static struct value *history_details(struct pipeline *pipeline, const struct file *file,
				     const struct file_view *view)
{
	struct arena *arena = &pipeline->arena;
	const struct socket_history *history = socket_history(file);
	struct value *details = value_struct(arena, NULL);

	add_constant(arena, details, "family", &names_address_family, view->family);
	add_constant(arena, details, "type", &names_socket_type, view->type);
	if (view->protocol >= 0)
		value_append(details, value_int(arena, "protocol", view->protocol));
	if (socket_cookie(file))
		value_append(details, value_uint(arena, "cookie", socket_cookie(file)));
	if (view->local)
		value_append(details,
			     value_string(arena, "local", view->local, (uint32_t)strlen(view->local)));
	if (view->peer)
		value_append(details, value_string(arena, "peer", view->peer, (uint32_t)strlen(view->peer)));
	if (view->host)
		value_append(details, value_string(arena, "host", view->host, (uint32_t)strlen(view->host)));
	if (!history)
		return details;
	add_moment(pipeline, details, "created_usec", history->created);
	if (history->found)
		value_append(details, value_bool(arena, "found", true));
	add_moment(pipeline, details, "local_known_usec", history->local_known);
	add_moment(pipeline, details, "peer_known_usec", history->peer_known);
	if (history->condition != SOCKET_REFUSED) {
		add_moment(pipeline, details, "connected_usec", history->connect_done);
		add_time(arena, details, "connect", history->connect_begun, history->connect_done);
	}
	add_word(arena, details, "state", condition_name(history->condition));
	add_word(arena, details, "connect_error",
		 history->connect_error ? names_errno(history->connect_error) : NULL);
	add_moment(pipeline, details, "first_received_usec", history->first_received);
	add_time(arena, details, "first_byte",
		 history->connect_done ? history->connect_done : history->created, history->first_received);
	add_traffic(arena, details, "sent", &history->sent);
	add_traffic(arena, details, "received", &history->received);
	if (history->accepted)
		value_append(details, value_uint(arena, "accepted", history->accepted));
	add_blocked(arena, details, history);
	add_errors(arena, details, history);
	add_callers(arena, details, history);
	return details;
}

/* An event about one socket, in the pipeline's arena. */
static void make_socket_event(struct pipeline *pipeline, struct file *file, const char *type,
			      const struct task *task, int fd, struct event *event)
{
	const struct socket_history *history = socket_history(file);

	arena_reset(&pipeline->arena);
	*event = (struct event){ .kind = EVENT_SOCKET, .type = type, .duration_ns = -1, .fd = fd };
	event->time_ns = clock_monotonic_ns();
	event->pid = task ? task->process->pid : history ? history->pid : 0;
	event->tid = task ? task->tid : event->pid;
	event->comm = task ? task->comm : NULL;
	event->file = pipeline_view(pipeline, file, &pipeline->arena);
	if (!pipeline->decode.no_fields)
		event->details = history_details(pipeline, file, event->file);
}

/* "socket of 4410 fd 5 10.0.0.7:80 still open: out 76 in 587, 2.3ms"; NULL where nothing went through it. */
static const char *socket_words(struct pipeline *pipeline, const struct file *file, const struct event *event,
				const char *end)
{
	const struct socket_history *history = socket_history(file);
	struct text *line = &pipeline->scratch;

	if (!has_totals(history))
		return NULL;
	text_clear(line);
	text_add(line, "socket of ");
	text_add_int(line, history->pid);
	text_add(line, " fd ");
	text_add_int(line, history->fd);
	if (event->file->peer) {
		text_add_char(line, ' ');
		text_add(line, event->file->peer);
	}
	text_add_char(line, ' ');
	text_add(line, end);
	text_add(line, ": ");
	totals_words(line, history,
		     history->created && event->time_ns > history->created ? event->time_ns - history->created
									   : 0);
	return arena_copy(&pipeline->arena, line->data, line->len);
}

void pipeline_socket_found(void *user, struct task *task, int fd, struct file *file)
{
	struct event event;

	if (file_kind(file) != FILE_SOCKET)
		return;
	make_socket_event(user, file, "found", task, fd, &event);
	pipeline_emit(user, &event);
}

void pipeline_socket_closed(void *user, struct file *file)
{
	struct pipeline *pipeline = user;
	struct event event;

	if (file_kind(file) != FILE_SOCKET)
		return;
	if (!pipeline->last_words) {
		make_socket_event(pipeline, file, "closed", NULL, -1, &event);
		/* no call's line has said so: a process ended, or executed a program */
		if (!pipeline->task || pipeline->uncertain)
			event.text = socket_words(pipeline, file, &event, "closed");
		pipeline_emit(pipeline, &event);
	}
	hosts_flow_end(pipeline->hosts, socket_id(file));
}

/* The same for sockets that are open when the trace ends. */
static void socket_open(void *user, struct file *file)
{
	struct pipeline *pipeline = user;
	struct event event;

	if (file_kind(file) != FILE_SOCKET)
		return;
	make_socket_event(pipeline, file, "open", NULL, -1, &event);
	event.text = socket_words(pipeline, file, &event, "still open");
	pipeline_emit(pipeline, &event);
}

/* For totals so far, which alone must know. */
static void count_open(void *user, struct file *file)
{
	struct pipeline *pipeline = user;
	struct event event;

	if (file_kind(file) != FILE_SOCKET)
		return;
	make_socket_event(pipeline, file, "open", NULL, -1, &event);
	if (filter_shows(&pipeline->options->filter, &event, NULL))
		pipeline->totals->kind->event(pipeline->totals, &event);
}

void pipeline_totals_so_far(struct pipeline *pipeline)
{
	state_each(pipeline->state, count_open, pipeline);
	summary_write(pipeline->totals);
}

void pipeline_last_words(void *user)
{
	struct pipeline *pipeline = user;

	if (pipeline->last_words)
		return;
	state_each(pipeline->state, socket_open, pipeline);
	pipeline->last_words = true;
}
