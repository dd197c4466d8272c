package registry_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
)

// hook notes what was sent to other nodes.
type hook struct {
	to  []pid.Address
	err error
}

func (h *hook) SendRemote(_ context.Context, to pid.Address, _ signal.Envelope) error {
	h.to = append(h.to, to)
	return h.err
}

func TestSend_LocalGoesToTheHandle(t *testing.T) {
	n := newNode(t, "a@host")
	p, w := n.add(t)
	require.NoError(t, n.RegisterName("w", p))
	require.NoError(t, n.Send(t.Context(), p, message(1)))
	require.NoError(t, n.SendRaw(t.Context(), pid.PID{}, p, []byte("raw")))
	require.NoError(t, n.SendNamed(t.Context(), pid.Name{Name: "w"}, message(2)))
	require.NoError(t, n.SendNamed(t.Context(), pid.Name{Name: "w", Node: "a@host"}, message(3)))
	require.Equal(t, []signal.Envelope{
		message(1), {Kind: signal.Raw, Value: []byte("raw")}, message(2), message(3),
	}, w.received())
}

func TestSend_EachFailureHasItsOwnError(t *testing.T) {
	n, restarted, other, unnamed := newNode(t, "a@host"), newNode(t, "a@host"), newNode(t, "b@host"), newNode(t, "")
	dead, w := n.add(t)
	w.die(n.Registry, dead)
	for name, c := range map[string]struct {
		to   pid.PID
		want error
		also error
	}{
		"ended":                       {dead, registry.ErrNoProc, nil},
		"never was":                   {n.id.NextPID(), registry.ErrNoProc, nil},
		"zero":                        {pid.PID{}, registry.ErrNoProc, nil},
		"another start of this node":  {restarted.id.NextPID(), registry.ErrStalePID, registry.ErrNoProc},
		"another node without a name": {unnamed.id.NextPID(), registry.ErrStalePID, registry.ErrNoProc},
		"another node without a hook": {other.id.NextPID(), registry.ErrNoRemoteHook, registry.ErrNoConnection},
	} {
		t.Run(name, func(t *testing.T) {
			err := n.Send(t.Context(), c.to, message(1))
			require.ErrorIs(t, err, c.want)
			if c.also != nil {
				require.ErrorIs(t, err, c.also)
			}
			var sent *registry.SendError
			require.ErrorAs(t, err, &sent)
			require.Equal(t, c.to, sent.To.PID)
			require.ErrorContains(t, err, c.to.String())
		})
	}
	require.NotErrorIs(t, registry.ErrStalePID, registry.ErrNoRemoteHook)
	err := n.SendNamed(t.Context(), pid.Name{Name: "nobody"}, message(1))
	require.ErrorIs(t, err, registry.ErrNameNotFound)
	require.ErrorContains(t, err, "nobody")
}

func TestSend_RemoteGoesThroughTheHook(t *testing.T) {
	n, other := newNode(t, "a@host"), newNode(t, "b@host")
	h := new(hook)
	require.NoError(t, n.SetRemoteSendHook(h))
	theirs, name := other.id.NextPID(), pid.Name{Name: "w", Node: "b@host"}
	require.NoError(t, n.Send(t.Context(), theirs, message(1)))
	require.NoError(t, n.SendNamed(t.Context(), name, message(1)))
	require.Equal(t, []pid.Address{{PID: theirs}, {Name: name}}, h.to)

	h.err = registry.ErrNoConnection
	require.Equal(t, h.err, n.Send(t.Context(), theirs, message(1)), "the hook's error as it is")
}

func TestSetRemoteSendHook_CanBeSetOnce(t *testing.T) {
	n := newNode(t, "a@host")
	require.ErrorContains(t, n.SetRemoteSendHook(nil), "nil")
	require.NoError(t, n.SetRemoteSendHook(new(hook)))
	require.Equal(t, registry.ErrHookSet, n.SetRemoteSendHook(new(hook)))
	require.NoError(t, newNode(t, "a@host").SetRemoteSendHook(new(hook)), "another registry has its own")
}

func TestSetRemoteSendHook_OfThePackageIsThatOfTheDefaultRegistry(t *testing.T) {
	id, err := pid.NewNode("a@host")
	require.NoError(t, err)
	r := registry.NewDefault[*worker](id.ID())
	h := new(hook)
	t.Cleanup(registry.ForgetDefaultHook)
	require.NoError(t, registry.SetRemoteSendHook(h))
	require.Equal(t, registry.ErrHookSet, registry.SetRemoteSendHook(h))
	require.Equal(t, registry.ErrHookSet, r.SetRemoteSendHook(h))
	require.NoError(t, r.Send(t.Context(), newNode(t, "b@host").id.NextPID(), message(1)))
	require.Len(t, h.to, 1)
}

func TestDeliver_NeverGoesOnToAThirdNode(t *testing.T) {
	n, other, restarted := newNode(t, "a@host"), newNode(t, "b@host"), newNode(t, "a@host")
	h := new(hook)
	require.NoError(t, n.SetRemoteSendHook(h))
	p, w := n.add(t)
	require.NoError(t, n.RegisterName("w", p))
	require.NoError(t, n.Deliver(t.Context(), pid.Address{PID: p}, message(1)))
	require.NoError(t, n.Deliver(t.Context(), pid.Address{Name: pid.Name{Name: "w"}}, message(2)))
	require.Len(t, w.received(), 2)

	for _, to := range []pid.Address{
		{PID: other.id.NextPID()}, {Name: pid.Name{Name: "w", Node: "b@host"}},
	} {
		require.ErrorIs(t, n.Deliver(t.Context(), to, message(1)), registry.ErrNotLocal)
	}
	stale := pid.Address{PID: restarted.id.NextPID()}
	require.ErrorIs(t, n.Deliver(t.Context(), stale, message(1)), registry.ErrStalePID)
	require.Empty(t, h.to)
}
