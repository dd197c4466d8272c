package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/dialogue"
	"github.com/starlang-go/starlang/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun_PrintsALineForEachDialogue(t *testing.T) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	rt := runtime.MustNew(runtime.Config{Name: "node@127.0.0.1:1", Logger: quiet})
	n, err := remote.Start(rt, remote.Config{Listen: "127.0.0.1:0", Cookie: "secret", Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, n.Close(ctx))
		require.NoError(t, rt.Shutdown(ctx))
	})

	var out strings.Builder
	p := dialogue.Player{Addr: n.Addr().String(), Cookie: "secret"}
	require.Zero(t, run(&out, p), out.String())
	require.Contains(t, out.String(), "ok      ping\n")
	require.Contains(t, out.String(), "skipped unlinks-cross: ")

	out.Reset()
	p.Cookie = "another"
	require.Equal(t, 1, run(&out, p))
	require.Contains(t, out.String(), "FAILED  ping: ")
}
