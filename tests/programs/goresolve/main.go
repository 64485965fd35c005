// goresolve: a static Go program that looks a host up with Go's own resolver, connects and reads: goresolve HOST:PORT.
//
// Must see: the DNS question and answer, and the host at the connect.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	conn, err := net.Dial("tcp4", os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Fprint(conn, "GET / HTTP/1.0\r\n\r\n")
	answer, _ := io.ReadAll(conn)
	fmt.Println(len(answer) > 0)
}
