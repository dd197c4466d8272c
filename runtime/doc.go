// Package runtime has processes as Erlang has them, as ordinary Go: a process is a
// goroutine with a PID, a mailbox, links and monitors.
package runtime
