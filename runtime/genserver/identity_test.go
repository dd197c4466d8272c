package genserver_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// quotaError is an error of the program's with a field, which has a wire name.
type quotaError struct{ Left int }

func (e *quotaError) Error() string { return fmt.Sprintf("%d left", e.Left) }

func init() {
	term.MustRegister[quotaError]("genserver_test.quota")
	term.MustRegisterError("genserver_test.no_rows", sql.ErrNoRows)
}

// What the handler's error is, the caller's is: as it was returned, wrapped, and joined.
func TestReplyError_IsWhatTheServersErrorWas(t *testing.T) {
	for _, sentinel := range []error{
		runtime.ErrMailboxFull, runtime.ErrNoProc, runtime.ErrNameNotFound, runtime.ErrTimeout, runtime.ErrNameTaken,
		context.DeadlineExceeded, context.Canceled, io.EOF, io.ErrUnexpectedEOF, fs.ErrNotExist, sql.ErrNoRows,
		genserver.ErrBadReply, genserver.ErrIgnore,
	} {
		for how, wrap := range map[string]func(error) error{
			"bare": func(err error) error { return err }, "wrapped": wraps["wrapped"], "joined": wraps["joined"],
		} {
			t.Run(sentinel.Error()+" "+how, func(t *testing.T) {
				within(t, func(t *testing.T, ctx *runtime.Context) {
					p := start(t, ctx, &script{call: func(c *genserver.Context, from genserver.From, req any) (any, error) {
						if req == "later" {
							return genserver.NoReply, from.ReplyError(c, wrap(sentinel))
						}
						return nil, wrap(sentinel)
					}}, genserver.Options{})
					for _, req := range []string{"now", "later"} {
						_, err := genserver.CallAs[int](ctx, p, req)
						require.ErrorIs(t, err, sentinel)
						require.EqualError(t, err, wrap(sentinel).Error())
					}
				})
			})
		}
	}
}

func TestReplyError_KeepsErrorsWhoseTypeHasAName(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: func(*genserver.Context, genserver.From, any) (any, error) {
			return nil, fmt.Errorf("buy: %w", &quotaError{3})
		}}, genserver.Options{})
		_, err := genserver.CallAs[int](ctx, p, 1)
		var quota *quotaError
		require.True(t, errors.As(err, &quota))
		require.Equal(t, 3, quota.Left)
		require.EqualError(t, err, "buy: 3 left")
	})
}

// Through a chain of servers the identity stays: a 404 remains one.
func TestReplyError_OfAServerBehindAServer(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		last := start(t, ctx, &script{call: func(*genserver.Context, genserver.From, any) (any, error) {
			return nil, fmt.Errorf("load: %w", fs.ErrNotExist)
		}}, genserver.Options{})
		first := start(t, ctx, &script{call: func(c *genserver.Context, _ genserver.From, req any) (any, error) {
			_, err := genserver.CallAs[int](c, last, req)
			return nil, fmt.Errorf("show: %w", err)
		}}, genserver.Options{})
		_, err := genserver.CallAs[int](ctx, first, 1)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.EqualError(t, err, "show: load: file does not exist")
	})
}
