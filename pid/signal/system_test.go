package signal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

// report passes system messages on, in fields of every shape.
type report struct {
	Down  signal.Down
	Exits []signal.Exit
	Cause any
	Any   signal.System
}

func systemMessages(t *testing.T) (signal.Exit, signal.Down, signal.Timeout) {
	p, r := mustPID(t, "<a@h.1.2>"), mustRef(t, "#Ref<a@h.3.2>")
	return signal.Exit{From: p, Reason: signal.Error("boom")},
		signal.Down{Ref: r, Name: pid.Name{Name: "bank", Node: "a@h"}, Reason: signal.NoProc},
		signal.Timeout{Ref: r}
}

func TestSystem_TravelsInFieldsOfAMessage(t *testing.T) {
	term.MustRegister[report]("signal_test.report")
	exit, down, timeout := systemMessages(t)
	want := report{Down: down, Exits: []signal.Exit{exit, {}}, Cause: exit, Any: timeout}

	local, err := term.Isolate(want)
	require.NoError(t, err)
	require.Equal(t, want, local)

	wire, err := term.AppendMessage(nil, want)
	require.NoError(t, err)
	got, err := term.DecodeMessage(wire)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestSystem_IsRefusedAsAMessage(t *testing.T) {
	exit, down, timeout := systemMessages(t)
	for _, v := range []any{exit, down, timeout, &exit, &down, &timeout, signal.Exit{}} {
		_, err := term.Isolate(v)
		require.ErrorIs(t, err, term.ErrRefusedMessage, "%T to a process on this node", v)
		_, err = term.AppendMessage(nil, v)
		require.ErrorIs(t, err, term.ErrRefusedMessage, "%T to a process on another node", v)
		require.ErrorContains(t, err, "only the runtime makes it")
	}
}

func TestSystem_IsRefusedWhenAPeerForgesOne(t *testing.T) {
	const name = "signal.Exit"
	forged := term.AppendArrayLen(nil, 2)
	forged = append(term.AppendExtHeader(forged, term.ExtTypeName, len(name)), name...)
	body, err := term.Encode(signal.Exit{Reason: signal.Kill})
	require.NoError(t, err)

	_, err = term.DecodeMessage(append(forged, body...))
	require.ErrorIs(t, err, term.ErrRefusedMessage)
}

func TestSystem_PrintsAsASentence(t *testing.T) {
	exit, down, timeout := systemMessages(t)
	require.Equal(t, "exit of <a@h.1.2>: error: boom", exit.String())
	require.Equal(t, "exit: shutdown", signal.Exit{Reason: signal.Shutdown}.String(), "of the program")
	require.Equal(t, "down of bank on a@h: noproc", down.String())
	down.PID, down.Name = exit.From, pid.Name{}
	require.Equal(t, "down of <a@h.1.2>: noproc", down.String())
	require.Equal(t, "timeout of #Ref<a@h.3.2>", timeout.String())
}
