package runtime_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func (w *witness) Crashed(c runtime.Crash) {
	w.note("crash of %d %q: %s repeated=%t", c.PID.ID(), c.Name, c.Reason, c.Repeated)
}

// register is a recorder that writes down what it is told.
type register struct {
	witness
	crashes []runtime.Crash // guarded by mu
}

func (r *register) Crashed(c runtime.Crash) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.crashes = append(r.crashes, c)
}

func TestRecorder_IsToldOfWhatIsRare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, r := startWith(t, runtime.Config{}), &register{}
		removeBad := rt.AddRecorder(nil) // panics when it is told
		defer rt.AddRecorder(quitting{})()
		remove := rt.AddRecorder(r)
		await(t, spawnOpt(t, rt, runtime.SpawnOptions{}, func(*runtime.Context) error { return nil }))
		await(t, spawnOpt(t, rt, runtime.SpawnOptions{Name: "quits"}, func(*runtime.Context) error { return signal.Shutdown }))
		await(t, spawnOpt(t, rt, runtime.SpawnOptions{Name: "till"}, crashingBody)) // process 3
		p := spawnOpt(t, rt, runtime.SpawnOptions{Label: "victim"}, echo)
		p.Exit(signal.Kill)
		await(t, p)
		require.Equal(t, []string{
			"exited 3 error: panic: oops crashed=true received=0", "exited 4 killed crashed=false received=0",
		}, r.told())
		require.Len(t, r.crashes, 1)
		c := r.crashes[0]
		require.Equal(t, "till", c.Name)
		require.Contains(t, c.Stack, "crashingBody")
		remove()
		removeBad()
		await(t, spawnOpt(t, rt, runtime.SpawnOptions{}, crashingBody))
		require.Empty(t, r.told())
	})
}

func TestRecorder_IsToldWhichCrashesAreNotReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, r := startWith(t, runtime.Config{}), &register{}
		defer rt.AddRecorder(r)()
		fails := errors.New("no tea")
		for range 15 {
			await(t, spawnOpt(t, rt, runtime.SpawnOptions{}, func(*runtime.Context) error { return fails }))
		}
		require.Len(t, r.crashes, 15)
		for i, c := range r.crashes {
			require.Equal(t, i >= 10, c.Repeated)
			require.Equal(t, "error: no tea", c.Reason.String())
		}
	})
}
