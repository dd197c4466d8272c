// Command shop is a web handler that calls a server, which calls another one.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// Take is a request to the stock; the reply is how many are left, an int.
type Take struct {
	genserver.Returns[int]
	Item string
}

type stock struct{ left map[string]int }

func (s *stock) take(_ *genserver.Context, q Take) (int, error) {
	if s.left[q.Item] == 0 {
		return 0, errors.New("sold out")
	}
	s.left[q.Item]--
	return s.left[q.Item], nil
}

func (*stock) Handlers() genserver.Handlers { return genserver.Handle(genserver.On((*stock).take)) }

// Order is a request to the desk; the reply is a text.
type Order struct {
	genserver.Returns[string]
	Item string
}

type desk struct{}

func (*desk) order(ctx *genserver.Context, q Order) (string, error) {
	left, err := genserver.Call(ctx, "stock", Take{Item: q.Item}) // until the web request ends
	return fmt.Sprintf("one %s, %d left", q.Item, left), err
}

func (*desk) Handlers() genserver.Handlers { return genserver.Handle(genserver.On((*desk).order)) }

func serve(rt *runtime.Runtime, w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(runtime.NewContext(r.Context(), rt), time.Second)
	defer cancel()
	text, err := genserver.Call(ctx, "desk", Order{Item: r.FormValue("item")}) // text is a string
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, text)
}
