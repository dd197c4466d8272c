package runtime_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// directory is a name service: a map, in which a process may have any number of names.
type directory struct {
	mu    sync.Mutex
	names map[string]pid.PID
}

var _ runtime.NameService = (*directory)(nil)

func (d *directory) via(name string) runtime.Via { return runtime.Via{Service: d, Name: name} }

func (d *directory) Register(ctx context.Context, name string, p pid.PID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.names[name]; taken {
		return fmt.Errorf("directory: %w", runtime.ErrNameTaken)
	}
	if d.names == nil {
		d.names = map[string]pid.PID{}
	}
	d.names[name] = p
	return nil
}

func (d *directory) Unregister(ctx context.Context, name string, p pid.PID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] != p {
		return fmt.Errorf("directory: %w", registry.ErrNameNotOwned)
	}
	delete(d.names, name)
	return nil
}

func (d *directory) Whereis(ctx context.Context, name string) (pid.PID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.names[name]
	if !ok {
		return p, fmt.Errorf("directory: %w", runtime.ErrNameNotFound)
	}
	return p, nil
}

func (d *directory) Send(ctx context.Context, name string, v any) error {
	p, err := d.Whereis(ctx, name)
	if err != nil {
		return err
	}
	return runtime.Send(ctx, p, v)
}

func TestVia_StandsWhereverANameCan(t *testing.T) {
	asProcess(t, func(ctx *runtime.Context) {
		rt, names := ctx.Runtime(), &directory{}
		me := names.via("me")
		require.ErrorIs(t, ctx.SendNamed(me, 1), runtime.ErrNameNotFound)
		require.NoError(t, ctx.Register(me))
		require.NoError(t, rt.Register(names.via("me too"), ctx.PID()))
		require.ErrorIs(t, ctx.Register(me), runtime.ErrNameTaken)
		p, ok := ctx.Whereis(me)
		require.True(t, ok)
		require.Equal(t, ctx.PID(), p)

		plain := runtime.NewContext(context.Background(), rt)
		require.NoError(t, ctx.SendNamed(me, 0))
		require.NoError(t, ctx.TrySendNamed(me, 1))
		require.NoError(t, rt.SendNamed(context.Background(), me, 2))
		require.NoError(t, rt.TrySendNamed(me, 3))
		require.NoError(t, runtime.SendNamed(ctx, me, 4))
		require.NoError(t, runtime.SendNamed(plain, me, 5))
		require.NoError(t, runtime.TrySendNamed(plain, me, 6))
		for i := range 7 {
			m, err := ctx.TryRecv()
			require.NoError(t, err)
			require.Equal(t, i, m.Value())
		}
		_, err := ctx.SendNamedAfter(me, 0, "later")
		require.NoError(t, err)
		m, err := ctx.Recv()
		require.NoError(t, err)
		require.Equal(t, "later", m.Value())

		require.NoError(t, ctx.Unregister(me))
		require.NoError(t, rt.Unregister(names.via("me too")))
		require.Empty(t, names.names)
		require.ErrorContains(t, ctx.SendNamed(runtime.Via{Name: "me"}, 1), "no Service")
	})
}

// forgetful is a directory that remembers what it has looked up.
type forgetful struct {
	directory
	known map[string]pid.PID
}

func (f *forgetful) Whereis(ctx context.Context, name string) (pid.PID, error) {
	if p, ok := f.known[name]; ok {
		return p, nil
	}
	p, err := f.directory.Whereis(ctx, name)
	if f.known == nil {
		f.known = map[string]pid.PID{}
	}
	f.known[name] = p
	return p, err
}

func (f *forgetful) Forget(name string, p pid.PID) { delete(f.known, name) }

func TestCallNamed_AsksAgainWhenWhatItKnewIsGone(t *testing.T) {
	asProcess(t, func(ctx *runtime.Context) {
		names := &forgetful{}
		server := runtime.Via{Service: names, Name: "server"}
		_, err := runtime.CallNamed[int](ctx, server, 1)
		require.ErrorIs(t, err, runtime.ErrNameNotFound)
		names.Forget("server", pid.PID{})
		for i := range 3 {
			p, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Via: server, Monitor: true}, echo)
			require.NoError(t, err)
			for _, ctx := range []context.Context{ctx, runtime.NewContext(ctx, ctx.Runtime())} {
				n, err := runtime.CallNamed[int](ctx, server, i)
				require.NoError(t, err)
				require.Equal(t, i, n)
			}
			mon := ctx.MonitorNamed(server)
			require.NoError(t, ctx.Exit(p, signal.Kill))
			require.Equal(t, signal.Killed, down(t, ctx, ref))
			require.Equal(t, signal.Killed, down(t, ctx, mon))
			require.NoError(t, names.Unregister(ctx, "server", p))
		}
		_, err = runtime.CallNamed[int](ctx, server, 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		_, err = runtime.CallNamed[int](ctx, 7, 1)
		require.ErrorIs(t, err, runtime.ErrNotNamed)
		require.Equal(t, signal.NoProc, down(t, ctx, ctx.MonitorNamed((&directory{}).via("nobody"))))
		require.Equal(t, signal.NoProc, down(t, ctx, ctx.MonitorNamed("nobody")))
		require.True(t, down(t, ctx, ctx.MonitorNamed(7)).IsError())
	})
}

func TestSpawnOpt_RegistersAViaNameBeforeTheBodyStarts(t *testing.T) {
	asProcess(t, func(ctx *runtime.Context) {
		names := &directory{}
		opts := runtime.SpawnOptions{Via: names.via("till"), Monitor: true}
		p, _, err := ctx.SpawnOpt(opts, func(ctx *runtime.Context) error {
			got, ok := ctx.Whereis(names.via("till"))
			require.True(t, ok)
			require.Equal(t, ctx.PID(), got)
			return nil
		})
		require.NoError(t, err)
		_, err = ctx.Recv()
		require.NoError(t, err)
		require.Equal(t, p, names.names["till"])
		_, _, err = ctx.SpawnOpt(opts, func(*runtime.Context) error { panic("must not start") })
		require.ErrorIs(t, err, runtime.ErrNameTaken)
	})
}

func TestNamed_RefusesWhatIsNoName(t *testing.T) {
	asProcess(t, func(ctx *runtime.Context) {
		rt := ctx.Runtime()
		_, after := ctx.SendNamedAfter(ctx.PID(), 0, 1)
		_, whereis := runtime.Whereis(ctx, 7)
		for what, err := range map[string]error{
			"send": ctx.SendNamed(ctx.PID(), 1), "register": ctx.Register(nil), "unregister": ctx.Unregister(7),
			"runtime": rt.SendNamed(ctx, []string{"me"}, 1), "whereis": whereis, "after": after,
		} {
			require.ErrorIs(t, err, runtime.ErrNotNamed, what)
		}
		require.ErrorContains(t, ctx.SendNamed(ctx.PID(), 1), "pid.PID")
		_, ok := rt.Whereis(7)
		require.False(t, ok)
		require.ErrorIs(t, ctx.Register(pid.Name{Name: "me", Node: "b@there"}), registry.ErrNotLocal)
	})
}

func TestNameNotFound_IsOneErrorForAll(t *testing.T) {
	asProcess(t, func(ctx *runtime.Context) {
		_, call := runtime.CallNamed[int](ctx, pid.Name{Name: "nobody"}, 1)
		_, whereis := runtime.Whereis(ctx, "nobody")
		for what, err := range map[string]error{
			"call": call, "send": ctx.SendNamed("nobody", 1), "whereis": whereis,
			"program": ctx.Runtime().SendNamed(ctx, pid.Name{Name: "nobody"}, 1),
		} {
			require.ErrorIs(t, err, runtime.ErrNameNotFound, what)
			require.ErrorIs(t, err, runtime.ErrNoProc, what)
		}
	})
}

// filled starts a process with room for one message that takes none out, and fills it.
func filled(t *testing.T, ctx *runtime.Context) pid.PID {
	t.Helper()
	one := runtime.MailboxOptions{Capacity: 1, Policy: mailbox.Block}
	p, _, err := ctx.SpawnOpt(runtime.SpawnOptions{Mailbox: one, Name: "full"}, func(ctx *runtime.Context) error {
		<-ctx.Done()
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, ctx.Send(p, "fills it"))
	return p
}

func TestTrySend_NeverWaits(t *testing.T) {
	asProcess(t, func(ctx *runtime.Context) {
		rt, full := ctx.Runtime(), filled(t, ctx)
		for what, err := range map[string]error{
			"PID": ctx.TrySend(full, 1), "name": ctx.TrySendNamed("full", 1),
			"program": rt.TrySend(full, 1), "program, name": rt.TrySendNamed("full", 1),
			"function": runtime.TrySend(ctx, full, 1), "function, name": runtime.TrySendNamed(ctx, "full", 1),
		} {
			require.ErrorIs(t, err, runtime.ErrMailboxFull, what)
		}
		require.NoError(t, ctx.TrySend(ctx.PID(), 1))
	})
}

// What finds no room is dropped and counted; any other error is told.
func TestSendOrDrop_CountsWhatFindsNoRoom(t *testing.T) {
	asProcess(t, func(ctx *runtime.Context) {
		rt, full := ctx.Runtime(), filled(t, ctx)
		for i, who := range []context.Context{ctx, runtime.NewContext(t.Context(), rt)} {
			require.NoError(t, runtime.SendOrDrop(who, full, 1))
			require.NoError(t, runtime.SendNamedOrDrop(who, "full", 1))
			require.EqualValues(t, 2*(i+1), rt.Stats().Dropped)
			require.ErrorIs(t, runtime.SendNamedOrDrop(who, "nobody", 1), runtime.ErrNameNotFound)
			require.ErrorIs(t, runtime.SendOrDrop(who, full, func() {}), term.ErrUnsendable)
		}
		require.EqualValues(t, 4, rt.Stats().Dropped)
		for i, policy := range []mailbox.Policy{mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest} {
			bounded := runtime.MailboxOptions{Capacity: 1, Policy: policy}
			p, _, err := ctx.SpawnOpt(runtime.SpawnOptions{Mailbox: bounded}, func(ctx *runtime.Context) error {
				<-ctx.Done()
				return nil
			})
			require.NoError(t, err)
			require.NoError(t, runtime.SendOrDrop(ctx, p, "fills it"))
			require.NoError(t, runtime.SendOrDrop(ctx, p, "is one too many"))
			require.EqualValues(t, 5+i, rt.Stats().Dropped, policy)
		}
		require.NoError(t, runtime.SendOrDrop(ctx, ctx.PID(), "arrives"))
		m, err := ctx.Recv()
		require.NoError(t, err)
		require.Equal(t, "arrives", m.Value())
		require.ErrorIs(t, runtime.SendOrDrop(t.Context(), full, 1), runtime.ErrNotInProcess)
	})
}

func TestSend_WaitsNoLongerThanItsContext(t *testing.T) {
	asProcess(t, func(ctx *runtime.Context) {
		rt, full := ctx.Runtime(), filled(t, ctx)
		for _, parent := range []context.Context{ctx, runtime.NewContext(context.Background(), rt)} {
			ended, cancel := context.WithCancel(parent)
			results := make(chan error, 3) // one for each of the three below
			go func() { results <- runtime.Send(ended, full, 1) }()
			go func() { results <- runtime.SendNamed(ended, "full", 1) }()
			go func() { results <- runtime.SendRaw(ended, full, []byte("1")) }()
			synctest.Wait()
			require.Empty(t, results)
			cancel()
			for range 3 {
				require.ErrorIs(t, <-results, context.Canceled)
			}
		}
	})
}

// asProcess runs f as a process in a synctest bubble.
func asProcess(t *testing.T, f func(*runtime.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		within(t, startWith(t, runtime.Config{}), func(ctx *runtime.Context) error { f(ctx); return nil })
	})
}

func TestCallNamedTimeout_EndsWhenItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		spawnOpt(t, rt, runtime.SpawnOptions{Name: "silent"}, idle)
		spawnOpt(t, rt, runtime.SpawnOptions{Name: "echo"}, echo)
		within(t, rt, func(ctx *runtime.Context) error {
			n, err := runtime.CallNamedTimeout[int](ctx, "echo", 7, time.Second)
			require.NoError(t, err)
			require.Equal(t, 7, n)
			begun := time.Now()
			_, err = runtime.CallNamedTimeout[int](ctx, pid.Name{Name: "silent"}, 1, time.Hour)
			require.ErrorIs(t, err, runtime.ErrTimeout)
			require.Equal(t, time.Hour, time.Since(begun))
			return nil
		})
	})
}
