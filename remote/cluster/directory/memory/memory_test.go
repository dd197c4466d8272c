package memory_test

import (
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/directory/directorytest"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// engine is a store as the suite wants it.
type engine struct{ *memory.Store }

func (e engine) Compact(*testing.T) { e.Store.Compact() }
func (e engine) Restart(*testing.T) { e.Store.Restart() }

func (e engine) Client(t *testing.T) (directory.Directory, directorytest.Line) {
	c := e.Store.Client()
	t.Cleanup(c.Close)
	return c, line{c}
}

// line is a client's faults.
type line struct{ client *memory.Client }

func (l line) Cut()  { l.client.SetFaults(memory.Faults{Cut: true}) }
func (l line) Mute() { l.client.SetFaults(memory.Faults{Mute: true}) }
func (l line) Heal() { l.client.SetFaults(memory.Faults{}) }

func TestConformance(t *testing.T) {
	directorytest.Run(t, directorytest.Config{
		Within: synctest.Test,
		Start: func(t *testing.T) directorytest.Engine {
			store := memory.New()
			t.Cleanup(store.Close)
			return engine{store}
		},
	})
}
