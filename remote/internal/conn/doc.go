// Package conn is one connection between two nodes, from the good proof to the loss. It
// knows the bytes, and what they are to carry from and to package dist; it knows neither
// the node that made it nor how it came about. What it asks of the node is the interface
// [Owner], what it needs to know of it is a [Shared].
//
// Two pipelines, each in one direction through the files:
//
//	out: send (from dist), ask, questions → fragment → queue → direct, or write → stream
//	in:  stream → serve → read → assembly, observer → dist; ask, held and the Owner for requests
//
// Out: who sends encodes in his own goroutine, waits for room in the queue, and appends the
// frame in one critical section with looking whether he is still alive. The writer hands
// what is queued to the operating system; on an idle connection the sender does that
// himself (direct). What is too long for one frame goes in fragments, one such frame at a
// time, and others pass between these.
//
// In: the reader decodes frames where they lie and gives each signal to package dist before
// the next. It never waits for one process, and pauses only when too much waits in all.
//
// Beside these: heartbeat watches that the peer lives and takes what it is sent, idle that
// somebody needs the connection, budget what all connections of the node hold.
//
// Lock order: those of package dist, then a connection's mu, of which nobody holds two.
// Nothing of the program runs with mu held, but for TryWrite of package direct, for which it is unlocked.
package conn
