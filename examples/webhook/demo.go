package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
)

// demo delivers to a server of its own that fails every second time.
func demo(out io.Writer) error {
	var asked, got atomic.Int64
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1)%2 == 1 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		got.Add(1)
	}))
	defer receiver.Close()
	s := newService("127.0.0.1:0")
	rt := runtime.MustNew(runtime.Config{})
	defer func() { _ = rt.Shutdown(context.Background()) }()
	program, err := application.Start(context.Background(), application.Options{Runtime: rt}, s.app())
	if err != nil {
		return err
	}
	for id := range 3 {
		status, err := ask(s.address, receiver.URL, fmt.Sprint(id))
		fmt.Fprintln(out, "delivery", id, "is answered with", status, err)
	}
	err = program.Stop()
	fmt.Fprintln(out, "stopped:", err, "delivered:", got.Load())
	http.DefaultClient.CloseIdleConnections()
	return nil
}

// ask posts a delivery to the service at an address.
func ask(address, to, id string) (status int, err error) {
	query := url.Values{"to": {to}, "id": {id}}
	resp, err := http.Post("http://"+address+"/deliver?"+query.Encode(), "text/plain", strings.NewReader("hello"))
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
