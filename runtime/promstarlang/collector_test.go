package promstarlang_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/promstarlang"
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
