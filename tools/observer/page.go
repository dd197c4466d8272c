package observer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// page is one of the observer's. show finds what is to be seen and how it looks; it
// returns the data for those who want JSON.
type page struct {
	path, title string
	every       time.Duration // how often it changes by itself; 0: it does not
	show        func(ctx context.Context, a *ask) (any, templ.Component, error)
}

// ask is a look at a page.
type ask struct {
	o      *Observer
	h      *hub // nil: of all nodes
	c      *inspect.Client
	page   *page
	params url.Values
}

// param returns a parameter of the address, or otherwise.
func (a *ask) param(name, otherwise string) string {
	if v := a.params.Get(name); v != "" {
		return v
	}
	return otherwise
}

// number returns a parameter between 0 and limit.
func (a *ask) number(name string, otherwise, limit int) int {
	n, err := strconv.Atoi(a.params.Get(name))
	if err != nil || n < 0 {
		n = otherwise
	}
	return min(n, limit)
}

// here returns the address of the page with some parameters changed: "": removed.
func (a *ask) here(changes ...string) string {
	v := make(url.Values, len(a.params))
	for k := range a.params {
		v[k] = a.params[k]
	}
	for i := 0; i+1 < len(changes); i += 2 {
		v.Del(changes[i])
		if changes[i+1] != "" {
			v.Set(changes[i], changes[i+1])
		}
	}
	return a.to(a.page.path, v)
}

// to returns the address of a page of the same node.
func (a *ask) to(path string, v url.Values) string {
	at := a.o.opts.Prefix + "/"
	if a.h != nil {
		at = nodePath(a.o.opts.Prefix, a.h.target.name, path)
	}
	if len(v) > 0 {
		at += "?" + v.Encode()
	}
	return at
}

func (a *ask) toProcess(target string) string { return a.to("process", url.Values{"p": {target}}) }

func nodePath(base, node, path string) string {
	return base + "/n/" + url.PathEscape(node) + "/" + path
}

// liveParam is what a page's address has for the stream of its changes.
const liveParam = "live"

func nonceOf(r *http.Request) string {
	nonce, _ := r.Context().Value(nonceKey{}).(string)
	return nonce
}

func (o *Observer) servePage(p *page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := &ask{o: o, page: p, params: r.URL.Query()}
		live := a.params.Has(liveParam)
		a.params.Del(liveParam)
		if p != nodesPage {
			if a.h = o.hub(r); a.h == nil {
				http.Error(w, "no such node", http.StatusNotFound)
				return
			}
		}
		switch {
		case live && p.every > 0:
			o.stream(w, r, a)
		case wantsJSON(r):
			o.serveJSON(w, r, a)
		default:
			o.serveHTML(w, r, a)
		}
	}
}

func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// look asks the node, and returns what there is to see; an error is something to see,
// too.
func (a *ask) look(ctx context.Context) (data any, body templ.Component, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if a.h != nil {
		a.c, err = a.h.target.ask(ctx)
	}
	if err == nil {
		data, body, err = a.page.show(ctx, a)
	}
	if err != nil {
		body = trouble(err.Error())
	}
	return data, body, err
}

// statusOf returns the status of an answer that has to tell of an error.
func statusOf(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, inspect.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, inspect.ErrDenied):
		return http.StatusForbidden
	case errors.Is(err, inspect.ErrBusy):
		return http.StatusServiceUnavailable
	case errors.Is(err, errRequest):
		return http.StatusBadRequest
	}
	return http.StatusBadGateway
}

// errRequest tells that an address or a form is not understood.
var errRequest = errors.New("this is not understood")

func (o *Observer) serveJSON(w http.ResponseWriter, r *http.Request, a *ask) {
	data, _, err := a.look(r.Context())
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(statusOf(err))
		data = map[string]string{"error": err.Error()}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(data); err != nil && r.Context().Err() == nil {
		o.opts.Logger.Warn("observer: a page could not be written", "error", err)
	}
}

func (o *Observer) serveHTML(w http.ResponseWriter, r *http.Request, a *ask) {
	if a.h != nil {
		a.h.visit()
	}
	_, body, err := a.look(r.Context())
	if err != nil {
		w.WriteHeader(statusOf(err))
	}
	o.render(w, r, layout(o.frame(r, a), body))
}

func (o *Observer) frame(r *http.Request, a *ask) frame {
	f := frame{
		base: o.opts.Prefix, title: a.page.title, path: a.page.path, nonce: nonceOf(r), control: o.opts.Control, here: a.here(),
	}
	for _, h := range o.hubs {
		f.nodes = append(f.nodes, h.target.name)
	}
	if a.h != nil {
		f.node = a.h.target.name
	}
	if a.page.every > 0 {
		f.live = a.here(liveParam, "1")
	}
	return f
}

func (o *Observer) render(w http.ResponseWriter, r *http.Request, c templ.Component) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := c.Render(r.Context(), w); err != nil && r.Context().Err() == nil {
		o.opts.Logger.Warn("observer: a page could not be written", "error", err)
	}
}

// beatEvery is how often a stream without news shows that it is there.
const beatEvery = 15 * time.Second

// stream sends a page whenever it has changed, to all who look at the same view the same
// bytes.
func (o *Observer) stream(w http.ResponseWriter, r *http.Request, a *ask) {
	h := a.h
	if h == nil {
		h = o.hubs[0] // any can serve the page of all
	}
	key := a.here()
	f := h.watch(key, a.page.every, a.bytes)
	if f == nil {
		http.Error(w, "too many views at once", http.StatusServiceUnavailable)
		return
	}
	defer h.leave(key, f)
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // the server's may be shorter than a view
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	var shown <-chan struct{}
	for {
		latest, changed := h.state(f)
		message := []byte(": still here\n\n")
		if changed != shown && latest != nil {
			message, shown = event(latest), changed
		}
		if _, err := w.Write(message); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
		case <-r.Context().Done():
			return
		case <-o.ctx.Done():
			return
		}
	}
}

// bytes is what is to be seen, as it is sent. It is nil if nobody waits for it any more.
func (a *ask) bytes(ctx context.Context) []byte {
	look := *a // feeds outlive the requests that they are made for
	_, body, _ := look.look(ctx)
	var buf bytes.Buffer
	if ctx.Err() != nil || body.Render(ctx, &buf) != nil {
		return nil
	}
	return buf.Bytes()
}

// event returns an event of a stream.
func event(b []byte) []byte {
	var buf bytes.Buffer
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		buf.WriteString("data: ")
		buf.Write(bytes.TrimSuffix(line, []byte("\r")))
		buf.WriteByte('\n')
	}
	buf.WriteByte('\n')
	return buf.Bytes()
}
