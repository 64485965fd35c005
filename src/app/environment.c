/* environment: see environment.h. */
#include "environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether a variable of the environment is the one that the change names. */
static int same_name(const char *variable, const char *change)
{
	size_t len = strcspn(change, "=");

	return strncmp(variable, change, len) == 0 && variable[len] == '=';
}

/* Drops the variable that the change names, and adds it anew when the change sets it. */
static size_t apply(char **list, size_t count, char *change)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!same_name(list[i], change))
			list[kept++] = list[i];
	if (strchr(change, '='))
		list[kept++] = change;
	return kept;
}

char **environment_changed(char *const *changes, unsigned count)
{
	size_t have = 0;

	if (!count)
		return NULL;
	while (environ && environ[have])
		have++;
	char **list = calloc(have + count + 1, sizeof *list);
	if (!list)
		abort();
	if (have)
		memcpy(list, environ, have * sizeof *list);
	for (unsigned i = 0; i < count; i++)
		have = apply(list, have, changes[i]);
	list[have] = NULL;
	return list;
}
