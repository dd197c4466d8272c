package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/tools/gateway/bridge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type add struct{ By int }

type total struct{ N int }

func init() {
	term.MustRegister[add]("bridge_test.add")
	term.MustRegister[total]("bridge_test.total")
}

// counter adds. It fails for 13, and never answers 99.
func counter() *genserver.Funcs {
	n := 0
	return &genserver.Funcs{
		Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
			a, ok := req.(add)
			switch {
			case !ok:
				return nil, genserver.ErrUnhandled
			case a.By == 13:
				return nil, errors.Join(errors.New("unlucky"), runtime.ErrNoProc)
			case a.By == 99:
				return genserver.NoReply, nil
			}
			n += a.By
			return total{n}, nil
		},
		Cast: func(_ *genserver.Context, msg any) error { n += msg.(add).By; return nil },
	}
}

var (
	quiet = slog.New(slog.NewTextHandler(io.Discard, nil))
	nodes atomic.Int32 // that were started, so that each has a name of its own
)

// served is a bridge to a node of its own, over loopback.
type served struct {
	testing.TB
	rt  *runtime.Runtime
	url string
}

func serve(t testing.TB, cfg bridge.Config) *served {
	t.Helper()
	name := fmt.Sprintf("node-%d@test", nodes.Add(1))
	rt := runtime.MustNew(runtime.Config{Name: name, Logger: quiet})
	h, err := bridge.New(rt, cfg)
	require.NoError(t, err)
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for p := range rt.PIDs() {
			require.NoError(t, rt.Exit(p, signal.Kill))
		}
		require.NoError(t, rt.Shutdown(ctx))
	})
	started := &served{t, rt, s.URL}
	started.start("counter", counter())
	return started
}

// start starts a server with a name.
func (s *served) start(name string, server any) {
	s.Helper()
	require.NoError(s, s.rt.Run(s.Context(), func(ctx *runtime.Context) error {
		_, err := genserver.Start(ctx, server, genserver.Options{Name: name})
		return err
	}))
}

// post returns the status and the body of the answer.
func (s *served) post(path, body string, header ...string) (int, string) {
	s.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url+path, strings.NewReader(body))
	require.NoError(s, err)
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	tr := &http.Transport{DisableKeepAlives: true}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Do(r)
	require.NoError(s, err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	require.NoError(s, err)
	return resp.StatusCode, string(b)
}

const two = `{"type": "bridge_test.add", "value": {"By": 2}}`

func TestBridge_CallsAndCasts(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret"})
	status, body := s.post("/cast/counter", two)
	require.Equal(t, http.StatusAccepted, status, body)
	status, body = s.post("/call/counter", two)
	require.Equal(t, http.StatusOK, status, body)
	require.JSONEq(t, `{"type": "bridge_test.total", "value": {"N": 4}}`, body)
}

func TestBridge_SaysWhatIsWrong(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret", MaxBytes: 1000})
	for name, c := range map[string]struct {
		path, body string
		status     int
		header     []string
	}{
		"no name":         {"/call/nobody", two, 404, nil},
		"cast to no name": {"/cast/nobody", two, 404, nil},
		"no node":         {"/call/counter?node=x@127.0.0.1:1", two, 502, nil},
		"no token":        {"/call/counter", two, 401, []string{"Authorization", ""}},
		"wrong token":     {"/call/counter", two, 401, []string{"Authorization", "Bearer secrets"}},
		"too long":        {"/call/counter", strings.Repeat(" ", 1001), 413, nil},
		"no JSON content": {"/call/counter", two, 415, []string{"Content-Type", "text/plain"}},
		"no JSON":         {"/call/counter", "{", 400, nil},
		"two values":      {"/call/counter", two + two, 400, nil},
		"type unknown":    {"/call/counter", `{"type": "x.y", "value": 1}`, 422, nil},
		"no type":         {"/call/counter", `{"value": 1}`, 422, nil},
		"does not fit":    {"/call/counter", `{"type": "bridge_test.add", "value": {"By": "two"}}`, 422, nil},
		"no such field":   {"/call/counter", `{"type": "bridge_test.add", "value": {"Buy": 2}}`, 422, nil},
		"not handled":     {"/call/counter", `{"type": "bridge_test.total", "value": {}}`, 422, nil},
		"server's error":  {"/call/counter", `{"type": "bridge_test.add", "value": {"By": 13}}`, 500, nil},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := s.post(c.path, c.body, c.header...)
			require.Equal(t, c.status, status, body)
			require.Contains(t, body, `"error"`)
		})
	}
}

func TestBridge_DoesNotWaitForever(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret", Timeout: time.Millisecond})
	status, body := s.post("/call/counter", `{"type": "bridge_test.add", "value": {"By": 99}}`)
	require.Equal(t, http.StatusGatewayTimeout, status, body)
}

func TestBridge_TellsThatAMailboxIsFull(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret"})
	opts := runtime.SpawnOptions{Name: "full", Mailbox: runtime.MailboxOptions{Capacity: 1}}
	_, err := s.rt.SpawnOpt(opts, func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
	require.NoError(t, err)
	status, body := s.post("/cast/full", two)
	require.Equal(t, http.StatusAccepted, status, body)
	status, body = s.post("/cast/full", two)
	require.Equal(t, http.StatusTooManyRequests, status, body)
}

func TestBridge_PassesOnWhatOthersKnow(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret", PassUnknown: true})
	echo := &genserver.Funcs{Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) { return req, nil }}
	s.start("echo", echo)
	status, body := s.post("/call/counter", `{"type": "x.y", "value": 1}`)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, body, "request is not handled: x.y")
	status, body = s.post("/call/echo", `{"type": "x.y", "value": {"a": [1, 2.5]}}`)
	require.Equal(t, http.StatusOK, status, body)
	require.JSONEq(t, `{"type": "x.y", "value": {"a": [1, 2.5]}}`, body)
}

// A value of a type that only the receiver knows is what that decodes, whatever its fields are.
func TestBridge_PassesOnValuesThatTheReceiverCanDecode(t *testing.T) {
	type order struct {
		N     int8
		Big   uint64
		Price float64
		Whole float32
		Tags  []string
		At    map[string]int
		None  *int
		Sure  bool
	}
	s := serve(t, bridge.Config{Token: "secret", PassUnknown: true})
	got := make(chan order, 1)
	s.start("shop", &genserver.Funcs{Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
		var o order
		if err := req.(term.Raw).DecodeInto(&o); err != nil {
			return nil, err
		}
		got <- o
		return nil, nil
	}})
	status, body := s.post("/call/shop", `{"type": "x.order", "value": {"N": -7, "Big": 18446744073709551615, "Price": 2.5,
		"Whole": 3, "Tags": ["a", ""], "At": {"k": 1}, "None": null, "Sure": true}}`)
	require.Equal(t, http.StatusOK, status, body)
	require.Equal(t, order{-7, 1<<64 - 1, 2.5, 3, []string{"a", ""}, map[string]int{"k": 1}, nil, true}, <-got)
}

func TestBridge_ServesNobodyWithoutAToken(t *testing.T) {
	_, err := bridge.New(runtime.MustNew(runtime.Config{}), bridge.Config{})
	require.ErrorIs(t, err, bridge.ErrNoToken)
}

func TestBridge_ServesOtherHostsByTLSOnly(t *testing.T) {
	h, err := bridge.New(runtime.MustNew(runtime.Config{}), bridge.Config{Token: "secret"})
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodPost, "/call/counter", strings.NewReader(two))
	r.RemoteAddr = "192.0.2.1:1234"
	r.Header.Set("Authorization", "Bearer secret")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, http.StatusForbidden, w.Code)
}
