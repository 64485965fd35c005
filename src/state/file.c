#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "private.h"

void *state_zalloc(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		abort();
	return memory;
}

void *state_realloc(void *old, size_t size)
{
	void *memory = realloc(old, size);

	if (!memory)
		abort();
	return memory;
}

struct file *file_new(struct state *state, enum file_kind kind)
{
	struct file *file = state_zalloc(sizeof(*file));

	file->refs = 1;
	file->kind = kind;
	file->id = ++state->last_id;
	file->family = file->type = file->protocol = -1;
	if (kind == FILE_SOCKET) {
		file->history = state_zalloc(sizeof(*file->history));
		file->history->created = state_now(state);
		file->history->fd = -1;
	}
	file->older = state->newest;
	if (state->newest)
		state->newest->newer = file;
	state->newest = file;
	return file;
}

struct file *file_ref(struct file *file)
{
	if (!file->forever)
		file->refs++;
	return file;
}

/* Takes the file out of everything that finds files. */
static void forget(struct state *state, struct file *file)
{
	if (file->cookie && map_get(&state->by_cookie, file->cookie) == file)
		map_take(&state->by_cookie, file->cookie);
	if (file->inode && map_get(&state->by_inode, file->inode) == file)
		map_take(&state->by_inode, file->inode);
	pair_forget(state, file);
	epoll_forget(file);
	if (file->older)
		file->older->newer = file->newer;
	if (file->newer)
		file->newer->older = file->older;
	else
		state->newest = file->older;
}

/* The owner hears of it later, never while a thread is held or in the middle of a change. */
void file_unref(struct state *state, struct file *file)
{
	if (!file || file->forever || --file->refs)
		return;
	forget(state, file);
	file->older = NULL;
	file->newer = NULL;
	if (state->last_dying)
		state->last_dying->older = file;
	else
		state->dying = file;
	state->last_dying = file;
}

static void free_file(struct file *file)
{
	free(file->history);
	free(file->sample);
	free(file->kept);
	free(file->local_text);
	free(file->peer_text);
	free(file);
}

void file_tell_closed(struct state *state)
{
	if (state->found_count)
		file_tell_found(state); /* first things first */
	while (state->dying) {
		struct file *file = state->dying;

		state->dying = file->older;
		if (!state->dying)
			state->last_dying = NULL;
		tcp_closed(state, file);
		if (state->events.closed)
			state->events.closed(state->events.user, file);
		free_file(file);
	}
}

enum file_kind file_kind(const struct file *file)
{
	return file ? (enum file_kind)file->kind : FILE_UNKNOWN;
}

/* An unnamed unix socket's address is its family and nothing else (unix(7)). */
static bool says_nothing(const struct address *address)
{
	return address->family == AF_UNIX && address->length <= sizeof(sa_family_t);
}

void file_set_local(struct state *state, struct file *file, const struct address *address)
{
	if (says_nothing(address) || address_equal(&file->local, address))
		return;
	if (file->history)
		file->history->local_known = address_known(address) ? state_now(state) : 0;
	file->local = *address;
	if (file->protocol > 0)
		file->local.protocol = (uint16_t)file->protocol;
	free(file->local_text);
	file->local_text = NULL;
}

void file_set_peer(struct state *state, struct file *file, const struct address *address)
{
	if (says_nothing(address) || address_equal(&file->peer, address))
		return;
	if (file->history)
		file->history->peer_known = address_known(address) ? state_now(state) : 0;
	file->peer = *address;
	if (file->protocol > 0)
		file->peer.protocol = (uint16_t)file->protocol;
	free(file->peer_text);
	file->peer_text = NULL;
}

/* Takes over what the kernel said; unknown facts change nothing. */
void file_learn(struct state *state, struct file *file, const struct socket_facts *facts)
{
	if (facts->family >= 0)
		file->family = facts->family;
	if (facts->type >= 0)
		file->type = facts->type;
	if (facts->protocol >= 0)
		file->protocol = facts->protocol;
	if (facts->netns)
		file->netns = facts->netns;
	if (facts->cookie && !file->cookie) {
		file->cookie = facts->cookie;
		map_put(&state->by_cookie, file->cookie, file);
	}
	if (facts->inode && !file->inode) {
		file->inode = facts->inode;
		map_put(&state->by_inode, file->inode, file);
	}
	if (address_known(&facts->local))
		file_set_local(state, file, &facts->local);
	if (address_known(&facts->peer))
		file_set_peer(state, file, &facts->peer);
	if (facts->listening)
		file->listening = true;
}

/* The owner hears of it when the thread runs again: its callback may write lines. */
void file_find_later(struct state *state, struct task *task, int fd, struct file *file)
{
	if (!state->events.found)
		return;
	if (state->found_count == state->found_room) {
		state->found_room = state->found_room ? state->found_room * 2 : 16;
		state->found = state_realloc(state->found, state->found_room * sizeof(*state->found));
	}
	state->found[state->found_count++] = (struct pending_found){ task, fd, file };
}

void file_tell_found(struct state *state)
{
	for (unsigned i = 0; i < state->found_count; i++) {
		struct pending_found *found = &state->found[i];

		if (found->file)
			state->events.found(state->events.user, found->task, found->fd, found->file);
	}
	state->found_count = 0;
}

/* A copy for the arena of a text that was made once and is kept until the address changes. */
static const char *cached(char **cache, const struct address *address, struct arena *arena,
			  const char *(*text)(void *, const struct address *, struct arena *), void *user)
{
	if (!address_known(address))
		return NULL;
	if (!*cache && text) {
		const char *made = text(user, address, arena);

		*cache = made ? strdup(made) : NULL;
	}
	return *cache ? arena_string(arena, *cache) : NULL;
}

/* After a failed connect peer is the address that was tried: known, but no link. */
static enum file_link link_of(const struct file *file)
{
	if (file->listening)
		return LINK_LISTEN;
	if (address_known(&file->peer) && !(file->history && file->history->condition == SOCKET_REFUSED))
		return file->link == LINK_FROM ? LINK_FROM : LINK_TO;
	return file->bound && address_known(&file->local) ? LINK_LISTEN : LINK_NONE;
}

/* A copy for the event: state changes, events do not. */
static const struct address *kept(const struct address *address, struct arena *arena)
{
	return address_known(address)
		       ? memcpy(arena_alloc(arena, sizeof(*address)), address, sizeof(*address))
		       : NULL;
}

const struct file_view *
state_view(struct state *state, struct file *file, struct arena *arena,
	   const char *(*text)(void *user, const struct address *address, struct arena *arena), void *user)
{
	struct file_view *view = arena_alloc(arena, sizeof(*view));

	(void)state;
	*view = (struct file_view){ .kind = file->kind,
				    .ambiguous = file->at_number && file->at_others,
				    .id = file->id,
				    .family = file->family,
				    .type = file->type,
				    .protocol = file->protocol,
				    .pair = file->pair_id };
	if (file->kind == FILE_SOCKET) {
		view->link = link_of(file);
		view->local = cached(&file->local_text, &file->local, arena, text, user);
		view->peer = cached(&file->peer_text, &file->peer, arena, text, user);
		view->local_address = kept(&file->local, arena);
		view->peer_address = kept(&file->peer, arena);
	}
	return view;
}
