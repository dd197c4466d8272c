package observer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// Observer serves the pages. All goroutines may share it.
type Observer struct {
	opts  Options
	hubs  []*hub
	door  *door
	cross *http.CrossOriginProtection
	mux   *http.ServeMux

	ctx    context.Context // ends with the Observer
	cancel context.CancelFunc
	work   sync.WaitGroup // samplers and traces
}

var _ http.Handler = (*Observer)(nil)

// Handler returns an Observer of the runtime that it runs in. If that is to be a node
// of a network, start the node first: then its connections are shown too.
func Handler(rt *runtime.Runtime, opts Options) (*Observer, error) {
	if _, err := inspect.Start(rt, inspect.Config{}); err != nil && !errors.Is(err, runtime.ErrNameTaken) {
		return nil, fmt.Errorf("observer: %w", err)
	}
	o := newObserver(opts)
	client := inspect.NewClient(rt, pid.Name{Name: inspect.Name})
	o.add(&target{name: cmp.Or(rt.Node().Name(), Local), client: client})
	return o, nil
}

// Local is what a runtime without a name is called in addresses.
const Local = "local"

// Node is one to attach to.
type Node struct {
	Name   string // one that the Resolver of Config finds, such as a@host:4370
	Config attach.Config
}

// Attach returns an Observer of nodes that run elsewhere. It connects with each when
// somebody looks, and so does not mind if one is not there yet.
func Attach(nodes []Node, opts Options) (*Observer, error) {
	o := newObserver(opts)
	seen := make(map[string]bool)
	for _, n := range nodes {
		if seen[n.Name] {
			return nil, fmt.Errorf("observer: node %q is named twice", n.Name)
		}
		seen[n.Name] = true
		o.add(&target{name: n.Name, config: n.Config})
	}
	return o, nil
}

func newObserver(opts Options) *Observer {
	o := &Observer{opts: opts.withDefaults(), cross: http.NewCrossOriginProtection(), mux: http.NewServeMux()}
	o.door = newDoor(&o.opts)
	o.ctx, o.cancel = context.WithCancel(context.Background())
	o.routes()
	return o
}

func (o *Observer) add(t *target) {
	o.hubs = append(o.hubs, newHub(o, t))
}

// Invite returns the path, the Prefix included, of a link that lets in whoever opens it
// first. It ends the one before.
func (o *Observer) Invite() string { return o.door.invite() }

// Close ends all streams and samplers, and the connections with nodes. A second Close
// does nothing.
func (o *Observer) Close() {
	o.cancel()
	o.work.Wait()
	for _, h := range o.hubs {
		h.target.close()
	}
}

func (o *Observer) routes() {
	handle := func(pattern string, h http.HandlerFunc) {
		o.mux.HandleFunc(pattern, h)
	}
	handle("GET /assets/{tag}/{name}", o.serveAsset)
	handle("GET /login", o.serveLogin)
	handle("POST /login", o.takeToken)
	handle("GET /{$}", o.servePage(nodesPage))
	for _, p := range nodePages {
		handle("GET /n/{node}/"+cmp.Or(p.path, "{$}"), o.servePage(p))
	}
	handle("GET /n/{node}/profile/file", o.serveProfile)
	handle("GET /n/{node}/confirm", o.servePage(confirmPage))
	handle("POST /n/{node}/act", o.act)
	handle("POST /n/{node}/trace", o.startTrace)
	handle("POST /n/{node}/trace/stop", o.stopTrace)
}

// ServeHTTP implements [http.Handler].
func (o *Observer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	nonce := o.protect(w.Header())
	if err := o.refuses(r); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	path, ok := o.below(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), nonceKey{}, nonce))
	r.URL = &url.URL{Path: path, RawQuery: r.URL.RawQuery}
	if !o.door.isOpen(path) && !o.door.admits(r) {
		o.turnAway(w, r)
		return
	}
	o.mux.ServeHTTP(w, r)
}

// below returns the part of a path after the prefix.
func (o *Observer) below(path string) (string, bool) {
	if path == o.opts.Prefix {
		return "/", true
	}
	rest := path[min(len(o.opts.Prefix), len(path)):]
	return rest, path[:len(path)-len(rest)] == o.opts.Prefix && rest != "" && rest[0] == '/'
}

// hub returns that of the node that a request names.
func (o *Observer) hub(r *http.Request) *hub {
	for _, h := range o.hubs {
		if h.target.name == r.PathValue("node") {
			return h
		}
	}
	return nil
}

// target is a node that is asked.
type target struct {
	name   string
	config attach.Config

	mu     sync.Mutex
	conn   *attach.Conn    // guarded by mu; nil: not yet, or in the same program
	client *inspect.Client // guarded by mu
	closed bool            // guarded by mu
}

// dialTime bounds how long a node may take to be reached.
const dialTime = 5 * time.Second

// ask returns what asks the node, and connects if that has not been done.
func (t *target) ask(ctx context.Context) (*inspect.Client, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client != nil {
		return t.client, nil
	}
	if t.closed {
		return nil, context.Canceled
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, err := attach.Dial(ctx, t.name, t.config)
	if err != nil {
		return nil, err
	}
	t.conn, t.client = conn, conn.Client
	return t.client, nil
}

func (t *target) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.conn != nil {
		t.conn.Close()
		t.conn, t.client = nil, nil
	}
}
