package etcd_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// The directories of many nodes, with one list of members, ask all of these.
func TestNew_DirectoriesAskDifferentMembers(t *testing.T) {
	var endpoints []string
	asked := make([]chan struct{}, 3)
	for i := range asked {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = l.Close() })
		endpoints = append(endpoints, "http://"+l.Addr().String())
		asked[i] = make(chan struct{}, 1)
		go func() { // ends when the listener is closed
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_ = c.Close()
				select {
				case asked[i] <- struct{}{}:
				default:
				}
			}
		}()
	}
	ctx, cancel := context.WithCancel(t.Context())
	var nodes sync.WaitGroup
	for range 40 { // that none begins with one of three happens once in a million times
		d := open(t, endpoints...)
		nodes.Go(func() { _, _ = d.Get(ctx, "/") })
	}
	for i := range asked {
		<-asked[i]
	}
	cancel()
	nodes.Wait()
}
