package genserver_test

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// OTP, gen_server:start_link/4: "This function does not return until
// Module:init/1 has returned."
func TestStart_ReturnsWhenInitHasReturned(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		var in pid.PID
		p := start(t, ctx, &script{init: func(c *genserver.Context) error {
			in = c.PID()
			return nil
		}}, opts)
		require.Equal(t, p, in)
		require.NotEqual(t, ctx.PID(), p)
	})
}

// OTP, gen_server:start_link/4: "If Module:init/1 fails with Reason, the function
// returns {error, Reason}." Here that is all that the starter sees of it.
func TestStart_InitThatFailsIsAnErrorAndNoSignal(t *testing.T) {
	ends := map[string]struct {
		init func(*genserver.Context) error
		want error
	}{
		"error":         {func(*genserver.Context) error { return io.ErrUnexpectedEOF }, io.ErrUnexpectedEOF},
		"reason":        {func(*genserver.Context) error { return signal.Shutdown }, signal.Shutdown},
		"panic":         {func(*genserver.Context) error { panic("boom") }, signal.Error("panic: boom")},
		"ignore":        {func(*genserver.Context) error { return genserver.ErrIgnore }, genserver.ErrIgnore},
		"killed":        {func(c *genserver.Context) error { return c.Exit(c.PID(), signal.Kill) }, signal.Killed},
		"own exit":      {func(c *genserver.Context) error { return c.Exit(c.PID(), signal.Shutdown) }, signal.Shutdown},
		"trap and exit": {trapAndExit, errBoom},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, ctx *runtime.Context) {
				ctx.SetTrapExit(true) // only to see whether anything comes
				terminated := false
				server := &script{init: end.init, term: func(*genserver.Context, signal.ExitReason) { terminated = true }}
				_, err := genserver.StartLink(ctx, server, genserver.Options{Name: "server"})
				require.ErrorIs(t, err, end.want)
				var failed *genserver.StartError
				require.ErrorAs(t, err, &failed)
				require.Equal(t, "server", failed.Name)
				require.Contains(t, err.Error(), "*genserver_test.script")
				requireNoMail(t, ctx)
				_, taken := ctx.Whereis("server")
				require.False(t, taken)
				require.False(t, terminated, "Terminate is for servers that have started")
			})
		})
	}
}

func trapAndExit(ctx *genserver.Context) error {
	ctx.SetTrapExit(true)
	return errBoom
}

// OTP, gen_server:start_link/4: "If option {timeout,Time} is present, the
// gen_server process is allowed to spend Time milliseconds initializing or it is
// terminated and the start function returns {error,timeout}."
func TestStart_InitThatHangsIsKilled(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		bound, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		hangs := func(c *genserver.Context) error { <-c.Done(); return nil }
		_, err := genserver.StartLink(bound, &script{init: hangs}, genserver.Options{Name: "server"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		requireNoMail(t, ctx)
		_, taken := ctx.Whereis("server")
		require.False(t, taken)
	})
}

func TestStart_TakenNameIsAnError(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		first := start(t, ctx, &script{}, genserver.Options{Name: "server"})
		_, err := genserver.Start(ctx, &script{}, genserver.Options{Name: "server"})
		require.ErrorIs(t, err, runtime.ErrNameTaken)
		found, _ := ctx.Whereis("server")
		require.Equal(t, first, found)
	})
}

func TestStart_NeedsAProcessAndAServer(t *testing.T) {
	_, err := genserver.Start(context.Background(), &script{}, genserver.Options{})
	require.ErrorIs(t, err, runtime.ErrNotInProcess)
	within(t, func(t *testing.T, ctx *runtime.Context) {
		_, err := genserver.Start(ctx, script{}, genserver.Options{})
		require.ErrorIs(t, err, genserver.ErrNoServer)
		require.EqualError(t, err,
			"start genserver_test.script: genserver_test.script has no method of a server: its methods are those of a *genserver_test.script")
		for _, none := range []any{nil, (*script)(nil), 1, struct{}{}} {
			_, err = genserver.Start(ctx, none, genserver.Options{})
			require.ErrorIs(t, err, genserver.ErrNoServer)
		}
	})
}

func TestStart_ByAServer(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: func(c *genserver.Context, _ genserver.From, _ any) (any, error) {
			return genserver.StartLink(c, &script{call: echo}, genserver.Options{})
		}}, genserver.Options{})
		child, err := genserver.CallAs[pid.PID](ctx, p, "start")
		require.NoError(t, err)
		got, err := genserver.CallAs[string](ctx, child, "hello")
		require.NoError(t, err)
		require.Equal(t, "hello", got)
		ref := ctx.Monitor(child)
		require.NoError(t, genserver.Stop(ctx, p, signal.Shutdown))
		require.Equal(t, signal.Shutdown, down(t, ctx, ref), "it is linked")
	})
}

func TestStartMonitor_TellsOfTheEnd(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p, ref := watched(t, ctx, &script{}, genserver.Options{})
		require.NoError(t, ctx.Exit(p, signal.Kill))
		require.Equal(t, signal.Killed, down(t, ctx, ref))
		_, _, err := genserver.StartMonitor(ctx, &script{init: trapAndExit}, genserver.Options{})
		require.ErrorIs(t, err, errBoom)
		requireNoMail(t, ctx)
	})
}

func TestStart_OptionsReachTheProcess(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		opts := genserver.Options{Name: "server", Label: "for tests", TrapExit: true}
		trapped := false
		p := start(t, ctx, &script{init: func(c *genserver.Context) error {
			trapped = c.IsTrappingExits()
			return nil
		}}, opts)
		info, alive := ctx.Runtime().Info(p)
		require.True(t, alive)
		require.True(t, trapped)
		require.Equal(t, "server", info.Name)
		require.Equal(t, "for tests", info.Label)
	})
}

type misspelt struct{}

func (misspelt) HandleCall(_ *genserver.Context, req any) (any, error) { return req, nil }
func (misspelt) HandleInfo(*genserver.Context, any) error              { return nil }

type misspeltInit struct{}

func (*misspeltInit) Init() error                              { return nil }
func (*misspeltInit) HandleInfo(*genserver.Context, any) error { return nil }

type misspeltFormat struct{}

func (misspeltFormat) HandleInfo(*genserver.Context, any) error { return nil }
func (misspeltFormat) FormatState() string                      { return "" }

// A method that is named like one of a server's but would never be called is found when
// the server starts, not when the first request is not handled.
func TestStart_MethodOfAnotherSignatureIsAnError(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		for server, want := range map[any]string{
			misspelt{}: "genserver_test.misspelt has HandleCall(*genserver.Context, any) (any, error), " +
				"a server's is HandleCall(*genserver.Context, genserver.From, any) (any, error)",
			&misspeltInit{}:  "*genserver_test.misspeltInit has Init() error, a server's is Init(*genserver.Context) error",
			misspeltFormat{}: "genserver_test.misspeltFormat has FormatState() string, a server's is FormatState() any",
		} {
			for range 2 {
				_, err := genserver.Start(ctx, server, genserver.Options{})
				require.ErrorIs(t, err, genserver.ErrSignature)
				require.ErrorContains(t, err, want)
			}
		}
	})
}

// Helper goroutines start servers while the process itself receives.
func TestStart_ByHelpersConcurrentSafe(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		var helpers sync.WaitGroup
		for range 8 {
			helpers.Go(func() { // ends with its starts; we wait for it here
				for range 50 {
					p, err := genserver.Start(ctx, &script{call: echo}, genserver.Options{})
					if err == nil {
						err = ctx.Send(ctx.PID(), p)
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 8 * 50 {
			p, err := runtime.Receive[pid.PID](ctx)
			require.NoError(t, err)
			n, err := genserver.CallAs[int](ctx, p, 1)
			require.NoError(t, err)
			require.Equal(t, 1, n)
		}
		helpers.Wait()
	})
}
