package remote_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// room is a process with a full mailbox, and another one that has sent it messages for
// which there is no room.
type room struct {
	*lab
	full, other puppet
	here, there *remote.Node // the nodes of these two
}

// everyRoom runs a test with a mailbox of each policy, on one node and between two.
func everyRoom(t *testing.T, test func(r *room)) {
	for _, policy := range []mailbox.Policy{mailbox.Block, mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest} {
		for _, name := range []string{"a@test", "b@test"} {
			t.Run(policy.String()+" "+name, func(t *testing.T) {
				inLab(t, func(l *lab) {
					a := l.node("a@test")
					b := a
					if name != "a@test" {
						b = l.node(name)
						l.connect(a, b)
					}
					box := runtime.MailboxOptions{Capacity: 1, Policy: policy}
					test(&room{l, l.puppet(a, box), l.puppet(b, runtime.MailboxOptions{}), a, b})
				})
			})
		}
	}
}

// flood fills the mailbox in the name of other, without waiting for room on one node.
func (r *room) flood() {
	r.other.does(func(ctx *runtime.Context) {
		for i := range 3 {
			_ = ctx.TrySend(r.full.pid, i)
		}
	})
}

func TestRoom_KillDoesNotWaitForIt(t *testing.T) {
	everyRoom(t, func(r *room) {
		r.flood()
		r.other.does(func(ctx *runtime.Context) { require.NoError(r, ctx.Exit(r.full.pid, signal.Kill)) })
		require.False(r, r.here.Runtime().IsAlive(r.full.pid))
	})
}

func TestRoom_ExitDownAndLinkDoNotWaitForIt(t *testing.T) {
	everyRoom(t, func(r *room) {
		var ref pid.Ref
		r.full.does(func(ctx *runtime.Context) { ref = ctx.Monitor(r.other.pid) })
		r.flood()
		r.other.does(func(ctx *runtime.Context) {
			require.NoError(r, ctx.Link(r.full.pid))
			require.NoError(r, ctx.Exit(r.full.pid, signal.Error("listen")))
		})
		info, _ := r.here.Runtime().Info(r.full.pid)
		require.Equal(r, []pid.PID{r.other.pid}, info.Links)
		require.NoError(r, r.there.Runtime().Exit(r.other.pid, signal.Kill))
		synctest.Wait()
		r.full.does(func(ctx *runtime.Context) {
			require.Equal(r, signal.Exit{From: r.other.pid, Reason: signal.Error("listen")}, receive[signal.Exit](r, ctx))
			require.Equal(r, signal.Exit{From: r.other.pid, Reason: signal.Killed}, receive[signal.Exit](r, ctx))
			require.Equal(r, signal.Down{Ref: ref, PID: r.other.pid, Reason: signal.Killed}, receive[signal.Down](r, ctx))
		})
	})
}

func TestRoom_ReplyDoesNotWaitForIt(t *testing.T) {
	everyRoom(t, func(r *room) {
		result := make(chan error, 1)
		r.full.acts <- func(ctx *runtime.Context) {
			_, err := runtime.Call[string](ctx, r.other.pid, "?")
			result <- err
		}
		synctest.Wait()
		r.flood()
		r.other.does(func(ctx *runtime.Context) {
			m, err := ctx.RecvMatch(func(m runtime.Message) bool { return m.Kind() == runtime.KindCall })
			require.NoError(r, err)
			from, _ := m.From()
			require.NoError(r, ctx.Reply(from, "!"))
		})
		require.NoError(r, <-result)
	})
}

func TestRoom_CallFailsAtOnceWhenItsCalleeOrNodeGoes(t *testing.T) {
	for name, end := range map[string]func(r *room){
		"callee":     func(r *room) { _ = r.there.Runtime().Exit(r.other.pid, signal.Kill) },
		"connection": func(r *room) { r.net.Cut("a@test", "b@test") },
		"node":       func(r *room) { _ = r.there.Close(bounded(r)) },
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(l *lab) {
				a, b := l.node("a@test"), l.node("b@test")
				l.connect(a, b)
				r := &room{l, l.puppet(a, boundedBox), l.puppet(b, runtime.MailboxOptions{}), a, b}
				result := make(chan error, 1)
				r.full.acts <- func(ctx *runtime.Context) {
					_, err := runtime.Call[string](ctx, r.other.pid, "?")
					result <- err
				}
				synctest.Wait()
				r.flood()
				end(r)
				require.Error(r, <-result)
			})
		})
	}
}
