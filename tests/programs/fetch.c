/*
 * fetch URL: gets a page three ways, for the demo: by hand on a socket, with libcurl, and with libcurl's
 * side-by-side interface. Built with -g against the system's libcurl, which has no line information of its
 * own: the lines that sockline shows are these.
 */
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

enum { TIMEOUT_MS = 5000, SIDE_BY_SIDE = 2 };

struct page {
	size_t bytes;
};

/* libcurl hands over a piece of the page. */
static size_t count_bytes(char *data, size_t size, size_t count, void *user)
{
	struct page *page = user;

	(void)data;
	page->bytes += size * count;
	return size * count;
}

/* libcurl has made a socket and asks whether anything is to be set on it. */
static int tune_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
	const int idle = 30;

	(void)user;
	(void)purpose;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &(int){ 1 }, sizeof(int));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	return CURL_SOCKOPT_OK;
}

/* Prepares one transfer. */
static CURL *prepare(const char *url, struct page *page)
{
	CURL *curl = curl_easy_init();

	if (!curl)
		return NULL;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, page);
	curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, tune_socket);
	return curl;
}

/* One page, waiting for it. */
static int fetch_page(const char *url)
{
	struct page page = { 0 };
	CURL *curl = prepare(url, &page);

	if (!curl)
		return 1;
	const CURLcode code = curl_easy_perform(curl);

	if (code == CURLE_OK)
		printf("%s: %zu bytes\n", url, page.bytes);
	else
		fprintf(stderr, "fetch: %s: %s\n", url, curl_easy_strerror(code));
	curl_easy_cleanup(curl);
	return code != CURLE_OK;
}

/* Several at a time on one thread. */
static int fetch_side_by_side(const char *url)
{
	struct page pages[SIDE_BY_SIDE] = { { 0 } };
	CURL *transfers[SIDE_BY_SIDE];
	CURLM *multi = curl_multi_init();
	int running = 1;

	for (int i = 0; i < SIDE_BY_SIDE; i++) {
		transfers[i] = prepare(url, &pages[i]);
		curl_multi_add_handle(multi, transfers[i]);
	}
	while (running && curl_multi_perform(multi, &running) == CURLM_OK)
		if (running)
			curl_multi_poll(multi, NULL, 0, TIMEOUT_MS, NULL);
	for (int i = 0; i < SIDE_BY_SIDE; i++) {
		printf("%s: %zu bytes, side by side\n", url, pages[i].bytes);
		curl_multi_remove_handle(multi, transfers[i]);
		curl_easy_cleanup(transfers[i]);
	}
	curl_multi_cleanup(multi);
	return 0;
}

/* Connects to the host and port of the URL without libcurl's help. */
static int open_connection(const char *host, const char *port)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_INET };
	struct addrinfo *found;
	int fd;

	if (getaddrinfo(host, port, &hints, &found))
		return -1;
	fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen)) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

/* Asks for the page's head only. */
static int ask_by_hand(const char *host, const char *port)
{
	char request[512], answer[512];
	const int len = snprintf(request, sizeof(request), "HEAD / HTTP/1.0\r\nHost: %s\r\n\r\n", host);
	const int fd = open_connection(host, port);
	ssize_t got;

	if (fd < 0) {
		perror("fetch: connect");
		return 1;
	}
	send(fd, request, (size_t)len, MSG_NOSIGNAL);
	while ((got = recv(fd, answer, sizeof(answer), 0)) > 0)
		printf("by hand: %.*s\n", (int)strcspn(answer, "\r\n"), answer);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	char host[256], port[16] = "80";

	if (argc != 2 || sscanf(argv[1], "http://%255[^:/]:%15[0-9]", host, port) < 1) {
		fprintf(stderr, "usage: fetch http://HOST[:PORT]/\n");
		return 2;
	}
	curl_global_init(CURL_GLOBAL_ALL);
	const int failed = ask_by_hand(host, port) || fetch_page(argv[1]) || fetch_side_by_side(argv[1]);

	curl_global_cleanup();
	return failed;
}
