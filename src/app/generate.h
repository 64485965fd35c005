/* generate: the man page and the shells' completions, made from the one table of options. */
#ifndef SOCKLINE_APP_GENERATE_H
#define SOCKLINE_APP_GENERATE_H

#include "base/text.h"

void generate_man(struct text *text);
void generate_bash(struct text *text);
void generate_zsh(struct text *text);
void generate_fish(struct text *text);

#endif
