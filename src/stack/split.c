#include "split.h"

#include <dwarf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

void split_base(int fd, char *path, size_t size)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	const ssize_t len = fd >= 0 ? readlink(link, path, size - 1) : -1;
	path[len > 0 ? len : 0] = 0;
}

static const char *string_attribute(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;

	return dwarf_attr(die, name, &attribute) ? dwarf_formstring(&attribute) : NULL;
}

/* Nothing there is as good: it will not be opened. */
static bool is_harmless(const char *path, int len)
{
	struct stat status;

	return len > 0 && len < PATH_ROOM && (stat(path, &status) != 0 || S_ISREG(status.st_mode));
}

/* The places where libdw's __libdw_find_split_unit looks: the name itself, or from the file's folder and the
 * unit's. */
static bool are_harmless(const char *base, const char *folder, const char *name)
{
	const char *const slash = strrchr(base, '/');
	const int base_len = slash ? (int)(slash - base) + 1 : 0;
	char path[PATH_ROOM];

	if (*name == '/')
		return is_harmless(path, snprintf(path, sizeof(path), "%s", name));
	if (!is_harmless(path, snprintf(path, sizeof(path), "%.*s%s", base_len, base, name)))
		return false;
	if (!folder)
		return true;
	return is_harmless(path, *folder == '/' ? snprintf(path, sizeof(path), "%s/%s", folder, name)
						: snprintf(path, sizeof(path), "%.*s%s/%s", base_len, base,
							   folder, name));
}

bool split_is_safe(Dwarf_Die *unit, const char *base)
{
	const char *name = string_attribute(unit, DW_AT_dwo_name);
	char path[PATH_ROOM];

	if (!name)
		name = string_attribute(unit, DW_AT_GNU_dwo_name);
	if (!name)
		return true;
	return are_harmless(base, string_attribute(unit, DW_AT_comp_dir), name) &&
	       (!*base || is_harmless(path, snprintf(path, sizeof(path), "%s.dwp", base)));
}
