package otelstarlang_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/otelstarlang"
	"github.com/starlang-go/starlang/runtime/task"
)

// The messages of the tests.
type (
	ask  struct{ Secret string }
	note struct{ Secret string }
)

func TestSpans_OfACallAreClientAndServer(t *testing.T) {
	rt, spans, _ := traced(t)
	server := serve(t, rt, genserver.Funcs{Call: func(ctx *genserver.Context, _ genserver.From, _ any) (any, error) {
		trace.SpanFromContext(ctx).SetAttributes(attribute.Int("own", 7))
		return 1, nil
	}})
	_, err := genserver.CallAs[int](runtime.NewContext(t.Context(), rt), server, ask{"hunter2"})
	require.NoError(t, err)
	settle(t, rt, server)
	client := named(t, spans.Ended(), "call otelstarlang_test.ask")
	handle := named(t, spans.Ended(), "handle otelstarlang_test.ask")
	require.Equal(t, trace.SpanKindClient, client.SpanKind())
	require.Equal(t, trace.SpanKindServer, handle.SpanKind())
	require.False(t, client.Parent().IsValid())
	require.Equal(t, client.SpanContext().SpanID(), handle.Parent().SpanID())
	require.Equal(t, client.SpanContext().TraceID(), handle.SpanContext().TraceID())
	require.Contains(t, handle.Attributes(), attribute.Int("own", 7), "a handler may add to its span")
	require.Contains(t, handle.Attributes(), otelstarlang.KeyServer.String("*genserver.funcServer"))
	for _, s := range spans.Ended() {
		for _, a := range s.Attributes() {
			require.NotContains(t, a.Value.String(), "hunter2")
		}
	}
}

func TestSpans_OfAnErrorHaveIt(t *testing.T) {
	rt, spans, _ := traced(t)
	server := serve(t, rt, genserver.Funcs{Call: func(*genserver.Context, genserver.From, any) (any, error) {
		return nil, errors.New("sold out")
	}})
	_, err := genserver.CallAs[int](runtime.NewContext(t.Context(), rt), server, ask{})
	require.ErrorContains(t, err, "sold out")
	settle(t, rt, server)
	for _, s := range spans.Ended() {
		require.Equal(t, codes.Error, s.Status().Code)
		require.Contains(t, s.Status().Description, "sold out")
	}
	require.Len(t, spans.Ended(), 2)
}

func TestSpans_OfCastsAreThereOnlyWhereOneIsActive(t *testing.T) {
	rt, spans, provider := traced(t)
	seen := make(chan trace.SpanContext, 1)
	server := serve(t, rt, genserver.Funcs{Cast: func(ctx *genserver.Context, _ any) error {
		seen <- trace.SpanContextFromContext(ctx)
		return nil
	}})
	ctx := runtime.NewContext(t.Context(), rt)
	require.NoError(t, genserver.Cast(ctx, server, note{}))
	require.False(t, (<-seen).IsValid())

	in, root := provider.Tracer("test").Start(ctx, "root")
	require.NoError(t, genserver.Cast(in, server, note{}))
	<-seen
	settle(t, rt, server)
	root.End()
	producer := named(t, spans.Ended(), "cast otelstarlang_test.note")
	consumer := named(t, spans.Ended(), "handle otelstarlang_test.note")
	require.Equal(t, trace.SpanKindProducer, producer.SpanKind())
	require.Equal(t, trace.SpanKindConsumer, consumer.SpanKind())
	require.Equal(t, root.SpanContext().SpanID(), producer.Parent().SpanID())
	require.Equal(t, producer.SpanContext().SpanID(), consumer.Parent().SpanID())
	require.Len(t, consumer.Links(), 1)
	require.Equal(t, producer.SpanContext().SpanID(), consumer.Links()[0].SpanContext.SpanID())
	require.Len(t, spans.Ended(), 3)
}

func TestSpans_OfATaskBelongToWhatHasStartedIt(t *testing.T) {
	rt, spans, provider := traced(t)
	work := func(ctx *runtime.Context) (int, error) {
		_, own := provider.Tracer("test").Start(ctx.CarriedContext(), "own")
		own.End()
		return 7, nil
	}
	server := serve(t, rt, genserver.Funcs{Call: func(ctx *genserver.Context, _ genserver.From, _ any) (any, error) {
		return task.Async(ctx, work).Await(ctx)
	}})
	got, err := genserver.CallAs[int](runtime.NewContext(t.Context(), rt), server, ask{})
	require.NoError(t, err)
	require.Equal(t, 7, got)
	settle(t, rt, server)
	var of trace.SpanID
	for _, s := range spans.Ended() {
		if strings.HasPrefix(s.Name(), "task ") {
			of = s.SpanContext().SpanID()
			require.Equal(t, trace.SpanKindInternal, s.SpanKind())
			require.Equal(t, named(t, spans.Ended(), "handle otelstarlang_test.ask").SpanContext().SpanID(), s.Parent().SpanID())
		}
	}
	require.Equal(t, of, named(t, spans.Ended(), "own").Parent().SpanID())
}

func TestSpans_OfCallsCanBeLeftOutWhereNoneIsActive(t *testing.T) {
	rt, spans, provider := traced(t, otelstarlang.OnlyInSpans())
	server := serve(t, rt, genserver.Funcs{Call: func(*genserver.Context, genserver.From, any) (any, error) { return 1, nil }})
	ctx := runtime.NewContext(t.Context(), rt)
	_, err := genserver.CallAs[int](ctx, server, ask{})
	require.NoError(t, err)
	require.Empty(t, spans.Started())
	in, root := provider.Tracer("test").Start(ctx, "root")
	_, err = genserver.CallAs[int](in, server, ask{})
	require.NoError(t, err)
	root.End()
	settle(t, rt, server)
	require.Len(t, spans.Ended(), 3)
}

func TestSpans_CarryBaggageAndLeaveOutWhatIsTooLong(t *testing.T) {
	wire := propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
	rt, spans, _ := traced(t, otelstarlang.WithPropagator(wire))
	server := serve(t, rt, genserver.Funcs{Call: func(ctx *genserver.Context, _ genserver.From, _ any) (any, error) {
		return baggage.FromContext(ctx).Member("who").Value(), nil
	}})
	for _, who := range []string{"anna", strings.Repeat("x", 2*runtime.MaxCarriedBytes)} {
		member, err := baggage.NewMember("who", who)
		require.NoError(t, err)
		bag, err := baggage.New(member)
		require.NoError(t, err)
		got, err := genserver.CallAs[string](baggage.ContextWithBaggage(runtime.NewContext(t.Context(), rt), bag), server, ask{})
		require.NoError(t, err)
		if len(who) > runtime.MaxCarriedBytes {
			who = ""
		}
		require.Equal(t, who, got)
	}
	settle(t, rt, server)
	require.Len(t, spans.Ended(), 4)
	for _, s := range spans.Ended() {
		if s.SpanKind() == trace.SpanKindServer {
			require.True(t, s.Parent().IsValid(), "the trace goes on all the same")
		}
	}
}

func TestSetup_ASecondTimeIsRefused(t *testing.T) {
	rt, _, _ := traced(t)
	_, err := otelstarlang.Setup(rt)
	require.ErrorIs(t, err, runtime.ErrPropagatorSet)
}

func TestClose_EndsTheSpansAndPassesTheTraceOn(t *testing.T) {
	rt := newRuntime(t)
	o, err := otelstarlang.Setup(rt)
	require.NoError(t, err)
	require.NoError(t, o.Close())
	require.NoError(t, o.Close())
	server := serve(t, rt, genserver.Funcs{Call: func(ctx *genserver.Context, _ genserver.From, _ any) (any, error) {
		return trace.SpanContextFromContext(ctx).TraceID().String(), nil
	}})
	const id = "0af7651916cd43dd8448eb211c80319c"
	in := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{
		"traceparent": "00-" + id + "-b7ad6b7169203331-01",
	})
	got, err := genserver.CallAs[string](runtime.NewContext(in, rt), server, ask{})
	require.NoError(t, err)
	require.Equal(t, id, got)
}
