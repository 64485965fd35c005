/* minidebug: the small symbol table that Fedora and others leave in stripped files, compressed, as
 * .gnu_debugdata (GDB manual, "MiniDebugInfo"). */
#ifndef SOCKLINE_STACK_MINIDEBUG_H
#define SOCKLINE_STACK_MINIDEBUG_H

#include <gelf.h>
#include <stdint.h>

/* The ELF file inside, in *image, which the caller frees after elf_end. NULL: none, or built without liblzma.
 */
Elf *minidebug_open(Elf *elf, uint8_t **image);

#endif
