package otelstarlang_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/otelstarlang"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newRuntime(t testing.TB) *runtime.Runtime {
	t.Helper()
	return runtimeOf(t, "")
}

// runtimeOf returns the runtime of a node.
func runtimeOf(t testing.TB, node string) *runtime.Runtime {
	t.Helper()
	// 100,000 processes on a busy machine take long to end.
	rt := runtime.MustNew(runtime.Config{Name: node, Logger: slog.New(slog.DiscardHandler), ExitGrace: time.Hour})
	t.Cleanup(func() { require.NoError(t, rt.Shutdown(context.Background())) })
	return rt
}

// traced is a runtime with its spans.
func traced(t testing.TB, opts ...otelstarlang.Option) (*runtime.Runtime, *tracetest.SpanRecorder, *sdktrace.TracerProvider) {
	t.Helper()
	rt, spans := newRuntime(t), tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	o, err := otelstarlang.Setup(rt, slices.Concat([]otelstarlang.Option{otelstarlang.WithTracerProvider(provider)}, opts)...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	return rt, spans, provider
}

// serve starts a server.
func serve(t testing.TB, rt *runtime.Runtime, funcs genserver.Funcs) genserver.Ref {
	t.Helper()
	p, err := genserver.Start(runtime.NewContext(context.Background(), rt), funcs, genserver.Options{})
	require.NoError(t, err)
	return p
}

// settle waits until a server has handled what it was sent.
func settle(t testing.TB, rt *runtime.Runtime, server genserver.Ref) {
	t.Helper()
	_, err := genserver.GetStatistics(runtime.NewContext(context.Background(), rt), server)
	require.NoError(t, err)
}

// named returns the span with a name; it has to be the only one.
func named(t testing.TB, spans []sdktrace.ReadOnlySpan, name string) sdktrace.ReadOnlySpan {
	t.Helper()
	var found []sdktrace.ReadOnlySpan
	for _, s := range spans {
		if s.Name() == name {
			found = append(found, s)
		}
	}
	require.Len(t, found, 1, "%q among %v", name, namesOf(spans))
	return found[0]
}

func namesOf(spans []sdktrace.ReadOnlySpan) (names []string) {
	for _, s := range spans {
		names = append(names, s.Name())
	}
	return names
}
