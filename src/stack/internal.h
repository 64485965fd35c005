/* internal: the record behind struct stack, for the files of this folder. */
#ifndef SOCKLINE_STACK_INTERNAL_H
#define SOCKLINE_STACK_INTERNAL_H

#include "stack/stack.h"

#include "code.h"
#include "module.h"
#include "recall.h"
#include "space.h"

enum { OPEN_MAPS = 32, PATH_ROOM = 4096, WINDOW = 8192 };

struct stack {
	struct stack_options options;
	struct arena arena;		    /* modules, codes, places, texts: all that lives until the end */
	uint64_t last_space;		    /* id */
	struct map modules;		    /* lists of struct module by key */
	struct module *all;		    /* every module, by next_open */
	unsigned module_fds;		    /* kept open */
	struct space *open_maps[OPEN_MAPS]; /* spaces that keep /proc/TID/maps open */
	unsigned next_open_maps;
	bool no_query;	      /* the kernel has no PROCMAP_QUERY */
	char path[PATH_ROOM]; /* scratch: a mapping's name */
	char *maps_text;      /* scratch: /proc/TID/maps */
	size_t maps_room;
	bool fetching;	  /* debuginfod servers were asked for something that is not there yet: debug_poll */
	unsigned fetches; /* how many are being asked now */
	uint64_t files_checked_ns; /* clock_coarse_ns when the modules' files were looked at last */
	struct map perfmaps;	   /* by pid */
	struct walk_frame frames[STACK_MAX];
	uint32_t snapshot;	 /* bytes worth copying first */
	uint32_t deepest, walks; /* bytes that the last walks needed at most; how many these were */
	uint8_t window[WINDOW];	 /* scratch: stack beyond the snapshot */
	unsigned bare;		 /* how many walks in a row have met no line */
	struct recall recall;
};

#endif
