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
		os.Exit(program(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestPlay_AnotherNodeGoesOnWithTheCartOfOneThatIsKilled(t *testing.T) {
	want, err := os.ReadFile("../../cluster-cart/output.txt")
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, play(t.Context(), &out, io.Discard))
	require.Equal(t, string(want), out.String())
}

func TestProgram_SaysWhatIsWrong(t *testing.T) {
	var errs bytes.Buffer
	require.Equal(t, 1, program([]string{"-nmae", "x"}, io.Discard, &errs))
	require.Contains(t, errs.String(), "flag provided but not defined: -nmae")
	require.Zero(t, program([]string{"-help"}, io.Discard, io.Discard))
}
