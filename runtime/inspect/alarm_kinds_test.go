package inspect_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// Who shows alarms goes by the list, so a kind that is not in it would be shown nowhere.
func TestAlarmKinds_AreAllOfThem(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "alarms.go", nil, 0)
	require.NoError(t, err)
	var kinds []inspect.AlarmKind
	ast.Inspect(file, func(n ast.Node) bool {
		c, is := n.(*ast.ValueSpec)
		if !is {
			return true
		}
		if of, is := c.Type.(*ast.Ident); is && of.Name == "AlarmKind" {
			kind, err := strconv.Unquote(c.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			kinds = append(kinds, inspect.AlarmKind(kind))
		}
		return true
	})
	require.NotEmpty(t, kinds)
	require.Equal(t, kinds, inspect.AlarmKinds())
}
