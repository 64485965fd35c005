/* lists: one struct names per family of constants. Written by tools/names together with src/names/ .def files. */
#ifndef SOCKLINE_NAMES_LISTS_H
#define SOCKLINE_NAMES_LISTS_H

#endif
