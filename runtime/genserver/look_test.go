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
	"github.com/starlang-go/starlang/pid"
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

// gate holds the format methods up that go through it.
var gate = make(chan chan struct{}, 1)

func passGate() {
	select {
	case hang := <-gate:
		<-hang
	default:
	}
}

// sendable is a server of which a copy can be made by sending it.
type sendable struct{ Seen map[string]int }

func (s *sendable) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	s.Seen["calls"]++
	return req, nil
}
func (s *sendable) FormatState() any { passGate(); return s.Seen["calls"] }
func (s *sendable) FormatMessage(msg any) any {
	passGate()
	return msg
}

// flat is one of which Go makes a copy.
type flat struct {
	calls int
	wake  chan struct{}
}

func (f *flat) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	f.calls++
	return req, nil
}
func (f *flat) FormatState() any { passGate(); return f.calls }
func (f *flat) FormatMessage(msg any) any {
	passGate()
	return msg
}

// hidden is one of which no copy can be made.
type hidden struct{ seen map[string]int }

func (h *hidden) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	h.seen["calls"]++
	return req, nil
}
func (h *hidden) FormatState() any { passGate(); return h.seen["calls"] }
func (h *hidden) FormatMessage(msg any) any {
	passGate()
	h.seen["shown"]++
	return msg
}
func (h *hidden) Terminate(*genserver.Context, signal.ExitReason) { h.seen["ended"]++ }

// One that hangs in a copy holds the server up once, and not again while it hangs.
func TestLook_FormatMethodOfACopyHoldsUpOnce(t *testing.T) {
	for name, make := range map[string]func() any{
		"sent":   func() any { return &sendable{map[string]int{}} },
		"copied": func() any { return &flat{wake: make(chan struct{})} },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx *runtime.Context) {
				hang := newHang()
				p := start(t, ctx, make(), genserver.Options{})
				began := time.Now()
				_, err := genserver.GetState(ctx, p)
				require.ErrorContains(t, err, "has not returned in time")
				require.Equal(t, 2*time.Second, time.Since(began))
				_, err = genserver.GetState(ctx, p)
				require.ErrorContains(t, err, "an earlier call")
				require.NoError(t, genserver.Trace(ctx, p, 1))
				require.Equal(t, 7, called(t, ctx, p), "beside the method that hangs")
				require.Equal(t, 2*time.Second, time.Since(began))
				close(hang)
				synctest.Wait()
				got, err := genserver.GetState(ctx, p)
				require.NoError(t, err)
				require.Equal(t, 1, got)
			})
		})
	}
}

// newHang makes the next format method that passes the gate hang until it is closed.
func newHang() chan struct{} {
	hang := make(chan struct{})
	gate <- hang
	return hang
}

func called(t *testing.T, ctx *runtime.Context, p pid.PID) int {
	n, err := genserver.CallAs[int](ctx, p, 7)
	require.NoError(t, err)
	return n
}

// Beside one that looks at the server itself nothing of the server runs, so that the race
// detector finds nothing. Whoever looks does not wait for it.
func TestLook_NothingRunsBesideAFormatMethodOfTheServerItself(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		hang := newHang()
		p := start(t, ctx, &hidden{map[string]int{}}, genserver.Options{})
		time.AfterFunc(5*time.Second, func() { close(hang) })
		began := time.Now()
		_, err := genserver.GetState(ctx, p)
		require.ErrorContains(t, err, "has not returned in time")
		require.Equal(t, 2*time.Second, time.Since(began))
		require.Equal(t, 7, called(t, ctx, p))
		require.Equal(t, 5*time.Second, time.Since(began))
		got, err := genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, 1, got)

		require.NoError(t, genserver.Trace(ctx, p, 3))
		hang = newHang()
		time.AfterFunc(5*time.Second, func() { close(hang) })
		require.Equal(t, 7, called(t, ctx, p))
		require.Equal(t, 10*time.Second, time.Since(began))
		all, err := genserver.GetTrace(ctx, p)
		require.NoError(t, err)
		require.Contains(t, all[0].Value, "has not returned in time")
	})
}

// An exit signal ends a server that waits in such a way, and no method runs after it.
func TestLook_ExitEndsTheWaitForAFormatMethod(t *testing.T) {
	for _, reason := range []signal.ExitReason{signal.Kill, signal.Shutdown} {
		inBubble(t, func(t *testing.T, ctx *runtime.Context) {
			hang := newHang()
			server := &hidden{map[string]int{}}
			p, ref := watched(t, ctx, server, genserver.Options{})
			require.NoError(t, genserver.Trace(ctx, p, 3))
			_, err := runtime.CallTimeout[int](ctx, p, 7, 3*time.Second)
			require.Error(t, err)
			began := time.Now()
			require.NoError(t, ctx.Exit(p, reason))
			down(t, ctx, ref)
			require.Zero(t, time.Since(began))
			close(hang)
			synctest.Wait()
			require.Equal(t, map[string]int{"shown": 1}, server.seen)
		})
	}
}

// crasher is a server that fails and cleans up.
type crasher struct {
	hidden
	log chan string
}

func (c *crasher) HandleCall(*genserver.Context, genserver.From, any) (any, error) { panic("boom") }
func (c *crasher) FormatState() any {
	c.log <- "format"
	passGate()
	return c.seen["ended"]
}
func (c *crasher) Terminate(*genserver.Context, signal.ExitReason) {
	c.log <- "terminate"
	c.seen["ended"]++
}

// What a report shows is asked for when nothing of the server runs any more: it ends in
// time, whatever hangs.
func TestLook_ReportOfACrashComesAfterTerminate(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		hang := newHang()
		c := &crasher{hidden{map[string]int{}}, make(chan string, 2)}
		p, ref := watched(t, ctx, c, genserver.Options{})
		began := time.Now()
		_, err := genserver.CallAs[int](ctx, p, 7)
		require.ErrorContains(t, err, "boom")
		require.Contains(t, down(t, ctx, ref).String(), "boom")
		require.Equal(t, 2*time.Second, time.Since(began))
		close(hang)
		require.Equal(t, "terminate", <-c.log)
		require.Equal(t, "format", <-c.log)
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
