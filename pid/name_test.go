package pid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
)

func TestName_Text(t *testing.T) {
	require.Equal(t, "bank", pid.Name{Name: "bank"}.String())
	require.Equal(t, "bank on shop@host", pid.Name{Name: "bank", Node: "shop@host"}.String())
}

func TestAddress_IsItsPIDOrElseItsName(t *testing.T) {
	p := pid.New(nodeID(t, "a@h", 7), 42)
	name := pid.Name{Name: "bank", Node: "shop@host"}
	for _, c := range []struct {
		address    pid.Address
		node, text string
	}{
		{pid.Address{PID: p}, "a@h", "<a@h.42.7>"},
		{pid.Address{PID: p, Name: name}, "a@h", "<a@h.42.7>"},
		{pid.Address{Name: name}, "shop@host", "bank on shop@host"},
		{pid.Address{Name: pid.Name{Name: "bank"}}, "", "bank"},
	} {
		require.Equal(t, c.node, c.address.NodeName())
		require.Equal(t, c.text, c.address.String())
	}
}
