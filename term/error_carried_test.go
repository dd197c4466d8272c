package term_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

var errFull = errors.New("full")

// quotaError is an error type with a wire name, limitError one without.
type (
	quotaError struct{ Left int }
	limitError struct{ Left int }
)

func (e *quotaError) Error() string { return fmt.Sprintf("%d left", e.Left) }
func (e *limitError) Error() string { return fmt.Sprintf("%d left", e.Left) }

func init() {
	term.MustRegisterError("test.full", errFull)
	term.MustRegister[quotaError]("test.quotaError")
	term.MustRegister[report]("test.report")
}

// report is a message with errors inside.
type report struct {
	Err  error
	All  []error
	ByID map[string]error
}

// acrossBoth returns what arrives for v here and elsewhere, which must be the same.
func acrossBoth[T any](t *testing.T, v T) T {
	t.Helper()
	local, err := term.Isolate(v)
	require.NoError(t, err)
	b, err := term.AppendMessage(nil, v)
	require.NoError(t, err)
	remote, err := term.DecodeMessage(b)
	require.NoError(t, err)
	requireSame(t, remote, local)
	again, err := term.Isolate(local)
	require.NoError(t, err)
	requireSame(t, local, again)
	return local.(T)
}

func TestCarryError_KeepsTextAndIdentity(t *testing.T) {
	for _, sentinel := range []error{
		errFull, io.EOF, context.Canceled, context.DeadlineExceeded, fs.ErrNotExist, os.ErrDeadlineExceeded, term.ErrTooDeep, errors.ErrUnsupported,
	} {
		require.True(t, acrossBoth(t, report{Err: sentinel}).Err == sentinel, "a sentinel itself stays itself")
		for _, err := range []error{
			fmt.Errorf("worker: %w", sentinel), errors.Join(errors.New("first"), sentinel),
			fmt.Errorf("%w and %w", errors.New("other"), fmt.Errorf("deep: %w", sentinel)),
			&fs.PathError{Op: "open", Path: "x", Err: sentinel},
		} {
			got := acrossBoth(t, report{err, []error{err, nil}, map[string]error{"a": err}})
			for _, arrived := range []error{got.Err, got.All[0], got.ByID["a"], term.CarryError(err).Err()} {
				require.EqualError(t, arrived, err.Error())
				require.ErrorIs(t, arrived, sentinel)
				require.NotErrorIs(t, arrived, io.ErrShortWrite)
				twice := acrossBoth(t, report{Err: fmt.Errorf("again: %w", arrived)}).Err
				require.ErrorIs(t, twice, sentinel, "over the next border")
				require.EqualError(t, twice, "again: "+err.Error())
			}
			require.NoError(t, got.All[1])
		}
	}
	require.NoError(t, acrossBoth(t, report{}).Err)
	require.EqualError(t, acrossBoth(t, report{Err: errors.New("")}).Err, "", "an error without text is one")
	missing := acrossBoth(t, report{Err: &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}}).Err
	require.ErrorIs(t, missing, fs.ErrNotExist, "by a method Is")
}

func TestCarryError_KeepsErrorsWhoseTypeHasAName(t *testing.T) {
	require.Equal(t, &quotaError{3}, acrossBoth(t, report{Err: &quotaError{3}}).Err)
	got := acrossBoth(t, report{Err: fmt.Errorf("a: %w", errors.Join(&quotaError{3}, errFull))}).Err
	var quota *quotaError
	require.ErrorAs(t, got, &quota)
	require.Equal(t, 3, quota.Left)
	require.ErrorIs(t, got, errFull)

	got = acrossBoth(t, report{Err: &limitError{3}}).Err
	var limit *limitError
	require.False(t, errors.As(got, &limit))
	require.EqualError(t, got, "3 left")
}

func TestCarryError_PassesOnWhatOnlyOthersKnow(t *testing.T) {
	b := term.MustEncode(term.CarryError(fmt.Errorf("x: %w", errFull)))
	foreign := []byte(strings.ReplaceAll(string(b), "test.full", "test.fuxx"))
	unknown, err := term.Decode[term.CarriedError](foreign)
	require.NoError(t, err)
	require.NotErrorIs(t, unknown.Err(), errFull)
	require.Equal(t, foreign, term.MustEncode(term.CarryError(unknown.Err())))
}

// trap is an error whose methods do what they should not.
type trap struct{ do func() error }

func (e trap) Error() string { return e.do().Error() }
func (e trap) Unwrap() error { return e.do() }

func TestCarryError_MethodsMayMisbehave(t *testing.T) {
	var ring trap
	ring = trap{func() error { return trap{func() error { return errors.Join(ring.do(), nil) }} }}
	ring.do = func() error { return &ringError{} }
	for _, err := range []error{
		trap{func() error { panic("slip") }}, ring, &ringError{}, (*quotaError)(nil), errors.New(strings.Repeat("x", 1<<20)), errors.New("\xff"),
	} {
		got := term.CarryError(err)
		require.NotEmpty(t, got.Text())
		require.LessOrEqual(t, len(got.Text()), term.MaxErrorTextBytes)
	}
	require.Contains(t, term.ErrorText((*quotaError)(nil)), "a nil *term_test.quotaError was returned as an error")
}

// ringError wraps itself.
type ringError struct{}

func (*ringError) Error() string   { return "ring" }
func (e *ringError) Unwrap() error { return e }

func TestRegisterError_RefusesASecondMeaning(t *testing.T) {
	require.NoError(t, term.RegisterError("test.full", errFull), "the same again")
	require.ErrorIs(t, term.RegisterError("test.full", io.EOF), term.ErrTaken)
	require.ErrorIs(t, term.RegisterError("test.eof", io.EOF), term.ErrTaken)
	require.Error(t, term.RegisterError("", errors.New("x")))
	require.Error(t, term.RegisterError("test.nil", nil))
	require.Panics(t, func() { term.MustRegisterError("test.full", io.EOF) })
}

func TestForJSON_GivesWhatEncodingJSONTakes(t *testing.T) {
	v := []any{map[any]any{1: "a", "b": map[any]any{true: []any{1.5, term.MustAtom("ok")}, nil: 2}}, mustRaw("test.unknown", map[int]string{5: "x"}), term.Ext{Code: 99, Data: "d"}}
	got, err := term.ForJSON(v)
	require.NoError(t, err)
	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, `[{"1":"a","b":{"true":[1.5,"ok"],"null":2}},{"5":"x"},{"code":99,"data":"ZA=="}]`, string(text))
	for _, bad := range []any{map[any]any{1: 1, "1": 2}, map[any]any{[1]int{1}: 1}, []any{map[string]any{"a": map[any]any{point{}: 1}}}} {
		_, err := term.ForJSON(bad)
		require.ErrorIs(t, err, term.ErrMismatch)
	}
}
