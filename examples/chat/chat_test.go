package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// once runs the program to its end and returns its status and what it complains of.
func once(t *testing.T, args ...string) (status int, complaint string) {
	t.Helper()
	in, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer in.Close()
	var errs strings.Builder
	status = chat(args, in, io.Discard, &errs)
	return status, errs.String()
}

// secret makes a cookie file.
func secret(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cookie")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// newStage has an empty stage, which is cleared after the test.
func newStage(t *testing.T) *stage {
	s := &stage{ctx: context.Background(), out: io.Discard, cookie: secret(t, "a secret"), actors: map[string]*actor{}}
	t.Cleanup(func() {
		require.NoError(t, s.err)
		require.NoError(t, s.clear())
	})
	return s
}

// open starts the room and returns the address of its node.
func (s *stage) open(t *testing.T, listen string) string {
	t.Helper()
	_, address, found := strings.Cut(s.enter("lounge", "-listen", listen), " on ")
	require.True(t, found, "%v", s.err)
	return address
}

// freeAddress returns an address of loopback on which nobody listens. Its port is below
// those that systems give to whoever asks for any, so nobody is given it while the room
// is closed.
func freeAddress(t *testing.T) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.N(20_000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
		require.ErrorIs(t, err, syscall.EADDRINUSE)
	}
}

func TestChat_CommandLinesThatAreNotUnderstood(t *testing.T) {
	for args, want := range map[string]string{
		"-nmae ada@here":                               `chat: flag provided but not defined: -nmae (see chat -help)`,
		"lounge":                                       `chat: "lounge" is no flag (see chat -help)`,
		"-join lounge@here":                            `chat: -name is needed with any other flag (see chat -help)`,
		"-name lounge":                                 `chat: -name: pid: node name "lounge": must be of the form part@host (see chat -help)`,
		"-name ada@here -join lounge":                  `chat: -join: pid: node name "lounge": must be of the form part@host (see chat -help)`,
		"-name lounge@here":                            `chat: a server needs a port: -name lounge@here:4370, or -listen (see chat -help)`,
		"-name ada@here -join ada@here":                `chat: -join names another node than -name (see chat -help)`,
		"-name lounge@here:1 -at here:2":               `chat: -at is for -join (see chat -help)`,
		"-name lounge@here -listen 4370":               `chat: -listen: address 4370: missing port in address (see chat -help)`,
		"-name ada@here -join lounge@here -at here:2:": `chat: -at: address here:2:: too many colons in address (see chat -help)`,
	} {
		status, complaint := once(t, strings.Fields(args)...)
		require.Equal(t, misuse, status, args)
		require.Equal(t, want+"\n", complaint)
	}
}

func TestChat_HelpIsNoError(t *testing.T) {
	var out strings.Builder
	require.Equal(t, fine, chat([]string{"-help"}, os.Stdin, &out, io.Discard))
	require.Equal(t, usage, out.String())
}

func TestChat_PortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	status, complaint := once(t, "-name", "lounge@"+taken.Addr().String())
	require.Equal(t, failed, status)
	require.Regexp(t, `^chat: remote: listen on \S+: .*address already in use\n$`, complaint)
}

func TestChat_CookieFiles(t *testing.T) {
	status, complaint := once(t, "-name", "lounge@127.0.0.1:0", "-cookie-file", filepath.Join(t.TempDir(), "none"))
	require.Equal(t, failed, status)
	require.Regexp(t, `^chat: open \S+: .*\n$`, complaint)

	empty := secret(t, " \n")
	status, complaint = once(t, "-name", "lounge@127.0.0.1:0", "-cookie-file", empty)
	require.Equal(t, failed, status)
	require.Equal(t, "chat: "+empty+" is empty\n", complaint)
}

func TestChat_BeyondThisMachineWithoutACookie(t *testing.T) {
	status, complaint := once(t, "-name", "lounge@here", "-listen", "0.0.0.0:0")
	require.Equal(t, failed, status)
	require.Regexp(t, `^chat: remote: listen on 0\.0\.0\.0:0: without a cookie .*\n$`, complaint)
}

func TestChat_WrongCookie(t *testing.T) {
	address := newStage(t).open(t, "127.0.0.1:0")
	status, complaint := once(t, "-name", "eve@demo", "-join", "lounge@demo", "-at", address, "-cookie-file", secret(t, "another"))
	require.Equal(t, failed, status)
	require.Equal(t, "chat: connect to lounge@demo at "+address+": refused: wrong cookie\n", complaint)
}

func TestChat_NoServer(t *testing.T) {
	status, complaint := once(t, "-name", "ada@demo", "-join", "lounge@127.0.0.1:1")
	require.Equal(t, failed, status)
	require.Regexp(t, `^chat: connect to lounge@127\.0\.0\.1:1 at 127\.0\.0\.1:1: .*\n$`, complaint)
}

func TestChat_NameThatSomebodyHas(t *testing.T) {
	s := newStage(t)
	address := s.open(t, "127.0.0.1:0")
	require.Equal(t, "* in the room: ada", s.enter("ada", "-join", "lounge@demo", "-at", address))
	status, complaint := once(t, "-name", "ada@elsewhere", "-join", "lounge@demo", "-at", address, "-cookie-file", s.cookie)
	require.Equal(t, failed, status)
	require.Equal(t, "chat: join lounge@demo: somebody with this name is here already\n", complaint)
}

func TestChat_ClientsComeBackWhenTheServerDoes(t *testing.T) {
	s := newStage(t)
	address := s.open(t, freeAddress(t))
	require.Equal(t, "* in the room: ada", s.enter("ada", "-join", "lounge@demo", "-at", address))
	s.kill("lounge")
	require.Equal(t, "* the room is gone: noconnection", s.next("ada"))
	s.open(t, address)
	require.Equal(t, "* in the room: ada", s.next("ada"))
	s.say("ada", "still there?")
	require.Equal(t, "* ada has come", s.next("lounge"))
	require.Equal(t, "ada: still there?", s.next("lounge"))
}

func TestClean_NothingThatATerminalWouldObey(t *testing.T) {
	require.Equal(t, "[31mred, ünd", clean("\x1b[31mred,\r\n\x00 ünd\xff "))
	require.Len(t, clean(strings.Repeat("ü", maxText)), maxText)
}
