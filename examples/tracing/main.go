// Command tracing shows one trace over two nodes: of a request to a web server, a call, a
// cast, a call to another node and a task there. It also prints some lines of the page of
// metrics.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/starlang-go/starlang/runtime/otelstarlang"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run buys some tea and prints what can be seen of that.
func run(ctx context.Context, out io.Writer) error {
	spans := tracetest.NewInMemoryExporter()
	s, err := open(ctx, sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, post(s, "/buy?item=tea"))
	<-s.booked
	page := get(s, "/metrics") // before the end, when all of it is gone
	if err := s.Close(); err != nil {
		return err
	}
	print(out, spans.GetSpans().Snapshots())
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "starlang_server_handle_duration_seconds_count") && strings.Contains(line, "main.") {
			fmt.Fprint(out, line)
		}
	}
	return nil
}

func post(s *shop, url string) string { return answer(s, "POST", url) }
func get(s *shop, url string) string  { return answer(s, "GET", url) }

func answer(s *shop, method, url string) string {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, url, nil))
	return w.Body.String()
}

// print prints spans as trees.
func print(out io.Writer, spans []sdktrace.ReadOnlySpan) {
	for _, s := range spans {
		if !s.Parent().IsValid() {
			fmt.Fprintln(out, "trace")
			printBelow(out, spans, s, "  ")
		}
	}
}

func printBelow(out io.Writer, spans []sdktrace.ReadOnlySpan, s sdktrace.ReadOnlySpan, indent string) {
	links := ""
	if len(s.Links()) > 0 {
		links = ", with a link"
	}
	fmt.Fprintf(out, "%s%s (%s%s)%s\n", indent, s.Name(), s.SpanKind(), links, nodeOf(s))
	for _, child := range spans {
		if child.Parent().SpanID() == s.SpanContext().SpanID() {
			printBelow(out, spans, child, indent+"  ")
		}
	}
}

func nodeOf(s sdktrace.ReadOnlySpan) string {
	for _, a := range s.Attributes() {
		if a.Key == otelstarlang.KeyNode {
			return " on " + a.Value.AsString()
		}
	}
	return ""
}
