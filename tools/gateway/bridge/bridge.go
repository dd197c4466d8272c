// Package bridge lets programs that speak HTTP and JSON call servers, and cast to them:
//
//	POST /call/NAME   {"type": "shop.Price", "value": {"Item": "tea"}}
//	POST /cast/NAME   the same
//
// NAME is a registered name of the bridge's node, or of another one with ?node=part@host.
// The type is the wire name of package term, the value what encoding/json takes for that type.
// The answer to a call is {"type": …, "value": …} as well, the type empty where JSON
// says all; that to a cast is 202 and nothing. An error is {"error": text}.
//
// Whoever has the token may do what a node with the cookie may: treat it as one. Without
// TLS only programs of the same host are served.
package bridge

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// What a zero field of [Config] means.
const (
	DefaultMaxBytes    = 1 << 20
	DefaultTimeout     = 5 * time.Second
	DefaultMaxRequests = 256
)

// ErrNoToken tells that a bridge was to be made that would serve anybody.
var ErrNoToken = errors.New("bridge: no token")

// Config says whom a bridge serves.
type Config struct {
	Token    string // the bearer token of all requests; must not be empty
	MaxBytes int64  // of a request's body; 0 is [DefaultMaxBytes]
	// Timeout is that of a request, and of its body; one whose client is gone ends earlier.
	// 0 is [DefaultTimeout].
	Timeout time.Duration
	// MaxRequests bounds how many are served at a time, so that what their bodies take is
	// bounded too; those beyond are answered with 503. 0 is [DefaultMaxRequests].
	MaxRequests int
	// PassUnknown sends on values whose type this program does not know, for the receiver
	// to decode. Without it they are refused.
	PassUnknown bool
}

// New returns a bridge to rt's node.
func New(rt *runtime.Runtime, cfg Config) (http.Handler, error) {
	if cfg.Token == "" {
		return nil, ErrNoToken
	}
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = DefaultMaxBytes
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.MaxRequests == 0 {
		cfg.MaxRequests = DefaultMaxRequests
	}
	b := &bridge{rt: rt, cfg: cfg, token: sha256.Sum256([]byte(cfg.Token)), busy: make(chan struct{}, cfg.MaxRequests)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /call/{name}", b.serve(call))
	mux.HandleFunc("POST /cast/{name}", b.serve(cast))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, &refusal{http.StatusNotFound, "there is POST /call/NAME and POST /cast/NAME"})
	})
	return b.guard(mux), nil
}

type bridge struct {
	rt    *runtime.Runtime
	cfg   Config
	token [sha256.Size]byte // its hash: all that are compared have one length
	busy  chan struct{}     // has a token for each request that is being served
}

// guard lets requests through that come from this host or by TLS, and have the token.
func (b *bridge) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.TLS == nil && !fromLoopback(r):
			fail(w, &refusal{http.StatusForbidden, "from other hosts by TLS only"})
		case !b.authorized(r):
			w.Header().Set("WWW-Authenticate", "Bearer")
			fail(w, &refusal{http.StatusUnauthorized, "no bearer token, or a wrong one"})
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}

func (b *bridge) authorized(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(token))
	return ok && hmac.Equal(sum[:], b.token[:])
}

// action does what a request asks for, and returns the reply's status and body.
type action func(ctx context.Context, to genserver.Ref, v any) (status int, body []byte, err error)

func (b *bridge) serve(do action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case b.busy <- struct{}{}:
			defer func() { <-b.busy }()
		default:
			w.Header().Set("Retry-After", "1")
			fail(w, &refusal{http.StatusServiceUnavailable, "too many requests at a time"})
			return
		}
		v, err := b.read(w, r)
		if err != nil {
			fail(w, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), b.cfg.Timeout)
		defer cancel()
		status, body, err := do(runtime.NewContext(ctx, b.rt), target(r), v)
		if err != nil {
			fail(w, err)
			return
		}
		write(w, status, body)
	}
}

func target(r *http.Request) genserver.Ref {
	name := r.PathValue("name")
	if node := r.URL.Query().Get("node"); node != "" {
		return pid.Name{Name: name, Node: node}
	}
	return name
}

func call(ctx context.Context, to genserver.Ref, v any) (int, []byte, error) {
	reply, err := genserver.CallAs[any](ctx, to, v)
	if err != nil {
		return 0, nil, err
	}
	body, err := encode(reply)
	return http.StatusOK, body, err
}

// cast does not wait for room: a client that is told so can.
func cast(ctx context.Context, to genserver.Ref, v any) (int, []byte, error) {
	return http.StatusAccepted, nil, genserver.TryCast(ctx, to, v)
}
