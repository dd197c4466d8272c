package remote_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// hanger is a message whose decoding method hangs until hangers says that it may go on.
type hanger struct{ N int }

// hangers are of one test: how many there are in the decoding method, and what lets them go on.
type hangers struct {
	inside  atomic.Int64
	release chan struct{}
}

var nowHanging atomic.Pointer[hangers]

// newHangers makes decoding methods hang until the test ends, or release is closed.
func newHangers(l *lab) *hangers {
	h := &hangers{release: make(chan struct{})}
	nowHanging.Store(h)
	l.Cleanup(func() {
		select {
		case <-h.release:
		default:
			close(h.release)
		}
		synctest.Wait()
		require.Zero(l, h.inside.Load())
	})
	return h
}

func (h hanger) MarshalText() ([]byte, error) { return fmt.Append(nil, h.N), nil }
func (h *hanger) UnmarshalText(b []byte) error {
	all := nowHanging.Load()
	all.inside.Add(1)
	<-all.release
	all.inside.Add(-1)
	_, err := fmt.Sscan(string(b), &h.N)
	return err
}

// spelled is a message that the program decodes, and quickly.
type spelled struct{ N int }

func (s spelled) AppendTerm(dst []byte) ([]byte, error) { return term.AppendInt(dst, int64(s.N)), nil }
func (s *spelled) ParseTerm(r *term.Reader) error {
	n, err := r.ReadInt()
	s.N = int(n)
	return err
}

func init() {
	term.MustRegister[hanger]("remote_test.hanger")
	term.MustRegister[spelled]("remote_test.spelled")
}

// A decoding method that hangs holds up what its sender sends to that receiver, until it is
// given up: not what others send, or what goes to others, and not the connection. Its message
// is lost, what comes behind arrives in order.
func TestHanging_DecoderDelaysItsPairOnly(t *testing.T) {
	for name, bad := range map[string]any{"itself": hanger{1}, "inside": []any{map[string]any{"a": &hanger{1}}}} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(l *lab) {
				a, b := l.node("a@test"), l.node("b@test")
				l.connect(a, b)
				h := newHangers(l)
				members := l.inbox(a, func(ctx *runtime.Context) { a.MonitorNodes(ctx) })
				in, other := l.inbox(b, nil), l.inbox(b, nil)
				victim, _ := b.Runtime().Spawn(idle)
				watch := l.inbox(b, func(ctx *runtime.Context) { ctx.Monitor(victim) })
				sent := make(chan struct{})
				sender := l.spawn(a, func(ctx *runtime.Context) error {
					for _, v := range []any{0, bad, 2, spelled{3}, 4} {
						require.NoError(l, ctx.Send(in.pid, v))
					}
					require.NoError(l, ctx.Send(other.pid, "same sender"))
					require.NoError(l, ctx.Link(in.pid))
					close(sent)
					return idle(ctx)
				})
				<-sent
				l.run(a, func(ctx *runtime.Context) error {
					require.NoError(l, ctx.Send(in.pid, "same receiver"))
					require.NoError(l, ctx.Exit(victim, signal.Kill))
					got, err := runtime.CallTimeout[int](ctx, l.answering(b), 7, time.Second)
					require.Equal(l, 7, got)
					return err
				})
				synctest.Wait()
				require.EqualValues(l, 1, h.inside.Load())
				require.Equal(l, []any{0, "same receiver"}, in.all())
				require.Equal(l, []any{"same sender"}, other.all())
				require.Len(l, watch.all(), 1, "an exit")
				require.NoError(l, a.Runtime().Exit(sender, signal.Shutdown))
				after(remote.DefaultDecodeTimeout + time.Second)
				rest := in.all()
				require.Equal(l, []any{2, spelled{3}, 4}, rest[:3])
				require.IsType(l, signal.Exit{}, rest[3], "the end of the link, behind the messages")
				require.EqualValues(l, 1, h.inside.Load(), "nobody can end it")
				after(5 * remote.DefaultHeartbeatInterval)
				require.Empty(l, members.all(), "the connection was lost")
				close(h.release)
				require.Empty(l, in.all(), "late is lost")
			})
		})
	}
}

// answering is a process that answers calls with what they ask.
func (l *lab) answering(n *remote.Node) pid.PID {
	return l.spawn(n, func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if from, ok := m.From(); ok {
				_ = ctx.Reply(from, m.Value())
			}
		}
	})
}

// Who calls learns it, and who waits for a reply, and who spawns.
func TestHanging_DecoderFailsRequests(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		newHangers(l)
		require.NoError(l, b.RegisterFunc("f", func(*runtime.Context, any) error { return nil }))
		echo := l.answering(b)
		hangs := l.spawn(b, func(ctx *runtime.Context) error {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			from, _ := m.From()
			_ = ctx.Reply(from, hanger{2})
			return idle(ctx)
		})
		l.run(a, func(ctx *runtime.Context) error {
			_, err := runtime.CallTimeout[any](ctx, echo, hanger{1}, time.Hour)
			require.ErrorContains(l, err, "takes longer than DecodeTimeout")
			_, err = runtime.CallTimeout[any](ctx, hangs, 1, time.Hour)
			require.ErrorContains(l, err, "takes longer than DecodeTimeout")
			_, err = a.Spawn(ctx, "b@test", "f", hanger{3})
			require.ErrorContains(l, err, "takes longer than DecodeTimeout")
			return nil
		})
	})
}

// How many hang is bounded, for each connection and for the node: then what needs a decoding
// method of the program is lost at once, all else goes on, and it ends when they come back.
func TestHanging_DecodersAreBounded(t *testing.T) {
	inLab(t, func(l *lab) {
		few := func(c *remote.Config) { c.MaxHungDecoders, c.WaitingBytes = 3, 128<<10 }
		a, b := l.node("a@test"), l.node("b@test", few)
		l.connect(a, b)
		h := newHangers(l)
		in := l.inbox(b, nil)
		flood := func(v func(n int) any) {
			for n := range 100 {
				_, err := a.Runtime().Spawn(func(ctx *runtime.Context) error { return ctx.Send(in.pid, v(n)) })
				require.NoError(l, err)
			}
			synctest.Wait()
		}
		flood(func(n int) any { return hanger{n} })
		require.LessOrEqual(l, h.inside.Load(), int64(8), "WaitingBytes counts goroutines")
		after(2*remote.DefaultDecodeTimeout + time.Second)
		hanging := h.inside.Load()
		require.LessOrEqual(l, hanging, int64(3+8))
		flood(func(n int) any { return hanger{n} })
		flood(func(n int) any { return n })
		require.Len(l, in.all(), 100, "what needs no method of the program")
		require.Equal(l, hanging, h.inside.Load())
		require.Contains(l, b.Nodes(), "a@test")
		close(h.release)
		synctest.Wait()
		flood(func(n int) any { return hanger{n} })
		require.Len(l, in.all(), 100)
		require.Zero(l, remote.WaitingBytes(b))
	})
}

// A connection ends although decoders hang, and nothing of it stays but these.
func TestHanging_ConnectionEnds(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		h := newHangers(l)
		in := l.inbox(b, nil)
		sender := l.spawn(a, func(ctx *runtime.Context) error {
			_ = ctx.Send(in.pid, hanger{1})
			_ = ctx.Send(in.pid, strings.Repeat("x", 1000))
			return idle(ctx)
		})
		synctest.Wait()
		watch := l.inbox(b, func(ctx *runtime.Context) { ctx.Monitor(sender) })
		synctest.Wait()
		_, err := a.Disconnect(bounded(l), "b@test")
		require.NoError(l, err)
		after(2 * time.Second)
		require.Len(l, watch.all(), 1)
		require.Zero(l, remote.WaitingBytes(b))
		l.connect(a, b)
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, "again"))
		require.Equal(l, []any{"again"}, in.all())
		require.NoError(l, b.Close(bounded(l)))
		require.EqualValues(l, 1, h.inside.Load())
	})
}

// Whatever is decoded by the program, and in whatever order the rest comes: what one process
// sends to another arrives in the order in which it was sent.
func TestHanging_OrderIsKept(t *testing.T) {
	big := strings.Repeat("x", 3<<10) // comes in fragments
	makes := []func(n int) any{
		func(n int) any { return n },
		func(n int) any { return spelled{n} },
		func(n int) any { return []any{spelled{n}} },
		func(n int) any { return []any{n, big} },
	}
	number := func(v any) int {
		switch v := v.(type) {
		case spelled:
			return v.N
		case []any:
			if s, ok := v[0].(spelled); ok {
				return s.N
			}
			return v[0].(int)
		}
		return v.(int)
	}
	rapid.Check(t, func(rt *rapid.T) {
		kinds := rapid.SliceOfN(rapid.IntRange(0, len(makes)-1), 1, 50).Draw(rt, "kinds")
		inLab(t, func(l *lab) {
			short := func(c *remote.Config) { c.FragmentBytes = 1 << 10 }
			a, b := l.node("a@test", short), l.node("b@test", short)
			l.connect(a, b)
			in := l.inbox(b, nil)
			for s := range 3 {
				_, err := a.Runtime().Spawn(func(ctx *runtime.Context) error {
					if err := ctx.Link(in.pid); err != nil {
						return err
					}
					for n, kind := range kinds {
						if err := ctx.Send(in.pid, makes[(kind+s)%len(makes)](100*s+n)); err != nil {
							return err
						}
					}
					return fmt.Errorf("%d", s)
				})
				require.NoError(l, err)
			}
			after(time.Second)
			next := [3]int{}
			for _, v := range in.all() {
				if exit, ok := v.(signal.Exit); ok {
					for s := range next {
						if strings.Contains(exit.Reason.Text(), fmt.Sprint(s)) {
							require.Equal(rt, len(kinds), next[s], "the exit is behind the messages")
						}
					}
					continue
				}
				s := number(v) / 100
				require.Equal(rt, next[s], number(v)%100)
				next[s]++
			}
			require.Equal(rt, [3]int{len(kinds), len(kinds), len(kinds)}, next)
		})
	})
}
