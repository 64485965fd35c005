/*
 * image: a module as it lies in the program's memory, for files that cannot be had any more (deleted or
 * replaced, without the right to open what is mapped). Sections are not there, so nothing is named from it;
 * but its call frame information is, without which the frames beyond it would be guesses, and its build-id.
 */
#ifndef SOCKLINE_STACK_IMAGE_H
#define SOCKLINE_STACK_IMAGE_H

#include <gelf.h>
#include <stdint.h>

#include "model/memory.h"

struct mapping;

/* Copies what is needed. *image is the caller's to free after elf_end. NULL: it is no ELF file's mapping, or
 * a large one's. */
Elf *image_open(const struct mapping *mapping, struct memory *memory, uint8_t **image);

#endif
