package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/runtime"
)

const (
	maxItemBytes = 1 << 10
	// callTime is for how long a request waits for a cart whose shard has no owner.
	callTime = 10 * time.Second
)

// front answers web requests, on any node for any cart.
type front struct {
	rt    *runtime.Runtime
	carts *entity.Entities
}

func (f *front) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /carts/{id}", func(w http.ResponseWriter, r *http.Request) {
		ask(f, w, r, func(ctx context.Context, id string) (Cart, error) {
			return entity.Call(ctx, f.carts, id, Show{})
		})
	})
	mux.HandleFunc("POST /carts/{id}", func(w http.ResponseWriter, r *http.Request) {
		item, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxItemBytes))
		if err != nil || len(item) == 0 {
			http.Error(w, "the body is what is put into the cart", http.StatusBadRequest)
			return
		}
		ask(f, w, r, func(ctx context.Context, id string) (Cart, error) {
			return entity.Call(ctx, f.carts, id, Add{Item: strings.TrimSpace(string(item))})
		})
	})
	return mux
}

// ask asks a cart. 503 says that the owner could not be reached, or ended in the middle of
// the request: whether something was added is seen by a GET.
func ask(f *front, w http.ResponseWriter, r *http.Request, call func(context.Context, string) (Cart, error)) {
	ctx, cancel := context.WithTimeout(runtime.NewContext(r.Context(), f.rt), callTime)
	defer cancel()
	c, err := call(ctx, r.PathValue("id"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(w, "%s, at %s with fence %d\n", strings.Join(c.Items, " "), c.Node, c.Fence)
}
