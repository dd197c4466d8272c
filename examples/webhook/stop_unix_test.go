//go:build unix

package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWebhook_LosesNothingThatItHasAcceptedWhenStopped starts the program, and sends it the
// real signal in the middle of its deliveries.
func TestWebhook_LosesNothingThatItHasAcceptedWhenStopped(t *testing.T) {
	const deliveries, destinations, clients, stopAt = 1000, 8, 4, 500
	var asked atomic.Int64
	to := newReceiver(t, func(http.ResponseWriter, int) int {
		if asked.Add(1)%3 == 0 {
			return http.StatusInternalServerError
		}
		return 0
	})
	program, address := startProgram(t)
	var accepted sync.Map
	var next, count atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() { // ends with the last delivery
			for id := next.Add(1); id <= deliveries; id = next.Add(1) {
				status, err := ask(address, fmt.Sprintf("%s/%d", to.url, id%destinations), fmt.Sprint(id))
				if err != nil || status != http.StatusAccepted {
					continue
				}
				accepted.Store(fmt.Sprint(id), true)
				if count.Add(1) == stopAt {
					if err := program.Process.Signal(syscall.SIGTERM); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, program.Wait(), "nothing had to be killed")
	require.GreaterOrEqual(t, count.Load(), int64(stopAt))
	accepted.Range(func(id, _ any) bool {
		require.True(t, to.has(id.(string)), "delivery %v is lost", id)
		return true
	})
	t.Logf("%d accepted, %d attempts", count.Load(), asked.Load())
}

// startProgram starts the program and returns where it serves.
func startProgram(t *testing.T) (*exec.Cmd, string) {
	self, err := os.Executable()
	require.NoError(t, err)
	program := exec.Command(self)
	program.Env = append(os.Environ(), asProgram+"=1")
	program.Stderr = os.Stderr
	out, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	t.Cleanup(func() { _ = program.Process.Kill() }) // fails unless the test has
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	address, is := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	require.True(t, is, line)
	return program, address
}
