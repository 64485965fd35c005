/* Every string that the traced program can choose, with the worst bytes: nothing of them may reach a terminal
 * raw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/text.h"
#include "sink_events.h"

static const char *const hostile[] = {
	"\x1b[2J\x1b]0;title\a", /* escape sequences */
	"line\nbreak\r\n\t\v\f",
	"\x7f\x01\x02\x1f",
	"\xff\xfe\xc0\x80\xed\xa0\x80\xf5\x80\x80\x80", /* invalid UTF-8 */
	"\xc2\x9b"
	"31m\xc2\x80\xc2\x9f", /* C1 controls in UTF-8 */
	"\x9b"
	"31m\x80\x9f",					    /* and raw */
	"\xe2\x80\xae\xe2\x80\xab\xe2\x81\xa6\xe2\x81\xa9", /* bidi overrides and isolates */
	"\xe2\x80\x8b\xef\xbb\xbf\xe2\x80\xa8\xe2\x80\xa9", /* zero width, separators */
	"\"\\\"\\",
	"",
	"\xe2\x82", /* cut short */
	"a very long name that goes on and on so that every column has to cope with what does not fit it at "
	"all \x1b[m",
};

/* Events of all kinds, with the string wherever the traced program has a say. */
static void add_hostile(struct events *events, const char *string)
{
	struct arena *arena = &events->arena;
	uint32_t len = (uint32_t)strlen(string);
	struct place *outer = arena_zalloc(arena, sizeof(*outer)),
		     *place = arena_zalloc(arena, sizeof(*place));
	struct file_view *view = arena_zalloc(arena, sizeof(*view));
	const struct place **frames = arena_alloc(arena, 2 * sizeof(*frames));

	*outer = (struct place){ .module = string, .module_offset = 1, .note = string };
	*place = (struct place){
		.function = string, .file = string, .line = 1, .module = string, .outer = outer
	};
	*view = (struct file_view){
		.kind = FILE_SOCKET, .link = LINK_TO, .id = 1, .local = string, .peer = string, .host = string
	};
	frames[0] = place;
	frames[1] = outer;
	for (int i = 0; i < 3; i++) {
		struct event *event =
			add_call(events, "connect", 1, 2, 7 + i, i == 2 ? outer : place, -EINVAL);
		event->caller.via = string;
		event->comm = string;
		event->file = view;
		event->fd = 5;
		event->stack = frames;
		event->stack_count = 2;
		view->link = i ? LINK_LISTEN : LINK_TO;
		arg(event, new_fd(arena, "fd", 5, view));
		struct value *address = new_address(arena, "addr", "x", 1, string);
		address->address.text = string;
		value_append(&(struct value){ .kind = VALUE_STRUCT, .list.first = address->address.fields },
			     value_string(arena, "path", string, len));
		arg(event, address);
		arg(event, value_bytes(arena, "buf", string, len, len + 1));
		arg(event, value_string(arena, "name", string, len));
		arg(event, new_text(arena, PLACE_RESULT, "words", string));
		add_remark(events, event, string);
	}
	static const enum event_kind kinds[] = { EVENT_PROCESS, EVENT_SIGNAL, EVENT_SOCKET, EVENT_NOTE,
						 EVENT_NOTE };
	static const char *const types[] = { "started", "started", "tcp_info", "started", "pending" };
	for (size_t i = 0; i < 5; i++) {
		struct event *event = add_event(events, kinds[i], types[i], 1, 7);
		event->comm = event->text = string;
		event->duration_ns = i == 4 ? 1 : -1;
		event->caller.place = place;
		event->details = value_string(arena, "path", string, len);
	}
}

/* No raw control byte, no invisible or reordering character; only our own colours. */
static void expect_harmless(const char *text, bool utf8)
{
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		if (*at == 0x1b) { /* ESC [ one or two digits m, as the sink writes it */
			size_t digits = strspn((const char *)at + 2, "0123456789");
			assert_true(at[1] == '[' && digits <= 2 && at[2 + digits] == 'm');
			at += 3 + digits;
			continue;
		}
		assert_true(*at >= 0x20 || *at == '\n');
		assert_true(*at != 0x7f);
		assert_true(utf8 || *at < 0x80);
		if (*at == 0xc2)
			assert_true(at[1] >= 0xa0);
		if (*at == 0xe2 && at[1] == 0x80)
			assert_true(at[2] == 0xa6 ||
				    (at[2] > 0x8f && at[2] < 0xa8)); /* U+2026 is our ellipsis */
		if (*at == 0xe2 && at[1] == 0x81)
			assert_true(at[2] < 0xa6 || at[2] > 0xa9);
		assert_false(*at == 0xef && at[1] == 0xbb && at[2] == 0xbf);
		at++;
	}
	assert_true(text_is_utf8(text, strlen(text)));
}

static unsigned count_lines(const char *text)
{
	unsigned lines = 0;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		for (unsigned set = 0; set < 64; set++) {
			struct sink_options options = plain_options(set & 1 ? 80 : 0);
			struct events events = { 0 };
			options.color = set & 2 && options.width;
			options.utf8 = !(set & 4);
			options.verbose = set & 8;
			options.path = set & 16 ? PATH_FULL : PATH_SHORT;
			options.stack = options.stack_source = set & 32;
			add_hostile(&events, hostile[i]);
			char *text = written(&sink_text, &options, &events);
			expect_harmless(text, options.utf8);
			/* a line per event, three frames per call (one is inlined), the fields of the socket
			 */
			assert_int_equal(count_lines(text), 8 + (options.stack ? 9 : 0) + 1);
			free(text);
			arena_done(&events.arena);
		}
	}
}

static void test_json(void **state)
{
	struct sink_options options = plain_options(0);

	(void)state;
	options.stack = true;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct events events = { 0 };
		add_hostile(&events, hostile[i]);
		char *text = written(&sink_json, &options, &events);
		expect_harmless(text, true);
		assert_int_equal(count_lines(text), 8);
		for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
			json_t *object = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);
			assert_non_null(object);
			json_decref(object);
		}
		free(text);
		arena_done(&events.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
