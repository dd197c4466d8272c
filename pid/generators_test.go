package pid_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
)

// longestName is a node name of exactly pid.MaxNodeNameBytes.
var longestName = "a@" + strings.Repeat("h", pid.MaxNodeNameBytes-2)

func nodeID(t testing.TB, name string, creation uint32) pid.NodeID {
	t.Helper()
	id, err := pid.NewNodeID(name, creation)
	require.NoError(t, err)
	return id
}

// nodeIDs draws from few names and creations as well as from all, so that equal
// and nearly equal identities come up often.
func nodeIDs() *rapid.Generator[pid.NodeID] {
	return rapid.Custom(func(t *rapid.T) pid.NodeID {
		name := rapid.OneOf(
			rapid.SampledFrom([]string{"", "a@h", "b@h", "a@h.0", "a@h.1"}),
			rapid.StringMatching(`[a-zA-Z0-9._-]{1,40}@[a-zA-Z0-9._:\[\]-]{1,40}`),
		).Draw(t, "name")
		creation := rapid.OneOf(rapid.Uint32Range(0, 2), rapid.Uint32()).Draw(t, "creation")
		id, err := pid.NewNodeID(name, creation)
		require.NoError(t, err)
		return id
	})
}

func numbers() *rapid.Generator[uint64] {
	return rapid.OneOf(rapid.Uint64Range(0, 2), rapid.Uint64())
}

func pids() *rapid.Generator[pid.PID] {
	return rapid.Custom(func(t *rapid.T) pid.PID {
		return pid.New(nodeIDs().Draw(t, "node"), numbers().Draw(t, "id"))
	})
}

func refs() *rapid.Generator[pid.Ref] {
	return rapid.Custom(func(t *rapid.T) pid.Ref {
		return pid.NewRef(nodeIDs().Draw(t, "node"), numbers().Draw(t, "raw"))
	})
}

func addresses() *rapid.Generator[pid.Address] {
	parts := rapid.SampledFrom([]string{"", "a", "b"})
	return rapid.Custom(func(t *rapid.T) pid.Address {
		return pid.Address{
			PID:  pids().Draw(t, "pid"),
			Name: pid.Name{Name: parts.Draw(t, "name"), Node: parts.Draw(t, "node")},
		}
	})
}
