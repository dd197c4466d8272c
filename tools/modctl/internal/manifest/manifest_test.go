package manifest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
)

// layered is a diamond with one module beside it.
func layered() *manifest.Manifest {
	return &manifest.Manifest{
		Module: "example.org/m",
		Modules: map[string]manifest.Module{
			"base":  {Version: "v0.1.0", ThirdParty: []string{"example.org/codec"}},
			"left":  {Version: "v0.1.0", Siblings: []string{"base"}},
			"right": {Version: "v0.1.0", Siblings: []string{"base"}, ThirdParty: []string{"example.org/maps"}},
			"alone": {Version: "v0.1.0"},
			"app":   {Version: "v0.1.0", Siblings: []string{"left", "right", "base"}},
		},
	}
}

func TestLoad_UnknownFieldIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), manifest.FileName)
	require.NoError(t, os.WriteFile(file, []byte(`{"module": "example.org/m", "third_partie": []}`), 0o644))
	_, err := manifest.Load(file)
	require.ErrorContains(t, err, "third_partie")
}

func TestLoad_ReadsWhatIsThere(t *testing.T) {
	file := filepath.Join(t.TempDir(), manifest.FileName)
	content := `{"module": "example.org/m", "go": "1.26.0", "modules": {"a": {"version": "v0.1.0", "siblings": []}}}`
	require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	m, err := manifest.Load(file)
	require.NoError(t, err)
	require.Equal(t, "v0.1.0", m.Modules["a"].Version)
}

func TestPathAndDir_AreInverse(t *testing.T) {
	m := layered()
	dir, ours := m.Dir(m.Path("left"))
	require.True(t, ours)
	require.Equal(t, "left", dir)
	_, ours = m.Dir("example.org/maps")
	require.False(t, ours)
}

func TestOrder_PutsModulesAfterWhatTheyNeed(t *testing.T) {
	require.Equal(t, []string{"alone", "base", "left", "right", "app"}, layered().Order())
}

func TestNeeds_FollowsSiblingsOfSiblings(t *testing.T) {
	m := layered()
	m.Modules["app"] = manifest.Module{Siblings: []string{"left"}}
	require.Equal(t, []string{"base", "left"}, m.Needs("app"))
}

func TestOrderPublished_HasTheSatellitesLast(t *testing.T) {
	m := layered()
	m.Satellites = map[string]manifest.Module{
		"app/far":     {Version: "v0.2.0", Siblings: []string{"app/further", "base"}, ThirdParty: []string{"example.org/heavy"}},
		"app/further": {Version: "v0.3.0"},
	}
	require.Equal(t, []string{"alone", "base", "left", "right", "app"}, m.Order())
	require.Equal(t, []string{"alone", "base", "left", "right", "app", "app/further", "app/far"}, m.OrderPublished())
	require.Equal(t, []string{"app/further", "app/far"}, m.OrderSatellites())
	require.Equal(t, []string{"app/further", "base"}, m.Needs("app/far"))
	require.Equal(t, []string{"example.org/codec", "example.org/heavy"}, m.Budget("app/far"))
	require.Equal(t, "v0.2.0", m.Version("app/far"))
}

func TestCycle_NamesTheRing(t *testing.T) {
	m := layered()
	require.Nil(t, m.Cycle())
	m.Modules["base"] = manifest.Module{Siblings: []string{"right"}}
	require.Equal(t, []string{"base", "right", "base"}, m.Cycle())
	require.Len(t, m.Order(), 5, "an order exists even then, so that the check can go on")
}

func TestBudget_IsOwnAndThatOfSiblings(t *testing.T) {
	m := layered()
	require.Equal(t, []string{"example.org/codec"}, m.Budget("left"))
	require.Equal(t, []string{"example.org/codec", "example.org/maps"}, m.Budget("app"))
	require.Empty(t, m.Budget("alone"))
}
