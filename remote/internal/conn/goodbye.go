package conn

// Goodbye is why a connection is ended in order, see PROTOCOL.md.
type Goodbye uint64

// The codes of a goodbye.
const (
	GoodbyeClosing    Goodbye = 0
	GoodbyeDisconnect Goodbye = 1
	GoodbyeProtocol   Goodbye = 2
	GoodbyeOverload   Goodbye = 3
	GoodbyeIdle       Goodbye = 5
)

// goodbyes has what each says, and the cause that it is at the node to which it is said.
var goodbyes = [...]struct {
	text  string
	cause Cause
}{
	GoodbyeClosing:    {"closing", PeerClosed},
	GoodbyeDisconnect: {"disconnected on request", PeerDisconnected},
	GoodbyeProtocol:   {"protocol error", Protocol},
	GoodbyeOverload:   {"overload", Overload},
	4:                 {"replaced by another connection", Replaced}, // of other implementations
	GoodbyeIdle:       {"nothing needs the connection", Idle},
}

func (g Goodbye) text() string {
	if g < Goodbye(len(goodbyes)) {
		return goodbyes[g].text
	}
	return "ended"
}

func (g Goodbye) peersCause() Cause {
	if g < Goodbye(len(goodbyes)) {
		return goodbyes[g].cause
	}
	return Lost
}

// Cause is why a connection ended.
type Cause string

// The causes.
const (
	Lost             Cause = "connection lost"
	Silent           Cause = "no sign of life"
	Stalled          Cause = "peer takes nothing"
	Closing          Cause = "this node is closing"
	Disconnected     Cause = "disconnected"
	PeerClosed       Cause = "peer is closing"
	PeerDisconnected Cause = "disconnected by peer"
	Replaced         Cause = "replaced by another connection"
	Protocol         Cause = "protocol error"
	Overload         Cause = "overload"
	Idle             Cause = "idle"
)
