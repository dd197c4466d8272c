package genserver_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// The requests of a stock, and the stock.
type (
	Put struct {
		genserver.Returns[int] // how many there are then
		Item                   string
		N                      int
	}
	Count struct {
		genserver.Returns[map[string]int]
	}
	WaitFor struct {
		genserver.Returns[int]
		Item string
	}
	Clear   struct{}
	Fire    struct{}
	Unknown struct{ genserver.Returns[string] }
)

type stock struct {
	items map[string]int
}

func (s *stock) Handlers() genserver.Handlers {
	return genserver.Handle(
		genserver.On((*stock).put),
		genserver.On((*stock).count),
		genserver.OnDeferred((*stock).waitFor),
		genserver.OnCast((*stock).clear),
		genserver.OnInfo((*stock).fire),
	).Requires(Put{}, Count{})
}

func (s *stock) put(_ *genserver.Context, q Put) (int, error) {
	if q.N < 0 {
		return 0, errShort
	}
	if s.items == nil {
		s.items = map[string]int{}
	}
	s.items[q.Item] += q.N
	return s.items[q.Item], nil
}

func (s *stock) count(*genserver.Context, Count) (map[string]int, error) { return s.items, nil }

func (s *stock) waitFor(ctx *genserver.Context, to genserver.ReplyTo[int], q WaitFor) error {
	if q.Item == "" {
		return errShort
	}
	_, err := ctx.Spawn(func(ctx *runtime.Context) error { return to.Reply(ctx, len(q.Item)) })
	return err
}

func (s *stock) clear(*genserver.Context, Clear) error { s.items = nil; return nil }

func (s *stock) fire(*genserver.Context, Fire) error { return signal.Shutdown }

func TestTyped_RequestsAndReplies(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		opts.Name = "stock"
		p, ref := watched(t, ctx, &stock{}, opts)
		n, err := genserver.Call(ctx, "stock", Put{Item: "nail", N: 2})
		require.NoError(t, err)
		require.Equal(t, 2, n)
		n, err = genserver.Call(ctx, p, Put{Item: "nail", N: 3})
		require.NoError(t, err)
		require.Equal(t, 5, n)
		all, err := genserver.Call(ctx, pid.Name{Name: "stock"}, Count{})
		require.NoError(t, err)
		require.Equal(t, map[string]int{"nail": 5}, all)
		n, err = genserver.Call(ctx, p, WaitFor{Item: "four"})
		require.NoError(t, err)
		require.Equal(t, 4, n)
		_, err = genserver.Call(ctx, p, WaitFor{})
		require.ErrorIs(t, err, errShort)
		_, err = genserver.Call(ctx, p, Put{N: -1})
		require.ErrorIs(t, err, errShort)
		require.NoError(t, genserver.Cast(ctx, p, Clear{}))
		all, err = genserver.Call(ctx, p, Count{})
		require.NoError(t, err)
		require.Empty(t, all)
		_, err = genserver.Call(ctx, "stock", Unknown{})
		require.ErrorIs(t, err, genserver.ErrUnhandled)
		require.EqualError(t, err, "call stock: request is not handled: genserver_test.Unknown")
		results := genserver.MultiCall(ctx, []pid.PID{p, p}, Put{Item: "nail", N: 1})
		require.Equal(t, 3, results[0].Value+results[1].Value)
		require.NoError(t, ctx.Send(p, "strange"))
		require.NoError(t, ctx.Send(p, Fire{}))
		require.Equal(t, signal.Shutdown, down(t, ctx, ref))
	})
}

// What a request returns takes no room, neither in memory nor on the wire.
func TestTyped_ReturnsIsNotOnTheWire(t *testing.T) {
	b, err := term.Encode(Put{Item: "a", N: 1})
	require.NoError(t, err)
	plain, err := term.Encode(struct {
		Item string
		N    int
	}{"a", 1})
	require.NoError(t, err)
	require.Equal(t, plain, b)
	got, err := term.Decode[Put](b)
	require.NoError(t, err)
	require.Equal(t, Put{Item: "a", N: 1}, got)
}

// A request is copied like every message, though it embeds a type of this package.
func TestTyped_RequestsAreCopied(t *testing.T) {
	type Keep struct {
		genserver.Returns[int]
		Bytes []byte
	}
	within(t, func(t *testing.T, ctx *runtime.Context) {
		var kept []byte
		p := start(t, ctx, genserver.Funcs{On: genserver.Handle(
			genserver.On(func(_ any, _ *genserver.Context, q Keep) (int, error) { kept = q.Bytes; return len(kept), nil }),
		)}, genserver.Options{})
		b := []byte("abc")
		n, err := genserver.Call(ctx, p, Keep{Bytes: b})
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.NotSame(t, &b[0], &kept[0])
	})
}

type other struct{}

func (*other) put(*genserver.Context, Put) (int, error) { return 0, nil }

// The servers with mistakes in their handlers.
type (
	doubled    struct{ stock }
	foreign    struct{}
	incomplete struct{ stock }
	nilFunc    struct{}
	emptied    struct{}
	looks      struct{ stock }
	misnamed   struct{}
)

func (*doubled) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*doubled).put), genserver.On((*doubled).put))
}

func (*foreign) Handlers() genserver.Handlers { return genserver.Handle(genserver.On((*other).put)) }

func (*incomplete) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*incomplete).put)).Requires(Put{}, Count{})
}

func (*nilFunc) Handlers() genserver.Handlers {
	var f func(*nilFunc, *genserver.Context, Put) (int, error)
	return genserver.Handle(genserver.On(f))
}

func (*emptied) Handlers() genserver.Handlers { return genserver.Handle(genserver.Handler{}) }

func (l *looks) Handlers() genserver.Handlers {
	l.items = nil
	return genserver.Handle(genserver.On((*looks).put))
}

func (*misnamed) Handlers() []genserver.Handler { return nil }

func TestTyped_MistakesAreFoundAtTheStart(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		for server, want := range map[any]string{
			&doubled{}:    "there are two handlers of a call with genserver_test.Put",
			&foreign{}:    "the handler of a call with genserver_test.Put is one of *genserver_test.other, the server is a *genserver_test.foreign",
			&incomplete{}: "there is none of a call with genserver_test.Count",
			&nilFunc{}:    "the handler of a call with genserver_test.Put is a nil function",
			&emptied{}:    "an empty genserver.Handler",
			&looks{}:      "Handlers of *genserver_test.looks panics",
			&misnamed{}:   "has Handlers() []genserver.Handler, a server's is Handlers() genserver.Handlers",
		} {
			for range 2 {
				_, err := genserver.Start(ctx, server, genserver.Options{})
				require.ErrorContains(t, err, want)
			}
		}
	})
}

// More handlers than are looked through one by one.
func TestTyped_ManyHandlers(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &wideTyped{}, genserver.Options{})
		n, err := genserver.Call(ctx, p, wide[int8]{N: 1})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		n, err = genserver.Call(ctx, p, wide[bool]{N: 2})
		require.NoError(t, err)
		require.Equal(t, 2, n)
		_, err = genserver.Call(ctx, p, wide[error]{N: 3})
		require.ErrorIs(t, err, genserver.ErrUnhandled)
	})
}

// routed has typed handlers and a HandleCall for all else.
type routed struct{ stock }

func (*routed) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	return req, nil
}

func (*routed) Handlers() genserver.Handlers { return genserver.Handle(genserver.On((*routed).put)) }

func TestTyped_TheRestIsForHandleCall(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &routed{}, genserver.Options{})
		n, err := genserver.Call(ctx, p, Put{Item: "a", N: 1})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		s, err := genserver.CallAs[string](ctx, p, "hello")
		require.NoError(t, err)
		require.Equal(t, "hello", s)
		_, err = genserver.Call(ctx, p, Unknown{})
		require.ErrorIs(t, err, genserver.ErrReplyType)
	})
}

// From any context of the program, without a process.
func TestTyped_CallFromAPlainContext(t *testing.T) {
	rt := newRuntime(t, runtime.Config{})
	require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
		p := start(t, ctx, &stock{}, genserver.Options{Name: "stock"})
		bound, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		plain := runtime.NewContext(bound, rt)
		n, err := genserver.Call(plain, "stock", Put{Item: "a", N: 1})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.NoError(t, genserver.Cast(plain, p, Clear{}))
		require.NoError(t, genserver.TryCast(plain, p, Clear{}))
		_, err = genserver.GetStatistics(plain, p)
		require.NoError(t, err)
		_, err = genserver.Call(context.Background(), p, Count{})
		require.ErrorIs(t, err, runtime.ErrNotInProcess)
		_, err = genserver.Call(plain, 42, Count{})
		require.ErrorIs(t, err, runtime.ErrNotNamed)
		require.ErrorIs(t, genserver.Cast(plain, nil, Clear{}), runtime.ErrNotNamed)
		return nil
	}))
}

// Starting a server and replying to a call, in the name of the program.
func TestTyped_StartAndReplyFromAPlainContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := newRuntime(t, runtime.Config{})
		plain := runtime.NewContext(t.Context(), rt)
		asked := make(chan genserver.ReplyTo[int], 1)
		deferred := genserver.OnDeferred(func(_ any, _ *genserver.Context, to genserver.ReplyTo[int], _ WaitFor) error {
			asked <- to
			return nil
		})
		_, err := genserver.Start(plain, genserver.Funcs{On: genserver.Handle(deferred)}, genserver.Options{Name: "later"})
		require.NoError(t, err)
		_, err = genserver.StartLink(plain, genserver.Funcs{}, genserver.Options{})
		require.ErrorIs(t, err, runtime.ErrNotInProcess, "nobody is there to be linked with")

		replied := make(chan error, 3)
		go func() { // ends with its replies, for which the test waits
			to := <-asked
			replied <- to.Reply(context.Background(), 1)
			replied <- to.Reply(plain, 2)
			replied <- to.ReplyError(plain, errBoom)
		}()
		n, err := genserver.Call(plain, "later", WaitFor{})
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.ErrorIs(t, <-replied, runtime.ErrNotInProcess)
		require.NoError(t, <-replied)
		require.NoError(t, <-replied, "the second answer is dropped")

		bound, cancel := context.WithTimeout(plain, time.Second)
		defer cancel()
		hangs := genserver.Funcs{Init: func(c *genserver.Context) error { <-c.Done(); return nil }}
		p, err := genserver.Start(bound, hangs, genserver.Options{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, p)
		synctest.Wait()
		require.Equal(t, 1, rt.Len(), "nothing is left of it")
		require.NoError(t, genserver.Stop(plain, "later", signal.Shutdown))
	})
}

func TestFuncs_AreServers(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		var got []any
		note := func(_ *genserver.Context, v any) error { got = append(got, v); return nil }
		p := start(t, ctx, &genserver.Funcs{
			Init: func(c *genserver.Context) error { c.Continue("continue"); return nil },
			Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) { return req, nil },
			Cast: note, Info: note, Continue: note,
			Terminate: func(_ *genserver.Context, reason signal.ExitReason) { got = append(got, reason) },
		}, opts)
		require.NoError(t, genserver.Cast(ctx, p, "cast"))
		require.NoError(t, ctx.Send(p, "info"))
		s, err := genserver.CallAs[string](ctx, p, "call")
		require.NoError(t, err)
		require.Equal(t, "call", s)
		require.NoError(t, genserver.Stop(ctx, p, signal.Shutdown))
		require.Equal(t, []any{"continue", "cast", "info", signal.Shutdown}, got)

		p = start(t, ctx, genserver.Funcs{}, opts)
		_, err = genserver.CallAs[string](ctx, p, "call")
		require.ErrorIs(t, err, genserver.ErrUnhandled)
	})
}

// TryCast does not wait where Cast does.
func TestTryCast_NeverWaits(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, castOnly{}, genserver.Options{Mailbox: runtime.MailboxOptions{Capacity: 1}})
		require.NoError(t, genserver.Suspend(ctx, p))
		require.NoError(t, genserver.TryCast(ctx, p, 1))
		require.ErrorIs(t, genserver.TryCast(ctx, p, 2), runtime.ErrMailboxFull)
		require.NoError(t, genserver.CastOrDrop(ctx, p, 2))
		require.EqualValues(t, 1, ctx.Runtime().Stats().Dropped)
		bound, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		require.ErrorIs(t, genserver.Cast(bound, p, 3), context.DeadlineExceeded)
	})
}

// directory is a service of names.
type directory struct {
	names     map[string]pid.PID
	forgotten map[string]pid.PID
}

func (d *directory) Register(_ context.Context, name string, p pid.PID) error {
	if _, taken := d.names[name]; taken {
		return runtime.ErrNameTaken
	}
	d.names[name] = p
	return nil
}

func (d *directory) Unregister(context.Context, string, pid.PID) error { return nil }

func (d *directory) Whereis(_ context.Context, name string) (pid.PID, error) {
	p, ok := d.names[name]
	if !ok {
		return pid.PID{}, runtime.ErrNameNotFound
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

func (d *directory) Forget(name string, p pid.PID) {
	if other, ok := d.forgotten[name]; ok && d.names[name] == p {
		d.names[name] = other
	}
}

// OTP, gen_server, server_name() and server_ref(): {via, Module, Name}.
func TestVia_NamesAServerWhereverOneIsNamed(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		d := &directory{names: map[string]pid.PID{}, forgotten: map[string]pid.PID{}}
		via := runtime.Via{Service: d, Name: "stock"}
		_, err := genserver.Call(ctx, via, Count{})
		require.ErrorIs(t, err, runtime.ErrNoProc)
		p := start(t, ctx, &stock{}, genserver.Options{Via: via})
		require.Equal(t, p, d.names["stock"])
		_, err = genserver.Start(ctx, &stock{}, genserver.Options{Via: via})
		require.ErrorIs(t, err, runtime.ErrNameTaken)
		n, err := genserver.Call(ctx, via, Put{Item: "a", N: 1})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.NoError(t, genserver.Cast(ctx, via, Clear{}))
		_, err = genserver.GetState(ctx, via)
		require.NoError(t, err)

		d.forgotten["stock"] = start(t, ctx, &stock{}, genserver.Options{})
		require.NoError(t, genserver.Stop(ctx, via, signal.Normal))
		n, err = genserver.Call(ctx, via, Put{Item: "a", N: 7})
		require.NoError(t, err, "the service is told that the first one is gone")
		require.Equal(t, 7, n)
	})
}
