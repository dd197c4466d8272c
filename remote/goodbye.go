package remote

// goodbye is why a connection is ended in order, see PROTOCOL.md.
type goodbye uint64

const (
	goodbyeClosing    goodbye = 0
	goodbyeDisconnect goodbye = 1
	goodbyeProtocol   goodbye = 2
	goodbyeOverload   goodbye = 3
	goodbyeIdle       goodbye = 5
)

// goodbyes has what each says, and the cause that it is at the node to which it is said.
var goodbyes = [...]struct {
	text  string
	cause DownCause
}{
	goodbyeClosing:    {"closing", CausePeerClosed},
	goodbyeDisconnect: {"disconnected on request", CausePeerDisconnected},
	goodbyeProtocol:   {"protocol error", CauseProtocol},
	goodbyeOverload:   {"overload", CauseOverload},
	4:                 {"replaced by another connection", CauseReplaced}, // of other implementations
	goodbyeIdle:       {"nothing needs the connection", CauseIdle},
}

func (g goodbye) text() string {
	if g < goodbye(len(goodbyes)) {
		return goodbyes[g].text
	}
	return "ended"
}

func (g goodbye) peersCause() DownCause {
	if g < goodbye(len(goodbyes)) {
		return goodbyes[g].cause
	}
	return CauseLost
}
