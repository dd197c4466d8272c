package genserver_test

import (
	"context"
	goruntime "runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// looked is a server whose format methods do what a test says.
type looked struct {
	Password string
	state    func() any
	message  func() any
}

func (*looked) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	return req, nil
}
func (l *looked) FormatState() any      { return l.state() }
func (l *looked) FormatMessage(any) any { return l.message() }

func holdsItself() any {
	m := map[string]any{}
	m["me"] = m
	return m
}

// Whatever a method does that says what is shown: who looks gets an answer, and the
// server goes on.
func TestLook_FormatMethodsHarmNobody(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	for name, f := range map[string]func() any{
		"panics":                        func() any { panic("in format") },
		"goexits":                       func() any { goruntime.Goexit(); return nil },
		"is huge":                       func() any { return strings.Repeat("x", 10<<20) },
		"is huge and sendable":          func() any { return make([]int, 10<<20) },
		"holds itself":                  holdsItself,
		"panics with what holds itself": func() any { panic(holdsItself()) },
		"cannot be sent":                func() any { return hang },
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, ctx *runtime.Context) {
				p := start(t, ctx, &looked{state: f, message: f}, genserver.Options{})
				got, err := genserver.GetState(ctx, p)
				if err == nil {
					require.Less(t, len(got.(string)), 70_000)
				}
				require.NoError(t, genserver.Trace(ctx, p, 2))
				n, err := genserver.CallAs[int](ctx, p, 7)
				require.NoError(t, err)
				require.Equal(t, 7, n)
				all, err := genserver.GetTrace(ctx, p)
				require.NoError(t, err)
				require.Len(t, all, 1)
				require.Less(t, len(all[0].Value.(string)), 70_000)
				require.True(t, ctx.IsAlive(p))
			})
		})
	}
}

// One that hangs holds the server up once, and not again while it hangs.
func TestLook_FormatMethodThatHangsHoldsUpOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		hang := make(chan struct{})
		p := start(t, ctx, &looked{state: func() any { <-hang; return "late" }}, genserver.Options{})
		began := time.Now()
		_, err := genserver.GetState(ctx, p)
		require.ErrorContains(t, err, "has not returned in time")
		require.Equal(t, 2*time.Second, time.Since(began))
		_, err = genserver.GetState(ctx, p)
		require.ErrorContains(t, err, "an earlier call")
		require.Equal(t, 2*time.Second, time.Since(began))
		n, err := genserver.CallAs[int](ctx, p, 7)
		require.NoError(t, err)
		require.Equal(t, 7, n)
		close(hang)
		synctest.Wait()
		got, err := genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, "late", got)
	})
}

// snapshotted is a server whose FormatState looks at a copy.
type snapshotted struct {
	n    int
	view func(n int) genserver.StateFormatter
}

func (s *snapshotted) HandleCall(*genserver.Context, genserver.From, any) (any, error) {
	s.n++
	return s.n, nil
}
func (s *snapshotted) SnapshotState() genserver.StateFormatter { return s.view(s.n) }

// One that hangs while it looks at a snapshot races with nothing.
func TestLook_SnapshotIsWhatIsShown(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		hang, seen := make(chan struct{}), make(chan any, 1)
		p := start(t, ctx, &snapshotted{view: func(n int) genserver.StateFormatter {
			return &looked{state: func() any {
				if n == 0 {
					<-hang
					seen <- n
				}
				return n
			}}
		}}, genserver.Options{})
		_, err := genserver.GetState(ctx, p)
		require.ErrorContains(t, err, "has not returned in time")
		n, err := genserver.CallAs[int](ctx, p, 7)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		_, err = genserver.GetState(ctx, p)
		require.ErrorContains(t, err, "an earlier call")
		close(hang)
		require.Equal(t, 0, <-seen)
		synctest.Wait()
		got, err := genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, 1, got)
	})
}

func TestLook_SnapshotMayFail(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &snapshotted{view: func(int) genserver.StateFormatter { panic("no film") }}, genserver.Options{})
		_, err := genserver.GetState(ctx, p)
		require.ErrorContains(t, err, "snapshot state: panic: no film")
		none := start(t, ctx, &snapshotted{view: func(int) genserver.StateFormatter { return nil }}, genserver.Options{})
		got, err := genserver.GetState(ctx, none)
		require.NoError(t, err)
		require.Contains(t, got, "snapshotted")
	})
}

func TestReplaceState_FunctionHarmsNobody(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &account{1, "ann"}, genserver.Options{})
		for _, f := range []func(*account) *account{
			func(*account) *account { panic("boom") },
			func(*account) *account { panic(holdsItself()) },
			func(*account) *account { goruntime.Goexit(); return nil },
		} {
			require.ErrorContains(t, genserver.ReplaceState(ctx, p, f), "replace state: ")
			n, err := genserver.CallAs[int](ctx, p, 0)
			require.NoError(t, err)
			require.Equal(t, 1, n)
		}
	})
}

// The secrets of a server are in no text that it has not chosen, also when it crashes.
func TestLook_ShowsNoSecret(t *testing.T) {
	var log logLines
	rt := newRuntime(t, runtime.Config{Logger: log.logger()})
	require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
		type login struct{ Password string }
		p, ref := watched(t, ctx, &keeper{Password: "hunter2", Big: strings.Repeat("hunter2", 1<<20)}, genserver.Options{})
		got, err := genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, "&genserver_test.keeper{Password:string Big:string hidden:map[string]string(0)}", got)
		_, err = genserver.CallAs[int](ctx, p, login{"hunter2"})
		require.Error(t, err)
		down(t, ctx, ref)
		return nil
	}))
	require.NotContains(t, log.text(), "hunter2")
	require.Contains(t, log.text(), "*genserver_test.keeper")
	require.Contains(t, log.text(), "login{Password:string}")
}

type keeper struct {
	Password, Big string
	hidden        map[string]string //lint:ignore U1000 it is what makes the type unsendable
}

func (k *keeper) HandleCall(*genserver.Context, genserver.From, any) (any, error) { panic("boom") }

// OTP, sys: it works on every live server, without its help. A bound of the mailbox
// does not lock the operator out.
func TestSystem_GetsThroughToAFullServer(t *testing.T) {
	for _, policy := range []mailbox.Policy{mailbox.Block, mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest} {
		t.Run(policy.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx *runtime.Context) {
				p, ref := watched(t, ctx, &script{info: func(*genserver.Context, any) error { return nil }},
					genserver.Options{Mailbox: runtime.MailboxOptions{Capacity: 3, Policy: policy}})
				fill := func() {
					require.NoError(t, genserver.Suspend(ctx, p))
					for i := range 5 {
						_ = ctx.TrySend(p, i)
					}
				}
				bound, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				fill()
				_, err := genserver.GetState(bound, p)
				require.NoError(t, err)
				stats, err := genserver.GetStatistics(bound, p)
				require.NoError(t, err)
				require.True(t, stats.Suspended)
				require.NoError(t, genserver.Trace(bound, p, 3))
				require.NoError(t, genserver.ReplaceState(bound, p, func(s *script) *script { return s }))
				require.NoError(t, genserver.Resume(bound, p))
				fill()
				require.NoError(t, genserver.Stop(bound, p, signal.Shutdown))
				require.Equal(t, signal.Shutdown, down(t, ctx, ref))
			})
		})
	}
}

// A busy server that is full answers when it is done.
func TestSystem_GetsThroughToABusyAndFullServer(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{info: func(*genserver.Context, any) error { <-time.After(time.Second); return nil }},
			genserver.Options{Mailbox: runtime.MailboxOptions{Capacity: 2, Policy: mailbox.Reject}})
		for i := range 5 {
			_ = ctx.Send(p, i)
			synctest.Wait()
		}
		stats, err := genserver.GetStatistics(ctx, p)
		require.NoError(t, err)
		require.EqualValues(t, 3, stats.Infos)
	})
}
