/*
 * latency: holds /dev/cpu_dma_latency at 0 while stops come fast. Owns that descriptor; knows nothing of
 * tracees and timers: it is told of stops, and of the time now and then.
 */
#ifndef SOCKLINE_TRACE_LATENCY_H
#define SOCKLINE_TRACE_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

#define LATENCY_PATH "/dev/cpu_dma_latency"

/* The clock is read once in so many stops; while it is held, latency_tick is to be called as often as that.
 */
enum { LATENCY_BURST = 32, LATENCY_TICK_NS = 50000000 };

struct latency {
	const char *path; /* NULL: not wanted, or not permitted */
	int fd;		  /* -1: not held */
	uint32_t stops, seen;
	uint64_t burst_ns, seen_ns; /* of the last burst; when seen was the count */
	unsigned holds;		    /* how often it was taken */
};

/* path is borrowed; NULL never holds anything. */
void latency_init(struct latency *latency, const char *path);
void latency_done(struct latency *latency);
/* After each LATENCY_BURST-th stop. */
void latency_burst(struct latency *latency, uint64_t now_ns);
/* Releases it when no stop came for 100 ms. */
void latency_tick(struct latency *latency, uint64_t now_ns);

/* Counts a stop; true when latency_burst is to be called. */
static inline bool latency_stop(struct latency *latency)
{
	return latency->path && ++latency->stops % LATENCY_BURST == 0;
}

#endif
