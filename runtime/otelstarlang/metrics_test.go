package otelstarlang_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/otelstarlang"
)

// metered sets up the metrics of a runtime.
func metered(t testing.TB, rt *runtime.Runtime) sdkmetric.Reader {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	o, err := otelstarlang.Setup(rt, otelstarlang.WithMeterProvider(provider))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	return reader
}

// point is a number with its attributes.
type point struct {
	attrs attribute.Set
	value float64 // of a histogram how many
}

// collect returns the points of all metrics by name.
func collect(t testing.TB, reader sdkmetric.Reader) map[string][]point {
	t.Helper()
	var got metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(context.Background(), &got))
	all := make(map[string][]point)
	for _, s := range got.ScopeMetrics {
		for _, m := range s.Metrics {
			all[m.Name] = pointsOf(t, m.Data)
		}
	}
	return all
}

func pointsOf(t testing.TB, data metricdata.Aggregation) (all []point) {
	t.Helper()
	switch d := data.(type) {
	case metricdata.Gauge[int64]:
		for _, p := range d.DataPoints {
			all = append(all, point{p.Attributes, float64(p.Value)})
		}
	case metricdata.Gauge[float64]:
		for _, p := range d.DataPoints {
			all = append(all, point{p.Attributes, p.Value})
		}
	case metricdata.Sum[int64]:
		for _, p := range d.DataPoints {
			all = append(all, point{p.Attributes, float64(p.Value)})
		}
	case metricdata.Histogram[float64]:
		for _, p := range d.DataPoints {
			all = append(all, point{p.Attributes, float64(p.Count)})
		}
	default:
		require.Failf(t, "unknown", "%T", data)
	}
	return all
}

// only returns the value of the only point that has an attribute.
func only(t testing.TB, points []point, key attribute.Key, value string) float64 {
	t.Helper()
	var found []float64
	for _, p := range points {
		if v, _ := p.attrs.Value(key); v.AsString() == value {
			found = append(found, p.value)
		}
	}
	require.Len(t, found, 1, "%s=%s among %v", key, value, points)
	return found[0]
}

func TestMetrics_TellWhatServersDo(t *testing.T) {
	rt := newRuntime(t)
	reader := metered(t, rt)
	server := serve(t, rt, genserver.Funcs{
		Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
			if req == 0 {
				return nil, errors.New("no")
			}
			return 1, nil
		},
		Cast: func(*genserver.Context, any) error { return nil },
	})
	ctx := runtime.NewContext(t.Context(), rt)
	const n = 100 * runtime.WaitedSample // that none of them has a note is one in 10^44
	for i := range n {
		_, _ = genserver.CallAs[int](ctx, server, i)
	}
	require.NoError(t, genserver.Cast(ctx, server, 1))
	settle(t, rt, server)
	bounded, cancel := context.WithTimeout(ctx, time.Nanosecond)
	defer cancel()
	_, err := genserver.CallAs[int](bounded, server, "late")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	all := collect(t, reader)
	handled := all["starlang.server.handle.duration"]
	require.GreaterOrEqual(t, only(t, handled, "kind", "call"), float64(n))
	require.EqualValues(t, 1, only(t, handled, "kind", "cast"))
	require.Positive(t, only(t, all["starlang.server.queue.duration"], "type", "*genserver.funcServer"))
	calls := all["starlang.call.duration"]
	require.EqualValues(t, n-1, only(t, answered(calls, "int"), "outcome", "answered"))
	require.EqualValues(t, 1, only(t, answered(calls, "int"), "outcome", "failed"))
}

// answered returns the points of calls with requests of a type.
func answered(points []point, typ string) (all []point) {
	for _, p := range points {
		if v, _ := p.attrs.Value("type"); v.AsString() == typ {
			all = append(all, p)
		}
	}
	return all
}

func TestMetrics_CountCrashesByTypeAndDropsByReason(t *testing.T) {
	rt := newRuntime(t)
	reader := metered(t, rt)
	for range 3 {
		p := serve(t, rt, genserver.Funcs{Cast: func(*genserver.Context, any) error { return errors.New("broken") }})
		require.NoError(t, genserver.Cast(runtime.NewContext(t.Context(), rt), p, 1))
	}
	release := make(chan struct{})
	full, err := rt.SpawnOpt(runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: mailbox.DropNewest}},
		func(*runtime.Context) error { <-release; return nil })
	require.NoError(t, err)
	for range 5 {
		_ = rt.Send(t.Context(), full, 1)
	}
	close(release)
	require.Eventually(t, func() bool { return rt.Len() == 0 }, time.Minute, time.Millisecond)
	all := collect(t, reader)
	require.EqualValues(t, 3, only(t, all["starlang.process.crashes"], "type", "*genserver.funcServer"))
	require.EqualValues(t, 4, only(t, all["starlang.messages.dropped"], "why", "full"))
	require.EqualValues(t, 3, only(t, all["starlang.process.exited"], "reason", "failed"))
}

// The number of processes is that of the promise that metrics stay few.
func TestMetrics_StayFewWhateverThereIs(t *testing.T) {
	rt := newRuntime(t)
	reader := metered(t, rt)
	for i := range 100_000 {
		opts := runtime.SpawnOptions{Label: fmt.Sprint("label ", i)}
		if i%20 == 0 {
			opts.Name = fmt.Sprint("name ", i)
		}
		_, err := rt.SpawnOpt(opts, func(ctx *runtime.Context) error {
			_, err := ctx.Recv()
			return err
		})
		require.NoError(t, err)
	}
	series := 0
	all := collect(t, reader)
	for name, points := range all {
		series += len(points)
		for _, p := range points {
			for _, a := range p.attrs.ToSlice() {
				require.False(t, strings.ContainsAny(a.Value.String(), "<0123456789"), "%s: %s", name, a.Value.String())
			}
		}
	}
	require.Less(t, series, 500)
	require.EqualValues(t, 5000, all["starlang.names"][0].value)
	require.EqualValues(t, 100_000, only(t, all["starlang.processes"], "state", "running"))
}

func TestMetrics_HaveConnectionsByPeerAndAlarms(t *testing.T) {
	net := remotetest.New(1)
	var nodes []*remote.Node
	for _, name := range []string{"a@test", "b@test"} {
		cfg := net.Config(name)
		cfg.Inspect, cfg.Logger = remote.InspectRead, slog.New(slog.DiscardHandler)
		n, err := remote.Start(runtimeOf(t, name), cfg)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, n.Close(context.Background())) })
		nodes = append(nodes, n)
	}
	reader := metered(t, nodes[0].Runtime())
	require.NoError(t, nodes[0].Connect(t.Context(), nodes[1].Name()))
	all := collect(t, reader)
	require.GreaterOrEqual(t, only(t, all["starlang.conn.bytes.out"], "peer", nodes[1].Name()), 0.0, "it is counted once it is written")
	for _, kind := range inspect.AlarmKinds() {
		require.Zero(t, only(t, all["starlang.alarms"], "alarm", string(kind)))
	}
}
