package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

const (
	maxBodyBytes   = 1 << 20
	requestTimeout = 5 * time.Second
)

// front answers web requests.
type front struct {
	rt      *runtime.Runtime
	workers runtime.NameService
}

// startFront returns the start of the process that serves HTTP. When it is told to stop it
// accepts no more, and ends when the requests that it has are answered.
func startFront(listener net.Listener, workers runtime.NameService) supervisor.StartFunc {
	opts := runtime.SpawnOptions{ExitGrace: drainTime}
	return supervisor.ReadyBody(opts, func(ctx *runtime.Context, starter runtime.From) error {
		f := &front{ctx.Runtime(), workers}
		server := &http.Server{Handler: f.handler(), ReadHeaderTimeout: requestTimeout}
		stopped := make(chan error, 1)
		context.AfterFunc(ctx, func() { // the body waits for what it says
			late, cancel := context.WithTimeout(context.Background(), requestTimeout)
			defer cancel()
			stopped <- server.Shutdown(late)
		})
		if err := ctx.Reply(starter, nil); err != nil {
			return err
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
	mux.HandleFunc("GET /healthz", f.healthz)
	return mux
}

// deliver accepts a delivery: 202 says that it will be made, 429 that too many wait.
func (f *front) deliver(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(runtime.NewContext(r.Context(), f.rt), requestTimeout)
	defer cancel()
	query := r.URL.Query()
	queued, err := f.enqueue(ctx, query.Get("to"), enqueue{ID: query.Get("id"), Body: body})
	switch {
	case err == nil:
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintln(w, queued)
	case errors.Is(err, runtime.ErrMailboxFull), errors.Is(err, errBusy):
		http.Error(w, errBusy.Error(), http.StatusTooManyRequests)
	default:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

// enqueue calls the worker of a destination, which is started if there is none.
func (f *front) enqueue(ctx context.Context, url string, q enqueue) (int, error) {
	worker := runtime.Via{Service: f.workers, Name: url}
	n, err := genserver.Call(ctx, worker, q)
	if !errors.Is(err, runtime.ErrNoProc) {
		return n, err
	}
	_, err = supervisor.StartInstance(ctx, workersName, url)
	if err != nil && !errors.Is(err, runtime.ErrNameTaken) { // somebody else was faster
		return 0, err
	}
	return genserver.Call(ctx, worker, q)
}

func (f *front) healthz(w http.ResponseWriter, r *http.Request) {
	status := application.Check(r.Context(), f.rt)
	if !status.Healthy() {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(status) // fails only if the client has gone
}
