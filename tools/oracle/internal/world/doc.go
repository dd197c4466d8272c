// Package world carries out scenarios with processes of module runtime, on one node
// or spread over two that module remote connects, through the public APIs alone, and
// reports what came of them.
//
// Each process of a scenario is a puppet: a real process whose body does nothing
// but carry out the driver's orders, which come as messages and are received
// selectively, so that all else stays in its mailbox. The driver is the goroutine
// that runs the scenario. It gives one order at a time, waits until the puppet has
// carried it out or has ended, and then until the world has settled.
//
// # When all has settled
//
// Nothing starts by itself: between two steps a puppet waits for an order. So what
// a step leaves under way consists of processes that are ending, and of what they
// have yet to tell others. All of it can be seen:
//
//   - A puppet whose body has returned has said so, and is Exiting or soon will be.
//   - One that has got an exit signal, or whose name and timers have yet to be
//     freed, is Exiting.
//   - One that is Dead and has yet to tell another of its end is still in that
//     other's list of links or monitors, or of those who monitor it: it goes from
//     the list in the critical section that delivers the signal, with all that
//     follows for the receiver.
//
// So all has settled once every puppet is Running and in its body, or Dead; the
// lists of those that run name only such as run; and these lists agree.
//
// The processes are looked at one after the other, yet one look that finds nothing
// is enough. Suppose that something is under way behind its back: a process P that
// ends, because Q told it, because R told Q, and so on back to one that was ending
// when the look began. That one was seen Dead, or the look would have failed. Take
// the last of the chain that was seen Dead. If it is P itself, whom it has yet to
// tell still had P in a list when looked at. If it is not, the next one was seen
// Running, so had not been told, and had it in a list. Either way a list named one
// that does not run, and the look failed.
//
// # Two nodes
//
// The puppets take turns in living on one node or the other, also those that others
// spawn. Then some of what a step leaves under way is on the wire. The telling of an
// end is seen as above, there and on the way: who is yet to be told has the other in
// a list. What the step's own acts have sent is in no list: messages, exit signals,
// what sets links and monitors or takes them away, and what nodes answer to these.
// But all of it was sent before the actor had carried out the order, or had ended.
// So a round trip in both directions, before each look, takes it to where it goes,
// see flush; nobody else sends anything but the telling of an end. What is then
// behind a look's back can only be the chain described above, with a first one
// that was ending when the look began, and the same argument holds.
//
// Of a message that travels in fragments the node still knows after the round trip
// that it is to be delivered.
//
// # Time
//
// A scenario's time passes in wait steps only; real time passes all the while. The
// driver notes for each timer the earliest moment at which it can fire. A wait step
// takes the timers that are due in their order and waits until each has fired and
// has delivered. If on a busy machine a timer may have fired before its turn, the
// run is void, and the scenario is run again in a new world whose clock is slower.
// So no result depends on how fast the machine is.
package world
