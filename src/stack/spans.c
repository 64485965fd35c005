#include "spans.h"

#include <stdlib.h>

static struct span *room_for(size_t count)
{
	struct span *list = reallocarray(NULL, count, sizeof(*list));

	if (!list)
		abort();
	return list;
}

/* Appends what of an older span lies in [first, last]. */
static void append_part(struct spans *spans, const struct span *old, uint64_t first, uint64_t last)
{
	if (old->first > first)
		first = old->first;
	if (old->last < last)
		last = old->last;
	if (first <= last)
		spans->list[spans->count++] = (struct span){ first, last, old->index };
}

/* Lays the newer spans over the older ones: all of the newer, and what they leave of the older between them.
 */
static struct spans overlay(const struct spans *older, const struct spans *newer)
{
	struct spans both = { room_for(older->count + 2 * newer->count + 1), 0 };
	uint64_t free_from = 0;
	size_t at = 0;

	for (size_t i = 0; i < newer->count; i++) {
		const struct span *span = &newer->list[i];
		for (; at < older->count && older->list[at].first < span->first; at++) {
			append_part(&both, &older->list[at], free_from, span->first - 1);
			if (older->list[at].last >= span->first)
				break; /* it may go on behind the newer one */
		}
		both.list[both.count++] = *span;
		free_from = span->last + 1;
		while (at < older->count && older->list[at].last <= span->last)
			at++;
		if (!free_from)
			return both; /* up to the last address there is */
	}
	for (; at < older->count; at++)
		append_part(&both, &older->list[at], free_from, UINT64_MAX);
	return both;
}

/* Sorts definitions out, half by half: as deep as their number has bits. */
static struct spans sort_out(const struct span *added, size_t count)
{
	if (count == 1) {
		struct spans one = { room_for(1), 1 };
		one.list[0] = *added;
		return one;
	}
	struct spans older = sort_out(added, count / 2);
	struct spans newer = sort_out(added + count / 2, count - count / 2);
	const struct spans both = overlay(&older, &newer);
	spans_done(&older);
	spans_done(&newer);
	return both;
}

void spans_add(struct spans *spans, const struct span *added, size_t count)
{
	if (!count)
		return;
	struct spans newer = sort_out(added, count);
	const struct spans both = overlay(spans, &newer);
	spans_done(&newer);
	spans_done(spans);
	*spans = both;
}

const struct span *spans_find(const struct spans *spans, uint64_t address)
{
	size_t low = 0, high = spans->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (spans->list[middle].last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < spans->count && spans->list[low].first <= address ? &spans->list[low] : NULL;
}

void spans_done(struct spans *spans)
{
	free(spans->list);
	*spans = (struct spans){ 0 };
}
