/*
 * killed: connects to itself, then ends while two threads make calls without a pause, so that they are killed
 * at a stop or in a call.
 *
 * Must see (--tcp-info=close): one sample for each end of the connection, although the threads may leave
 * without a stop at which they could be asked.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];

static void *ask(void *end)
{
	socklen_t len = sizeof(int);
	int value;

	while (!getsockopt(*(int *)end, SOL_SOCKET, SO_TYPE, &value, &len))
		;
	return NULL;
}

int main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	pthread_t thread;
	int server = socket(AF_INET, SOCK_STREAM, 0);

	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(server, (struct sockaddr *)&address, len) || listen(server, 1) ||
	    getsockname(server, (struct sockaddr *)&address, &len) ||
	    connect(ends[0], (struct sockaddr *)&address, len))
		return 1;
	ends[1] = accept(server, NULL, NULL);
	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread, NULL, ask, &ends[i]))
			return 1;
	usleep(2000);
	_exit(3);
}
