package genserver

import "github.com/starlang-go/starlang/pid"

// Ref is what a server is addressed by: a PID, a registered name of this node as a
// string, a name on any node as a [pid.Name], or whichever of these a
// [pid.Address] has.
type Ref interface {
	pid.PID | string | pid.Name | pid.Address
}

// addressOf returns to as the one type that all are kept in.
func addressOf[R Ref](to R) pid.Address {
	switch to := any(to).(type) {
	case pid.PID:
		return pid.Address{PID: to}
	case string:
		return pid.Address{Name: pid.Name{Name: to}}
	case pid.Name:
		return pid.Address{Name: to}
	default:
		return any(to).(pid.Address)
	}
}
