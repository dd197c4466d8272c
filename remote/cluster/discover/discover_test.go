package discover_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/cluster/discover"
)

// names is a name server.
type names struct {
	hosts map[string][]string
	srv   map[string][]*net.SRV
}

func (n names) LookupHost(_ context.Context, host string) ([]string, error) {
	if h, ok := n.hosts[host]; ok {
		return h, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func (n names) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	return "", n.srv["_"+service+"._"+proto+"."+name], nil
}

func TestDNS_NamesNodesByTheirAddresses(t *testing.T) {
	d := discover.DNS{
		Name: "shop", Port: 4370, Node: "shop",
		Resolver: names{hosts: map[string][]string{"shop": {"10.0.0.1", "fd00::1"}}},
	}
	nodes, err := d.Nodes(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"shop@10.0.0.1:4370", "shop@[fd00::1]:4370"}, nodes)
}

func TestDNS_TakesThePortFromServiceRecords(t *testing.T) {
	d := discover.DNS{
		Name: "shop", Service: "starlang", Node: "shop",
		Resolver: names{srv: map[string][]*net.SRV{
			"_starlang._tcp.shop": {{Target: "one.shop.", Port: 1}, {Target: "two.shop.", Port: 2}},
		}},
	}
	nodes, err := d.Nodes(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"shop@one.shop:1", "shop@two.shop:2"}, nodes)
}

func TestDNS_FailureIsAnError(t *testing.T) {
	_, err := discover.DNS{Name: "nowhere", Resolver: names{}}.Nodes(t.Context())
	var dns *net.DNSError
	require.True(t, errors.As(err, &dns))
}

func TestUnion_KeepsWhatItGotBesideAnError(t *testing.T) {
	u := discover.Union{
		discover.Static{"b@host:1", "a@host:1"},
		discover.DNS{Name: "nowhere", Resolver: names{}},
		discover.Static{"a@host:1"},
	}
	nodes, err := u.Nodes(t.Context())
	require.Error(t, err)
	require.Equal(t, []string{"a@host:1", "b@host:1"}, nodes)
}
