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

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

const (
	maxValueBytes  = 1 << 20
	requestTimeout = 2 * time.Second
	// incarnation is the header that says which process has answered for a bucket:
	// another one has forgotten what this one knew.
	incarnation = "Bucket-Incarnation"
)

// reserve returns an address on which the front will be able to listen, again and again.
func reserve(address string) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// front returns the start of the process that serves HTTP. It is ready when it listens.
func front(address string) supervisor.StartFunc {
	return supervisor.ReadyBody(runtime.SpawnOptions{}, func(ctx *runtime.Context, starter runtime.From) error {
		listener, err := listen(ctx, address)
		if err != nil {
			return err
		}
		server := &http.Server{Handler: handler(ctx.Runtime()), ReadHeaderTimeout: requestTimeout}
		context.AfterFunc(ctx, func() { _ = server.Close() }) // however the process ends
		if err := ctx.Reply(starter, nil); err != nil {
			return errors.Join(err, listener.Close())
		}
		return server.Serve(listener)
	})
}

// listen waits until the front before this one has left the address.
func listen(ctx context.Context, address string) (net.Listener, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		l, err := net.Listen("tcp", address)
		if err == nil {
			return l, nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil, err
		}
	}
}

// handler serves the buckets, the tree, and probes: of whether requests may be sent here, and
// whether the program is alive.
func handler(rt *runtime.Runtime) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /buckets/{bucket}/{key}", acting(rt, servePut))
	mux.HandleFunc("GET /buckets/{bucket}/{key}", acting(rt, serveGet))
	mux.HandleFunc("DELETE /buckets/{bucket}/{key}", acting(rt, serveDelete))
	mux.HandleFunc("GET /tree", acting(rt, serveTree))
	mux.HandleFunc("GET /readyz", probe(rt, application.Status.Ready))
	mux.HandleFunc("GET /healthz", probe(rt, application.Status.Healthy))
	return mux
}

// acting gives a handler a context with which it can call processes.
func acting(rt *runtime.Runtime, serve func(context.Context, http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(runtime.NewContext(r.Context(), rt), requestTimeout)
		defer cancel()
		if err := serve(ctx, w, r); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	}
}

func probe(rt *runtime.Runtime, good func(application.Status) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		status := application.Check(ctx, rt)
		if !good(status) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(status) // fails only if the client has gone
	}
}

func servePut(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxValueBytes))
	if err != nil {
		return err
	}
	_, err = ask[any](ctx, w, r, put{r.PathValue("key"), string(value)})
	return noContent(w, err)
}

func serveDelete(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	_, err := ask[any](ctx, w, r, remove{r.PathValue("key")})
	return noContent(w, err)
}

func noContent(w http.ResponseWriter, err error) error {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func serveGet(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	f, err := ask[found](ctx, w, r, get{r.PathValue("key")})
	if err != nil {
		return err
	}
	if !f.Here {
		w.WriteHeader(http.StatusNotFound)
		return nil
	}
	_, _ = io.WriteString(w, f.Value)
	return nil
}

// ask makes a request to the bucket that r names.
func ask[Reply any](ctx context.Context, w http.ResponseWriter, r *http.Request, req any) (reply Reply, err error) {
	p, err := genserver.CallAs[pid.PID](ctx, registryName, open{r.PathValue("bucket")})
	if err != nil {
		return reply, err
	}
	reply, err = genserver.CallAs[Reply](ctx, p, req)
	if err == nil {
		w.Header().Set(incarnation, p.String())
	}
	return reply, err
}

func serveTree(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	tree, err := supervisor.Tree(ctx, storeName)
	if err != nil {
		return err
	}
	if r.FormValue("as") == "mermaid" {
		_, _ = io.WriteString(w, tree.Mermaid())
		return nil
	}
	_, _ = fmt.Fprint(w, tree)
	return nil
}
