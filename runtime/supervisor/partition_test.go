package supervisor_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// counter counts its calls. It says how it is to be supervised.
type counter struct{ n int }

func (c *counter) HandleCall(*genserver.Context, genserver.From, any) (any, error) {
	c.n++
	return c.n, nil
}

func (*counter) ChildSpec(spec supervisor.ChildSpec) supervisor.ChildSpec {
	spec.Restart, spec.Shutdown = supervisor.Transient, time.Minute
	return spec
}

func newCounter() any { return &counter{} }

func TestServer_TypeSaysHowItIsSupervised(t *testing.T) {
	within(t, func(w *world) {
		spec := supervisor.Server("c", newCounter, genserver.Options{Name: "c"})
		require.Equal(t, "c", spec.ID)
		require.Equal(t, supervisor.Transient, spec.Restart)
		require.Equal(t, time.Minute, spec.Shutdown)
		plain := supervisor.Server("a", func() any { return &account{} }, genserver.Options{})
		require.Equal(t, supervisor.Permanent, plain.Restart)
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{spec, plain}})
		for range 2 { // each start has a value of its own
			n, err := genserver.CallAs[int](w.ctx, "c", nil)
			require.NoError(t, err)
			require.Equal(t, 1, n)
			require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "c"))
			_, err = supervisor.RestartChild(w.ctx, sup, "c")
			require.NoError(t, err)
		}
		w.stop(sup)
	})
}

func TestPartitioned_SpreadsKeysAndKeepsEachWhereItIs(t *testing.T) {
	within(t, func(w *world) {
		const n = 4
		sup := w.start(supervisor.Partitioned("counters", n, func(name string) supervisor.ChildSpec {
			return supervisor.Server(name, newCounter, genserver.Options{Name: name})
		}))
		seen := map[string]bool{}
		for i := range 100 {
			name := supervisor.PartitionOf("counters", n, strconv.Itoa(i))
			require.Equal(t, name, supervisor.PartitionOf("counters", n, strconv.Itoa(i)))
			_, err := genserver.CallAs[int](w.ctx, name, nil)
			require.NoError(t, err)
			seen[name] = true
		}
		require.Len(t, seen, n)
		require.Equal(t, []string{"counters/0", "counters/1", "counters/2", "counters/3"}, w.running(sup))
		w.stop(sup)
	})
}
