package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/runtimetest"
)

// Whoever calls in these tests is a process that ends when it has its reply.
func TestRoom_NoticesWhoHasGone(t *testing.T) {
	r := &room{log: io.Discard, nicks: make(map[pid.PID]string)}
	d := runtimetest.Drive(runtimetest.New(t), r)
	w, err := runtimetest.CallAs[welcome](d, enter{Nick: "ann"})
	require.NoError(t, err)
	require.Equal(t, []string{"ann"}, w.Here)
	require.Equal(t, []string{"ann"}, r.here())
	d.Step() // the down
	require.Empty(t, r.here())
	require.Equal(t, []string{"* ann has come", "* ann has left"}, r.history)
}

func TestRoom_ListensOnlyToThoseInside(t *testing.T) {
	r := &room{log: io.Discard, nicks: make(map[pid.PID]string)}
	d := runtimetest.Drive(runtimetest.New(t), r)
	_, err := runtimetest.CallAs[any](d, say{Text: "hello"})
	require.ErrorContains(t, err, errOutside.Error())
	require.Empty(t, r.history)
	require.Empty(t, d.Effects().Sent)
}
