package observer_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/observer"
)

// inhabitedNode starts a node with one process of a name. The function ends it.
func inhabitedNode(t *testing.T, node, process string) (end func()) {
	t.Helper()
	rt := runtime.MustNew(runtime.Config{Name: node, Logger: slog.New(slog.DiscardHandler)})
	n, err := remote.Start(rt, remote.Config{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	spawn(t, rt, runtime.SpawnOptions{Name: process}, idle)
	return func() {
		require.NoError(t, n.Close(context.Background()))
		require.NoError(t, rt.Shutdown(context.Background()))
	}
}

func TestAttach_FindsANodeAgainThatWasGone(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	name := "shop@" + free.Addr().String()
	require.NoError(t, free.Close())
	end := inhabitedNode(t, name, "before")
	o, err := observer.Attach([]observer.Node{{Name: name}}, observer.Options{Token: token, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer o.Close()
	s := &site{t, o, nil}
	page := "/n/" + name + "/names"
	require.Contains(t, s.get(page).Body.String(), "before")
	end()
	require.Equal(t, http.StatusBadGateway, s.get(page).Code)
	end = inhabitedNode(t, name, "after")
	defer end()
	require.Eventually(t, func() bool {
		w := s.get(page)
		return w.Code == http.StatusOK && strings.Contains(w.Body.String(), "after") && !strings.Contains(w.Body.String(), "before")
	}, time.Minute, 10*time.Millisecond)
}
