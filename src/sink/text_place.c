/* text_place: the line column and the frames of a stack. Places are immutable, so each is made into text
 * once. */
#include <stdlib.h>

#include "text_sink.h"

enum { FILE_PLACE_LIMIT = 48, LEAST_PLACE = 17, LEAST_BESIDE = 13, SOURCE_INDENT = 12 };

/* The part behind the last slash. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* A source file's path as --source-path wants it. */
static const char *styled_path(const struct text_sink *sink, const char *path)
{
	size_t len = sink->directory ? strlen(sink->directory) : 0;

	if (sink->options.path == PATH_SHORT)
		return base_name(path);
	if (sink->options.path == PATH_RELATIVE && len > 1 && !strncmp(path, sink->directory, len) &&
	    path[len] == '/' && path[len + 1])
		return path + len + 1;
	return path;
}

static const char *styled_module(const struct text_sink *sink, const char *module)
{
	return sink->options.path == PATH_FULL ? module : base_name(module);
}

static void add_foreign(const struct text_sink *sink, struct text *text, const char *string)
{
	put_foreign(text, string, strlen(string), sink->options.utf8, false);
}

/* A function's name without its arguments, template arguments and scope: send of net::socket<T>::send(char
 * const*). */
static void short_function(const char *name, const char **from, size_t *len)
{
	size_t end = 0, start = 0, depth = 0;

	for (; name[end]; end++) {
		if (name[end] == '<')
			depth++;
		else if (name[end] == '>' && depth)
			depth--;
		else if (!depth && name[end] == '(' && end > start)
			break;
		else if (!depth && (name[end] == ' ' || (name[end] == ':' && end && name[end - 1] == ':')))
			start = end + 1;
	}
	*from = name + start;
	*len = end - start;
}

/* function+0xoff; a name too long for the terminal's column loses its scope and arguments, then its end. */
static void add_function(const struct text_sink *sink, struct text *text, const struct place *place,
			 size_t limit)
{
	const char *name = place->function;
	size_t len = strlen(name);
	bool cut = false;

	if (limit && text_columns(name, len) > limit)
		short_function(place->function, &name, &len);
	if (limit && text_columns(name, len) > limit) {
		cut = true;
		len = limit - 1;
		while (len && (name[len] & 0xc0) == 0x80)
			len--;
	}
	put_foreign(text, name, len, sink->options.utf8, false);
	if (cut)
		text_add(text, sink->options.utf8 ? "…" : "...");
	if (!place->inlined || place->offset) {
		text_add_char(text, '+');
		text_add_hex(text, place->offset);
	}
}

/* How much of a library's name terminals show: libcurl.so.4 of libcurl.so.4.8.0, which programs are linked
 * with. */
static size_t module_len(const struct text_sink *sink, const char *name)
{
	const char *version = strstr(name, ".so.");
	size_t len = version ? (size_t)(version - name) + 4 : strlen(name);

	if (!version || !sink->options.width || sink->options.path != PATH_SHORT)
		return strlen(name);
	len += strspn(name + len, "0123456789");
	return name[len] == '.' ? len : strlen(name);
}

/* What stands for a place without a function: module+0xoff, else the address. */
static void add_module_offset(const struct text_sink *sink, struct text *text, const struct place *place)
{
	if (!place->module) {
		text_add_hex(text, place->address);
		return;
	}
	const char *name = styled_module(sink, place->module);
	put_foreign(text, name, module_len(sink, name), sink->options.utf8, false);
	text_add_char(text, '+');
	text_add_hex(text, place->module_offset);
}

static void add_file_line(const struct text_sink *sink, struct text *text, const struct place *place)
{
	add_foreign(sink, text, styled_path(sink, place->file));
	if (place->line > 0) {
		text_add_char(text, ':');
		text_add_int(text, place->line);
	}
}

/* How far the line column may grow: beside tasks to a third of the terminal with them. What is longer is cut,
 * or pushes only its own line. */
static unsigned place_limit(const struct text_sink *sink)
{
	const unsigned quarter = sink->options.width / 4, third = sink->options.width / 3;

	if (!sink->options.width)
		return FILE_PLACE_LIMIT;
	if (!sink->task_width)
		return quarter < LEAST_PLACE ? LEAST_PLACE : quarter;
	return third < sink->task_width + LEAST_BESIDE ? LEAST_BESIDE
	       : third - sink->task_width < quarter    ? third - sink->task_width
						       : quarter;
}

/* Behind which library the place stands: left out where the terminal's column is too narrow for it. */
static void add_via(const struct text_sink *sink, struct text *text, const char *via, size_t limit)
{
	size_t place = text->len;

	PUT(text, " via ");
	add_foreign(sink, text, styled_module(sink, via));
	if (limit && text_columns(text->data, text->len) > limit)
		text->len = place;
}

/* The text of the line column. */
static void add_place(const struct text_sink *sink, struct text *text, const struct place *place,
		      const char *via)
{
	size_t limit = sink->options.width ? place_limit(sink) : 0;

	if (place->file) {
		add_file_line(sink, text, place);
		if (!sink->options.width && place->function) {
			PUT(text, " (");
			add_function(sink, text, place, 0);
			text_add_char(text, ')');
		}
	} else if (place->function) {
		add_function(sink, text, place, limit);
	} else {
		add_module_offset(sink, text, place);
	}
	if (via)
		add_via(sink, text, via, limit);
}

static void keep_function(const struct text_sink *sink, struct place_text *to, int which, const char *name,
			  size_t len)
{
	struct text text = { 0 };

	put_foreign(&text, name, len, sink->options.utf8, false);
	to->function[which] = text.data;
	to->function_len[which] = (unsigned)text.len;
	to->function_columns[which] = (unsigned)text_columns(text.data, text.len);
}

/* Makes what the columns show of a place; the function stands at the right edge only beside a file and line.
 */
static struct place_text *make_place(const struct text_sink *sink, const struct caller *caller)
{
	struct place_text *made = calloc(1, sizeof(*made));
	struct text text = { 0 };
	const char *name = caller->place->function, *from;
	size_t len;

	if (!made)
		abort();
	add_place(sink, &text, caller->place, caller->via);
	*made = (struct place_text){ .place = caller->place,
				     .via = caller->via,
				     .line = text.data,
				     .line_len = (unsigned)text.len,
				     .line_columns = (unsigned)text_columns(text.data, text.len) };
	if (!caller->place->file || !name || !*name || !sink->options.width)
		return made;
	keep_function(sink, made, 0, name, strlen(name));
	short_function(name, &from, &len);
	if (len && len < strlen(name))
		keep_function(sink, made, 1, from, len);
	return made;
}

static bool same_via(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

const struct place_text *text_place(struct text_sink *sink, const struct caller *caller)
{
	if (!caller->place)
		return NULL;
	uint64_t key = (uint64_t)(uintptr_t)caller->place;
	struct place_text *first = map_get(&sink->places, key);

	for (struct place_text *known = first; known; known = known->next) {
		if (same_via(known->via, caller->via))
			return known;
	}
	struct place_text *made = make_place(sink, caller);
	made->next = first;
	map_put(&sink->places, key, made);
	return made;
}

/* Adds the text of a place, cut to the column where tasks take their share; returns its columns. */
static unsigned add_line(struct text_sink *sink, const struct place_text *place)
{
	size_t len = place->line_len;
	const char *via = place->via ? memmem(place->line, len, " via ", 5) : NULL;

	if (!sink->options.width || !sink->task_width || place->line_columns <= place_limit(sink)) {
		text_add_bytes(&sink->line, place->line, len);
		return place->line_columns;
	}
	if (via)
		len = (size_t)(via - place->line);
	return text_add_cut(&sink->line, place->line, len, place->place->file ? ':' : '+', place_limit(sink),
			    sink->options.utf8);
}

unsigned text_place_column(struct text_sink *sink, const struct place_text *place)
{
	unsigned columns = 0;

	if (place) {
		paint(sink, PAINT_PLACE);
		columns = add_line(sink, place);
		paint(sink, PAINT_NONE);
	}
	if (columns > sink->place_width && columns <= place_limit(sink))
		sink->place_width = columns;
	else if (sink->options.width && sink->task_width && sink->place_width > place_limit(sink))
		sink->place_width = place_limit(sink);
	unsigned width = columns > sink->place_width ? columns : sink->place_width;
	text_add_padding(&sink->line, width - columns + 1);
	return width + 1;
}

/* A line of source; its backslashes are its own, where those of other foreign texts are doubled. */
static void put_source(struct text *text, const char *line, size_t len, bool utf8)
{
	for (const char *end = line + len; line < end;) {
		const char *backslash = memchr(line, '\\', (size_t)(end - line));
		const char *stop = backslash ? backslash : end;

		put_foreign(text, line, (size_t)(stop - line), utf8, false);
		if (backslash)
			text_add_char(text, '\\');
		line = backslash ? backslash + 1 : end;
	}
}

/* Adds the source line of a place, if it can be read, under its frame. */
static void add_source(const struct text_sink *sink, struct text *text, const struct place *place)
{
	char source[512];
	unsigned width = sink->options.width;

	if (!place->file || source_line(place->file, place->line, source, sizeof(source)))
		return;
	size_t from = text->len;
	text_add_padding(text, SOURCE_INDENT);
	text_add_int(text, place->line);
	PUT(text, " | ");
	size_t len = strlen(source + strspn(source, " \t"));
	for (char *at = source; *at; at++)
		*at = *at == '\t' ? ' ' : *at;
	size_t room = width > text->len - from + 8 ? width - (text->len - from) : width ? 8 : sizeof(source);
	bool cut = len > room;
	put_source(text, source + strspn(source, " "), cut ? room - 1 : len, sink->options.utf8);
	if (cut)
		text_add(text, sink->options.utf8 ? "…" : "...");
	text_add_char(text, '\n');
}

/* One frame as strace shows it, with its line: " > module(function+0xoff) file:line". */
static void add_frame(const struct text_sink *sink, struct text *text, const struct place *place)
{
	PUT(text, "        > ");
	if (place->function) {
		if (place->module)
			add_foreign(sink, text, styled_module(sink, place->module));
		text_add_char(text, '(');
		add_function(sink, text, place, 0);
		text_add_char(text, ')');
	} else {
		add_module_offset(sink, text, place);
	}
	if (place->file) {
		text_add_char(text, ' ');
		add_file_line(sink, text, place);
	}
	if (place->inlined)
		PUT(text, " inlined");
	if (place->guessed)
		PUT(text, " (by frame pointer)");
	if (place->note) {
		PUT(text, " (");
		add_foreign(sink, text, place->note);
		text_add_char(text, ')');
	}
	text_add_char(text, '\n');
	if (sink->options.stack_source)
		add_source(sink, text, place);
}

/* The lines of a frame and of the functions it was inlined into, made once. */
static void put_frame(struct text_sink *sink, const struct place *place)
{
	struct place_text *known = (struct place_text *)text_place(sink, &(struct caller){ .place = place });

	if (!known->frame) {
		struct text text = { 0 };
		unsigned depth = 0;
		for (; place && depth < 64; place = place->outer, depth++)
			add_frame(sink, &text, place);
		known->frame = text.data;
		known->frame_len = (unsigned)text.len;
	}
	text_add_bytes(&sink->line, known->frame, known->frame_len);
}

static void put_stack(struct text_sink *sink, const struct event *event)
{
	paint(sink, PAINT_FUNCTION);
	for (unsigned i = 0; i < event->stack_count; i++) {
		if (event->stack[i])
			put_frame(sink, event->stack[i]);
		else
			PUT(&sink->line, "        > ?\n");
	}
	if (event->stack_cut) {
		PUT(&sink->line, "        > ");
		text_ellipsis(sink);
		text_add_char(&sink->line, '\n');
	}
	paint(sink, PAINT_NONE);
}

void text_stack(struct text_sink *sink, const struct event *event)
{
	const size_t from = sink->line.len;

	if (stack_cache_add(&sink->stacks, event->stack_id, &sink->line))
		return;
	put_stack(sink, event);
	stack_cache_keep(&sink->stacks, event->stack_id, &sink->line, from);
}

static void free_place(struct place_text *place)
{
	free(place->line);
	free(place->function[0]);
	free(place->function[1]);
	free(place->frame);
	free(place);
}

void text_places_done(struct text_sink *sink)
{
	size_t at = 0;
	struct map_slot *slot;

	while ((slot = map_next(&sink->places, &at))) {
		for (struct place_text *place = slot->value, *next; place; place = next) {
			next = place->next;
			free_place(place);
		}
	}
	map_done(&sink->places);
	stack_cache_done(&sink->stacks);
}
