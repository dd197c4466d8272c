package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/examples/internal/golden"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/runtimetest"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Chaos is random, what comes of it is not.
func TestOutput(t *testing.T) {
	arguments, err := os.ReadFile("arguments.txt")
	require.NoError(t, err)
	var trees bytes.Buffer
	golden.Check(t, func(w io.Writer) error { return run(strings.Fields(string(arguments)), w, &trees) })
	require.Contains(t, trees.String(), "── front <0.")
	require.Contains(t, trees.String(), "restarts: ", "the tree is printed again when it has changed")
}

// service is a store without chaos.
type service struct {
	*testing.T
	rt   *runtime.Runtime
	url  string
	http *http.Client
}

// serve runs the store until the test ends.
func serve(t *testing.T) *service {
	address, err := reserve("127.0.0.1:0")
	require.NoError(t, err)
	node := runtimetest.New(t)
	s := &service{T: t, rt: node.Runtime, url: "http://" + address, http: &http.Client{}}
	ready := make(chan struct{})
	after := application.App{Name: "after", DependsOn: []string{"store"}, Root: func(any) (supervisor.Spec, error) {
		close(ready)
		return supervisor.Spec{}, nil
	}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { // the test waits for its result
		ended <- application.RunWith(ctx, application.Options{Runtime: s.rt}, storeApp(s.rt, address), after)
	}()
	<-ready
	t.Cleanup(func() {
		s.http.CloseIdleConnections()
		cancel()
		require.NoError(t, <-ended)
	})
	return s
}

// do makes a request until the service is there.
func (s *service) do(method, path, body string) (status int, who, text string) {
	for {
		req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body))
		require.NoError(s, err)
		resp, err := s.http.Do(req)
		if err != nil {
			require.NoError(s, s.Context().Err())
			continue
		}
		answer, err := io.ReadAll(resp.Body)
		require.NoError(s, err)
		require.NoError(s, resp.Body.Close())
		if resp.StatusCode != http.StatusServiceUnavailable {
			return resp.StatusCode, resp.Header.Get(incarnation), string(answer)
		}
	}
}

func (s *service) kill(name string) {
	p, ok := s.rt.Whereis(name)
	require.True(s, ok)
	require.NoError(s, s.rt.Exit(p, signal.Kill))
}

func TestService(t *testing.T) {
	s := serve(t)
	status, who, _ := s.do(http.MethodPut, "/buckets/a/x", "1")
	require.Equal(t, http.StatusNoContent, status)
	status, same, text := s.do(http.MethodGet, "/buckets/a/x", "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, who, same)
	require.Equal(t, "1", text)
	status, _, _ = s.do(http.MethodDelete, "/buckets/a/x", "")
	require.Equal(t, http.StatusNoContent, status)
	status, _, _ = s.do(http.MethodGet, "/buckets/a/x", "")
	require.Equal(t, http.StatusNotFound, status)
	_, _, tree := s.do(http.MethodGet, "/tree", "")
	require.Contains(t, tree, "│   └── bucket a ")
	_, _, tree = s.do(http.MethodGet, "/tree?as=mermaid", "")
	require.Contains(t, tree, "flowchart TD\n")
}

func TestService_Probes(t *testing.T) {
	s := serve(t)
	for _, path := range []string{"/readyz", "/healthz"} {
		status, _, text := s.do(http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, text, `{"name":"store","state":"running"}`)
	}
}

func TestService_BucketThatWasKilledIsBackAndEmpty(t *testing.T) {
	s := serve(t)
	_, a, _ := s.do(http.MethodPut, "/buckets/a/x", "1")
	_, b, _ := s.do(http.MethodPut, "/buckets/b/x", "2")
	s.kill(bucketName("a"))
	status, another, _ := s.do(http.MethodGet, "/buckets/a/x", "")
	require.Equal(t, http.StatusNotFound, status)
	require.NotEqual(t, a, another)
	_, same, text := s.do(http.MethodGet, "/buckets/b/x", "")
	require.Equal(t, b, same)
	require.Equal(t, "2", text, "the other bucket has not noticed")
}

func TestService_BucketsOutliveTheRegistry(t *testing.T) {
	s := serve(t)
	_, who, _ := s.do(http.MethodPut, "/buckets/a/x", "1")
	s.kill(registryName)
	_, same, text := s.do(http.MethodGet, "/buckets/a/x", "")
	require.Equal(t, who, same)
	require.Equal(t, "1", text)
}

func TestRun_RefusesUnknownFlags(t *testing.T) {
	require.Error(t, run([]string{"-chaotic"}, io.Discard, io.Discard))
}
