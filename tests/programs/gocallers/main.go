// gocallers: Go code that calls listen(2) on no socket; each backlog is the line of its call.
package main

import (
	"sort"
	"sync"
	"syscall"
)

type words []string

func (w words) Len() int      { return len(w) }
func (w words) Swap(i, j int) { w[i], w[j] = w[j], w[i] }
func (w words) Less(i, j int) bool {
	syscall.Listen(-1, 15)
	return w[i] < w[j]
}

func inlined() {
	syscall.Listen(-1, 20)
}

//go:noinline
func deep(n int) int {
	var room [64]int
	if n == 0 {
		syscall.Listen(-1, 27)
		return 0
	}
	room[n%64] = deep(n - 1)
	return room[3] + n
}

func main() {
	inlined()
	deep(20)
	sort.Sort(words{"b", "a"})
	var wait sync.WaitGroup
	wait.Add(1)
	go func() {
		defer wait.Done()
		syscall.Listen(-1, 42)
	}()
	wait.Wait()
	defer func() {
		recover()
		syscall.Listen(-1, 47)
	}()
	syscall.Listen(-1, 49)
	panic("over")
}
