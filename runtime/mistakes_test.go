package runtime_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/runtimetest"
)

// The mistakes that the README shows, and what the compiler says to them: the README has
// the first wording, other releases of Go may have another.
var mistakes = []struct {
	code string
	says []string
}{
	{
		`var n string; n, err = genserver.Call(ctx, "stock", Take{})`,
		[]string{
			`cannot use genserver.Call(ctx, "stock", Take{}) (value of type int) as string value in assignment`,
			"cannot use 1st function result (value of type int) as string value in multiple assignment", // Go 1.27
		},
	},
	{
		`genserver.On(func(s *stock, ctx *genserver.Context, q Take) (string, error) { return "", nil })`,
		[]string{"Q (type Take) does not satisfy genserver.Request[R] (wrong type for method returns)"},
	},
	{
		`genserver.Call(ctx, "stock", "apple")`,
		[]string{"in call to genserver.Call, cannot infer R"},
	},
}

const mistakesHead = `package p

import (
	"context"

	"github.com/starlang-go/starlang/runtime/genserver"
)

type Take struct {
	genserver.Returns[int]
	Item string
}

type stock struct{}

func f(ctx context.Context, err error) {
	%s
}
`

// exportsOf returns where the compiled packages are that a package needs.
func exportsOf(t *testing.T, pkg string) map[string]string {
	t.Helper()
	var stderr bytes.Buffer
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", pkg)
	list.Stderr = &stderr
	out, err := list.Output()
	require.NoError(t, err, stderr.String())
	exports := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	return exports
}

func TestReadme_ShowsWhatTheCompilerSaysToMistakes(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	exports := exportsOf(t, "./genserver")
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, m := range mistakes {
		file, err := parser.ParseFile(files, "p.go", fmt.Sprintf(mistakesHead, m.code), 0)
		require.NoError(t, err)
		_, err = (&types.Config{Importer: imports}).Check("p", files, []*ast.File{file}, nil)
		require.Error(t, err)
		require.True(t, slices.ContainsFunc(m.says, func(s string) bool { return strings.Contains(err.Error(), s) }), err.Error())
		require.Contains(t, string(readme), m.code+"\n")
		require.Contains(t, string(readme), "// "+m.says[0]+"\n")
	}
}

// misnamed has a method with the name of a server's and another signature.
type misnamed struct{}

func (misnamed) HandleCast(msg any) error { return nil }

type take struct{ genserver.Returns[int] }

func TestReadme_ShowsWhatAStartSaysToMistakes(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	readme := strings.ReplaceAll(string(text), "main.", "runtime_test.")
	node := runtimetest.New(t)
	_, err = genserver.StartLink(node.Probe(), misnamed{}, genserver.Options{})
	require.Contains(t, readme, err.Error()+"\n")
	_, err = genserver.StartLink(node.Probe(), genserver.Funcs{On: genserver.Handle().Requires(take{})}, genserver.Options{Name: "stock"})
	require.Contains(t, readme, err.Error()+"\n")
	_, err = genserver.StartLink(node.Probe(), genserver.Funcs{}, genserver.Options{Name: "stock"})
	require.NoError(t, err)
	_, err = genserver.Call(node.Context(), "stock", take{})
	require.Contains(t, readme, err.Error()+"\n")
}
