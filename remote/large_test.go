package remote_test

import (
	"flag"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
)

var largeMiB = flag.Int("large", 16, "how many MiB the message of TestLarge has")

// framesAhead is how many frames may reach the peer between the send of something
// small and its arrival: the four fragments that this network holds by then, and
// the four that a sender may have queued.
const framesAhead = 4 + 4

// largeConfig lets the message of TestLarge through, and little more.
func largeConfig(c *remote.Config) {
	c.Cookie = villainCookie
	c.MaxMessageBytes = remote.ByteCount(*largeMiB+1) << 20
}

// While a message of the greatest length goes out, small messages of another sender
// and heartbeats wait for a few fragments. The peer here reads frame by frame, and
// so counts.
func TestLarge_DelaysOthersByAFewFragments(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", largeConfig)
		v := l.villain(n)
		id, err := pid.NewNodeID("villain@test", 666)
		require.NoError(l, err)
		l.spawn(n, func(ctx *runtime.Context) error {
			return ctx.Send(pid.New(id, 1), strings.Repeat("x", *largeMiB<<20))
		})
		fragments, smalls, pings := 0, 0, 0
		small, ping := 0, 0 // since how many frames each is awaited; 0: not
		for remaining := uint64(1); remaining > 0 || small > 0 || ping > 0; {
			p := mustParse(l, v.body())
			f := p.other
			switch {
			case f.Kind == wire.Fragment:
				fragments, remaining = fragments+1, f.Code
			case p.signal.Kind == signal.Message:
				small, smalls = 0, smalls+1
			case f.Kind == wire.Ping:
				ping, pings = 0, pings+1
				v.send(wire.AppendPing(nil, wire.Pong, f.Code))
			}
			small, ping = older(l, small), older(l, ping)
			synctest.Wait() // the network and the queue are full again
			switch {
			case f.Kind != wire.Fragment || remaining == 0 || small > 0 || ping > 0:
			case fragments%60 == 30:
				require.NoError(l, n.Runtime().Send(bounded(l), pid.New(id, 2), "small"))
				small = 1
			case fragments%60 == 0:
				v.send(wire.AppendPing(nil, wire.Pong, 0)) // a sign of life
				after(remote.DefaultHeartbeatInterval)
				ping = 1
			}
		}
		require.Equal(l, *largeMiB<<20/int(remote.DefaultFragmentBytes)+1, fragments)
		require.GreaterOrEqual(l, smalls, fragments/60)
		require.GreaterOrEqual(l, pings, fragments/60)
	})
}

// older counts a frame that has come while something was awaited.
func older(t testing.TB, awaited int) int {
	t.Helper()
	if awaited == 0 {
		return 0
	}
	require.LessOrEqual(t, awaited, framesAhead)
	return awaited + 1
}

// villain returns a proven peer of n.
func (l *lab) villain(n *remote.Node) *villain {
	l.Helper()
	c, err := l.net.Host("villain@test").Dial(bounded(l), n.Name())
	require.NoError(l, err)
	v := onConn(l, c)
	v.join("villain@test")
	return v
}

// The message arrives whole.
func TestLarge_Arrives(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test", largeConfig), l.node("b@test", largeConfig)
		in := l.inbox(b, nil)
		want := strings.Repeat("0123456789abcdef", *largeMiB<<16)
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, want))
		require.True(l, want == (<-in.mail).(string), "not what was sent")
	})
}
