package bridge_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/tools/gateway/bridge"
)

// Types of a program that get JSON, or a message, into trouble.
type (
	panics struct{ N int }
	chain  struct{ Next *chain }
	holder struct{ V any }
)

func (*panics) UnmarshalJSON([]byte) error  { panic("unmarshal") }
func (panics) MarshalJSON() ([]byte, error) { panic("marshal") }

func init() {
	term.MustRegister[panics]("bridge_test.panics")
	term.MustRegister[chain]("bridge_test.chain")
	term.MustRegister[holder]("bridge_test.holder")
}

func nested(open, end string, depth int) string {
	return strings.Repeat(open, depth) + "null" + strings.Repeat(end, depth)
}

// Whatever a body holds, the answer is one of JSON, and the bridge serves on.
func TestBridge_SurvivesHostileBodies(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret", PassUnknown: true})
	s.start("mirror", &genserver.Funcs{Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
		if _, is := req.(holder); is {
			return panics{}, nil
		}
		return req, nil
	}})
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"empty":              {``, 400},
		"no object":          {`"x"`, 400},
		"too deep for JSON":  {`{"type": "x.y", "value": ` + nested("[", "]", 100_000) + `}`, 400},
		"too deep, unknown":  {`{"type": "x.y", "value": ` + nested("[", "]", 9000) + `}`, 422},
		"too deep, known":    {`{"type": "bridge_test.chain", "value": ` + nested(`{"Next":`, "}", 5000) + `}`, 422},
		"out of range":       {`{"type": "x.y", "value": [1e999999]}`, 422},
		"many digits":        {`{"type": "x.y", "value": ` + strings.Repeat("9", 100_000) + `}`, 422},
		"64 bits":            {`{"type": "x.y", "value": 18446744073709551615}`, 200},
		"long name":          {`{"type": "` + strings.Repeat("x", 100_000) + `", "value": 1}`, 422},
		"a signal":           {`{"type": "signal.Exit", "value": {}}`, 422},
		"of the library":     {`{"type": "genserver.System", "value": {"Op": 1}}`, 200},
		"cannot be decoded":  {`{"type": "bridge_test.panics", "value": {}}`, 422},
		"reply without JSON": {`{"type": "bridge_test.holder", "value": {}}`, 500},
		"unknown text":       {"{\"type\": \"x.y\", \"value\": \"\xff\"}", 200},
		"doubled":            {`{"type": "bridge_test.add", "type": "x.y", "value": 1}`, 200},
		"space behind":       {two + " ", 200},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := s.post("/call/mirror", c.body)
			require.Equal(t, c.status, status, body)
			if name == "64 bits" {
				require.Contains(t, body, "18446744073709551615")
			}
			if status != http.StatusOK {
				require.Contains(t, body, `"error"`)
			}
		})
	}
	for _, path := range []string{"/call/", "/call/a/b", "/", "/casts/x"} {
		status, body := s.post(path, two)
		require.Equal(t, http.StatusNotFound, status)
		require.Contains(t, body, `"error"`, path)
	}
}

// The server's handler sees that the client has gone away.
func TestBridge_EndsTheCallOfAClientThatGoesAway(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret", Timeout: time.Hour})
	begun, over := make(chan struct{}, 1), make(chan struct{}, 1)
	s.start("slow", &genserver.Funcs{Call: func(ctx *genserver.Context, _ genserver.From, _ any) (any, error) {
		begun <- struct{}{}
		<-ctx.Done()
		over <- struct{}{}
		return nil, ctx.Err()
	}})
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/call/slow", strings.NewReader(two))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/json")
	tr := &http.Transport{DisableKeepAlives: true}
	failed := make(chan error, 1)
	go func() { // ends with ctx
		_, err := (&http.Client{Transport: tr}).Do(r)
		failed <- err
	}()
	<-begun
	cancel()
	<-over
	require.ErrorIs(t, <-failed, context.Canceled)
}

// A client that sends half of a body does not hold the bridge.
func TestBridge_WaitsForABodyNoLongerThanForAReply(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret", Timeout: time.Millisecond})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "POST /call/counter HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"+
		"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	require.NoError(t, err)
	answer, err := io.ReadAll(conn) // until the server closes
	require.NoError(t, err)
	require.Contains(t, string(answer), "408 Request Timeout")
}

// A flood of requests is refused beyond a number, and nobody else's are.
func TestBridge_BoundsWhatItServesAtATime(t *testing.T) {
	s := serve(t, bridge.Config{Token: "secret", Timeout: time.Hour, MaxRequests: 2})
	begun, goOn := make(chan struct{}), make(chan struct{})
	for _, name := range []string{"slow", "slower"} {
		s.start(name, &genserver.Funcs{Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
			begun <- struct{}{}
			<-goOn
			return req, nil
		}})
	}
	statuses := make(chan int, 2)
	for _, name := range []string{"slow", "slower"} {
		go func() { // ends with goOn
			status, _ := s.post("/call/"+name, two)
			statuses <- status
		}()
		<-begun
	}
	status, body := s.post("/call/counter", two)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, "too many requests")
	close(goOn)
	require.Equal(t, http.StatusOK, <-statuses)
	require.Equal(t, http.StatusOK, <-statuses)
	require.Eventually(t, func() bool { // the handlers may have to return yet
		status, _ := s.post("/call/counter", two)
		return status == http.StatusOK
	}, time.Minute, time.Millisecond)
}
