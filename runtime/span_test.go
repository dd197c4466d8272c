package runtime_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
)

// spanned is a propagator whose spans are the path that has led to them.
type spanned struct {
	mu    sync.Mutex
	ended []string // guarded by mu
}

type pathKey struct{}

func (s *spanned) Inject(ctx context.Context, carried map[string]string) {
	if path, ok := ctx.Value(pathKey{}).(string); ok {
		carried["path"] = path
	}
}

func (s *spanned) Extract(ctx context.Context, carried map[string]string) context.Context {
	return context.WithValue(ctx, pathKey{}, carried["path"])
}

func (s *spanned) Sending(ctx context.Context, m runtime.Sending) runtime.Span {
	return s.begin(ctx, m.Kind)
}

func (s *spanned) Handling(ctx context.Context, h runtime.Handling) runtime.Span {
	return s.begin(ctx, "handle "+h.Kind)
}

func (s *spanned) begin(ctx context.Context, what string) runtime.Span {
	path, _ := ctx.Value(pathKey{}).(string)
	return &step{s, strings.TrimPrefix(path+" > "+what, " > ")}
}

func (s *spanned) paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

type step struct {
	of   *spanned
	path string
}

func (s *step) Context(parent context.Context) context.Context {
	return context.WithValue(parent, pathKey{}, s.path)
}

func (s *step) End(err error) {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	text := s.path
	if err != nil {
		text += ": " + err.Error()
	}
	s.of.ended = append(s.of.ended, text)
}

// spannedRuntime is a runtime with spans.
func spannedRuntime(t *testing.T) (*runtime.Runtime, *spanned) {
	t.Helper()
	rt, s := start(t), new(spanned)
	require.NoError(t, rt.SetPropagator(s))
	return rt, s
}

func TestSpan_OfACallLastsUntilItsEndAndIsTheParentOfItsHandling(t *testing.T) {
	rt, s := spannedRuntime(t)
	callee, err := rt.Spawn(func(ctx *runtime.Context) error {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		m, end := ctx.BeginHandling(m, runtime.Handling{Kind: runtime.SpanCall, Value: m.Value()})
		from, _ := m.From()
		path, _ := m.Context(ctx).Value(pathKey{}).(string)
		own, _ := ctx.CarriedContext().Value(pathKey{}).(string)
		call, _ := ctx.CallContext(from).Value(pathKey{}).(string)
		require.Equal(t, path, own)
		require.Equal(t, path, call)
		require.Equal(t, 7, m.Value())
		end(errors.New("went wrong"))
		return ctx.Reply(from, path)
	})
	require.NoError(t, err)
	got, err := runtime.Call[string](runtime.NewContext(t.Context(), rt), callee, 7)
	require.NoError(t, err)
	require.Equal(t, "call > handle call", got)
	require.Equal(t, []string{"call > handle call: went wrong", "call"}, s.paths())
}

func TestSpan_OfACallThatFailsHasTheError(t *testing.T) {
	rt, s := spannedRuntime(t)
	_, err := runtime.CallNamed[int](runtime.NewContext(t.Context(), rt), "nobody", 1)
	require.ErrorIs(t, err, runtime.ErrNameNotFound)
	require.Equal(t, []string{"call: " + err.Error()}, s.paths())
}

func TestSpan_WhatAProcessSendsInItsOwnNameBelongsToWhatItHandles(t *testing.T) {
	rt, s := spannedRuntime(t)
	got := make(chan string, 3)
	last := func(ctx *runtime.Context) error {
		m, err := ctx.Recv()
		if err == nil {
			path, _ := m.Context(ctx).Value(pathKey{}).(string)
			got <- path
		}
		return err
	}
	first, err := rt.Spawn(func(ctx *runtime.Context) error {
		to, err := ctx.Spawn(last)
		require.NoError(t, err)
		m, err := ctx.Recv()
		require.NoError(t, err)
		_, end := ctx.BeginHandling(m, runtime.Handling{Kind: runtime.SpanSend})
		defer end(nil)
		_, err = ctx.SendAfter(to, time.Nanosecond, 1)
		require.NoError(t, err)
		_, err = ctx.Spawn(func(ctx *runtime.Context) error {
			path, _ := ctx.CarriedContext().Value(pathKey{}).(string)
			got <- path
			return nil
		})
		return err
	})
	require.NoError(t, err)
	require.NoError(t, rt.Send(t.Context(), first, 1))
	require.ElementsMatch(t, []string{"send > handle send", "send > handle send > send"}, []string{<-got, <-got})
	require.Contains(t, s.paths(), "send > handle send > send")
}

// spoilt has spans whose every method panics.
type spoilt struct{ spanned }

func (s *spoilt) Sending(context.Context, runtime.Sending) runtime.Span   { return bad{} }
func (s *spoilt) Handling(context.Context, runtime.Handling) runtime.Span { panic("to be caught") }

type bad struct{}

func (bad) Context(context.Context) context.Context { panic("to be caught") }
func (bad) End(error)                               { panic("to be caught") }

func TestSpan_APanicLosesItAndNothingElse(t *testing.T) {
	rt := start(t)
	require.NoError(t, rt.SetPropagator(new(spoilt)))
	echo, err := rt.Spawn(func(ctx *runtime.Context) error {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		m, end := ctx.BeginHandling(m, runtime.Handling{})
		defer end(nil)
		from, _ := m.From()
		return ctx.Reply(from, m.Value())
	})
	require.NoError(t, err)
	got, err := runtime.Call[int](runtime.NewContext(t.Context(), rt), echo, 7)
	require.NoError(t, err)
	require.Equal(t, 7, got)
}

// handles is told of what servers handle.
type handles struct {
	runtime.NopTracer
	calls chan runtime.Called
}

func (h *handles) CallEnded(c runtime.Called) { h.calls <- c }
func (h *handles) Handled(runtime.Handled)    {}

func TestHandleTracer_CostsNothingOnceItIsRemoved(t *testing.T) {
	rt := start(t)
	h := &handles{calls: make(chan runtime.Called, 1)}
	remove := rt.AddTracer(h)
	require.True(t, rt.AnythingHooked())
	_, err := runtime.CallNamed[int](runtime.NewContext(t.Context(), rt), "nobody", 1)
	require.Error(t, err)
	require.Equal(t, "int", (<-h.calls).Type.String())
	remove()
	remove()
	require.False(t, rt.AnythingHooked())
}

func TestSpan_WithoutOneHandlingAllocatesNothing(t *testing.T) {
	rt := start(t)
	require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
		require.False(t, ctx.Observed())
		h := runtime.Handling{Kind: runtime.SpanSend}
		require.Zero(t, testing.AllocsPerRun(100, func() {
			_, end := ctx.BeginHandling(runtime.Message{}, h)
			end(nil)
		}))
		return nil
	}))
}
