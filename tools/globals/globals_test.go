package globals_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/globals"
)

// allowed are the variables that may change, and why each belongs to no runtime.
var allowed = map[string]string{
	"pid.generators":                      pool,
	"pid.recent":                          "a cache of constants, of bounded size",
	"pid/signal.wireForms":                constant,
	"registry.defaultHook":                "that of the default registry, which is made for programs with one node",
	"remote/dialogue.files":               "an embedded file system, which cannot be changed",
	"remote/internal/conn.buffers":        pool,
	"runtime.deathNotices":                pool,
	"runtime.defaultRuntime":              "the default runtime, the one thing that is global, and nothing else uses it",
	"runtime.linked":                      constant,
	"runtime.monitored":                   constant,
	"runtime.noOptions":                   constant,
	"runtime.noRare":                      constant,
	"runtime.runs":                        pool,
	"runtime/genserver.checked":           table,
	"runtime/genserver.noRare":            constant,
	"runtime/internal/inlet.Of":           door,
	"runtime/internal/system.UnsafeState": door,
	"term.codecs":                         table,
	"term.exts":                           table,
	"term.foreignEncoders":                pool,
	"term.names":                          table,
	"term.plans":                          table,
	"term.readers":                        pool,
	"term.reservedNames":                  "set once, while the package is initialized",
	"term.sentinels":                      table,
}

// Reasons of several.
const (
	table    = "one table for the program: what a type, a name or an error is, is the program's and no node's"
	pool     = "a pool: who has taken one of it keeps it alone"
	constant = "never changed: only its address is taken"
	door     = "set once, while the package is initialized: a door between packages of one module"
)

// Nothing is global: what one runtime does is not seen by another of the same program.
func TestNothingIsGlobal(t *testing.T) {
	all, err := globals.Mutable(filepath.Join("..", ".."), "tools", "examples")
	require.NoError(t, err)
	for _, name := range all {
		_, ok := allowed[name]
		require.True(t, ok, "%s may change: keep it in what it belongs to, or say here why it belongs to no runtime", name)
	}
	for name := range allowed {
		require.Contains(t, all, name, "it is constant, or gone")
	}
}

func TestMutable_FindsEachWayToChangeOne(t *testing.T) {
	all, err := globals.Mutable("testdata")
	require.NoError(t, err)
	require.Empty(t, all, "testdata itself is left out")
	all, err = globals.Mutable(filepath.Join("testdata", "sample"))
	require.NoError(t, err)
	require.Equal(t, []string{"..address", "..assigned", "..cleared", "..counted", "..deleted", "..element", "..field", "..given", "..guarded", "..named", "..once"}, all)
}
