package remote

// goodbye is why a connection is ended in order, see PROTOCOL.md.
type goodbye uint64

const (
	goodbyeClosing    goodbye = 0
	goodbyeDisconnect goodbye = 1
	goodbyeProtocol   goodbye = 2
	goodbyeOverload   goodbye = 3
	goodbyeReplaced   goodbye = 4
	goodbyeIdle       goodbye = 5
)

func (g goodbye) text() string {
	switch g {
	case goodbyeClosing:
		return "closing"
	case goodbyeDisconnect:
		return "disconnected on request"
	case goodbyeProtocol:
		return "protocol error"
	case goodbyeOverload:
		return "overload"
	case goodbyeReplaced:
		return "replaced by another connection"
	case goodbyeIdle:
		return "nothing needs the connection"
	default:
		return "ended"
	}
}

// peersCause returns the cause at the node that the goodbye was said to.
func (g goodbye) peersCause() DownCause {
	switch g {
	case goodbyeClosing:
		return CausePeerClosed
	case goodbyeDisconnect:
		return CausePeerDisconnected
	case goodbyeProtocol:
		return CauseProtocol
	case goodbyeOverload:
		return CauseOverload
	case goodbyeReplaced:
		return CauseReplaced
	case goodbyeIdle:
		return CauseIdle
	default:
		return CauseLost
	}
}
