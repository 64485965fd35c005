// gofetch: a static Go program that dials, writes and reads on a loopback server of its own, and prints which of its
// lines did so: {"did":"connect","function":"main.dial","line":31}. The server's calls lie in main.serve.
//
// Must see: the calls of main.dial, main.talk and main.serve with these functions and lines, never runtime or net frames.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
)

func did(call string) {
	pc, _, line, _ := runtime.Caller(1)
	fmt.Printf("{\"did\":%q,\"function\":%q,\"line\":%d}\n", call, runtime.FuncForPC(pc).Name(), line-1)
}

//go:noinline
func listen() net.Listener {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	did("bind")
	check(err)
	return listener
}

//go:noinline
func dial(address string) net.Conn {
	conn, err := net.Dial("tcp4", address)
	did("connect")
	check(err)
	return conn
}

//go:noinline
func talk(conn net.Conn) string {
	_, err := conn.Write([]byte("hello from go"))
	did("write")
	check(err)
	buffer := make([]byte, 64)
	count, err := conn.Read(buffer)
	did("read")
	check(err)
	return string(buffer[:count])
}

//go:noinline
func serve(listener net.Listener, done chan bool) {
	conn, err := listener.Accept()
	check(err)
	buffer := make([]byte, 64)
	count, err := conn.Read(buffer)
	check(err)
	_, err = conn.Write(append([]byte("echo: "), buffer[:count]...))
	check(err)
	conn.Close()
	done <- true
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
}

func main() {
	listener := listen()
	done := make(chan bool)
	go serve(listener, done)
	conn := dial(listener.Addr().String())
	fmt.Println(talk(conn))
	<-done
	conn.Close()
	listener.Close()
}
