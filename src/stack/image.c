#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "module.h"

enum { IMAGE_MAX = 16 << 20, CHUNK = 1 << 16, HEADER_ROOM = 4096, PAGES_BEFORE = 4 };

#define PAGE_OF(address) ((address) & ~0xfffULL)

/* The first page of a file in memory, and what its program headers say. */
struct headers {
	uint8_t page[HEADER_ROOM];
	uint64_t bias;	 /* of addresses */
	uint64_t tables; /* address of .eh_frame_hdr, 0: none */
	unsigned count;
	GElf_Phdr list[64];
};

/* Program headers of the page, as libelf reads them. False: it does not begin an ELF file. */
static bool read_headers(struct headers *headers)
{
	Elf *elf = memcmp(headers->page, ELFMAG, SELFMAG) == 0
			   ? elf_memory((char *)headers->page, HEADER_ROOM)
			   : NULL;
	size_t count = 0;

	headers->count = 0;
	headers->tables = 0;
	if (elf && elf_getphdrnum(elf, &count) == 0)
		while (headers->count < count && headers->count < 64 &&
		       gelf_getphdr(elf, (int)headers->count, &headers->list[headers->count])) {
			if (headers->list[headers->count].p_type == PT_GNU_EH_FRAME)
				headers->tables = headers->list[headers->count].p_vaddr;
			headers->count++;
		}
	elf_end(elf);
	return headers->count > 0;
}

/* True when one of the segments is the mapping; then it tells where all others are. */
static bool find_bias(struct headers *headers, const struct mapping *mapping)
{
	for (unsigned i = 0; i < headers->count; i++) {
		const GElf_Phdr *header = &headers->list[i];
		if (header->p_type != PT_LOAD || !(header->p_flags & PF_X) ||
		    PAGE_OF(header->p_offset) != mapping->offset)
			continue;
		headers->bias = mapping->start - PAGE_OF(header->p_vaddr);
		return true;
	}
	return false;
}

/* The headers lie before the code, as far as in the file, or some pages more. */
static bool find_headers(struct headers *headers, const struct mapping *mapping, struct memory *memory)
{
	for (uint64_t n = 0; n <= PAGES_BEFORE; n++) {
		const uint64_t at = mapping->start - mapping->offset - n * 0x1000;
		if (memory_get(memory, at, headers->page, HEADER_ROOM) == HEADER_ROOM &&
		    read_headers(headers) && find_bias(headers, mapping))
			return true;
	}
	return false;
}

/* Segments that are worth copying: not code, unless the tables lie among it. */
static bool is_worth(const struct headers *headers, const GElf_Phdr *header)
{
	return header->p_type == PT_LOAD && header->p_filesz <= IMAGE_MAX && header->p_offset <= IMAGE_MAX &&
	       (!(header->p_flags & PF_X) || headers->tables - header->p_vaddr < header->p_filesz);
}

static size_t image_size(const struct headers *headers)
{
	uint64_t size = HEADER_ROOM;

	for (unsigned i = 0; i < headers->count; i++) {
		const GElf_Phdr *header = &headers->list[i];
		if (is_worth(headers, header) && header->p_offset + header->p_filesz > size)
			size = header->p_offset + header->p_filesz;
	}
	return size <= IMAGE_MAX ? size : 0;
}

/* What cannot be read stays zero. */
static void copy_segment(uint8_t *image, const struct headers *headers, const GElf_Phdr *header,
			 struct memory *memory)
{
	for (uint64_t at = 0; at < header->p_filesz; at += CHUNK) {
		const uint64_t rest = header->p_filesz - at;
		memory_get(memory, headers->bias + header->p_vaddr + at, image + header->p_offset + at,
			   (uint32_t)(rest < CHUNK ? rest : CHUNK));
	}
}

/* Sections are not in memory. */
static void forget_sections(uint8_t *image)
{
	if (image[EI_CLASS] == ELFCLASS64) {
		Elf64_Ehdr *header = (Elf64_Ehdr *)image;
		header->e_shoff = header->e_shnum = header->e_shstrndx = 0;
	} else {
		Elf32_Ehdr *header = (Elf32_Ehdr *)image;
		header->e_shoff = header->e_shnum = header->e_shstrndx = 0;
	}
}

Elf *image_open(const struct mapping *mapping, struct memory *memory, uint8_t **image)
{
	struct headers headers;

	*image = NULL;
	if (mapping->offset > IMAGE_MAX || !find_headers(&headers, mapping, memory))
		return NULL;
	const size_t size = image_size(&headers);
	*image = size ? calloc(1, size) : NULL;
	if (!*image)
		return NULL;
	for (unsigned i = 0; i < headers.count; i++)
		if (is_worth(&headers, &headers.list[i]))
			copy_segment(*image, &headers, &headers.list[i], memory);
	memcpy(*image, headers.page, HEADER_ROOM);
	forget_sections(*image);
	Elf *elf = elf_memory((char *)*image, size);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		return elf;
	elf_end(elf);
	free(*image);
	*image = NULL;
	return NULL;
}
