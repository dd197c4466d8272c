// Package runtime has processes as Erlang has them, as ordinary Go: a process is a
// goroutine with a PID, a mailbox, links and monitors. It receives by blocking,
// and it is told when another one dies.
//
//	rt := runtime.MustNew(runtime.Config{})
//	err := rt.Run(ctx, func(ctx *runtime.Context) error {
//		echo, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
//			msg, err := ctx.Recv()
//			if err != nil {
//				return err // the exit signal, already the right reason
//			}
//			return ctx.Send(msg.Value().(pid.PID), "hello")
//		})
//		if err != nil {
//			return err
//		}
//		_ = ctx.Send(echo, ctx.PID())
//		...
//	})
//
// A [Runtime] is a node: a set of processes, with their names. A [Body] is what a
// process does; it acts with its [Context], which is a context.Context too. Code
// that is no process has a [ProcessHandle].
//
// # Guarantees
//
// Order: from one process to another, signals of all kinds (messages, exits, links,
// monitors) arrive in the order in which they were sent. What a process sent before
// it died arrives before its exit and down signals, and nothing of it after them.
//
// Exactness: each link gives one exit signal, each monitor one [signal.Down],
// whatever races with them. When they arrive, the name of the dead is free and its
// timers are gone.
//
// Isolation: a receiver shares no memory with the sender, see [term.Isolate]; a
// panic ends one process, not the program.
//
// Exit signals have effect while the receiver is busy, and are never lost to a full
// mailbox. Packages genserver, supervisor, statem, task and application build on
// nothing but this package's public API.
//
// # Not promised
//
// An order between different senders. Delivery to a process that ends before it
// receives. That a goroutine stops: a process that is killed is dead at once to all
// others, but a body that does not obey its Context runs on as a [Zombie].
//
// Source of all rules, where nothing else is said: the OTP reference manual,
// "Processes".
package runtime
