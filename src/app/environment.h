/* environment: the command's environment: ours with the changes of -E. */
#ifndef SOCKLINE_APP_ENVIRONMENT_H
#define SOCKLINE_APP_ENVIRONMENT_H

/* changes: "NAME=VALUE" sets, "NAME" removes. Returns a NULL-terminated list to be freed (its strings are
 * borrowed), or NULL when nothing changes. */
char **environment_changed(char *const *changes, unsigned count);

#endif
