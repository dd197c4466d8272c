package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// refusal is an error of the request itself.
type refusal struct {
	status int
	text   string
}

// Error implements error.
func (e *refusal) Error() string { return e.text }

// statuses has the status of each error by which clients branch, the first that fits.
var statuses = []struct {
	err    error
	status int
}{
	{genserver.ErrUnhandled, http.StatusUnprocessableEntity},
	{runtime.ErrMailboxFull, http.StatusTooManyRequests},
	{remote.ErrBusy, http.StatusTooManyRequests},
	{context.DeadlineExceeded, http.StatusGatewayTimeout},
	{runtime.ErrTimeout, http.StatusGatewayTimeout},
	{runtime.ErrNoConnection, http.StatusBadGateway},
	{runtime.ErrNoProc, http.StatusNotFound},
	{runtime.ErrStopped, http.StatusServiceUnavailable},
}

// statusOf returns the status of an error. One that a server has replied with says nothing
// of the way there, whatever it wraps.
func statusOf(err error) int {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.status
	}
	var replied *genserver.ReplyError
	if errors.As(err, &replied) {
		return http.StatusInternalServerError
	}
	var unsendable *term.EncodeError
	if errors.As(err, &unsendable) {
		return http.StatusUnprocessableEntity // what the request asks to be sent
	}
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

func fail(w http.ResponseWriter, err error) {
	body, _ := json.Marshal(map[string]string{"error": err.Error()}) // a string always can be
	write(w, statusOf(err), body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	if body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
