package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
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

// handler serves the buckets, and the tree.
func handler(rt *runtime.Runtime) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /buckets/{bucket}/{key}", inProcess(rt, servePut))
	mux.HandleFunc("GET /buckets/{bucket}/{key}", inProcess(rt, serveGet))
	mux.HandleFunc("DELETE /buckets/{bucket}/{key}", inProcess(rt, serveDelete))
	mux.HandleFunc("GET /tree", inProcess(rt, serveTree))
	return mux
}

// inProcess serves each request as a process of its own: so it can call others.
func inProcess(rt *runtime.Runtime, serve func(context.Context, http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var failed error
		err := rt.Run(r.Context(), func(c *runtime.Context) error {
			ctx, cancel := context.WithTimeout(c, requestTimeout)
			defer cancel()
			failed = serve(ctx, w, r)
			return nil
		})
		if err = errors.Join(err, failed); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
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
