package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/examples/internal/golden"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/runtimetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOutput(t *testing.T) {
	golden.Check(t, func(w io.Writer) error { return run(nil, w) })
}

// receiver fails every third time, and keeps what it has got.
func receiver(t *testing.T, got *sync.Map) string {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%3 == 0 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		got.Store(r.Header.Get(deliveryID), true)
	}))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	})
	return server.URL
}

func TestWebhook_LosesNothingThatItHasAcceptedWhenStopped(t *testing.T) {
	const deliveries, destinations, clients, stopAt = 1000, 8, 4, 500
	node := runtimetest.New(t)
	var got, accepted sync.Map
	to := receiver(t, &got)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	signals := make(chan os.Signal, 1)
	ended := make(chan error, 1)
	go func() { // ends by the signal; the test waits for its result
		ended <- application.RunWith(t.Context(), application.Options{Runtime: node.Runtime, Signals: signals}, webhook(listener))
	}()
	var next, count atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for id := next.Add(1); id <= deliveries; id = next.Add(1) {
				status, err := ask(listener.Addr().String(), fmt.Sprintf("%s/%d", to, id%destinations), fmt.Sprint(id))
				if err == nil && status == http.StatusAccepted {
					accepted.Store(fmt.Sprint(id), true)
					if count.Add(1) == stopAt {
						signals <- syscall.SIGTERM
					}
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, <-ended, "nothing had to be killed")
	require.GreaterOrEqual(t, count.Load(), int64(stopAt))
	accepted.Range(func(id, _ any) bool {
		_, here := got.Load(id)
		require.True(t, here, "delivery %v is lost", id)
		return true
	})
}
