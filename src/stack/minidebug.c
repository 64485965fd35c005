#include "minidebug.h"

#include <stdlib.h>

#include "module.h"

#ifdef HAVE_LZMA
#include <lzma.h>

enum { IMAGE_MAX = 64 << 20, MEMORY_MAX = 128 << 20 };

/* Decompresses a whole .xz stream; NULL: not one, or too large. */
static uint8_t *decompress(const uint8_t *from, size_t from_size, size_t *size)
{
	uint64_t memory = MEMORY_MAX;

	for (size_t room = from_size * 4 + 4096; room <= IMAGE_MAX; room *= 4) {
		uint8_t *image = malloc(room);
		size_t in = 0, out = 0;
		if (!image)
			return NULL;
		const lzma_ret result =
			lzma_stream_buffer_decode(&memory, 0, NULL, from, &in, from_size, image, &out, room);
		if (result == LZMA_OK && out > 0) {
			*size = out;
			return image;
		}
		free(image);
		if (result != LZMA_BUF_ERROR)
			return NULL;
	}
	return NULL;
}

Elf *minidebug_open(Elf *elf, uint8_t **image)
{
	GElf_Shdr header;
	const Elf_Data *data = elf_section(elf, ".gnu_debugdata", &header);
	size_t size;

	*image = data ? decompress(data->d_buf, data->d_size, &size) : NULL;
	if (!*image)
		return NULL;
	Elf *inner = elf_memory((char *)*image, size);
	if (inner && elf_kind(inner) == ELF_K_ELF)
		return inner;
	elf_end(inner);
	free(*image);
	*image = NULL;
	return NULL;
}

#else

Elf *minidebug_open(Elf *elf, uint8_t **image)
{
	(void)elf;
	*image = NULL;
	return NULL;
}

#endif
