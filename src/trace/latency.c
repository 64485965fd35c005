/*
 * Keeps CPUs awake while stops come fast. Each stop is two wake-ups, of the tracer and of the program; where
 * a CPU that has nothing to do sleeps deeply (virtual machines above all), each takes 20 to 50 us. As long as
 * /dev/cpu_dma_latency is held open with 0 written to it, idle CPUs wait busily instead
 * (Documentation/power/pm_qos_interface.rst), so it is held only meanwhile.
 *
 * A stop costs one count. The clock is read at every BURST-th, and at the bell, which rings while it is held.
 */
#include "latency.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* So many stops within that time are fast: LATENCY_BURST. */
static const uint64_t FAST_NS = 50000000;
/* Released after that long without a stop. */
static const uint64_t QUIET_NS = 100000000;

void latency_init(struct latency *latency, const char *path)
{
	*latency = (struct latency){ .path = path, .fd = -1 };
}

void latency_done(struct latency *latency)
{
	if (latency->fd >= 0)
		close(latency->fd);
	latency_init(latency, NULL);
}

/* Whoever may not is told once, under -d. */
static void hold(struct latency *latency, uint64_t now_ns)
{
	const int32_t none = 0;
	int fd = open(latency->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || write(fd, &none, sizeof(none)) != sizeof(none)) {
		log_debug("%s cannot be held at 0: %s", latency->path, strerror(errno));
		if (fd >= 0)
			close(fd);
		latency->path = NULL;
		return;
	}
	if (!latency->holds++)
		log_debug("%s is held at 0 while stops come fast: --no-low-latency forbids it",
			  latency->path);
	latency->fd = fd;
	latency->seen = latency->stops;
	latency->seen_ns = now_ns;
}

void latency_burst(struct latency *latency, uint64_t now_ns)
{
	bool fast = latency->burst_ns && now_ns - latency->burst_ns <= FAST_NS;

	latency->burst_ns = now_ns;
	if (fast && latency->fd < 0 && latency->path)
		hold(latency, now_ns);
}

void latency_tick(struct latency *latency, uint64_t now_ns)
{
	if (latency->fd < 0)
		return;
	if (latency->stops != latency->seen) {
		latency->seen = latency->stops;
		latency->seen_ns = now_ns;
	} else if (now_ns - latency->seen_ns >= QUIET_NS) {
		close(latency->fd);
		latency->fd = -1;
		latency->burst_ns = 0;
	}
}
