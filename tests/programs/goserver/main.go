// goserver: a static Go program that serves HTTP on loopback, each request in a goroutine of its own, with the runtime's own
// SIGURG preemption signals going on. Prints "port N"; /quit ends it with status 7.
//
// Must see: each request and its answer; and that the answers are the same as ever.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		sum := 0
		for i := 0; i < 1000000; i++ {
			sum += i % 7
		}
		fmt.Fprintf(w, "hello %s %d\n", r.URL.RawQuery, sum%2)
	})
	http.HandleFunc("/quit", func(w http.ResponseWriter, r *http.Request) { os.Exit(7) })
	panic(http.Serve(listener, nil))
}
