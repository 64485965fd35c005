/* words: what a line says about DNS messages: "? A AAAA example.com", "example.com=93.184.216.34",
 * "example.com NXDOMAIN". */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

enum { SHOWN = 4 /* addresses */, WORDS_LIMIT = 1024 };

static const char *type_text(struct arena *arena, int type)
{
	const char *name = dns_type_name(type);

	return name ? name : arena_printf(arena, "TYPE%d", type);
}

static void append(struct arena *arena, char **words, const char *separator, const char *more)
{
	if (*words && strlen(*words) > WORDS_LIMIT)
		return;
	*words = *words ? arena_printf(arena, "%s%s%s", *words, separator, more) : arena_string(arena, more);
}

/* A second type for the same name joins the first: "? A AAAA example.com". */
void words_question(struct arena *arena, char **words, const struct dns_message *message)
{
	const char *type = type_text(arena, message->type);
	size_t len = strlen(message->question), all = *words ? strlen(*words) : 0;
	const char *last = all > len ? *words + all - len - 1 : NULL;

	if (last && last[0] == ' ' && !strcasecmp(last + 1, message->question) && (*words)[0] == '?')
		*words = arena_printf(arena, "%.*s %s %s", (int)(last - *words), *words, type,
				      message->question);
	else if (*words)
		append(arena, words, ", ", arena_printf(arena, "%s %s", type, message->question));
	else
		*words = arena_printf(arena, "? %s %s", type, message->question);
}

static const char *addresses_text(struct arena *arena, const struct dns_message *message)
{
	char text[SHOWN * (INET6_ADDRSTRLEN + 1) + 32];
	size_t at = 0;

	for (unsigned i = 0; i < message->address_count && i < SHOWN; i++) {
		const struct dns_address *address = &message->addresses[i];

		if (at)
			text[at++] = ',';
		inet_ntop(address->size == 4 ? AF_INET : AF_INET6, address->ip, text + at, INET6_ADDRSTRLEN);
		at += strlen(text + at);
	}
	if (message->address_count > SHOWN)
		at += (size_t)snprintf(text + at, sizeof(text) - at, ",+%u", message->address_count - SHOWN);
	return arena_copy(arena, text, at);
}

static bool wants_address(int type)
{
	return type == 1 || type == 28;
}

void words_answer(struct arena *arena, char **words, const struct dns_message *message)
{
	const char *name = message->question, *rcode = dns_rcode_name(message->rcode), *text;

	if (message->rcode)
		text = rcode ? arena_printf(arena, "%s %s", name, rcode)
			     : arena_printf(arena, "%s RCODE%d", name, message->rcode);
	else if (message->address_count)
		text = arena_printf(arena, "%s=%s", name, addresses_text(arena, message));
	else if (message->truncated)
		text = arena_printf(arena, "%s truncated", name);
	else if (wants_address(message->type) || !message->answers)
		text = arena_printf(arena, "%s has no %s", name, type_text(arena, message->type));
	else
		text = arena_printf(arena, "%s %u %s", name, message->answers,
				    type_text(arena, message->type));
	append(arena, words, ", ", text);
}
