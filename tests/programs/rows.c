/*
 * rows: makes the calls that its standard input lists, one per line, with the bytes that stand there, and
 * prints what came back, one line of JSON per call:
 * {"type":"getsockopt","return_value":0,"bytes":"01000000","length":4} or with "errno". test_rows.py writes
 * the list from the tables of what is decoded.
 *
 * A line is a word and its arguments; bytes are hex, "-" stands for NULL, "." for no bytes:
 *   open FAMILY TYPE PROTOCOL     a socket for the lines that follow; where the kernel has none, one of
 * AF_UNIX bad                           the lines that follow use fd -1 set LEVEL NAME BYTES setsockopt get
 * LEVEL NAME LENGTH BYTES   getsockopt with that length; the buffer holds BYTES before, at least connect
 * BYTES, bind BYTES, name LENGTH control LEVEL TYPE BYTES      sendmsg with that control message and no data
 *   again                         sends one byte to the socket's own address
 *   send BYTES                    sendto to the socket's default destination
 *   receive FLAGS                 recvmsg; prints each control message as [level, type, bytes]
 *   number COMMAND NUMBER         fcntl, as the kernel has it: libc makes other commands of some
 *   pointer COMMAND BYTES         fcntl
 *   ioctl REQUEST BYTES           the argument points to the bytes
 *   plain REQUEST NUMBER          the argument is a number
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_fcntl64
#define FCNTL SYS_fcntl64
#else
#define FCNTL SYS_fcntl
#endif

enum { ROOM = 8192, WORDS = 6 };

static unsigned char buffer[ROOM];
static int fd = -1;

/* Ends the program: the list is wrong, or the machine is. */
static void fail(const char *what)
{
	perror(what);
	exit(97);
}

/* The bytes of a word of hex in the buffer. NULL for "-". */
static unsigned char *bytes_of(const char *word, unsigned *length)
{
	memset(buffer, 0, sizeof(buffer));
	*length = 0;
	if (!strcmp(word, "-"))
		return NULL;
	if (!strcmp(word, "."))
		return buffer;
	for (unsigned value; sscanf(word, "%2x", &value) == 1 && *length < ROOM; word += 2)
		buffer[(*length)++] = (unsigned char)value;
	return buffer;
}

static void print_hex(const unsigned char *bytes, size_t length)
{
	printf("\"");
	for (size_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	printf("\"");
}

static void print_result(const char *type, long result)
{
	printf("{\"type\":\"%s\",\"fd\":%d,\"return_value\":%ld", type, fd, result);
	if (result < 0)
		printf(",\"errno\":%d", errno);
}

static void print_call(const char *type, long result)
{
	print_result(type, result);
	printf("}\n");
}

/* A call whose buffer came back with bytes in it. */
static void print_bytes(const char *type, long result, unsigned length)
{
	print_result(type, result);
	printf(",\"length\":%u,\"bytes\":", length);
	print_hex(buffer, length < ROOM ? length : ROOM);
	printf("}\n");
}

static void open_socket(char **word)
{
	if (fd >= 0)
		close(fd);
	fd = socket(atoi(word[1]), atoi(word[2]) | SOCK_NONBLOCK, (int)strtol(word[3], NULL, 0));
	printf("{\"open\":%s}\n", fd < 0 ? "false" : "true");
	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0)
		fail("socket");
}

static void bad_socket(char **word)
{
	(void)word;
	if (fd >= 0)
		close(fd);
	fd = -1;
	printf("{\"open\":true}\n");
}

static void set_option(char **word)
{
	unsigned length;
	unsigned char *bytes = bytes_of(word[3], &length);

	print_call("setsockopt", setsockopt(fd, atoi(word[1]), atoi(word[2]), bytes, length));
}

static void get_option(char **word)
{
	unsigned unused;
	unsigned char *bytes = bytes_of(word[4], &unused);
	socklen_t length = (socklen_t)atoi(word[3]);
	long result = getsockopt(fd, atoi(word[1]), atoi(word[2]), bytes, &length);

	print_bytes("getsockopt", result, length);
}

static void connect_socket(char **word)
{
	unsigned length;
	unsigned char *bytes = bytes_of(word[1], &length);

	print_call("connect", connect(fd, (struct sockaddr *)bytes, length));
}

static void bind_socket(char **word)
{
	unsigned length;
	unsigned char *bytes = bytes_of(word[1], &length);

	print_call("bind", bind(fd, (struct sockaddr *)bytes, length));
}

static void name_socket(char **word)
{
	socklen_t length = (socklen_t)atoi(word[1]);

	memset(buffer, 0, sizeof(buffer));
	long result = getsockname(fd, (struct sockaddr *)buffer, &length);

	print_bytes("getsockname", result, length);
}

static void send_control(char **word)
{
	static union {
		char bytes[ROOM];
		struct cmsghdr header;
	} control;
	struct msghdr message = { .msg_control = control.bytes };
	unsigned length;
	unsigned char *bytes = bytes_of(word[3], &length);

	memset(&control, 0, sizeof(control));
	message.msg_controllen = CMSG_SPACE(length);
	control.header.cmsg_level = atoi(word[1]);
	control.header.cmsg_type = atoi(word[2]);
	control.header.cmsg_len = CMSG_LEN(length);
	memcpy(CMSG_DATA(&control.header), bytes, length);
	print_call("sendmsg", sendmsg(fd, &message, MSG_NOSIGNAL));
}

static void send_again(char **word)
{
	struct sockaddr_storage own;
	socklen_t length = sizeof(own);

	(void)word;
	if (getsockname(fd, (struct sockaddr *)&own, &length))
		fail("getsockname");
	print_call("sendto", sendto(fd, "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&own, length));
}

static void send_bytes(char **word)
{
	unsigned length;
	unsigned char *bytes = bytes_of(word[1], &length);

	print_call("sendto", sendto(fd, bytes, length, MSG_NOSIGNAL, NULL, 0));
}

static void receive_control(char **word)
{
	struct iovec vector = { buffer, 64 };
	static union {
		char bytes[ROOM];
		struct cmsghdr header;
	} control;
	struct msghdr message = { .msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control) };
	const char *before = "";

	long result = recvmsg(fd, &message, atoi(word[1]));

	print_result("recvmsg", result);
	if (result < 0)
		message.msg_controllen = 0;
	printf(",\"control\":[");
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
	     header = CMSG_NXTHDR(&message, header)) {
		printf("%s[%d,%d,", before, header->cmsg_level, header->cmsg_type);
		print_hex(CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
		printf("]");
		before = ",";
	}
	printf("]}\n");
}

static void number_command(char **word)
{
	print_call("fcntl", syscall(FCNTL, fd, atoi(word[1]), strtol(word[2], NULL, 0)));
}

static void pointer_command(char **word)
{
	unsigned length;
	unsigned char *bytes = bytes_of(word[2], &length);

	print_bytes("fcntl", syscall(FCNTL, fd, atoi(word[1]), bytes), length);
}

static void pointer_request(char **word)
{
	unsigned length;
	unsigned char *bytes = bytes_of(word[2], &length);

	print_bytes("ioctl", ioctl(fd, strtoul(word[1], NULL, 0), bytes), length);
}

static void plain_request(char **word)
{
	print_call("ioctl", ioctl(fd, strtoul(word[1], NULL, 0), strtoul(word[2], NULL, 0)));
}

static const struct {
	const char *name;
	void (*run)(char **word);
} commands[] = {
	{ "open", open_socket },	{ "bad", bad_socket },	       { "set", set_option },
	{ "get", get_option },		{ "connect", connect_socket }, { "bind", bind_socket },
	{ "name", name_socket },	{ "control", send_control },   { "again", send_again },
	{ "receive", receive_control }, { "send", send_bytes },	       { "number", number_command },
	{ "pointer", pointer_command }, { "ioctl", pointer_request },  { "plain", plain_request },
};

static void run(char *line)
{
	char *word[WORDS] = { "", "", "", "", "", "" };
	unsigned count = 0;

	for (char *at = strtok(line, " \n"); at && count < WORDS; at = strtok(NULL, " \n"))
		word[count++] = at;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, word[0]))
			continue;
		errno = 0;
		commands[i].run(word);
		return;
	}
	fprintf(stderr, "rows: what is %s?\n", word[0]);
	exit(98);
}

int main(void)
{
	static char line[4 * ROOM];

	/* Nothing here may reach the machine's own network. */
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		fail("unshare");
	while (fgets(line, sizeof(line), stdin))
		run(line);
	return 0;
}
