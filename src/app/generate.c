#include "generate.h"

#include <errno.h>
#include <string.h>

#include "app/options.h"
#include "decode/coverage.h"

int options_generate(struct text *text, const char *kind, struct error *error)
{
	static const struct {
		const char *kind;
		void (*generate)(struct text *text);
	} kinds[] = {
		{ "man", generate_man },   { "bash", generate_bash },	   { "zsh", generate_zsh },
		{ "fish", generate_fish }, { "coverage", coverage_write },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, kind) == 0) {
			kinds[i].generate(text);
			return 0;
		}
	}
	return error_set(error, EINVAL, "--generate knows no %s: man, bash, zsh, fish or coverage", kind);
}
