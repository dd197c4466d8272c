package runtime_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"reflect"
	goruntime "runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Helper goroutines may call every method of a Context but those that receive, whatever
// the body does meanwhile. The methods are found by reflection: a new one is called too,
// or has to be named here.

var helperTurns = flag.Int("helpers", 1, "how many turns through all methods TestHelpers takes")

// receives are the methods that are for the process's own goroutine.
var receives = []string{
	"Recv", "TryRecv", "RecvTimeout", "RecvMatch", "TryRecvMatch", "RecvMatchTimeout", "RecvOrAlarm", "DemonitorFlush",
}

// helping is what helpers call methods with.
type helping struct {
	rt      *runtime.Runtime
	sleeper pid.PID // lives for as long as the test
	server  runtime.From
	names   *directory
	rnd     *rand.Rand
}

// argument returns a value of type t, out of those that a program might pass.
func (c *helping) argument(ctx *runtime.Context, t reflect.Type) (reflect.Value, bool) {
	pick := func(all ...any) (reflect.Value, bool) {
		v := reflect.New(t).Elem()
		if x := all[c.rnd.IntN(len(all))]; x != nil {
			v.Set(reflect.ValueOf(x))
		}
		return v, true
	}
	switch t {
	case reflect.TypeFor[pid.PID]():
		return pick(ctx.PID(), c.sleeper, pid.PID{}, pid.New(c.rt.Node().ID(), 1<<40))
	case reflect.TypeFor[pid.Ref]():
		return pick(pid.Ref{}, c.rt.Node().NextRef())
	case reflect.TypeFor[time.Duration]():
		return pick(time.Duration(0), time.Microsecond, time.Hour)
	case reflect.TypeFor[signal.ExitReason]():
		return pick(signal.Normal, signal.ShutdownReason("helper"))
	case reflect.TypeFor[runtime.Named]():
		return pick("name", "nobody", pid.Name{Name: "name"}, c.names.via("v"), 7)
	case reflect.TypeFor[pid.Name]():
		return pick(pid.Name{Name: "name"}, pid.Name{Name: "nobody"})
	case reflect.TypeFor[string]():
		return pick("text")
	case reflect.TypeFor[bool]():
		return pick(true, false)
	case reflect.TypeFor[[]byte]():
		return pick([]byte("raw"))
	case reflect.TypeFor[runtime.From]():
		return pick(runtime.From{}, c.server)
	case reflect.TypeFor[runtime.Body]():
		return pick(runtime.Body(func(*runtime.Context) error { return nil }))
	case reflect.TypeFor[runtime.AckBody]():
		return pick(
			runtime.AckBody(func(ctx *runtime.Context, starter runtime.From) error { return ctx.Reply(starter, nil) }),
			runtime.AckBody(func(*runtime.Context, runtime.From) error { return errors.New("refused") }),
		)
	case reflect.TypeFor[runtime.SpawnOptions]():
		return pick(runtime.SpawnOptions{}, runtime.SpawnOptions{Link: true, Monitor: true, Label: "child"})
	case reflect.TypeFor[runtime.Restarted]():
		return pick(runtime.Restarted{})
	case reflect.TypeFor[runtime.CrashDetails]():
		return pick(runtime.CrashDetails{})
	case reflect.TypeFor[runtime.Message]():
		return pick(runtime.Message{}, runtime.Carrying(ctx))
	case reflect.TypeFor[runtime.Handling]():
		return pick(runtime.Handling{Kind: runtime.SpanSend})
	case reflect.TypeFor[context.Context]():
		return pick(ctx)
	case reflect.TypeFor[func(uint64)]():
		return pick(func(uint64) {})
	}
	switch t.Kind() {
	case reflect.Interface:
		return pick(nil, 1, []int{1})
	case reflect.Slice:
		v := reflect.MakeSlice(t, 1, 1)
		if e, ok := c.argument(ctx, t.Elem()); ok {
			v.Index(0).Set(e)
		}
		return v, true
	}
	return reflect.Value{}, false
}

// call calls a method with arguments by chance.
func (c *helping) call(t *testing.T, ctx *runtime.Context, m reflect.Method) {
	args := []reflect.Value{reflect.ValueOf(ctx)}
	for i := 1; i < m.Type.NumIn(); i++ {
		v, ok := c.argument(ctx, m.Type.In(i))
		if !ok {
			t.Error(m.Name + " has an argument of a type that helping.argument does not know")
			goruntime.Goexit()
		}
		args = append(args, v)
	}
	results := m.Func.CallSlice
	if !m.Type.IsVariadic() {
		results = m.Func.Call
	}
	for _, r := range results(args) {
		if f, ok := r.Interface().(context.CancelFunc); ok {
			f() // what WatchExit holds is to be given back
		}
	}
}

// bodies are what a process does while its helpers are at work, until over is closed.
// Each fails if its own receiving is disturbed.
var helpedBodies = map[string]func(ctx *runtime.Context, over <-chan struct{}) error{
	"receives": func(ctx *runtime.Context, over <-chan struct{}) error {
		for !isOver(over) {
			if _, err := ctx.RecvTimeout(time.Millisecond); err != nil && err != runtime.ErrTimeout {
				return err
			}
		}
		return nil
	},
	"polls": func(ctx *runtime.Context, over <-chan struct{}) error {
		for !isOver(over) {
			if _, err := ctx.TryRecv(); err != nil && err != runtime.ErrEmpty {
				return err
			}
			goruntime.Gosched()
		}
		return nil
	},
	"matches": func(ctx *runtime.Context, over <-chan struct{}) error {
		for !isOver(over) {
			_, err := ctx.RecvMatchTimeout(func(m runtime.Message) bool { return m.Kind() == runtime.KindSystem }, time.Millisecond)
			if err != nil && err != runtime.ErrTimeout && err != runtime.ErrEmpty {
				return err
			}
		}
		return nil
	},
	"hibernates": hibernates,
	"ends":       func(*runtime.Context, <-chan struct{}) error { return nil },
}

func hibernates(ctx *runtime.Context, over <-chan struct{}) error {
	for {
		if _, err := ctx.TryRecv(); err == runtime.ErrEmpty {
			break
		} else if err != nil {
			return err
		}
	}
	if isOver(over) {
		return nil
	}
	return ctx.Hibernate(func(ctx *runtime.Context) error { return hibernates(ctx, over) })
}

func isOver(over <-chan struct{}) bool {
	select {
	case <-over:
		return true
	default:
		return false
	}
}

// helperMethods are those that helpers may call.
func helperMethods(t *testing.T) (all []reflect.Method) {
	typ, known := reflect.TypeFor[*runtime.Context](), 0
	for m := range typ.Methods() {
		if slices.Contains(receives, m.Name) {
			known++
		} else {
			all = append(all, m)
		}
	}
	require.Len(t, receives, known, "a method that receives is gone")
	return all
}

func TestHelpers_MayCallEveryMethodConcurrentSafe(t *testing.T) {
	methods := helperMethods(t)
	processors := []int{1, 2, 4}
	for n, procs := range processors {
		for name, body := range helpedBodies {
			t.Run(name, func(t *testing.T) {
				defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(procs))
				rt := start(t)
				sleeper := spawn(t, rt, idle)
				// Each number of processors has its share of the methods.
				for i := n; i < *helperTurns*len(methods); i += len(processors) {
					c := &helping{rt: rt, sleeper: sleeper.PID(), names: &directory{}}
					focus := methods[i%len(methods)]
					require.Contains(t, []signal.ExitReason{signal.Normal, signal.ShutdownReason("helper")},
						c.round(t, methods, focus, body), "the body was disturbed, by %s or another", focus.Name)
				}
			})
		}
	}
}

// round lets one process live with 8 helpers, half of which call one method again and
// again, and returns why it ended.
func (c *helping) round(t *testing.T, methods []reflect.Method, focus reflect.Method, body func(*runtime.Context, <-chan struct{}) error) signal.ExitReason {
	const helpers = 8
	over, ready := make(chan struct{}), make(chan *runtime.Context)
	opts := runtime.SpawnOptions{TrapExit: true, Mailbox: runtime.MailboxOptions{}}
	if rand.N(2) == 0 {
		opts.Mailbox = runtime.MailboxOptions{Capacity: 64, Policy: mailbox.DropNewest}
	}
	h := spawnOpt(t, c.rt, opts, func(ctx *runtime.Context) error {
		ready <- ctx
		return body(ctx, over)
	})
	ctx := <-ready
	var all sync.WaitGroup
	for i := range helpers {
		mine := &helping{c.rt, c.sleeper, c.server, c.names, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))}
		all.Go(func() {
			for range 40 {
				m := focus
				if i < helpers/2 {
					m = methods[mine.rnd.IntN(len(methods))]
				}
				mine.call(t, ctx, m)
				if mine.rnd.IntN(4) == 0 {
					goruntime.Gosched()
				}
			}
		})
	}
	all.Wait()
	close(over)
	_ = h.Send(context.Background(), "wake up")
	return await(t, h)
}
