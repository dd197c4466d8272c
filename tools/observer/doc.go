// Package observer shows running nodes in a browser: which mailbox grows, who waits for
// whom, what a supervisor's tree looks like, what is wrong.
//
// In the program itself, on any mux and below any prefix:
//
//	o, err := observer.Handler(rt, observer.Options{Prefix: "/observer"})
//	...
//	defer o.Close()
//	mux.Handle("/observer/", o)
//	fmt.Println("http://" + address + o.Invite())
//
// From outside, for any number of nodes, [Attach] does the same, and the command
// cmd/observer is made of that.
//
// # Guaranteed
//
// Nothing is asked of a node while nobody looks: one sampler a node asks for all who do,
// and ends 10 s after the last has left. No GET changes anything, but for the one-time
// link that makes a session. Without [Options].Control nobody can act on a node. Every
// page works without script; its address holds the whole view, and gives JSON to those
// who accept only that.
//
// # Not promised
//
// What is shown is no snapshot: see package
// [github.com/starlang-go/starlang/runtime/inspect]. Charts begin when somebody looks.
package observer
