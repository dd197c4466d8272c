package runtime_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/runtime"
)

// TestTable_IsAMap compares a table with Go's map, small and large.
func TestTable_IsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table runtime.Table
		model := map[int]int{}
		key := rapid.IntRange(1, rapid.SampledFrom([]int{6, 60}).Draw(t, "keys"))
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				k, v := key.Draw(t, "key"), rapid.Int().Draw(t, "value")
				table.Put(k, v)
				model[k] = v
			},
			"remove": func(t *rapid.T) {
				k := key.Draw(t, "key")
				want, had := model[k]
				delete(model, k)
				got, ok := table.Remove(k)
				require.Equal(t, had, ok)
				require.Equal(t, want, got)
			},
			"get": func(t *rapid.T) {
				k := key.Draw(t, "key")
				want, had := model[k]
				got, ok := table.Get(k)
				require.Equal(t, had, ok)
				require.Equal(t, want, got)
			},
			"": func(t *rapid.T) {
				require.Equal(t, len(model), table.Len())
				require.Equal(t, model, maps.Collect(table.All()))
			},
		})
	})
}

func TestTable_KeepsItsOrder(t *testing.T) {
	var table runtime.Table
	for k := 1; k <= 100; k++ {
		table.Put(k, k)
	}
	for k := 2; k <= 100; k += 2 {
		table.Remove(k)
	}
	table.Put(101, 101)
	var keys []int
	for k := range table.All() {
		keys = append(keys, k)
	}
	require.True(t, slices.IsSorted(keys))
	require.Len(t, keys, 51)
}

func TestTable_GivesMemoryBack(t *testing.T) {
	var table runtime.Table
	for k := 1; k <= 10_000; k++ {
		table.Put(k, k)
	}
	for k := 1; k <= 9_990; k++ {
		table.Remove(k)
	}
	require.Equal(t, 10, table.Len())
	require.Less(t, table.Room(), 100)
	for k := 9_991; k <= 10_000; k++ {
		table.Remove(k)
	}
	require.Zero(t, table.Room())
}
