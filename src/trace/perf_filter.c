/*
 * The numbers fall into segments that are in the set or out of it, in turn. The expression is a search tree
 *over the bounds between them, and of all such trees the one that compares least often for a number that is
 *out: those are the calls that must stay fast (3 ns per comparison, seen). A tree's node is written as
 *
 *	(id >= b || LEFT) && (id < b || RIGHT)
 *
 * which the kernel leaves at the first false part (kernel/trace/trace_events_filter.c, predicate_parse): a
 *number that is out costs one comparison where it goes left and two where it goes right, and the other way
 *round with the two parts exchanged. Where a side is wholly in or out, one comparison is enough for both.
 */
#include "perf_filter.h"

#include <stdbool.h>
#include <stdlib.h>

enum { SEGMENTS = 160, OFTEN = 64 };

/* The best tree for segments [first, last]. */
struct node {
	uint32_t cost;	 /* comparisons, summed over all numbers that are out, by weight */
	uint8_t split;	 /* first segment of the right side */
	bool left_first; /* which side costs one comparison */
};

struct tree {
	unsigned count;
	int start[SEGMENTS + 1];
	bool in[SEGMENTS];
	uint32_t out_before[SEGMENTS + 1]; /* the weight of what is out and lies before a segment */
	struct node nodes[SEGMENTS][SEGMENTS];
};

/* How often calls from first to before last are made, in parts of a rare one. */
static uint32_t weigh(const struct number_set *set, int first, int last)
{
	uint32_t sum = 0;

	for (int number = first; number < last; number++)
		sum += number >= 0 && set->often[number] ? OFTEN : 1;
	return sum;
}

/* Negative ids (rt_sigreturn leaves with -1) begin the first segment. Beyond SEGMENTS all is in: more stops,
 * none lost. */
static void cut(struct tree *tree, const struct number_set *set)
{
	tree->count = 1;
	tree->start[0] = -1;
	tree->in[0] = false;
	for (int number = 0; number <= PLAN_NUMBERS; number++) {
		bool in = number < PLAN_NUMBERS && set->has[number];

		if (in == tree->in[tree->count - 1])
			continue;
		if (tree->count == SEGMENTS - 1 && !in)
			continue;
		tree->start[tree->count] = number;
		tree->in[tree->count++] = in;
	}
	tree->start[tree->count] = PLAN_NUMBERS;
	for (unsigned i = 0; i < tree->count; i++)
		tree->out_before[i + 1] = tree->out_before[i] +
					  (tree->in[i] ? 0 : weigh(set, tree->start[i], tree->start[i + 1]));
}

static uint32_t outs(const struct tree *tree, unsigned first, unsigned last)
{
	return tree->out_before[last + 1] - tree->out_before[first];
}

static struct node best_node(const struct tree *tree, unsigned first, unsigned last)
{
	struct node best = { .cost = UINT32_MAX };

	for (unsigned split = first + 1; split <= last; split++) {
		uint32_t left = outs(tree, first, split - 1), right = outs(tree, split, last);
		bool plain = split - 1 == first || split == last;
		uint32_t extra = plain ? 0 : left < right ? left : right;
		uint32_t cost = left + right + extra + tree->nodes[first][split - 1].cost +
				tree->nodes[split][last].cost;

		if (cost < best.cost)
			best = (struct node){ cost, (uint8_t)split, left >= right };
	}
	return best;
}

static void plant(struct tree *tree)
{
	for (unsigned size = 2; size <= tree->count; size++)
		for (unsigned first = 0; first + size <= tree->count; first++)
			tree->nodes[first][first + size - 1] = best_node(tree, first, first + size - 1);
}

static void compare(struct text *out, const char *how, int bound)
{
	text_printf(out, "id %s %d", how, bound);
}

static void write_tree(const struct tree *tree, struct text *out, unsigned first, unsigned last);

/* HOW bound JOIN (TREE) */
static void write_part(const struct tree *tree, struct text *out, const char *how, int bound,
		       const char *join, unsigned first, unsigned last)
{
	compare(out, how, bound);
	text_add(out, join);
	text_add_char(out, '(');
	write_tree(tree, out, first, last);
	text_add_char(out, ')');
}

static void write_both(const struct tree *tree, struct text *out, unsigned first, unsigned last,
		       const struct node *node)
{
	int bound = tree->start[node->split];

	for (int part = 0; part < 2; part++) {
		text_add(out, part ? " && (" : "(");
		if ((part == 0) == node->left_first)
			write_part(tree, out, ">=", bound, " || ", first, node->split - 1);
		else
			write_part(tree, out, "<", bound, " || ", node->split, last);
		text_add_char(out, ')');
	}
}

/* At least two segments; its depth is that of a tree over SEGMENTS bounds. */
static void write_tree(const struct tree *tree, struct text *out, unsigned first, unsigned last)
{
	const struct node *node = &tree->nodes[first][last];
	int bound = tree->start[node->split];
	bool left_leaf = node->split - 1U == first, right_leaf = node->split == last;

	if (left_leaf && right_leaf)
		compare(out, tree->in[first] ? "<" : ">=", bound);
	else if (left_leaf)
		write_part(tree, out, tree->in[first] ? "<" : ">=", bound, tree->in[first] ? " || " : " && ",
			   node->split, last);
	else if (right_leaf)
		write_part(tree, out, tree->in[last] ? ">=" : "<", bound, tree->in[last] ? " || " : " && ",
			   first, node->split - 1);
	else
		write_both(tree, out, first, last, node);
}

static void write_set(struct tree *tree, struct text *out, const struct number_set *set)
{
	cut(tree, set);
	plant(tree);
	if (tree->count == 1)
		text_add(out, "id == -2");
	else
		write_tree(tree, out, 0, tree->count - 1);
}

/* Whether any number counts only where its call fails; others: those that always do. */
static bool split_failing(const struct number_set *set, struct number_set *others)
{
	bool any = false;

	*others = (struct number_set){ 0 };
	for (unsigned number = 0; number < PLAN_NUMBERS; number++) {
		others->has[number] = !(set->has[number] && set->fails[number]);
		any |= !others->has[number];
	}
	return any;
}

void perf_filter_make(struct perf_filter *filter, const struct number_set *set)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	struct number_set others;

	if (!tree)
		abort();
	write_set(tree, &filter->entries, set);
	if (split_failing(set, &others)) {
		text_printf(&filter->exits, "(%s) && (ret < 0 || (", filter->entries.data);
		write_set(tree, &filter->exits, &others);
		text_add(&filter->exits, "))");
	} else {
		text_add(&filter->exits, filter->entries.data);
	}
	free(tree);
}

void perf_filter_done(struct perf_filter *filter)
{
	text_done(&filter->exits);
	text_done(&filter->entries);
}
