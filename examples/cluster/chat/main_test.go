package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/examples/cluster/internal/stage"
)

func TestMain(m *testing.M) {
	if os.Getenv(stage.Variable) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestPlay_TheOtherIsToldOfANodeThatIsKilledAndOfItsReturn(t *testing.T) {
	want, err := os.ReadFile("../../cluster-chat/output.txt")
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, play(t.Context(), &out))
	require.Equal(t, string(want), out.String())
}

func TestChat_EndsWithWhatIsTyped(t *testing.T) {
	address, err := stage.FreeAddress()
	require.NoError(t, err)
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"-name", "ann@" + address}, strings.NewReader("hello?\n"), &out, &errs), &errs)
	require.Equal(t, "ann is in the room. Ctrl-C leaves it.\n", out.String())
}

func TestChat_SaysWhatIsWrong(t *testing.T) {
	none := strings.NewReader("")
	var errs bytes.Buffer
	require.Equal(t, 1, run(nil, none, io.Discard, &errs))
	require.Contains(t, errs.String(), "-name ann@127.0.0.1:4391 -with bob@127.0.0.1:4392")
	require.Equal(t, 1, run([]string{"-name", "ann"}, none, io.Discard, &errs))
	require.Contains(t, errs.String(), `node name "ann": must be of the form part@host`)
	require.Zero(t, run([]string{"-help"}, none, io.Discard, io.Discard))
}
