package changed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/changed"
	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
)

func TestModules_ChangedOnesAndTheirDependents(t *testing.T) {
	ws := fixture.Sound().With(fixture.Files{
		"app/uses/go.mod": "module example.org/m/app/uses\n\ngo 1.26.0\n\nrequire example.org/m/mid v0.1.0\n",
	}).Load(t)
	for _, c := range []struct {
		name  string
		files []string
		want  []string
	}{
		{"nothing", nil, nil},
		{"lowest layer", []string{"low/low.go"}, []string{"low", "mid", "app", "app/uses"}},
		{"middle layer", []string{"mid/sub/x.go"}, []string{"mid", "app", "app/uses"}},
		{"top", []string{"app/two/main.go", "app/README.md"}, []string{"app"}},
		{"nested module outside", []string{"app/apart/apart.go"}, []string{"app/apart"}},
		{"files of no module", []string{"README.md", "LICENSE", ".ci/run", "lower/x"}, nil},
		{"files that all share", []string{"go.work"}, []string{"low", "mid", "app", "app/apart", "app/uses"}},
		{"manifest", []string{"versions.json"}, []string{"low", "mid", "app", "app/apart", "app/uses"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ElementsMatch(t, c.want, changed.Modules(ws, c.files))
		})
	}
}

func TestModules_NestedOnesAreTheirOwn(t *testing.T) {
	ws := fixture.Nested().Load(t)
	require.Equal(t, []string{"mid/far"}, changed.Modules(ws, []string{"mid/far/far.go"}))
	require.Equal(t, []string{"mid/near", "mid/far"}, changed.Modules(ws, []string{"mid/near/near.go"}))
	require.Equal(t, []string{"mid", "app", "mid/near", "mid/far"}, changed.Modules(ws, []string{"mid/mid.go"}))
}

func TestModules_AreInTheOrderOfLayers(t *testing.T) {
	ws := fixture.Sound().Load(t)
	require.Equal(t, []string{"low", "mid", "app"}, changed.Modules(ws, []string{"app/x.go", "low/x.go"}))
}
