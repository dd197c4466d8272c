package inspect_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// watched returns a runtime outside of a bubble, where profiles are taken.
func watched(t *testing.T, labels bool, cfg inspect.Config) (*runtime.Runtime, *inspect.Client) {
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), ProfileLabels: labels})
	_, err := inspect.Start(rt, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Shutdown(context.Background())) })
	return rt, inspect.NewClient(rt, pid.Name{Name: inspect.Name})
}

func TestProfile_OfGoroutinesIsAddedUpByProcessAndByType(t *testing.T) {
	rt, c := watched(t, true, inspect.Config{})
	p, err := rt.SpawnOpt(runtime.SpawnOptions{Name: "single"}, idle)
	require.NoError(t, err)
	for range 20 {
		_, err := rt.Spawn(sink)
		require.NoError(t, err)
	}
	ofSingle := func() (n int64) {
		got, err := c.Profile(t.Context(), inspect.Profile{Kind: inspect.ProfileGoroutine, By: inspect.ByProcess, N: inspect.MaxRows})
		require.NoError(t, err)
		require.Equal(t, "count", got.Unit)
		require.Empty(t, got.Data)
		for _, s := range got.Shares {
			if s.PID == p.String() && s.Name == "single" {
				n += s.Value
			}
		}
		return n
	}
	ofSinks := func() int64 {
		got, err := c.Profile(t.Context(), inspect.Profile{Kind: inspect.ProfileGoroutine, By: inspect.ByType})
		require.NoError(t, err)
		for _, s := range got.Shares {
			if strings.Contains(s.Type, "inspect_test.sink") {
				return s.Value
			}
		}
		return 0
	}
	require.Eventually(t, func() bool { return ofSingle() == 1 && ofSinks() == 20 }, time.Minute, time.Millisecond, "each has to have run once")
	got, err := c.Profile(t.Context(), inspect.Profile{Kind: inspect.ProfileGoroutine, By: inspect.ByProcess, N: 3})
	require.NoError(t, err)
	require.Len(t, got.Shares, 3)
}

func TestProfile_OfTheProcessorShowsWhoIsBusy(t *testing.T) {
	rt, c := watched(t, true, inspect.Config{})
	var stop atomic.Bool
	defer stop.Store(true)
	p, err := rt.SpawnOpt(runtime.SpawnOptions{Name: "busy"}, func(*runtime.Context) error {
		for !stop.Load() {
		}
		return nil
	})
	require.NoError(t, err)
	got, err := c.Profile(t.Context(), inspect.Profile{Kind: inspect.ProfileCPU, By: inspect.ByProcess, For: 500 * time.Millisecond})
	require.NoError(t, err)
	require.Equal(t, "nanoseconds", got.Unit)
	require.NotEmpty(t, got.Shares)
	found := false
	for _, s := range got.Shares {
		found = found || s.PID == p.String() && s.Name == "busy" && s.Value > 0
	}
	require.True(t, found, "%v", got.Shares)
}

func TestProfile_IsRefusedWhereItCannotBe(t *testing.T) {
	_, c := watched(t, false, inspect.Config{})
	for _, q := range []inspect.Profile{
		{}, {Kind: "dance"}, {Kind: inspect.ProfileHeap, By: inspect.ByType}, {Kind: inspect.ProfileGoroutine, By: "colour"},
		{Kind: inspect.ProfileGoroutine, By: inspect.ByType}, // there are no labels
	} {
		_, err := c.Profile(t.Context(), q)
		require.ErrorIs(t, err, inspect.ErrUnsupported, "%v", q)
	}
	for _, kind := range []inspect.ProfileKind{inspect.ProfileHeap, inspect.ProfileGoroutine} {
		got, err := c.Profile(t.Context(), inspect.Profile{Kind: kind})
		require.NoError(t, err)
		require.Equal(t, []byte{0x1f, 0x8b}, got.Data[:2], "it is packed, as pprof reads it")
	}
}

func TestFlight_IsRecordedOnceAMinuteAtMost(t *testing.T) {
	_, c := watched(t, false, inspect.Config{})
	_, err := c.Flight(t.Context(), inspect.Flight{Last: true})
	require.ErrorIs(t, err, inspect.ErrNoRecording)
	got, err := c.Flight(t.Context(), inspect.Flight{For: 10 * time.Millisecond})
	require.NoError(t, err)
	require.Equal(t, "asked", got.Why)
	require.Contains(t, string(got.Data[:16]), "go 1.")
	require.LessOrEqual(t, len(got.Data), inspect.MaxFlightBytes)
	for _, q := range []inspect.Flight{{}, {Last: true}} {
		again, err := c.Flight(t.Context(), q)
		require.NoError(t, err)
		require.Equal(t, got.At.UnixNano(), again.At.UnixNano())
	}
}

func TestFlight_OfARecorderHasThePast(t *testing.T) {
	_, c := watched(t, false, inspect.Config{FlightRecorder: true})
	got, err := c.Flight(t.Context(), inspect.Flight{})
	require.NoError(t, err)
	require.Contains(t, string(got.Data[:16]), "go 1.")
}

func FuzzReadProfile(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, pprof.Lookup("goroutine").WriteTo(&b, 0))
	require.NoError(f, inspect.ReadProfile(b.Bytes()))
	plain := func(packed []byte) []byte {
		z, err := gzip.NewReader(bytes.NewReader(packed))
		require.NoError(f, err)
		b, err := io.ReadAll(z)
		require.NoError(f, err)
		return b
	}
	f.Add(plain(b.Bytes()))
	for _, hostile := range []string{"", "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x12\x02\x1a\x00", "\x0a\x05\x10\xff\xff\x03", "\x13", "\x12\x04\x12\x02\xff\xff"} {
		f.Add([]byte(hostile))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write(text)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		_ = inspect.ReadProfile(packed.Bytes()) // whatever it is, it is read to its end
		require.Error(t, inspect.ReadProfile(text[:min(len(text), 5)]))
	})
}
