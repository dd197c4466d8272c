package remote_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
)

func TestAddressResolver(t *testing.T) {
	for node, want := range map[string]string{
		"a@host:1234":        "host:1234",
		"a@host":             "host:4370",
		"a@host.example.org": "host.example.org:4370",
		"a@[::1]:1234":       "[::1]:1234",
		"a@[::1]":            "[::1]:4370",
	} {
		got, err := remote.AddressResolver{}.Resolve(context.Background(), node)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := remote.AddressResolver{Port: 9}.Resolve(context.Background(), "a@host")
	require.NoError(t, err)
	require.Equal(t, "host:9", got)
	_, err = remote.AddressResolver{}.Resolve(context.Background(), "a")
	require.Error(t, err)
}

func TestStaticResolver_KnowsNoOthers(t *testing.T) {
	r := remote.StaticResolver{"a@host": "10.0.0.1:1"}
	got, err := r.Resolve(context.Background(), "a@host")
	require.NoError(t, err)
	require.Equal(t, "10.0.0.1:1", got)
	_, err = r.Resolve(context.Background(), "b@host")
	require.ErrorContains(t, err, "b@host")
}

func TestDNSResolver_AsksOnlyForNamesWithoutAPort(t *testing.T) {
	failed := errors.New("no network")
	r := remote.DNSResolver{Resolver: &net.Resolver{
		PreferGo: true,
		Dial:     func(context.Context, string, string) (net.Conn, error) { return nil, failed },
	}}
	got, err := r.Resolve(context.Background(), "a@host:1")
	require.NoError(t, err)
	require.Equal(t, "host:1", got)
	_, err = r.Resolve(context.Background(), "a@host.invalid")
	require.ErrorContains(t, err, "look up starlang of host.invalid")
}

func TestResolverFunc(t *testing.T) {
	r := remote.ResolverFunc(func(_ context.Context, node string) (string, error) { return node + "!", nil })
	got, err := r.Resolve(context.Background(), "a@b")
	require.NoError(t, err)
	require.Equal(t, "a@b!", got)
}
