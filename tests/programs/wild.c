/*
 * wild: every call with wild pointers and absurd lengths, chosen from a fixed seed; nothing that it passes
 * makes a call block or closes what the fixture needs. The first argument is how many combinations for each
 * call (40 by default). Prints the report.
 *
 * Must see: every call of the report with its result, and an end with status 0.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "report.h"

static uint32_t seed = 20240607;
static char *edge; /* the last bytes before unmapped memory */
static int sock, pair[2], ep, file;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % sides;
}

#define PICK(list) (list)[dice(sizeof(list) / sizeof *(list))]

static long pointer(void)
{
	const uint64_t list[] = { 0,
				  1,
				  4095,
				  0xdeadbeef000,
				  0xffff800000000000,
				  ~(uint64_t)0,
				  0x7ffffffff000,
				  (uintptr_t)edge,
				  (uintptr_t)edge - 3,
				  (uintptr_t)edge - 16,
				  (uintptr_t)edge - 4096 };
	uint64_t at = PICK(list);
	return (long)(sizeof(long) == 4 ? (uint32_t)at : at);
}

static long length(void)
{
	const int64_t list[] = { 0,    1,     2,	 3,	     16,	28, 110,      128,
				 4096, 65536, INT32_MAX, UINT32_MAX, INT32_MIN, -1, 1LL << 62 };
	return (long)PICK(list);
}

static long socket_fd(void)
{
	const int list[] = { sock, pair[0], pair[1] };
	return PICK(list);
}

static long any_fd(void)
{
	const int list[] = { sock, sock, sock, pair[0],	  pair[0],   pair[1], pair[1], pair[1],
			     ep,   file, -1,   INT32_MAX, INT32_MIN, 4000,    1 << 20 };
	return PICK(list);
}

static long flags(void)
{
	const long list[] = { 0,
			      MSG_DONTWAIT,
			      MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC,
			      MSG_DONTWAIT | MSG_OOB,
			      -1,
			      0x40000000 | MSG_DONTWAIT };
	return PICK(list);
}

/*
 * One letter per argument: s a socket, a any fd, e mostly the epoll fd, p a pointer, l a length, f message
 * flags, w a word, o an option, c a fcntl command, i an ioctl request, P a readable pollfd, F a readable fd
 * set, z a timeout of nothing, 0, 1 and 6(4) themselves, - minus one. Calls on any fd get sockets, as they
 * are not shown otherwise.
 */
static const struct wild {
	const char *name;
	int number;
	const char *args;
} calls[] = {
	{ "socket", SYS_socket, "www" },
	{ "socketpair", SYS_socketpair, "wwwp" },
	{ "bind", SYS_bind, "apl" },
	{ "listen", SYS_listen, "aw" },
	{ "accept4", SYS_accept4, "appw" },
	{ "connect", SYS_connect, "apl" },
	{ "getsockname", SYS_getsockname, "app" },
	{ "getpeername", SYS_getpeername, "app" },
	{ "sendto", SYS_sendto, "aplfpl" },
	{ "recvfrom", SYS_recvfrom, "aplfpp" },
	{ "sendmsg", SYS_sendmsg, "apf" },
	{ "recvmsg", SYS_recvmsg, "apf" },
	{ "sendmmsg", SYS_sendmmsg, "aplf" },
	{ "recvmmsg", SYS_recvmmsg, "aplfp" },
	{ "setsockopt", SYS_setsockopt, "aoopl" },
	{ "getsockopt", SYS_getsockopt, "aoopp" },
	{ "shutdown", SYS_shutdown, "-w" },
	{ "read", SYS_read, "spl" },
	{ "write", SYS_write, "spl" },
	{ "readv", SYS_readv, "spl" },
	{ "writev", SYS_writev, "spl" },
	{ "fcntl", SYS_fcntl, "scp" },
	{ "ioctl", SYS_ioctl, "sip" },
	{ "dup3", SYS_dup3, "s-w" },
	{ "ppoll", SYS_ppoll, "P1zpl" },
	{ "pselect6", SYS_pselect6, "6Fp0zp" },
	{ "epoll_ctl", SYS_epoll_ctl, "ewap" },
	{ "epoll_pwait", SYS_epoll_pwait, "epl0pl" },
	{ "epoll_create1", SYS_epoll_create1, "w" },
};

static long argument(char letter)
{
	static struct timespec zero;
	static struct pollfd ready;
	static fd_set set;
	const long words[] = { 0, 1, 2, 3, 10, 16, 17, 38, 255, 0x800, 0x80001, -1, INT32_MAX, INT32_MIN };
	const long options[] = { 0, 1, 2, 6, 13, 17, 41, 255, 263, 270, -1, INT32_MAX };
	const long commands[] = { F_GETFD, F_GETFL, F_GETOWN_EX, F_SETOWN_EX, F_SETLK, F_GETLK, 999, -1 };
	const long requests[] = { FIONREAD, 0x8912 /* SIOCGIFCONF */, 0x8913, 0x8927, 0x8906, 0x541b, 0, -1 };
	switch (letter) {
	case 's':
		return socket_fd();
	case 'a':
		return any_fd();
	case 'p':
		return pointer();
	case 'l':
		return length();
	case 'f':
		return flags();
	case 'w':
		return PICK(words);
	case 'o':
		return PICK(options);
	case 'c':
		return PICK(commands);
	case 'i':
		return PICK(requests);
	case 'z':
		return (long)&zero;
	case 'P':
		ready = (struct pollfd){ .fd = (int)socket_fd(), .events = (short)dice(65536) };
		return (long)&ready;
	case 'F':
		FD_ZERO(&set);
		FD_SET((int)socket_fd(), &set);
		return (long)&set;
	case '6':
		return 64;
	case 'e':
		return dice(4) ? ep : any_fd();
	case '-':
		return -1;
	case '1':
		return 1;
	default:
		return 0;
	}
}

/* What a call brought, an fd say, must not change the next ones. */
static void clean(const char *name, long result)
{
	char data[4096];
	if (result > 2 && (strstr(name, "socket") == name || strstr(name, "accept") == name ||
			   strstr(name, "epoll_create") == name))
		DID("close", close((int)result));
	for (int i = 0; i < 2; i++)
		while (DID("recvfrom", recv(pair[i], data, sizeof data, MSG_DONTWAIT)) > 0)
			;
}

static void attempt(const struct wild *wild)
{
	long a[6] = { 0 };
	for (int i = 0; i < 6 && wild->args[i]; i++)
		a[i] = argument(wild->args[i]);
	errno = 0;
	long result = DID(wild->name, syscall(wild->number, a[0], a[1], a[2], a[3], a[4], a[5]));
	clean(wild->name, result);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 40;
	report_start();
	signal(SIGPIPE, SIG_IGN);
	edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(edge + 4096, 4096);
	memset(edge, 0x11, 4096);
	edge += 4096;
	sock = (int)DID("socket", socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
	DID("socketpair", socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair));
	ep = (int)DID("epoll_create1", epoll_create1(0));
	file = open("/dev/zero", O_RDWR);
	for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
		for (int round = 0; round < rounds; round++)
			attempt(&calls[i]);
	report_print();
	return 0;
}
