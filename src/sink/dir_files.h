/*
 * dir_files: the files of --dir, as many open at once as is polite. Used from the output's writer thread:
 * takes batches of records, each the line of one event for one file.
 */
#ifndef SOCKLINE_SINK_DIR_FILES_H
#define SOCKLINE_SINK_DIR_FILES_H

#include <stdint.h>

#include "base/text.h"

/* Stands before each line in a batch. */
struct dir_record {
	uint32_t len;	     /* of the line that follows */
	uint32_t id;	     /* socket; 0: the process's own file */
	int32_t pid;	     /* 0: none, the folder's own file */
	uint32_t generation; /* 1: the first process of that pid */
};

enum { DIR_FILES_OPEN = 64 };

struct dir_file {
	struct dir_record key; /* len unused */
	int fd;
	uint64_t used; /* count of the last use; 0: the slot is free */
	struct text pending;
};

struct dir_files {
	int dir;
	uint64_t uses;
	struct dir_file slots[DIR_FILES_OPEN];
};

/* As struct output's write: 0 or a positive errno. */
int dir_files_write(void *files, const char *data, size_t len);
void dir_files_close(struct dir_files *files);

#endif
