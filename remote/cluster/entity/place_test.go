package entity

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func nodeNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("node%d@10.0.0.%d:4370", i, i)
	}
	return names
}

func TestPlace_NobodyHasMuchMoreThanItsPart(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 10, 100} {
		count := make(map[string]int)
		for _, node := range place(1000, nodeNames(n)) {
			count[node]++
		}
		for node, has := range count {
			require.LessOrEqual(t, has, capacity(1000, n), node)
		}
		require.Len(t, count, n, "everybody has some")
	}
}

func TestPlace_OrderOfNodesDoesNotMatter(t *testing.T) {
	a := nodeNames(3)
	b := []string{a[2], a[0], a[1]}
	require.Equal(t, place(256, a), place(256, b))
	require.Equal(t, a[2], b[0], "the argument is not changed")
}

func TestPlace_ANodeMoreMovesLittle(t *testing.T) {
	before, after := place(256, nodeNames(9)), place(256, nodeNames(10))
	moved := 0
	for i := range before {
		if before[i] != after[i] {
			moved++
		}
	}
	require.Less(t, moved, 256*3/10)
}

func TestPlace_WithoutNodes(t *testing.T) {
	require.Equal(t, []string{"", ""}, place(2, nil))
}
