package callbacks_test

import (
	"flag"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/callbacks"
)

var rounds = flag.Int("callbacks", 1, "how often each callback goes wrong in each way, each time with another timing")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// entry says how one callback is made to go wrong. One of the fields is set.
type entry struct {
	attack func(w *world, wrong func()) // makes the library call wrong where the callback is called
	config func(c *runtime.Config, wrong func())
	heldBy string // "remote.TestX": the test that does it, where it can be done better
	none   string // why it is no callback of the program

	except []string // what the documentation forbids a callback of this kind
}

// skipped are the folders whose callbacks are not listed here: of packages that are no
// part of a program.
var skipped = []string{
	"tools", "examples", "remote/remotetest", "remote/cluster/clustertest", "remote/cluster/directory/directorytest",
	"remote/cluster/directory/memory", "remote/etcd/etcdtest",
}

// Every callback of the API has an entry, and every entry is one of the API: so none is
// forgotten, and none goes on to be tested that is no more.
func TestEveryCallbackOfTheAPIIsListed(t *testing.T) {
	api, err := callbacks.API(filepath.Join("..", ".."), skipped...)
	require.NoError(t, err)
	for _, name := range api {
		_, listed := entries[name]
		require.True(t, listed, "a callback without an entry: %s", name)
	}
	for name, e := range entries {
		if !strings.Contains(name, " ") {
			require.Contains(t, api, name, "an entry without a callback")
		}
		if e.heldBy != "" {
			requireTest(t, e.heldBy)
		}
	}
}

// requireTest requires that a test exists: "remote.TestX" is TestX of the package in ./remote.
func requireTest(t *testing.T, name string) {
	dir, test, _ := strings.Cut(name, ".")
	files, err := filepath.Glob(filepath.Join("..", "..", dir, "*_test.go"))
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(files, func(file string) bool {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		return err == nil && f.Scope.Lookup(test) != nil
	}), "there is no %s", name)
}

// Whatever a callback does costs one process of the program's own, one message, one request
// or one log line: never the program, the connection or another process's time.
func TestWhateverACallbackDoesCostsItselfOnly(t *testing.T) {
	for range *rounds {
		attackAll(t)
	}
}

func attackAll(t *testing.T) {
	for name, e := range entries {
		for what, do := range wrongs {
			if (e.attack == nil && e.config == nil) || slices.Contains(e.except, what) {
				continue
			}
			t.Run(name+" "+what, func(t *testing.T) {
				var w *world
				called := make(chan struct{}, 1)
				wrong := func() {
					select {
					case called <- struct{}{}:
						for range rand.IntN(*rounds) {
							goruntime.Gosched()
						}
						do(w)
					default: // once is enough
					}
				}
				change := func(c *runtime.Config) {
					if e.config != nil {
						e.config(c, wrong)
					}
				}
				inWorld(t, change, func(in *world) {
					w = in
					if e.attack != nil {
						e.attack(w, wrong)
					} else {
						w.spawn(func(*runtime.Context) error { panic("to be reported") })
					}
					<-time.After(time.Minute)
					require.Len(t, called, 1, "the callback was not called")
					w.requireUnharmed()
				})
			})
		}
	}
}
