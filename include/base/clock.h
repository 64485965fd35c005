/* clock: times in nanoseconds. */
#ifndef SOCKLINE_BASE_CLOCK_H
#define SOCKLINE_BASE_CLOCK_H

#include <stdint.h>

uint64_t clock_monotonic_ns(void);
uint64_t clock_coarse_ns(void); /* the monotonic clock at the last tick, some ms ago: four times cheaper */
uint64_t clock_wall_ns(void);

#endif
