package apart_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/examples/internal/apart"
)

func TestMain_SaysThatThereIsNoSuchProgram(t *testing.T) {
	var out, errs strings.Builder
	require.Equal(t, 1, apart.Main("no-such-program", nil, strings.NewReader(""), &out, &errs))
	require.Contains(t, errs.String(), "no-such-program: run it within a clone of the repository: ")
	require.Empty(t, out.String())
}
