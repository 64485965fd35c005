/* version: what --version and the first line of a trace say; CMakeLists.txt's project() is where it is set.
 */
#ifndef SOCKLINE_APP_VERSION_H
#define SOCKLINE_APP_VERSION_H

#ifndef SOCKLINE_VERSION
#error "SOCKLINE_VERSION comes from the build"
#endif

/* Of docs/event.schema.json: grows when a field changes its meaning or goes. */
#define SOCKLINE_SCHEMA 1

#endif
