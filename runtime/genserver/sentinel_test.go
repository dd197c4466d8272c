package genserver_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// wraps are the ways in which a program hands on an error of another server.
var wraps = map[string]func(error) error{
	"wrapped": func(err error) error { return fmt.Errorf("my own trouble: %w", err) },
	"joined":  func(err error) error { return errors.Join(errors.New("my own trouble"), err) },
}

// Init has started another server, which chose not to start. That is no choice of its
// own, so the start has failed. OTP: a badmatch on ignore.
func TestErrIgnore_OfAnotherServerIsAFailure(t *testing.T) {
	ignores := &script{init: func(*genserver.Context) error { return genserver.ErrIgnore }}
	wraps := map[string]func(error) error{"bare": func(err error) error { return err }, "wrapped": wraps["wrapped"], "joined": wraps["joined"]}
	for name, wrap := range wraps {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, ctx *runtime.Context) {
				var log logLines
				rt := newRuntime(t, runtime.Config{Logger: log.logger()})
				require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
					_, err := genserver.Start(ctx, &script{init: func(c *genserver.Context) error {
						_, err := genserver.StartLink(c, ignores, genserver.Options{})
						return wrap(err)
					}}, genserver.Options{})
					var failed *genserver.StartError
					require.ErrorAs(t, err, &failed)
					require.NotEqual(t, genserver.ErrIgnore, failed.Err)
					return nil
				}))
				require.Contains(t, log.text(), "process did not start", "a failed start is reported")
			})
		})
	}
}

// OTP, gen_server:handle_cast/2: what another server does not handle is an error of
// this one, which stops for it.
func TestErrUnhandled_OfAnotherServerStopsThisOne(t *testing.T) {
	for name, wrap := range wraps {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, ctx *runtime.Context) {
				other := start(t, ctx, castOnly{}, genserver.Options{})
				asks := func(c *genserver.Context, _ any) error {
					_, err := genserver.CallAs[int](c, other, 1)
					return wrap(err)
				}
				server := &script{
					cast: asks, info: asks, cont: asks,
					due: func(c *genserver.Context) error { return asks(c, nil) },
					call: func(c *genserver.Context, _ genserver.From, req any) (any, error) {
						switch req {
						case "continue":
							c.Continue(1)
						case "timeout":
							c.SetTimeout(0)
						default:
							return nil, asks(c, nil)
						}
						return 0, nil
					},
				}
				for _, do := range []func(to pid.PID) error{
					func(to pid.PID) error { return genserver.Cast(ctx, to, 1) },
					func(to pid.PID) error { return ctx.Send(to, 1) },
					func(to pid.PID) error { _, err := genserver.CallAs[int](ctx, to, "continue"); return err },
					func(to pid.PID) error { _, err := genserver.CallAs[int](ctx, to, "timeout"); return err },
				} {
					p, ref := watched(t, ctx, server, genserver.Options{})
					require.NoError(t, do(p))
					require.Contains(t, down(t, ctx, ref).String(), "my own trouble")
				}

				p := start(t, ctx, server, genserver.Options{})
				_, err := genserver.CallAs[int](ctx, p, "ask")
				require.ErrorContains(t, err, "my own trouble", "the caller gets the text")
				var own *genserver.ReplyError
				require.ErrorAs(t, err, &own)
				require.True(t, ctx.IsAlive(p))
			})
		})
	}
}

// A reply that another server could not send is an error of the handler's like any other.
func TestErrBadReply_OfAnotherServerIsNoBadReplyOfThisOne(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: func(*genserver.Context, genserver.From, any) (any, error) {
			return nil, fmt.Errorf("my own trouble: %w", genserver.ErrBadReply)
		}}, genserver.Options{})
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.EqualError(t, err, "my own trouble: reply cannot be sent")
	})
}

type emptyError struct{ text string }

func (e *emptyError) Error() string { return e.text }

// A nil pointer that is returned as an error by mistake is an error that says so.
func TestTypedNilError_SaysWhatItIs(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		var none *emptyError
		server := &script{
			call: func(*genserver.Context, genserver.From, any) (any, error) { return nil, none },
			cast: func(*genserver.Context, any) error { return none },
		}
		p, ref := watched(t, ctx, server, genserver.Options{})
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.ErrorContains(t, err, "a nil *genserver_test.emptyError was returned as an error")
		require.NoError(t, genserver.Cast(ctx, p, 1))
		require.Contains(t, down(t, ctx, ref).String(), "error: a nil *genserver_test.emptyError was returned as an error")
	})
}
