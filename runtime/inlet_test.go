package runtime_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

func userSignal(v any) signal.Envelope { return signal.Envelope{Kind: signal.Message, Value: v} }

func TestInlet_OfferAllIsAllInOrderOrNothing(t *testing.T) {
	rt := start(t)
	in := inlet.Of(rt)
	values := make([]any, 200)
	for i := range values {
		values[i] = i
	}
	within(t, rt, func(ctx *runtime.Context) error {
		require.True(t, in.OfferAll(ctx.PID(), values))
		for want := range values {
			m, err := ctx.Recv()
			require.NoError(t, err)
			require.Equal(t, want, m.Value())
			require.Equal(t, runtime.KindUser, m.Kind())
		}
		mustBeEmpty(t, ctx)
		return nil
	})
	narrow := spawnOpt(t, rt, runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 3}}, idle)
	require.False(t, in.OfferAll(narrow.PID(), values))
	require.Zero(t, narrow.Info().QueueLen)
	require.False(t, in.OfferAll(pid.New(rt.Node().ID(), 1<<40), values))
}

func TestInlet_SignalsToTheGoneAreNoProc(t *testing.T) {
	rt := start(t)
	in, gone := inlet.Of(rt), pid.New(rt.Node().ID(), 1<<40)
	_, err := in.Offer(gone, userSignal(1))
	require.ErrorIs(t, err, runtime.ErrNoProc)
	_, _, err = in.Leave(gone, userSignal(1), nil)
	require.ErrorIs(t, err, runtime.ErrNoProc)
	require.ErrorIs(t, in.Deliver(gone, signal.Envelope{Kind: signal.Monitor}), runtime.ErrNoProc)
	require.False(t, in.SetLink(gone, gone, true))
	require.Nil(t, in.LinkExit(gone, gone, signal.Killed))
	in.FailCall(gone, signal.ReplyTo{}, signal.NoProc)
}

func TestInlet_RefusesWhatIsNoMessage(t *testing.T) {
	rt := start(t)
	h := spawn(t, rt, idle)
	_, err := inlet.Of(rt).Offer(h.PID(), signal.Envelope{Kind: signal.Raw, Value: "no bytes"})
	require.ErrorContains(t, err, "not bytes")
	_, err = inlet.Of(rt).Offer(h.PID(), signal.Envelope{Kind: signal.Link})
	require.Error(t, err)
}

func TestInlet_OnDropRunsInAGoroutineOfItsOwn(t *testing.T) {
	rt := start(t)
	in := inlet.Of(rt)
	begun, goOn, settled := make(chan any, 1), make(chan struct{}), make(chan struct{}, 3)
	h := spawnOpt(t, rt, runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{
		Capacity: 1, Policy: mailbox.DropOldest,
		OnDrop: func(m runtime.Message) { begun <- m.Value(); <-goOn },
	}}, func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
	for i := range 3 {
		_, later, err := in.Leave(h.PID(), userSignal(i), func() { settled <- struct{}{} })
		require.NoError(t, err)
		require.Equal(t, i > 0, later)
	}
	require.Equal(t, 0, <-begun)
	require.Empty(t, settled)
	close(goOn)
	require.Equal(t, 1, <-begun)
	<-settled
	<-settled
}

func TestInlet_SetLinkSetsOneSide(t *testing.T) {
	a, b, _ := twoNodes(t)
	in := inlet.Of(a)
	here, there := spawn(t, a, idle), spawn(t, b, idle)
	require.True(t, in.SetLink(here.PID(), there.PID(), true))
	require.Equal(t, []pid.PID{there.PID()}, here.Links())
	require.Empty(t, there.Links())
	require.True(t, in.SetLink(here.PID(), there.PID(), false))
	require.Empty(t, here.Links())
	here.Exit(signal.Kill)
	require.False(t, in.SetLink(here.PID(), there.PID(), true), "it has ended")
	require.Empty(t, here.Links())
}

func TestInlet_AttachKeepsOneValueForEachKey(t *testing.T) {
	type key struct{}
	in := inlet.Of(start(t))
	require.Nil(t, in.Attached(key{}))
	kept, wasThere := in.Attach(key{}, 1)
	require.Equal(t, 1, kept)
	require.False(t, wasThere)
	kept, wasThere = in.Attach(key{}, 2)
	require.Equal(t, 1, kept)
	require.True(t, wasThere)
	require.Equal(t, 1, in.Attached(key{}))
}

func TestInlet_LoggerIsThatOfTheReports(t *testing.T) {
	require.Same(t, slog.Default(), inlet.Of(runtime.MustNew(runtime.Config{})).Logger())
}
