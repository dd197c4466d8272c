package promstarlang_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/promstarlang"
)

// A page of metrics of one runtime.
func Example() {
	rt := runtime.MustNew(runtime.Config{})
	defer rt.Shutdown(context.Background())
	c, err := promstarlang.Setup(rt)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))

	page := httptest.NewRecorder()
	http.DefaultServeMux.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(page.Body.String()) {
		if strings.HasPrefix(line, "starlang_processes") {
			fmt.Print(line)
		}
	}
	// Output:
	// starlang_processes{state="exiting"} 0
	// starlang_processes{state="running"} 0
	// starlang_processes{state="sleeping"} 0
}
