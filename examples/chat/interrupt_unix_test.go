//go:build unix

package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func (s *stage) interrupt(name string) {
	if s.err == nil {
		s.err = s.actors[name].cmd.Process.Signal(os.Interrupt)
	}
}

func TestChat_ClientsLeaveWithCtrlC(t *testing.T) {
	s := newStage(t)
	there := []string{"-join", "lounge@demo", "-at", s.open(t, "127.0.0.1:0")}
	require.Equal(t, "* in the room: ada", s.enter("ada", there...))
	require.Equal(t, "| * ada has come", s.enter("bob", there...))
	require.Equal(t, "* in the room: ada, bob", s.next("bob"))
	require.Equal(t, "* bob has come", s.next("ada"))
	s.interrupt("ada")
	require.Equal(t, "* ada has left", s.next("bob"))
	require.Equal(t, "* bye", s.next("ada"))
	s.exit("ada")
}

func TestChat_TheServerClosesWithCtrlC(t *testing.T) {
	s := newStage(t)
	address := s.open(t, "127.0.0.1:0")
	require.Equal(t, "* in the room: ada", s.enter("ada", "-join", "lounge@demo", "-at", address))
	s.interrupt("lounge")
	require.Equal(t, "* the room is gone: shutdown", s.next("ada"))
	s.exit("lounge")
}
