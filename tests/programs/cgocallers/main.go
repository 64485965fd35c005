// cgocallers: Go that calls C that calls Go; each listen(2) on no socket has the line of its call as its backlog.
package main

/*
#include <sys/socket.h>

// Something must follow the call, or the compiler leaves the function by a jump.
#define LISTEN_HERE listen(-1, __LINE__); __asm__ volatile("" ::: "memory")

extern void from_c(int line);

static void in_c(void)
{
	LISTEN_HERE;
}

static void back_to_go(void)
{
	from_c(0);
	LISTEN_HERE;
}

static void of_line(int line)
{
	listen(-1, line);
	__asm__ volatile("" ::: "memory");
}
*/
import "C"

import (
	"runtime"
	"syscall"
)

//go:noinline
func line() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

//export from_c
func from_c(n C.int) {
	syscall.Listen(-1, line())
	C.in_c()
}

//go:noinline
func work() {
	C.in_c()
	C.back_to_go()
	syscall.Listen(-1, line())
	C.of_line(C.int(1000 + line()))
}

func main() {
	done := make(chan bool)
	go func() {
		work()
		done <- true
	}()
	<-done
}
