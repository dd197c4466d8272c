package observer

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// verb is something that can be done to a process from its page.
type verb struct {
	do     inspect.Verb
	title  string
	danger bool
	server bool // only to a server
}

var verbs = []verb{
	{inspect.Exit, "Shut down", true, false},
	{inspect.Kill, "Kill", true, false},
	{inspect.Suspend, "Suspend", false, true},
	{inspect.Resume, "Resume", false, true},
}

// offers are what can be done to a process.
func offers(v processInfo) []verb {
	return slices.DeleteFunc(slices.Clone(verbs), func(o verb) bool { return o.server && !v.isServer() })
}

// confirmation asks whether something is to be done to a process.
type confirmation struct {
	Verb inspect.Verb `json:"do"`
	PID  pid.PID      `json:"pid"`
	Name string       `json:"name,omitempty"`
	verb verb
}

// showConfirm names the process and what is to be done to it. The form has the whole
// PID, which means no process of a later start of the node.
func showConfirm(ctx context.Context, a *ask) (any, templ.Component, error) {
	i := slices.IndexFunc(verbs, func(v verb) bool { return v.do == inspect.Verb(a.param("do", "")) })
	if i < 0 {
		return nil, nil, fmt.Errorf("do %q: %w", a.param("do", ""), errRequest)
	}
	found, err := a.c.Process(ctx, a.param("p", ""))
	v := confirmation{Verb: verbs[i].do, PID: found.PID, Name: labelOf(found.Row), verb: verbs[i]}
	return v, confirmView(a, v), err
}

// act does something to a process.
func (o *Observer) act(w http.ResponseWriter, r *http.Request) {
	if !o.opts.Control {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "this observer only looks", http.StatusMethodNotAllowed)
		return
	}
	h := o.hub(r)
	if h == nil {
		http.Error(w, "no such node", http.StatusNotFound)
		return
	}
	target := r.PostFormValue("target")
	if _, err := pid.ParsePID(target); err != nil { // a number or a name may mean another one by now
		http.Error(w, "the target is no PID", http.StatusBadRequest)
		return
	}
	a := &ask{o: o, h: h, page: confirmPage}
	_, err := a.do(r.Context(), inspect.Action{Do: inspect.Verb(r.PostFormValue("do")), Target: target, Reason: r.PostFormValue("reason")})
	if err != nil {
		w.WriteHeader(statusOf(err))
		o.render(w, r, layout(o.frame(r, a), trouble(err.Error())))
		return
	}
	http.Redirect(w, r, a.to("process", url.Values{"p": {target}}), http.StatusSeeOther)
}

func (a *ask) do(ctx context.Context, what inspect.Action) (inspect.Done, error) {
	if !slices.ContainsFunc(verbs, func(v verb) bool { return v.do == what.Do }) {
		return inspect.Done{}, fmt.Errorf("do %q: %w", what.Do, errRequest)
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	c, err := a.h.target.ask(ctx)
	if err != nil {
		return inspect.Done{}, err
	}
	return c.Act(ctx, what)
}
