package main

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/examples/cluster/internal/stage"
)

func TestMain(m *testing.M) {
	if os.Getenv(stage.Variable) != "" {
		os.Exit(cron(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestPlay_AnotherNodeTakesOverFromOneThatIsKilled(t *testing.T) {
	want, err := os.ReadFile("../../cluster-cron/output.txt")
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, play(t.Context(), &out, io.Discard))
	require.Equal(t, string(want), out.String())
}

func TestCron_SaysWhatIsWrong(t *testing.T) {
	var errs bytes.Buffer
	require.Equal(t, 1, cron([]string{"-nmae", "x"}, io.Discard, &errs))
	require.Contains(t, errs.String(), "flag provided but not defined: -nmae")
	require.Zero(t, cron([]string{"-help"}, io.Discard, io.Discard))
}
