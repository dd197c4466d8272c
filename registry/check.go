package registry

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

// RemoteChecker is a [RemoteSendHook] that knows what it could never send.
type RemoteChecker interface {
	// CheckRemote returns the error with which SendRemote would refuse env.Value
	// whatever the state of the connection, nil if there is none.
	CheckRemote(to pid.Address, env signal.Envelope) error
}

// CheckRemote returns an error if the value of env, which is to go to another node
// later, can never go there. A hook that is no [RemoteChecker] is taken to send what
// can be encoded.
func (r *Registry[H]) CheckRemote(to pid.Address, env signal.Envelope) error {
	if h := r.hook.hook.Load(); h != nil {
		if c, ok := (*h).(RemoteChecker); ok {
			return c.CheckRemote(to, env)
		}
	}
	_, err := term.AppendMessage(nil, env.Value)
	return err
}
