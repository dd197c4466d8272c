package pid_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
)

func TestCompare_OrdersByNameThenCreationThenNumber(t *testing.T) {
	sorted := []pid.PID{
		{},
		pid.New(pid.NodeID{}, 1),
		pid.New(nodeID(t, "", 1), 0),
		pid.New(nodeID(t, "", 2), 0),
		pid.New(nodeID(t, "a@h", 1), 9),
		pid.New(nodeID(t, "a@h", 1), 10),
		pid.New(nodeID(t, "a@h", 2), 1),
		pid.New(nodeID(t, "b@h", 1), 1),
	}
	for i, a := range sorted {
		for j, b := range sorted {
			require.Equal(t, cmp.Compare(i, j), a.Compare(b), "%v and %v", a, b)
		}
	}
}

func TestCompare_IsATotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkTotalOrder(t, nodeIDs(), pid.NodeID.Compare)
		checkTotalOrder(t, pids(), pid.PID.Compare)
		checkTotalOrder(t, refs(), pid.Ref.Compare)
		checkTotalOrder(t, addresses(), pid.Address.Compare)
	})
}

func checkTotalOrder[T comparable](t *rapid.T, values *rapid.Generator[T], compare func(a, b T) int) {
	vs := []T{values.Draw(t, "a"), values.Draw(t, "b"), values.Draw(t, "c")}
	for _, a := range vs {
		for _, b := range vs {
			require.Equal(t, a == b, compare(a, b) == 0, "zero exactly for equals: %v, %v", a, b)
			require.Equal(t, -compare(b, a), compare(a, b), "antisymmetric: %v, %v", a, b)
		}
	}
	slices.SortFunc(vs, compare)
	require.LessOrEqual(t, compare(vs[0], vs[2]), 0, "transitive: %v", vs)
}

func TestCompare_LocksTwoProcessesInOneOrder(t *testing.T) {
	node, err := pid.NewNode("")
	require.NoError(t, err)
	first, second := node.NextPID(), node.NextPID()
	require.Negative(t, first.Compare(second))
	require.Positive(t, second.Compare(first))
}
