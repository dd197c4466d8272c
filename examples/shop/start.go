package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// shop is the tree of the program's servers.
func shop() supervisor.Spec {
	newStock := func() any { return &stock{left: map[string]int{"apple": 2}} }
	newDesk := func() any { return &desk{} }
	return supervisor.Spec{Children: []supervisor.ChildSpec{
		supervisor.Server("stock", newStock, genserver.Options{Name: "stock"}),
		supervisor.Server("desk", newDesk, genserver.Options{Name: "desk"}),
	}}
}

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

// run opens the shop on loopback and orders three times.
func run(w io.Writer) error {
	rt := runtime.MustNew(runtime.Config{})
	defer func() { _ = rt.Shutdown(context.Background()) }()
	if _, err := supervisor.Start(context.Background(), rt, shop()); err != nil {
		return err
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(rt, w, r) }))
	defer web.Close()
	for range 3 {
		if err := order(w, web.Client(), web.URL+"?item=apple"); err != nil {
			return err
		}
	}
	return nil
}

func order(w io.Writer, client *http.Client, url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	fmt.Fprint(w, resp.StatusCode, " ")
	_, err = io.Copy(w, resp.Body)
	return err
}
