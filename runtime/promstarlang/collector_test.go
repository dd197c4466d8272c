package promstarlang_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/promstarlang"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// metered is a runtime with its metrics.
func metered(t *testing.T) (*runtime.Runtime, *prometheus.Registry) {
	t.Helper()
	// 100,000 processes on a busy machine take long to end.
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler), ExitGrace: time.Hour})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		require.NoError(t, rt.Shutdown(ctx))
	})
	c, err := promstarlang.Setup(rt)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(c))
	return rt, registry
}

// gather returns the metrics by name, and how many series they are.
func gather(t *testing.T, registry *prometheus.Registry) (all map[string]*dto.MetricFamily, series int) {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	all = make(map[string]*dto.MetricFamily)
	for _, f := range families {
		all[f.GetName()] = f
		for _, m := range f.Metric {
			series += max(1, len(m.GetHistogram().GetBucket())+3)
		}
	}
	return all, series
}

func idle(ctx *runtime.Context) error {
	_, err := ctx.Recv()
	return err
}

// The number of processes is that of the promise that metrics stay few.
func TestCollector_SeriesStayFewWhateverThereIs(t *testing.T) {
	rt, registry := metered(t)
	for i := range 100_000 {
		opts := runtime.SpawnOptions{Label: fmt.Sprint("label ", i)}
		if i%20 == 0 {
			opts.Name = fmt.Sprint("name ", i)
		}
		_, err := rt.SpawnOpt(opts, idle)
		require.NoError(t, err)
	}
	all, series := gather(t, registry)
	require.Less(t, series, 500)
	require.EqualValues(t, 5000, all["starlang_names"].Metric[0].Gauge.GetValue())
	sum := 0.0
	for _, m := range all["starlang_processes"].Metric {
		sum += m.Gauge.GetValue()
	}
	require.EqualValues(t, 100_000, sum)
	for name, f := range all {
		for _, m := range f.Metric {
			for _, l := range m.Label {
				require.NotContains(t, l.GetValue(), "<", name)
				require.NotContains(t, l.GetValue(), "label", name)
			}
		}
	}
}

func TestCollector_CountsCrashesByType(t *testing.T) {
	rt, registry := metered(t)
	for range 3 {
		err := rt.Run(t.Context(), func(*runtime.Context) error { return errors.New("broken") })
		require.Error(t, err)
	}
	all, _ := gather(t, registry)
	require.Len(t, all["starlang_process_crashes_total"].Metric, 1)
	require.EqualValues(t, 3, all["starlang_process_crashes_total"].Metric[0].Counter.GetValue())
	require.EqualValues(t, 3, all["starlang_process_spawned_total"].Metric[0].Counter.GetValue())
}

// value returns the value of the only series with these labels, given as "key=value".
func value(t *testing.T, f *dto.MetricFamily, labels ...string) float64 {
	t.Helper()
	var found []float64
	for _, m := range f.GetMetric() {
		var has []string
		for _, l := range m.Label {
			has = append(has, l.GetName()+"="+l.GetValue())
		}
		if !slices.Equal(has, labels) {
			continue
		}
		// One of them is there.
		found = append(found, m.GetCounter().GetValue()+m.GetGauge().GetValue()+float64(m.GetHistogram().GetSampleCount()))
	}
	require.Len(t, found, 1, "%v among %v", labels, f.GetMetric())
	return found[0]
}

func TestCollector_TellsWhatServersDo(t *testing.T) {
	rt, registry := metered(t)
	ctx := runtime.NewContext(t.Context(), rt)
	server, err := genserver.Start(ctx, genserver.Funcs{
		Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
			if req == 0 {
				return nil, errors.New("no")
			}
			return 1, nil
		},
		Cast: func(*genserver.Context, any) error { return nil },
	}, genserver.Options{})
	require.NoError(t, err)
	const n = 100 * runtime.WaitedSample // that none of them has a note is one in 10^44
	for i := range n {
		_, _ = genserver.CallAs[int](ctx, server, i)
	}
	require.NoError(t, genserver.Cast(ctx, server, 1))
	_, err = genserver.GetStatistics(ctx, server) // the handling of the cast is over
	require.NoError(t, err)
	all, _ := gather(t, registry)
	const typ = "type=*genserver.funcServer"
	require.EqualValues(t, n, value(t, all["starlang_server_handle_duration_seconds"], "kind=call", typ))
	require.EqualValues(t, 1, value(t, all["starlang_server_handle_duration_seconds"], "kind=cast", typ))
	require.Positive(t, value(t, all["starlang_server_queue_duration_seconds"], typ))
	require.EqualValues(t, n-1, value(t, all["starlang_call_duration_seconds"], "outcome=answered", "type=int"))
	require.EqualValues(t, 1, value(t, all["starlang_call_duration_seconds"], "outcome=failed", "type=int"))
}

func TestCollector_CountsRestartsBySupervisorAndDropsByReason(t *testing.T) {
	rt, registry := metered(t)
	restarted := make(chan struct{}, 2)
	child := supervisor.ChildSpec{ID: "child", Start: supervisor.Body(func(ctx *runtime.Context) error {
		restarted <- struct{}{}
		_, err := ctx.Recv()
		return err
	})}
	ctx := runtime.NewContext(t.Context(), rt)
	sup, err := supervisor.Start(t.Context(), rt, supervisor.Spec{Name: "shop", Children: []supervisor.ChildSpec{child}})
	require.NoError(t, err)
	<-restarted
	for _, c := range must(supervisor.WhichChildren(ctx, sup)) {
		require.NoError(t, rt.Exit(c.PID, signal.Kill))
	}
	<-restarted
	_, err = supervisor.WhichChildren(ctx, sup) // it has told of the restart
	require.NoError(t, err)

	release := make(chan struct{})
	full, err := rt.SpawnOpt(runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: mailbox.DropNewest}},
		func(*runtime.Context) error { <-release; return nil })
	require.NoError(t, err)
	for range 5 {
		_ = rt.Send(t.Context(), full, 1)
	}
	close(release)
	all, _ := gather(t, registry)
	require.EqualValues(t, 1, value(t, all["starlang_supervisor_restarts_total"], "supervisor=shop"))
	require.EqualValues(t, 4, value(t, all["starlang_messages_dropped_total"], "why=full"))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestCollector_HasConnectionsByPeerAndAlarms(t *testing.T) {
	net := remotetest.New(1)
	var nodes []*remote.Node
	for _, name := range []string{"a@test", "b@test"} {
		rt := runtime.MustNew(runtime.Config{Name: name, Logger: slog.New(slog.DiscardHandler)})
		t.Cleanup(func() { require.NoError(t, rt.Shutdown(context.Background())) })
		cfg := net.Config(name)
		cfg.Inspect, cfg.Logger = remote.InspectRead, slog.New(slog.DiscardHandler)
		n, err := remote.Start(rt, cfg)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, n.Close(context.Background())) })
		nodes = append(nodes, n)
	}
	c, err := promstarlang.Setup(nodes[0].Runtime())
	require.NoError(t, err)
	t.Cleanup(c.Close)
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(c))
	require.NoError(t, nodes[0].Connect(t.Context(), "b@test"))
	all, _ := gather(t, registry)
	require.GreaterOrEqual(t, value(t, all["starlang_conn_bytes_out_total"], "peer=b@test"), 0.0, "it is counted once it is written")
	for _, kind := range inspect.AlarmKinds() {
		require.Zero(t, value(t, all["starlang_alarms"], "alarm="+string(kind)))
	}
}

func TestCollector_ManyRuntimesShareARegistryUnderLabels(t *testing.T) {
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { require.NoError(t, rt.Shutdown(context.Background())) })
	registry := prometheus.NewRegistry()
	for _, node := range []string{"a", "b"} {
		c, err := promstarlang.Setup(rt)
		require.NoError(t, err)
		t.Cleanup(c.Close)
		require.NoError(t, prometheus.WrapRegistererWith(prometheus.Labels{"node": node}, registry).Register(c))
	}
	all, _ := gather(t, registry)
	require.Len(t, all["starlang_names"].Metric, 2)
}
