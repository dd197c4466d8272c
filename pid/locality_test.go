package pid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
)

func TestIsRemote_IsAnotherNodeAndNotAnotherStart(t *testing.T) {
	node := func(name string) *pid.Node {
		n, err := pid.NewNode(name)
		require.NoError(t, err)
		return n
	}
	a, again, b, unnamed := node("a@host"), node("a@host"), node("b@host"), node("")
	for _, c := range []struct {
		what          string
		to            pid.PID
		local, remote bool
	}{
		{"of this start", a.NextPID(), true, false},
		{"of another start", again.NextPID(), false, false},
		{"of another node", b.NextPID(), false, true},
		{"of a node without a name", unnamed.NextPID(), false, false},
		{"of nobody", pid.PID{}, false, false},
	} {
		require.Equal(t, c.local, c.to.IsLocal(a.ID()), c.what)
		require.Equal(t, c.remote, c.to.IsRemote(a.ID()), c.what)
		require.Equal(t, c.remote, pid.Address{PID: c.to}.IsRemote(a.ID()), c.what)
	}
	for node, remote := range map[string]bool{"": false, "a@host": false, "b@host": true} {
		name := pid.Name{Name: "server", Node: node}
		require.Equal(t, remote, name.IsRemote(a.ID()), node)
		require.Equal(t, remote, pid.Address{Name: name}.IsRemote(a.ID()), node)
	}
	// To a node without a name every node that has one is another.
	require.True(t, a.NextPID().IsRemote(unnamed.ID()))
}
