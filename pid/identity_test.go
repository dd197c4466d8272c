package pid_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
)

func TestNewNode_NamesAndRefusals(t *testing.T) {
	for _, name := range []string{"", "a@h", "shop@host1.example.org", "a@[::1]:4369", longestName} {
		node, err := pid.NewNode(name)
		require.NoError(t, err)
		require.Equal(t, name, node.Name())
		require.Equal(t, name, node.ID().Name())
	}
	for _, name := range []string{"0", "a", "@", "a@", "@h", "a@h@i", "a b@h", "a@h/", "é@h", "a@h\x00", longestName + "x"} {
		_, err := pid.NewNode(name)
		var nameErr *pid.NameError
		require.ErrorAs(t, err, &nameErr, name)
		require.ErrorAs(t, pid.CheckNodeName(name), &nameErr, name)
	}
	require.Error(t, pid.CheckNodeName(""), "no node on a network lacks a name")
}

func TestNameError_QuotesOnlyTheBeginningOfALongName(t *testing.T) {
	err := pid.CheckNodeName(strings.Repeat("a", 1<<20))
	require.ErrorContains(t, err, "is 1048576 bytes long, 255 are allowed")
	require.Less(t, len(err.Error()), 300)
}

func TestCreation_IsNewAndNonZeroAtEveryStart(t *testing.T) {
	seen := map[uint32]bool{}
	for range 100 {
		node, err := pid.NewNode("a@h")
		require.NoError(t, err)
		require.NotZero(t, node.Creation())
		require.False(t, seen[node.Creation()], "two of 100 random creations are equal once in a million runs")
		seen[node.Creation()] = true
	}
}

func TestPID_OfAnOlderCreationEqualsNothing(t *testing.T) {
	before, err := pid.NewNode("a@h")
	require.NoError(t, err)
	after, err := pid.NewNode("a@h")
	require.NoError(t, err)

	old, now := before.NextPID(), after.NextPID()
	require.Equal(t, old.ID(), now.ID())
	require.NotEqual(t, old, now)
	require.NotZero(t, old.Compare(now))
	require.False(t, old.IsLocal(after.ID()))
	require.False(t, old.IsLocal(after.ID()))
	require.True(t, old.IsLocal(before.ID()))
	require.True(t, old.IsLocal(before.ID()))
	require.NotContains(t, map[pid.PID]bool{now: true}, old)

	require.NotEqual(t, before.NextRef(), after.NextRef())
}

func TestNextPIDAndNextRef_ConcurrentSafe(t *testing.T) {
	const goroutines, each = 8, 10_000
	node, err := pid.NewNode("")
	require.NoError(t, err)

	pids := make([][]pid.PID, goroutines)
	refs := make([][]pid.Ref, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for range each {
				pids[g] = append(pids[g], node.NextPID())
				refs[g] = append(refs[g], node.NextRef())
			}
		})
	}
	wg.Wait()

	seenPIDs, seenRefs := map[pid.PID]bool{}, map[pid.Ref]bool{}
	for g := range goroutines {
		for i := range each {
			require.False(t, pids[g][i].IsZero())
			require.False(t, refs[g][i].IsZero())
			seenPIDs[pids[g][i]] = true
			seenRefs[refs[g][i]] = true
		}
	}
	require.Len(t, seenPIDs, goroutines*each)
	require.Len(t, seenRefs, goroutines*each)
}

func TestZero_IsOneValueHoweverItIsMade(t *testing.T) {
	id := nodeID(t, "", 0)
	require.Equal(t, pid.NodeID{}, id)
	require.True(t, id.IsZero())
	require.Empty(t, id.Name())
	require.Zero(t, id.Creation())

	parsed, err := pid.ParsePID("<0.0.0>")
	require.NoError(t, err)
	for _, p := range []pid.PID{{}, pid.New(id, 0), parsed} {
		require.True(t, p == pid.PID{})
		require.True(t, p.IsZero())
		require.Equal(t, "<0.0.0>", p.String())
	}
	parsedRef, err := pid.ParseRef("#Ref<0.0.0>")
	require.NoError(t, err)
	for _, r := range []pid.Ref{{}, pid.NewRef(id, 0), parsedRef} {
		require.True(t, r == pid.Ref{})
		require.True(t, r.IsZero())
		require.Equal(t, "#Ref<0.0.0>", r.String())
	}
}

func TestZero_IsNeverHandedOut(t *testing.T) {
	node, err := pid.NewNode("")
	require.NoError(t, err)
	require.False(t, node.ID().IsZero())
	require.False(t, node.NextPID().IsZero())
	require.False(t, node.NextRef().IsZero())
	require.False(t, pid.PID{}.IsLocal(node.ID()))
}

func TestNodeID_Text(t *testing.T) {
	require.Equal(t, "a@h.org.7", nodeID(t, "a@h.org", 7).String())
	require.Equal(t, "0.7", nodeID(t, "", 7).String())
	require.Equal(t, "0.0", pid.NodeID{}.String())
}

func TestParts_AreThoseGiven(t *testing.T) {
	id := nodeID(t, "a@h", 7)
	p, r := pid.New(id, 42), pid.NewRef(id, 5)
	require.Equal(t, id, p.Node())
	require.Equal(t, uint64(42), p.ID())
	require.Equal(t, uint32(7), p.Creation())
	require.Equal(t, id, r.Node())
	require.Equal(t, uint64(5), r.Raw())
	require.Equal(t, uint32(7), r.Creation())
}
