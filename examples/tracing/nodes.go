package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/otelstarlang"
	"github.com/starlang-go/starlang/runtime/promstarlang"
)

// The nodes.
const (
	front = "front@localhost"
	back  = "back@localhost"
)

// shop is both nodes, in one program.
type shop struct {
	http.Handler
	booked <-chan int // a value for each sale that the ledger has booked

	ends []func() error // what is to be done at the end, the last one first
}

// open starts the nodes and their servers. Spans of both go to the same place, as they do
// when every node sends them to the same collector.
func open(ctx context.Context, traces *sdktrace.TracerProvider) (s *shop, err error) {
	booked := make(chan int, 1)
	s = &shop{booked: booked}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	far, err := s.node(back, traces, nil)
	if err != nil {
		return nil, err
	}
	near, err := s.node(front, traces, remote.StaticResolver{back: far.Addr().String()})
	if err != nil {
		return nil, err
	}
	there, here := runtime.NewContext(ctx, far.Runtime()), runtime.NewContext(ctx, near.Runtime())
	if _, err := genserver.Start(there, &ledger{}, genserver.Options{Name: "ledger"}); err != nil {
		return nil, err
	}
	clerk, err := genserver.Start(here, &clerk{pid.Name{Name: "ledger", Node: back}, booked}, genserver.Options{})
	if err != nil {
		return nil, err
	}
	counter, err := genserver.Start(here, &counter{clerk}, genserver.Options{})
	if err != nil {
		return nil, err
	}
	return s, s.serve(near.Runtime(), traces, counter)
}

// serve makes the pages of the front node.
func (s *shop) serve(rt *runtime.Runtime, traces *sdktrace.TracerProvider, counter genserver.Ref) error {
	metrics, err := promstarlang.Setup(rt)
	if err != nil {
		return err
	}
	s.atEnd(func() error { metrics.Close(); return nil })
	registry := prometheus.NewRegistry()
	if err := registry.Register(metrics); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /buy", buy(rt, traces.Tracer("tracing"), counter))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	s.Handler = mux
	return nil
}

// node starts a node with spans.
func (s *shop) node(name string, traces *sdktrace.TracerProvider, known remote.StaticResolver) (*remote.Node, error) {
	rt, err := runtime.New(runtime.Config{Name: name, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	s.atEnd(func() error { return rt.Shutdown(context.Background()) })
	spans, err := otelstarlang.Setup(rt, otelstarlang.WithTracerProvider(traces), otelstarlang.OnlyInSpans())
	if err != nil {
		return nil, err
	}
	s.atEnd(spans.Close)
	n, err := remote.Start(rt, remote.Config{Listen: "127.0.0.1:0", Resolver: known, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	s.atEnd(func() error { return n.Close(context.Background()) })
	return n, nil
}

func (s *shop) atEnd(f func() error) { s.ends = append(s.ends, f) }

// Close ends all of it.
func (s *shop) Close() (err error) {
	for len(s.ends) > 0 {
		last := len(s.ends) - 1
		err = errors.Join(err, s.ends[last]())
		s.ends = s.ends[:last]
	}
	return err
}
