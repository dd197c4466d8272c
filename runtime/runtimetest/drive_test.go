package runtimetest_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/runtimetest"
)

// counter does a little of everything that a server can do.
type counter struct {
	n       int
	tell    pid.PID
	waiting []genserver.ReplyTo[int]
}

type Add struct {
	genserver.Returns[int]
	By int
}

// AwaitNext is replied to when the counter has changed.
type AwaitNext struct{ genserver.Returns[int] }

var errNegative = errors.New("negative")

func (c *counter) add(ctx *genserver.Context, q Add) (int, error) {
	if q.By < 0 {
		return 0, errNegative
	}
	c.n += q.By
	for _, to := range c.waiting {
		_ = to.Reply(ctx, c.n)
	}
	c.waiting = nil
	ctx.SetTimeout(time.Minute)
	return c.n, nil
}

func (c *counter) next(_ *genserver.Context, to genserver.ReplyTo[int], _ AwaitNext) error {
	c.waiting = append(c.waiting, to)
	return nil
}

func (c *counter) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*counter).add), genserver.OnDeferred((*counter).next))
}

func (c *counter) HandleCast(ctx *genserver.Context, msg any) error {
	switch msg {
	case "explode":
		return errors.New("cannot explode")
	case "tell":
		return ctx.Send(c.tell, c.n)
	case "double":
		ctx.Continue("double")
	case "later":
		_, err := ctx.SendAfter(ctx.PID(), time.Hour, "double")
		return err
	case "sleep":
		ctx.Hibernate()
	}
	return nil
}

func (c *counter) HandleInfo(*genserver.Context, any) error {
	c.n *= 2
	return nil
}

func (c *counter) HandleContinue(*genserver.Context, any) error {
	c.n *= 2
	return nil
}

func (c *counter) HandleTimeout(ctx *genserver.Context) error {
	ctx.Stop(signal.Normal)
	return nil
}

func (c *counter) Terminate(*genserver.Context, signal.ExitReason) { c.n = -1 }

func TestDrive_CallChangesStateAndReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{n: 1}
		d := runtimetest.Drive(runtimetest.New(t), c)
		n, err := runtimetest.Call(d, Add{By: 2})
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.Equal(t, 3, c.n)
		require.Equal(t, time.Minute, d.Effects().Timeout)
		require.Nil(t, d.Effects().Stop)
		_, err = runtimetest.Call(d, Add{By: -1})
		require.ErrorContains(t, err, "negative")
		_, err = runtimetest.CallAs[string](d, "unknown")
		require.ErrorIs(t, err, genserver.ErrUnhandled)
	})
}

func TestDrive_DeferredReply(t *testing.T) {
	d := runtimetest.Drive(runtimetest.New(t), &counter{})
	p := runtimetest.Begin(d, AwaitNext{})
	require.False(t, p.Replied())
	_, err := runtimetest.Call(d, Add{By: 5})
	require.NoError(t, err)
	require.True(t, p.Replied())
	n, err := p.Wait()
	require.NoError(t, err)
	require.Equal(t, 5, n)
}

func TestDrive_Effects(t *testing.T) {
	n := runtimetest.New(t)
	c := &counter{n: 1, tell: n.Probe().PID()}
	d := runtimetest.Drive(n, c)
	d.Cast("tell")
	require.Equal(t, []runtimetest.Sent{{To: pid.Address{PID: n.Probe().PID()}, Value: 1}}, d.Effects().Sent)
	require.Equal(t, 1, runtimetest.Expect[int](n.Probe()))
	d.Cast("double")
	require.Equal(t, []any{"double"}, d.Effects().Continued)
	require.Empty(t, d.Effects().Sent)
	require.Equal(t, 2, c.n)
	d.Info("double")
	require.Equal(t, 4, c.n)
	require.False(t, d.Effects().Hibernate)
	d.Cast("sleep")
	require.True(t, d.Effects().Hibernate)
}

func TestDrive_StepHandlesWhatATimerSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{n: 1}
		d := runtimetest.Drive(runtimetest.NewWith(t, runtimetest.Config{Timeout: 2 * time.Hour}), c)
		d.Cast("later")
		began := time.Now()
		d.Step()
		require.Equal(t, time.Hour, time.Since(began))
		require.Equal(t, 2, c.n)
	})
}

func TestDrive_CallGoesAheadOfWhatWaits(t *testing.T) {
	n := runtimetest.New(t)
	c := &counter{n: 1}
	d := runtimetest.Drive(n, c)
	require.NoError(t, n.Probe().Send(d.PID(), "double"))
	_, err := runtimetest.Call(d, Add{By: 1})
	require.NoError(t, err)
	require.Equal(t, 2, c.n)
	d.Step()
	require.Equal(t, 4, c.n)
}

func TestDrive_ServerThatStops(t *testing.T) {
	n := runtimetest.New(t)
	c := &counter{}
	d := runtimetest.Drive(n, c)
	ref := n.Probe().Monitor(d.PID())
	d.Timeout()
	require.Equal(t, signal.Normal, *d.Effects().Stop)
	require.Equal(t, -1, c.n, "Terminate has run")
	require.Equal(t, signal.Normal, n.Probe().ExpectDown(ref).Reason)

	d = runtimetest.Drive(n, &counter{})
	ref = n.Probe().Monitor(d.PID())
	d.Cast("explode") // no unexpected crash: the test has it in its hands
	require.Equal(t, *d.Effects().Stop, n.Probe().ExpectDown(ref).Reason)
}

func TestDrive_SaysWhyAServerDoesNotStart(t *testing.T) {
	refused := errors.New("refused")
	init := genserver.Funcs{Init: func(*genserver.Context) error { return refused }}
	_, err := runtimetest.TryDrive(runtimetest.New(t), init, genserver.Options{})
	require.ErrorIs(t, err, refused)
	requireFails(t, func(f *fakeTest) { runtimetest.Drive(runtimetest.New(f), init) }, "refused")
}

func TestDrive_PanicIsTheTests(t *testing.T) {
	d := runtimetest.Drive(runtimetest.New(t), genserver.Funcs{Cast: func(*genserver.Context, any) error { panic("broken") }})
	require.PanicsWithValue(t, "broken", func() { d.Cast(1) })
}

func TestCall_FailsIfThereIsNoReply(t *testing.T) {
	requireFails(t, func(f *fakeTest) {
		_, _ = runtimetest.Call(runtimetest.Drive(runtimetest.New(f), &counter{}), AwaitNext{})
	}, "use Begin")
}
