/*
 * pieces: writev, sendmsg (with an fd) and recvmsg with MSG_WAITALL of several buffers that block, while a
 * child takes or gives the bytes little by little and sends SIGWINCH, which is ignored, all the time. Prints
 * for each kind of call how many came short, how many bytes or fds arrived wrong, and whether what named the
 * buffers was changed.
 *
 * Must see: zeros only, with and without a tracer.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "report.h"

enum { ROUNDS = 12, BUFFERS = 4, MOST = 700000, PIECE = 20000 };

static const size_t sizes[BUFFERS] = { 300001, 0, 1, MOST };

enum { ALL = 300001 + 0 + 1 + MOST };

static char data[BUFFERS][MOST];
static int fds[2];

static char byte_at(size_t at)
{
	return (char)(at * 7 + at / 251);
}

static void name_buffers(struct iovec vectors[BUFFERS])
{
	for (int i = 0; i < BUFFERS; i++)
		vectors[i] = (struct iovec){ data[i], sizes[i] };
}

static void fill(void)
{
	size_t at = 0;
	for (int i = 0; i < BUFFERS; i++)
		for (size_t j = 0; j < sizes[i]; j++)
			data[i][j] = byte_at(at++);
}

static size_t wrong_bytes(void)
{
	size_t at = 0, wrong = 0;
	for (int i = 0; i < BUFFERS; i++)
		for (size_t j = 0; j < sizes[i]; j++)
			wrong += data[i][j] != byte_at(at++);
	return wrong;
}

/* Child: takes a piece, and counts the fds that come with it. */
static size_t take(char *piece, int *got_fds)
{
	char control[256];
	struct iovec vector = { piece, PIECE };
	struct msghdr header = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	ssize_t got = recvmsg(fds[1], &header, 0);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
		++*got_fds;
		close(*(int *)(void *)CMSG_DATA(c));
	}
	return got > 0 ? (size_t)got : 0;
}

static void take_all(void)
{
	static char piece[PIECE];
	size_t at = 0, got;
	int wrong = 0, got_fds = 0;
	usleep(3000);
	while ((got = take(piece, &got_fds))) {
		for (size_t i = 0; i < got; i++)
			wrong += piece[i] != byte_at(at++ % ALL);
		kill(getppid(), SIGWINCH);
		usleep(300);
	}
	if (wrong || at != (size_t)ROUNDS * ALL)
		printf("%d bytes are wrong, %zu came\n", wrong, at);
	if (got_fds)
		printf("fds %d\n", got_fds);
	fflush(stdout);
}

static void give_all(void)
{
	char piece[PIECE];
	size_t at = 0;
	while (at < (size_t)ROUNDS * ALL) {
		size_t some = sizeof piece;
		if (some > (size_t)ROUNDS * ALL - at)
			some = (size_t)ROUNDS * ALL - at;
		for (size_t i = 0; i < some; i++)
			piece[i] = byte_at((at + i) % ALL);
		ssize_t sent = write(fds[1], piece, some);
		if (sent <= 0)
			_exit(1);
		at += (size_t)sent;
		usleep(300);
		kill(getppid(), SIGWINCH);
	}
}

static ssize_t by_writev(struct msghdr *header)
{
	return writev(fds[0], header->msg_iov, (int)header->msg_iovlen);
}

static ssize_t by_sendmsg(struct msghdr *header)
{
	return sendmsg(fds[0], header, 0);
}

static ssize_t by_sendmsg_fd(struct msghdr *header)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	header->msg_control = control;
	header->msg_controllen = sizeof control;
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	c->cmsg_len = CMSG_LEN(sizeof(int));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(c), &fds[0], sizeof(int));
	ssize_t got = sendmsg(fds[0], header, 0);
	header->msg_control = NULL;
	header->msg_controllen = 0;
	return got;
}

static ssize_t by_recvmsg(struct msghdr *header)
{
	return recvmsg(fds[0], header, MSG_WAITALL);
}

static void test(const char *name, ssize_t (*call)(struct msghdr *header), void (*child)(void))
{
	bool receives = child == give_all;
	int shorter = 0, changed = 0;
	size_t wrong = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		give_up("socketpair");
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		child();
		_exit(0);
	}
	close(fds[1]);
	for (int i = 0; i < ROUNDS; i++) {
		struct iovec vectors[BUFFERS], before[BUFFERS];
		struct msghdr header = { .msg_iov = vectors, .msg_iovlen = BUFFERS };
		name_buffers(vectors);
		name_buffers(before);
		fill();
		if (receives)
			memset(data, 0, sizeof data);
		shorter += call(&header) != ALL;
		wrong += wrong_bytes();
		changed += memcmp(vectors, before, sizeof before) || header.msg_iov != vectors ||
			   header.msg_iovlen != BUFFERS || header.msg_controllen;
	}
	close(fds[0]);
	waitpid(pid, NULL, 0);
	printf("%s: %d short, %zu wrong, %d changed\n", name, shorter, wrong, changed);
	fflush(stdout);
}

int main(void)
{
	alarm(60);
	test("writev", by_writev, take_all);
	test("sendmsg", by_sendmsg, take_all);
	test("sendmsg with an fd", by_sendmsg_fd, take_all);
	test("recvmsg", by_recvmsg, give_all);
	return 0;
}
