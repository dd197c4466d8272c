package supervisor_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

var pids = regexp.MustCompile(`0\.\d+\.\d+`)

// tree starts a tree that has all there is, and returns what it looks like.
func (w *world) tree() *supervisor.Node {
	w.Helper()
	carts := supervisor.Spec{Strategy: supervisor.Dynamic, Name: "carts", Template: w.template(supervisor.Temporary)}
	sup := w.start(supervisor.Spec{Name: "shop", Strategy: supervisor.RestForOne, Children: append(
		workers(w, supervisor.Permanent, `the "stock"`),
		supervisor.Child("carts", carts),
		stubbornChild("till", 0, supervisor.BrutalKill),
	)})
	for n := range 2 {
		_, err := supervisor.StartInstance(w.ctx, "carts", n)
		require.NoError(w, err)
	}
	require.NoError(w, supervisor.TerminateChild(w.ctx, "shop", "till"))
	w.crash(w.child(sup, "carts").PID, "instance", signal.Normal)
	_, err := supervisor.StartInstance(w.ctx, "carts", 2)
	require.NoError(w, err)
	tree, err := supervisor.Tree(w.ctx, "shop")
	require.NoError(w, err)
	return tree
}

func TestTree_Text(t *testing.T) {
	within(t, func(w *world) {
		require.Equal(t, strings.TrimLeft(`
shop <pid> (rest_for_one)
├── the "stock" <pid> (worker, permanent)
├── carts <pid> (dynamic, permanent)
│   ├── instance <pid> (worker, temporary)
│   └── instance <pid> (worker, temporary)
└── till (worker, permanent, stopped)
`, "\n"), pids.ReplaceAllString(w.tree().String(), "pid"))
	})
}

func TestTree_Mermaid(t *testing.T) {
	within(t, func(w *world) {
		require.Equal(t, strings.TrimLeft(`
flowchart TD
	n0["shop<br/>#lt;pid#gt;<br/>rest_for_one"]
	n0 --> n1
	n1("the #quot;stock#quot;<br/>#lt;pid#gt;<br/>worker, permanent")
	n0 --> n2
	n2["carts<br/>#lt;pid#gt;<br/>dynamic, permanent"]
	n2 --> n3
	n3("instance<br/>#lt;pid#gt;<br/>worker, temporary")
	n2 --> n4
	n4("instance<br/>#lt;pid#gt;<br/>worker, temporary")
	n0 --> n5
	n5("till<br/>worker, permanent, stopped"):::absent
	classDef absent stroke-dasharray: 4
`, "\n"), pids.ReplaceAllString(w.tree().Mermaid(), "pid"))
	})
}

func TestTree_JSON(t *testing.T) {
	within(t, func(w *world) {
		tree := w.tree()
		text, err := json.Marshal(tree)
		require.NoError(t, err)
		var back supervisor.Node
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, *tree, back)
		require.JSONEq(t, `{"id":"till","type":"worker","state":"stopped","restart":"permanent"}`, marshal(t, tree.Children[2]))
	})
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// A supervisor that does not answer in time, and one that is none, have an error.
func TestTree_SupervisorThatDoesNotAnswer(t *testing.T) {
	within(t, func(w *world) {
		busy := supervisor.ChildSpec{ID: "busy", Type: supervisor.Supervisor, Shutdown: supervisor.BrutalKill,
			Start: supervisor.BodyOpt(runtime.SpawnOptions{}, stubborn(0))}
		server := supervisor.ChildSpec{ID: "server", Type: supervisor.Supervisor, Start: func(ctx context.Context) (pid.PID, error) {
			return genserver.StartLink(ctx, &echo{}, genserver.Options{})
		}}
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{server, busy}})
		bound, cancel := context.WithTimeout(w.ctx, 1e9)
		defer cancel()
		tree, err := supervisor.Tree(bound, sup)
		require.NoError(t, err)
		require.Contains(t, tree.Children[0].Error, genserver.ErrUnhandled.Error())
		require.Equal(t, context.DeadlineExceeded.Error(), tree.Children[1].Error)
		require.Contains(t, tree.String(), "busy "+tree.Children[1].PID.String()+" (supervisor, permanent, error: context deadline exceeded)")
		require.Equal(t, sup, tree.PID)
		w.stop(sup)
		_, err = supervisor.Tree(w.ctx, sup)
		require.ErrorIs(t, err, runtime.ErrNoProc)
	})
}

// echo is a server that is no supervisor.
type echo struct{}

func (*echo) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	if text, ok := req.(string); ok {
		return text, nil
	}
	return nil, genserver.ErrUnhandled
}
