package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/runtime/otelstarlang"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTracing_PrintsWhatStandsBesideIt(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out))
	want, err := os.ReadFile("output.txt")
	require.NoError(t, err)
	got := strings.ReplaceAll(out.String(), "task tracing.", "task main.") // within a test the package has its path's name
	require.Equal(t, string(want), got)
}

// hops are the spans of one sale, each the child of the one before.
var hops = []struct {
	name string
	kind trace.SpanKind
	node string
}{
	{"POST /buy", trace.SpanKindServer, ""},
	{"call main.Order", trace.SpanKindClient, front},
	{"handle main.Order", trace.SpanKindServer, front},
	{"cast main.Sold", trace.SpanKindProducer, front},
	{"handle main.Sold", trace.SpanKindConsumer, front},
	{"call main.Book", trace.SpanKindClient, front},
	{"handle main.Book", trace.SpanKindServer, back},
	{"task", trace.SpanKindInternal, back},
}

func TestTracing_FromHTTPOverTwoNodesIsOneTraceOfTheCaller(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	s, err := open(t.Context(), sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter)))
	require.NoError(t, err)
	const caller, of = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	r := httptest.NewRequest(http.MethodPost, "/buy?item=tea", nil)
	r.Header.Set("traceparent", "00-"+caller+"-"+of+"-01")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	require.Equal(t, "thank you for the tea", w.Body.String())
	require.Equal(t, 1, <-s.booked)
	page := get(s, "/metrics")
	require.NoError(t, s.Close())

	spans := exporter.GetSpans()
	require.Len(t, spans, len(hops))
	parent := of
	for _, hop := range hops {
		span := only(t, spans, hop.name)
		require.Equal(t, caller, span.SpanContext.TraceID().String(), hop.name)
		require.Equal(t, parent, span.Parent.SpanID().String(), hop.name)
		require.Equal(t, hop.kind, span.SpanKind, hop.name)
		require.Equal(t, hop.node, nodeNamed(span), hop.name)
		if hop.kind == trace.SpanKindConsumer {
			require.Len(t, span.Links, 1)
			require.Equal(t, parent, span.Links[0].SpanContext.SpanID().String())
		} else {
			require.Empty(t, span.Links, hop.name)
		}
		parent = span.SpanContext.SpanID().String()
	}
	require.Contains(t, page, `starlang_server_handle_duration_seconds_count{kind="call",type="*main.counter"} 1`)
	require.Contains(t, page, `starlang_conn_messages_out_total{peer="`+back+`"}`)
}

// only returns the span with a name, or whose name begins with it.
func only(t *testing.T, spans tracetest.SpanStubs, name string) (found tracetest.SpanStub) {
	t.Helper()
	n := 0
	for _, s := range spans {
		if s.Name == name || strings.HasPrefix(s.Name, name+" ") {
			found, n = s, n+1
		}
	}
	require.Equal(t, 1, n, name)
	return found
}

func nodeNamed(s tracetest.SpanStub) string {
	for _, a := range s.Attributes {
		if a.Key == otelstarlang.KeyNode {
			return a.Value.AsString()
		}
	}
	return ""
}
