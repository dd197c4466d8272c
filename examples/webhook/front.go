package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

const (
	maxBodyBytes   = 1 << 20
	maxNameBytes   = 2048 // of a destination's URL, and of a delivery's ID
	requestTimeout = 5 * time.Second
)

// front answers web requests.
type front struct {
	*service
	rt *runtime.Runtime
}

// startFront starts the process that serves HTTP. When it is told to stop it accepts no
// more, and ends when the requests that it has are answered. When its listener fails it
// ends with that, and its supervisor starts it anew.
func (s *service) startFront() supervisor.StartFunc {
	opts := runtime.SpawnOptions{ExitGrace: drainTime, Label: "front"}
	return supervisor.ReadyBody(opts, func(ctx *runtime.Context, starter runtime.From) error {
		listener, err := s.listen()
		if err != nil {
			return err
		}
		f := &front{s, ctx.Runtime()}
		server := &http.Server{Handler: f.handler(), ReadTimeout: requestTimeout, WriteTimeout: 2 * requestTimeout, MaxHeaderBytes: 1 << 14}
		stopped := make(chan error, 1)
		context.AfterFunc(ctx, func() { // the body waits for what it says
			late, cancel := context.WithTimeout(context.Background(), requestTimeout)
			defer cancel()
			stopped <- server.Shutdown(late)
		})
		if err := ctx.Reply(starter, nil); err != nil {
			return errors.Join(err, listener.Close())
		}
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return <-stopped
	})
}

func (f *front) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /deliver", f.deliver)
	mux.HandleFunc("GET /healthz", f.status(application.Status.Healthy))
	mux.HandleFunc("GET /readyz", f.status(application.Status.Ready))
	mux.HandleFunc("GET /metrics", f.metrics)
	return mux
}

// deliver accepts a delivery: 202 says that it will be made, 429 that too many wait.
func (f *front) deliver(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	query := r.URL.Query()
	to, err := url.Parse(query.Get("to"))
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" || len(query.Get("to")) > maxNameBytes {
		http.Error(w, "to is not the URL of a web server", http.StatusBadRequest)
		return
	}
	if !validID(query.Get("id")) {
		http.Error(w, "id is not the value of a header", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(runtime.NewContext(r.Context(), f.rt), requestTimeout)
	defer cancel()
	queued, err := f.enqueue(ctx, to.String(), enqueue{ID: query.Get("id"), Body: body})
	switch {
	case err == nil:
		f.count.accepted.Add(1)
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintln(w, queued)
	case errors.Is(err, runtime.ErrMailboxFull), errors.Is(err, errBusy):
		f.count.refused.Add(1)
		http.Error(w, errBusy.Error(), http.StatusTooManyRequests)
	default:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

// validID reports whether an ID can be sent as a header. One that cannot would fail for ever,
// and hold up all that is behind it.
func validID(id string) bool {
	return len(id) <= maxNameBytes && !strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r > '~' })
}

// enqueue calls the worker of a destination, which is started if there is none.
func (f *front) enqueue(ctx context.Context, url string, q enqueue) (int, error) {
	worker := runtime.Via{Service: f.workers, Name: url}
	n, err := genserver.Call(ctx, worker, q)
	if !errors.Is(err, runtime.ErrNoProc) && !errors.Is(err, signal.Normal) {
		return n, err
	}
	// There is none, or it has ended because it was idle, and has not taken q.
	if err := startOnce(ctx, url); err != nil {
		return 0, err
	}
	return genserver.Call(ctx, worker, q)
}

// startOnce starts the worker of a destination, if nobody was faster.
func startOnce(ctx context.Context, url string) error {
	_, err := supervisor.StartInstance(ctx, workersName, url)
	if errors.Is(err, runtime.ErrNameTaken) {
		return nil
	}
	return err
}

// status answers the probes of whoever runs the program.
func (f *front) status(good func(application.Status) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s := application.Check(r.Context(), f.rt)
		if !good(s) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(s) // fails only if the client has gone
	}
}

func (f *front) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	f.writeMetrics(w, f.rt)
}
