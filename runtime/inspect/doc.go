// Package inspect lets tools look into a running node, and steer it: which processes
// there are, which mailbox grows, who waits for whom, what a supervisor's tree looks like.
//
// [Start] starts a server of the name [Name]. It needs nothing of the program, sleeps
// while nobody asks, and answers each question in a process of its own. A [Client] asks:
//
//	_, err := inspect.Start(rt, inspect.Config{})
//	...
//	top, err := inspect.NewClient(rt, pid.Name{Name: inspect.Name}).Top(ctx, inspect.Top{By: inspect.ByQueue, N: 20})
//
// Module remote starts it with a node, and its package attach is a client for nodes
// elsewhere.
//
// # Guaranteed
//
// What is asked for is bounded however much there is: lists are sorted, and cut, where
// they are made. Nothing that is asked for changes anything, except by an action, which
// only those with [Control] may ask for and of which each is logged. No process but a
// server is ever asked by a message. Of messages and states the types are shown, or what
// the program's own FormatMessage and FormatState show.
//
// # Not promised
//
// Answers are no snapshots: each process is looked at when it is its turn.
package inspect
