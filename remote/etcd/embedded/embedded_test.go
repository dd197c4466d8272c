package embedded_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/directory/directorytest"
	"github.com/starlang-go/starlang/remote/etcd"
	"github.com/starlang-go/starlang/remote/etcd/embedded"
	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
)

// engine is a server as the suite wants it.
type engine struct {
	cfg    embedded.Config
	server *embedded.Server
}

func start(t *testing.T, cfg embedded.Config) *embedded.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := embedded.Start(ctx, cfg)
	require.NoError(t, err)
	return s
}

func (e *engine) Client(t *testing.T) (directory.Directory, directorytest.Line) {
	proxy := etcdtest.NewProxy(t, e.server.Endpoint())
	d, err := etcd.New(etcd.Config{Endpoints: []string{proxy.URL()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d, proxy
}

func (e *engine) Compact(t *testing.T) {
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{e.server.Endpoint()}})
	require.NoError(t, err)
	defer c.Close()
	now, err := c.Get(t.Context(), "/")
	require.NoError(t, err)
	_, err = c.Compact(t.Context(), now.Header.Revision, clientv3.WithCompactPhysical())
	require.NoError(t, err)
}

func (e *engine) Restart(t *testing.T) {
	e.server.Close()
	e.server = start(t, e.cfg)
}

// freeAddress returns an address of the loopback interface that is free now.
func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func TestConformance(t *testing.T) {
	directorytest.Run(t, directorytest.Config{
		Start: func(t *testing.T) directorytest.Engine {
			e := &engine{cfg: embedded.Config{Dir: t.TempDir(), Client: freeAddress(t)}}
			e.server = start(t, e.cfg)
			t.Cleanup(func() { e.server.Close() })
			return e
		},
	})
}

func TestStart_WithoutADirectoryIsRefused(t *testing.T) {
	_, err := embedded.Start(t.Context(), embedded.Config{})
	require.Error(t, err)
}

func TestStart_OneOfThreeWaitsForTheOthers(t *testing.T) {
	peers := map[string]string{"a": freeAddress(t), "b": freeAddress(t), "c": freeAddress(t)}
	servers := make(chan *embedded.Server, len(peers))
	for name := range peers {
		cfg := embedded.Config{Dir: t.TempDir(), Name: name, Peers: peers}
		go func() { servers <- start(t, cfg) }() // ends when most have started; received below
	}
	var endpoints []string
	for range peers {
		s := <-servers
		defer s.Close()
		endpoints = append(endpoints, s.Endpoint())
	}
	d, err := etcd.New(etcd.Config{Endpoints: endpoints})
	require.NoError(t, err)
	defer d.Close()
	_, err = d.Open(t.Context(), directorytest.TTL)
	require.NoError(t, err)
}
