package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/examples/internal/golden"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/runtimetest"
)

// asProgram, in the environment, makes the test binary the program, for tests that start
// it as one.
const asProgram = "WEBHOOK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Args = []string{"webhook", "-addr", "127.0.0.1:0"}
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

func TestOutput(t *testing.T) {
	golden.Check(t, func(w io.Writer) error { return run(nil, w) })
}

// receiver is a web server that keeps what it has got. Each request goes to answer first,
// with the number of the attempt for this delivery; a status of 0 is 200.
type receiver struct {
	url string

	mu       sync.Mutex
	attempts map[string][]time.Time // by the delivery's id
	got      map[string]int
}

func newReceiver(t *testing.T, answer func(w http.ResponseWriter, attempt int) int) *receiver {
	r := &receiver{attempts: map[string][]time.Time{}, got: map[string]int{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		id := req.Header.Get(deliveryID)
		r.mu.Lock()
		r.attempts[id] = append(r.attempts[id], time.Now())
		attempt := len(r.attempts[id])
		r.mu.Unlock()
		if status := answer(w, attempt); status != 0 {
			w.WriteHeader(status)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got[id]++
	}))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	})
	r.url = server.URL
	return r
}

func (r *receiver) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got[id] > 0
}

// failsFirst fails the first attempt of each delivery.
func failsFirst(_ http.ResponseWriter, attempt int) int {
	if attempt == 1 {
		return http.StatusInternalServerError
	}
	return 0
}

// started is the service, running in the test.
type started struct {
	*service
	*runtimetest.Node
	signals chan os.Signal
	ended   chan error
}

func start(t *testing.T, cfg runtimetest.Config) *started {
	s := &started{newService("127.0.0.1:0"), runtimetest.NewWith(t, cfg), make(chan os.Signal, 1), make(chan error, 1)}
	serves := make(chan string, 10)
	s.listens = func(at string) { serves <- at }
	go func() { // ends by the signal; stop waits for its result
		s.ended <- application.RunWith(t.Context(), application.Options{Runtime: s.Runtime, Signals: s.signals}, s.app())
	}()
	<-serves
	require.Eventually(t, func() bool { // a stop before that would end a start
		resp, err := http.Get("http://" + s.address + "/readyz")
		return err == nil && resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	}, time.Minute, time.Millisecond)
	return s
}

// stop ends the service as SIGTERM does.
func (s *started) stop(t *testing.T) {
	s.signals <- syscall.SIGTERM
	require.NoError(t, <-s.ended, "nothing had to be killed")
}

// deliver hands a delivery in, and expects the status.
func (s *started) deliver(t *testing.T, to, id string, status int) {
	t.Helper()
	got, err := ask(s.address, to, id)
	require.NoError(t, err)
	require.Equal(t, status, got)
}

func (s *started) page(t *testing.T, path string) (status int, body string) {
	t.Helper()
	resp, err := http.Get("http://" + s.address + path)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, string(b)
}

func TestWebhook_RetriesWhatFailsAndCountsIt(t *testing.T) {
	to := newReceiver(t, failsFirst)
	s := start(t, runtimetest.Config{})
	const deliveries = 10
	for id := range deliveries {
		s.deliver(t, to.url, fmt.Sprint(id), http.StatusAccepted)
	}
	for delivered := false; !delivered; {
		_, page := s.page(t, "/metrics")
		delivered = strings.Contains(page, fmt.Sprintf("webhook_delivered_total %d\n", deliveries))
	}
	_, page := s.page(t, "/metrics")
	for _, line := range []string{
		"# TYPE webhook_accepted_total counter", "webhook_accepted_total 10", "webhook_failed_attempts_total 10",
		"webhook_refused_total 0", "webhook_queued 0",
	} {
		require.Contains(t, page, line+"\n")
	}
	for id := range deliveries {
		require.Len(t, to.attempts[fmt.Sprint(id)], 2, "one that fails, and one that does not")
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		status, body := s.page(t, path)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, `"running"`)
	}
	s.deliver(t, "ftp://x", "1", http.StatusBadRequest)
	s.deliver(t, "", "1", http.StatusBadRequest)
	s.stop(t)
}

func TestWebhook_LeavesAReceiverAloneThatAsksForIt(t *testing.T) {
	to := newReceiver(t, func(w http.ResponseWriter, attempt int) int {
		if attempt == 1 {
			w.Header().Set("Retry-After", "1")
			return http.StatusTooManyRequests
		}
		return 0
	})
	s := start(t, runtimetest.Config{})
	s.deliver(t, to.url, "1", http.StatusAccepted)
	s.stop(t)
	require.True(t, to.has("1"))
	require.Len(t, to.attempts["1"], 2)
	require.GreaterOrEqual(t, to.attempts["1"][1].Sub(to.attempts["1"][0]), time.Second)
}

func TestWebhook_RefusesMoreThanItCanHold(t *testing.T) {
	open := make(chan struct{})
	to := newReceiver(t, func(http.ResponseWriter, int) int { <-open; return 0 })
	s := start(t, runtimetest.Config{})
	for id := range maxQueue {
		s.deliver(t, to.url, fmt.Sprint(id), http.StatusAccepted)
	}
	s.deliver(t, to.url, "more", http.StatusTooManyRequests)
	_, page := s.page(t, "/metrics")
	require.Contains(t, page, "webhook_refused_total 1\n")
	require.Contains(t, page, fmt.Sprintf("webhook_queued %d\n", maxQueue))
	close(open)
	s.stop(t)
	for id := range maxQueue {
		require.True(t, to.has(fmt.Sprint(id)))
	}
	require.False(t, to.has("more"))
}

// A worker that is killed in the middle loses nothing: the next one goes on with its queue.
// The same for all of them, if they die so often that their supervisor gives up.
func TestWebhook_ACrashLosesNothing(t *testing.T) {
	for _, kills := range []int{1, 12} {
		t.Run(fmt.Sprint(kills), func(t *testing.T) {
			open := make(chan struct{})
			to := newReceiver(t, func(http.ResponseWriter, int) int { <-open; return 0 })
			s := start(t, runtimetest.Config{AllowCrashes: true})
			for id := range 20 {
				s.deliver(t, to.url, fmt.Sprint(id), http.StatusAccepted)
			}
			ctx := s.Context()
			for range kills {
				p, err := runtime.Whereis(ctx, runtime.Via{Service: s.workers, Name: to.url})
				for err != nil { // the one before is being replaced
					p, err = runtime.Whereis(ctx, runtime.Via{Service: s.workers, Name: to.url})
				}
				require.NoError(t, s.Runtime.Exit(p, signal.Kill))
			}
			close(open)
			require.Eventually(t, func() bool {
				_, queued := s.outbox.waiting()
				return queued == 0
			}, time.Minute, time.Millisecond)
			s.stop(t)
			for id := range 20 {
				require.True(t, to.has(fmt.Sprint(id)), id)
			}
		})
	}
}

// A listener that fails ends the front, and its supervisor starts it anew at the address.
func TestWebhook_AListenerThatFailsIsReplaced(t *testing.T) {
	to := newReceiver(t, failsFirst)
	s := start(t, runtimetest.Config{AllowCrashes: true})
	again := make(chan string, 1)
	s.mu.Lock()
	s.listens = func(at string) { again <- at }
	require.NoError(t, s.listener.Close())
	s.mu.Unlock()
	require.Equal(t, s.address, <-again)
	http.DefaultClient.CloseIdleConnections() // to the one before: it is about to close them, too
	s.deliver(t, to.url, "1", http.StatusAccepted)
	s.stop(t)
	require.True(t, to.has("1"))
}

// What comes in is bounded, and what could never be sent is refused: it would hold up all behind
// it.
func TestWebhook_RefusesHostileDeliveries(t *testing.T) {
	to := newReceiver(t, func(http.ResponseWriter, int) int { return 0 })
	s := start(t, runtimetest.Config{})
	s.deliver(t, to.url, "two\nlines", http.StatusBadRequest)
	s.deliver(t, to.url, strings.Repeat("x", maxNameBytes+1), http.StatusBadRequest)
	s.deliver(t, to.url+"/"+strings.Repeat("x", maxNameBytes), "1", http.StatusBadRequest)
	resp, err := http.Post("http://"+s.address+"/deliver?id=1&to="+to.url, "text/plain", strings.NewReader(strings.Repeat("x", maxBodyBytes+1)))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
	s.deliver(t, to.url, "good", http.StatusAccepted)
	s.stop(t)
	require.True(t, to.has("good"))
	require.Len(t, to.attempts, 1)
}

// A redirect says nothing of the delivery: to follow it would drop the body.
func TestWebhook_ARedirectIsNoDelivery(t *testing.T) {
	to := newReceiver(t, func(w http.ResponseWriter, attempt int) int {
		if attempt == 1 {
			w.Header().Set("Location", "/elsewhere")
			return http.StatusFound
		}
		return 0
	})
	s := start(t, runtimetest.Config{})
	s.deliver(t, to.url, "1", http.StatusAccepted)
	s.stop(t)
	require.Len(t, to.attempts["1"], 2)
	require.True(t, to.has("1"))
	require.NotContains(t, to.attempts, "", "the redirect was followed")
}

func TestOutbox_IsBoundedAndForgets(t *testing.T) {
	o := newOutbox()
	q := o.of("a")
	big := enqueue{Body: make([]byte, maxQueuedBytes/2)}
	for range 2 {
		_, added := q.add(big)
		require.True(t, added)
	}
	_, added := o.of("b").add(enqueue{Body: []byte("x")})
	require.False(t, added, "all queues together are full")
	q.done()
	_, added = o.of("b").add(enqueue{Body: []byte("x")})
	require.True(t, added)
	o.forget("a")
	require.Same(t, q, o.of("a"), "something waits in it")
	q.done()
	o.forget("a")
	require.NotSame(t, q, o.of("a"))
}

// Workers that have nothing to do end, so that there is room for those of other destinations.
func TestWorker_EndsWhenItIsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := runtimetest.New(t)
		s := newService("")
		_, err := s.workers.Start(node.Probe())
		require.NoError(t, err)
		p, err := startWorker(node.Probe(), s, "http://x/")
		require.NoError(t, err)
		q := s.outbox.of("http://x/")
		<-time.After(idleTime)
		synctest.Wait()
		require.False(t, node.Runtime.IsAlive(p))
		require.NotSame(t, q, s.outbox.of("http://x/"), "it is forgotten")
	})
}
