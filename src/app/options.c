#include "app/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/select.h"
#include "base/glob.h"
#include "base/text.h"
#include "option_table.h"

/* The words that are still to be read. */
struct reader {
	struct options *options;
	struct error *error;
	char **argv;
	int argc, at; /* argv[at] is read next */
};

/* How the user wrote the option, for messages. */
struct spelling {
	const char *dashes, *name;
	int len;
};

/* Says which words there are. */
static int unknown_choice(const struct option *option, const char *argument, struct error *error)
{
	struct text words = { 0 };

	for (const struct choice *choice = option->choices; choice->word; choice++) {
		text_add(&words, choice == option->choices ? "" : ", ");
		text_add(&words, choice->word);
	}
	const int status = error_set(error, EINVAL, "--%s knows no \"%s\": it takes %s", option->name,
				     argument, words.data);

	text_done(&words);
	return status;
}

/* Looks a word up among an option's choices and stores its value. */
static int store_choice(int *field, const struct option *option, const char *argument, struct error *error)
{
	const struct choice *nearest = option->choices;

	for (const struct choice *choice = option->choices; choice->word; choice++) {
		if (strcmp(choice->word, argument) == 0) {
			*field = choice->value;
			return 0;
		}
		if (word_distance(choice->word, argument) < word_distance(nearest->word, argument))
			nearest = choice;
	}
	if (word_is_near(nearest->word, argument))
		return error_set(error, EINVAL, "--%s knows no \"%s\": did you mean %s?", option->name,
				 argument, nearest->word);
	return unknown_choice(option, argument, error);
}

/* Puts what an option says into its field. */
static int store(struct options *options, const struct option *option, const char *argument,
		 struct error *error)
{
	char *field = (char *)options + option->field;

	switch ((enum option_store)option->store) {
	case STORE_NOTHING:
		return 0;
	case STORE_TRUE:
		*(bool *)field = true;
		return 0;
	case STORE_FALSE:
		*(bool *)field = false;
		return 0;
	case STORE_COUNT:
		*(int *)field += *(int *)field < option->value;
		return 0;
	case STORE_VALUE:
		*(int *)field = option->value;
		return 0;
	case STORE_CHOICE:
		return store_choice((int *)field, option, argument, error);
	case STORE_STRING:
		if (!*argument)
			return error_set(error, EINVAL, "--%s needs %s, which is empty", option->name,
					 option->argument);
		*(const char **)field = argument;
		return 0;
	case STORE_CUSTOM:
		return option->apply(options, argument, error);
	}
	return -EINVAL;
}

/* The next word as an option's argument. */
static int take_argument(struct reader *reader, const struct option *option, const struct spelling *as,
			 const char **argument)
{
	if (reader->at >= reader->argc)
		return error_set(reader->error, EINVAL, "%s%.*s needs an argument: %s", as->dashes, as->len,
				 as->name, option->argument);
	*argument = reader->argv[reader->at++];
	return 0;
}

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_letter(&option_table[i]) == letter)
			return &option_table[i];
	return NULL;
}

/* Says what is wrong with a letter: strace's, mistyped case, or nothing that could be meant. */
static int unknown_letter(char letter, struct error *error)
{
	const char *way = option_strace_letter(letter);
	const char other = (char)(islower((unsigned char)letter) ? toupper((unsigned char)letter)
								 : tolower((unsigned char)letter));
	const struct option *near = find_letter(other);

	if (way)
		return error_set(error, EINVAL, "-%c is strace's: %s", letter, way);
	if (near && near->group != GROUP_HIDDEN)
		return error_set(error, EINVAL, "unknown option -%c: did you mean -%c, --%s?", letter, other,
				 near->name);
	return error_set(error, EINVAL, "unknown option -%c: --help lists all options",
			 isprint((unsigned char)letter) ? letter : '?');
}

/* Reads the letters of one word: -tt, -s200, -fo FILE. */
static int read_letters(struct reader *reader, const char *letters)
{
	while (*letters) {
		const struct option *option = find_letter(*letters);
		const struct spelling as = { "-", letters, 1 };
		const char *argument = "";

		if (!option || !*letters)
			return unknown_letter(*letters, reader->error);
		letters++;
		if (option->argument && !option->optional) {
			argument = letters;
			letters = "";
			if (!*argument) {
				const int status = take_argument(reader, option, &as, &argument);

				if (status)
					return status;
			}
		}
		const int status = store(reader->options, option, argument, reader->error);

		if (status)
			return status;
	}
	return 0;
}

static int name_is(const char *name, const char *word, size_t len)
{
	return name && strlen(name) == len && memcmp(name, word, len) == 0;
}

static const struct option *find_name(const char *word, size_t len)
{
	for (size_t i = 0; i < option_count; i++)
		if (name_is(option_table[i].name, word, len) || name_is(option_table[i].alias, word, len))
			return &option_table[i];
	return NULL;
}

/* Names the long option that is nearest to what was typed. */
static int unknown_name(const char *word, size_t len, struct error *error)
{
	const char *way = option_strace_name(word, len), *nearest = "help";
	char typed[64];

	if (len >= sizeof(typed))
		len = sizeof(typed) - 1;
	memcpy(typed, word, len);
	typed[len] = 0;
	if (way)
		return error_set(error, EINVAL, "--%s is strace's: %s", typed, way);
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].group != GROUP_HIDDEN &&
		    word_distance(option_table[i].name, typed) < word_distance(nearest, typed))
			nearest = option_table[i].name;
	if (!word_is_near(nearest, typed))
		return error_set(error, EINVAL, "unknown option --%s: --help lists all options", typed);
	return error_set(error, EINVAL, "unknown option --%s: did you mean --%s?", typed, nearest);
}

/* Reads one long option: --name, --name=argument, --name argument. */
static int read_long(struct reader *reader, const char *word)
{
	const size_t len = strcspn(word, "=");
	const struct option *option = find_name(word, len);
	const struct spelling as = { "--", word, (int)len };
	const char *argument = word[len] ? word + len + 1 : NULL;
	int status = 0;

	if (!option)
		return unknown_name(word, len, reader->error);
	if (!option->argument && argument)
		return error_set(reader->error, EINVAL, "--%.*s takes no argument: leave out =%s", (int)len,
				 word, argument);
	if (option->argument && !option->optional && !argument)
		status = take_argument(reader, option, &as, &argument);
	if (!status)
		status = store(reader->options, option, argument ? argument : "", reader->error);
	if (!status && reader->options->action == ACTION_GENERATE && !reader->options->generate)
		reader->options->generate = argument;
	return status;
}

/* Reads options up to the first word that is none. */
static int read_options(struct reader *reader)
{
	while (reader->at < reader->argc) {
		const char *word = reader->argv[reader->at];
		int status;

		if (word[0] != '-' || !word[1])
			break;
		reader->at++;
		if (strcmp(word, "--") == 0)
			break;
		status = word[1] == '-' ? read_long(reader, word + 2) : read_letters(reader, word + 1);
		if (status)
			return status;
	}
	return 0;
}

/* Whether what is written fits where it is to go. */
static int check_output(const struct options *options, struct error *error)
{
	if (options->append && !options->output)
		return error_set(error, EINVAL, "-A appends to the file of -o: give -o FILE too");
	if (options->totals && options->format == FORMAT_JSON)
		return error_set(error, EINVAL,
				 "-c and -C write tables, -j writes JSON: give one of them (JSON has each "
				 "connection's totals in its \"closed\" and \"open\" events)");
	if (options->dir && options->output && !options->totals)
		return error_set(error, EINVAL, "--dir writes files of its own: leave out -o");
	if (options->filter.only_failed && options->filter.only_succeeded)
		return error_set(error, EINVAL, "-z and -Z together leave no call: give one of them");
	return 0;
}

/* What single options cannot know: whether they fit together. */
static int check_whole(struct options *options, struct error *error)
{
	if (options->action != ACTION_TRACE)
		return 0;
	if (options->command && options->pid_count)
		return error_set(error, EINVAL,
				 "both -p and the command %s are given: sockline traces one or the other",
				 options->command[0]);
	if (!options->command && !options->pid_count)
		return error_set(error, EINVAL,
				 "there is nothing to trace: give a command, or -p PID (--help shows how)");
	if (!options->command && (options->user || options->environment_count))
		return error_set(error, EINVAL, "%s goes with a command, not with -p",
				 options->user ? "-u" : "-E");
	if (options->command && !*options->command[0])
		return error_set(error, EINVAL, "the command's name is empty");
	if (options->follow_letters > 1 && options->output)
		return error_set(error, EINVAL,
				 "-ff with -o is strace's: one file holds all processes, each line with its "
				 "thread's id; use -f");
	return check_output(options, error);
}

int options_parse(struct options *options, int argc, char **argv, struct error *error)
{
	struct reader reader = { .options = options, .error = error, .argv = argv, .argc = argc, .at = 1 };

	*options = (struct options){
		.follow = true, .caller = true, .demangle = true, .low_latency = true, .pending_ns = -1
	};
	select_all(&options->calls);
	int status = read_options(&reader);

	if (!status) {
		options->command = reader.at < argc ? argv + reader.at : NULL;
		options->given = argv + 1;
		options->given_count = (unsigned)(reader.at < argc ? reader.at : argc) - 1;
		status = check_whole(options, error);
	}
	if (!options->string_limit_set)
		options->string_limit =
			options->format == FORMAT_JSON ? STRING_LIMIT_JSON : STRING_LIMIT_TEXT;
	if (status)
		options_done(options);
	return status;
}

void options_done(struct options *options)
{
	filter_done(&options->filter);
	free(options->skip_code);
	free(options->user_code);
	free(options->pids);
	free(options->environment);
	*options = (struct options){ 0 };
}
