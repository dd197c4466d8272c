package etcd_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/directory/directorytest"
	"github.com/starlang-go/starlang/remote/etcd"
	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// engine is one server as the suite wants it.
type engine struct{ *etcdtest.Servers }

func (e engine) Client(t *testing.T) (directory.Directory, directorytest.Line) {
	proxy := etcdtest.NewProxy(t, e.Endpoints()[0])
	return open(t, proxy.URL()), proxy
}

// open returns a directory on endpoints that is closed with the test.
func open(t *testing.T, endpoints ...string) *etcd.Directory {
	t.Helper()
	d, err := etcd.New(etcd.Config{Endpoints: endpoints})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func (e engine) Compact(t *testing.T) {
	c, err := clientv3.New(clientv3.Config{Endpoints: e.Endpoints()})
	require.NoError(t, err)
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	now, err := c.Get(ctx, "/")
	require.NoError(t, err)
	_, err = c.Compact(ctx, now.Header.Revision, clientv3.WithCompactPhysical())
	require.NoError(t, err)
}

func (e engine) Restart(t *testing.T) {
	e.Servers.Restart(0)
	e.Await(0)
}

func TestConformance(t *testing.T) {
	directorytest.Run(t, directorytest.Config{
		Start: func(t *testing.T) directorytest.Engine { return engine{etcdtest.Start(t, 1)} },
	})
}
