// Command gateway is a node that lets programs which speak HTTP and JSON call the servers of
// other nodes, see package bridge:
//
//	COOKIE=… go run ./tools/gateway -name gateway@127.0.0.1:4399 -listen 127.0.0.1:8080
//
// The cookie, which is also the token of the requests, comes from the environment: command
// lines are for all to see. Listen addresses beyond loopback need -cert and -key.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/gateway/bridge"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	flag.StringVar(&o.name, "name", "gateway@127.0.0.1:4399", "name of the gateway's node")
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address to serve HTTP on")
	flag.StringVar(&o.cert, "cert", "", "file of the certificate for TLS")
	flag.StringVar(&o.key, "key", "", "file of its key")
	flag.Parse()
	if err := run(ctx, o, os.Getenv("COOKIE")); err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

type options struct{ name, listen, cert, key string }

// closeTimeout bounds the end: requests on their way, then the node's connections.
const closeTimeout = 10 * time.Second

// run serves until ctx ends.
func run(ctx context.Context, o options, cookie string) (err error) {
	rt, err := runtime.New(runtime.Config{Name: o.name})
	if err != nil {
		return err
	}
	h, err := bridge.New(rt, bridge.Config{Token: cookie, PassUnknown: true})
	if err != nil {
		return fmt.Errorf("COOKIE in the environment: %w", err)
	}
	l, err := listen(ctx, o)
	if err != nil {
		return err
	}
	node, err := remote.Start(rt, remote.Config{Cookie: cookie})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	err = serve(ctx, l, h, o)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return errors.Join(err, node.Close(end), rt.Shutdown(end))
}

// listen listens on loopback, or where TLS is to protect the token.
func listen(ctx context.Context, o options) (net.Listener, error) {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return nil, err
	}
	if o.cert == "" && !net.ParseIP(host).IsLoopback() {
		return nil, fmt.Errorf("%s is not a loopback address: it needs -cert and -key", o.listen)
	}
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", o.listen)
}

func serve(ctx context.Context, l net.Listener, h http.Handler, o options) error {
	s := &http.Server{Handler: h, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { // ends by Shutdown or Close, or by an error; it is waited for below
		if o.cert != "" {
			ended <- s.ServeTLS(l, o.cert, o.key)
			return
		}
		ended <- s.Serve(l)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	err := s.Shutdown(end)
	if err != nil {
		err = errors.Join(err, s.Close())
	}
	<-ended
	return err
}
