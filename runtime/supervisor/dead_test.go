package supervisor_test

import (
	"context"
	"fmt"
	"log/slog"
	goruntime "runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/directory"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/runtime/task"
)

// relic is a message that weak pointers can follow: it is not copied on the way.
type relic [4 << 10]byte

// ImmutableTerm marks a relic as free to share.
func (*relic) ImmutableTerm() {}

// relics are followed until none is left.
type relics struct {
	gone []func() bool
}

func (r *relics) mail() *relic { return follow(r, new(relic)) }

func follow[T any](r *relics, p *T) *T {
	w := weak.Make(p)
	r.gone = append(r.gone, func() bool { return w.Value() == nil })
	return p
}

func (r *relics) left() (n int) {
	for _, gone := range r.gone {
		if !gone() {
			n++
		}
	}
	return n
}

// requireGone collects until all are gone, or for as long as the last goroutines may take.
func (r *relics) requireGone(t *testing.T) {
	t.Helper()
	require.NotEmpty(t, r.gone)
	for range 4000 {
		goruntime.GC()
		if r.left() == 0 {
			return
		}
		goruntime.Gosched()
	}
	require.Zero(t, r.left(), "of %d", len(r.gone))
}

// keeper is a server that keeps what it gets, and who asked for it, and never replies.
type keeper struct {
	kept  []any
	begun chan struct{}
}

func (k *keeper) HandleCall(_ *genserver.Context, from genserver.From, req any) (any, error) {
	k.kept = append(k.kept, from, req)
	k.begun <- struct{}{}
	return genserver.NoReply, nil
}

func (k *keeper) HandleCast(_ *genserver.Context, msg any) error {
	k.kept = append(k.kept, msg)
	return nil
}

// endWatched ends p by kill and waits for its end.
func endWatched(t *testing.T, ctx *runtime.Context, p pid.PID) {
	ref := ctx.Monitor(p)
	require.NoError(t, ctx.Exit(p, signal.Kill))
	_, err := ctx.RecvMatch(func(m runtime.Message) bool {
		down, is := m.Value().(signal.Down)
		return is && down.Ref == ref
	})
	require.NoError(t, err)
}

// deadBehaviours begin something, end it, and return what is kept until after the look.
var deadBehaviours = map[string]func(t *testing.T, ctx *runtime.Context, r *relics) (kept any){
	"a suspended server with a queue": func(t *testing.T, ctx *runtime.Context, r *relics) any {
		p, err := genserver.Start(ctx, follow(r, &keeper{}), genserver.Options{})
		require.NoError(t, err)
		require.NoError(t, genserver.Suspend(ctx, p))
		for range 10 {
			require.NoError(t, genserver.Cast(ctx, p, r.mail()))
		}
		endWatched(t, ctx, p)
		return p
	},
	"a server that owes replies": func(t *testing.T, ctx *runtime.Context, r *relics) any {
		begun := make(chan struct{})
		p, err := genserver.Start(ctx, follow(r, &keeper{begun: begun}), genserver.Options{})
		require.NoError(t, err)
		for range 5 {
			request := r.mail()
			_, err := ctx.SpawnLink(func(ctx *runtime.Context) error {
				_, err := genserver.CallAs[any](ctx, p, request)
				require.ErrorIs(t, err, signal.Killed)
				return nil
			})
			require.NoError(t, err)
			<-begun
		}
		endWatched(t, ctx, p)
		return p
	},
	"a machine with postponed events and timers": func(t *testing.T, ctx *runtime.Context, r *relics) any {
		type data struct{ Last any }
		type machineContext = statem.Context[string, *data]
		p, err := statem.Start(ctx, statem.Machine[string, *data]{
			Initial: "only", Data: follow(r, &data{}),
			States: map[string]statem.State[string, *data]{"only": {Handle: func(c *machineContext, ev statem.Event) (string, error) {
				c.Data.Last = ev.Content
				c.SetTimeout(statem.StateTimer, time.Hour, ev.Content)
				c.SetTimeout("mine", time.Hour, ev.Content)
				c.Postpone()
				return "only", nil
			}}},
		}, genserver.Options{})
		require.NoError(t, err)
		for range 10 {
			require.NoError(t, genserver.Cast(ctx, p, r.mail()))
		}
		_, err = genserver.GetState(ctx, p) // it has them
		require.NoError(t, err)
		endWatched(t, ctx, p)
		return p
	},
	"an entry of a directory": func(t *testing.T, ctx *runtime.Context, r *relics) any {
		d := directory.New(directory.Unique)
		_, err := d.Start(ctx)
		require.NoError(t, err)
		mail := r.mail()
		_, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error { return d.Enter(ctx, "key", mail) })
		require.NoError(t, err)
		_, err = ctx.RecvMatch(func(m runtime.Message) bool {
			down, is := m.Value().(signal.Down)
			return is && down.Ref == ref
		})
		require.NoError(t, err)
		require.Empty(t, d.Lookup("key"))
		return d
	},
	"results of tasks": func(t *testing.T, ctx *runtime.Context, r *relics) any {
		for range 5 {
			result := r.mail()
			one := task.AsyncNoLink(ctx, func(*runtime.Context) (*relic, error) { return result, nil })
			_, err := one.Await(ctx)
			require.NoError(t, err)
		}
		return nil // a task that is kept has its result, to be awaited again
	},
	"the mail of partitions": func(t *testing.T, ctx *runtime.Context, r *relics) any {
		sup, err := supervisor.Start(ctx, ctx.Runtime(), supervisor.Partitioned("parts", 4, func(name string) supervisor.ChildSpec {
			return supervisor.ChildSpec{ID: name, Restart: supervisor.Permanent, Start: supervisor.ReadyBody(
				runtime.SpawnOptions{Name: name}, func(ctx *runtime.Context, ready runtime.From) error {
					if err := ctx.Reply(ready, nil); err != nil {
						return err
					}
					<-ctx.Done()
					return nil
				})}
		}))
		require.NoError(t, err)
		for i := range 3 {
			p, found := ctx.Whereis(supervisor.PartitionOf("parts", 4, fmt.Sprint(i)))
			require.True(t, found)
			require.NoError(t, ctx.Send(p, r.mail()))
			endWatched(t, ctx, p)
		}
		return sup
	},
	"arguments of instances": func(t *testing.T, ctx *runtime.Context, r *relics) any {
		sup, err := supervisor.Start(ctx, ctx.Runtime(), supervisor.Spec{
			Name: "instances", Strategy: supervisor.Dynamic,
			Template: supervisor.NewTemplate(supervisor.ChildSpec{ID: "instance", Restart: supervisor.Temporary},
				func(ctx context.Context, _ *relic) (pid.PID, error) {
					return supervisor.Body(func(ctx *runtime.Context) error { <-ctx.Done(); return nil })(ctx)
				}),
		})
		require.NoError(t, err)
		for range 10 {
			p, err := supervisor.StartInstance(ctx, sup, r.mail())
			require.NoError(t, err)
			endWatched(t, ctx, p)
		}
		counts, err := supervisor.CountChildren(ctx, sup)
		require.NoError(t, err)
		require.Zero(t, counts.Active)
		return sup
	},
}

// What a behaviour held goes with it, though others go on who know its PID.
func TestDead_NothingOfBehavioursStays(t *testing.T) {
	for name, end := range deadBehaviours {
		t.Run(name, func(t *testing.T) {
			rt, r := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)}), &relics{}
			require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
				kept := end(t, ctx, r)
				require.NoError(t, ctx.Send(ctx.PID(), "to somebody else")) // a sender remembers one
				r.requireGone(t)
				goruntime.KeepAlive(kept)
				return nil
			}))
			require.NoError(t, rt.Shutdown(t.Context()))
		})
	}
}
