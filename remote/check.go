package remote

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/term"
)

var _ registry.RemoteChecker = (*Node)(nil)

// CheckRemote implements [registry.RemoteChecker]: it encodes the value as SendRemote
// would and throws the bytes away.
func (n *Node) CheckRemote(_ pid.Address, env signal.Envelope) error {
	b := buffers.Get().(*[]byte)
	frame, err := term.Limits{MaxBytes: n.cfg.MaxMessageBytes, MaxDepth: n.limits.MaxDepth}.AppendMessage((*b)[:0], env.Value)
	giveBack(b, frame)
	return err
}
