package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/starlang-go/starlang/tools/observer"
)

// options are what the command line says.
type options struct {
	listen, cookieFile, observerCookieFile, tokenFile, cert, key, hosts string
	control                                                             bool
	nodes                                                               []string
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("observer", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage: observer [flags] NODE...\n\nA NODE is the name of one, such as shop@10.0.0.1:4370.\n\n")
		flags.PrintDefaults()
	}
	flags.StringVar(&o.listen, "listen", "127.0.0.1:4380", "where to serve; beyond loopback with -cert, -key and -token-file only")
	flags.StringVar(&o.cookieFile, "cookie-file", os.Getenv("STARLANG_COOKIE_FILE"), "file with the cookie of the network")
	flags.StringVar(&o.observerCookieFile, "observer-cookie-file", os.Getenv("STARLANG_OBSERVER_COOKIE_FILE"), "file with the cookie of those who only look")
	flags.StringVar(&o.tokenFile, "token-file", "", "file with a token that lets in, as a bearer or in the form")
	flags.StringVar(&o.cert, "cert", "", "file with the certificate for TLS")
	flags.StringVar(&o.key, "key", "", "file with its key")
	flags.StringVar(&o.hosts, "hosts", "", "host names, with commas between, by which browsers come")
	flags.BoolVar(&o.control, "control", false, "let those who are in act on nodes that allow it")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.nodes = flags.Args(); len(o.nodes) == 0 {
		flags.Usage()
		return o, errors.New("no node is named")
	}
	return o, nil
}

// errBeyond tells that the pages would be for everybody on the network.
var errBeyond = errors.New("an address beyond loopback needs -cert, -key and -token-file")

// headerTime is how long a browser may take to ask.
const headerTime = 10 * time.Second

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	config, token, err := o.secrets()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		if o.cert == "" || o.key == "" || token == "" {
			return errBeyond
		}
	}
	scheme := map[bool]string{true: "https://", false: "http://"}[o.cert != ""]
	tell := func(path string) { fmt.Fprintf(stdout, "open once: %s%s%s\n", scheme, listener.Addr(), path) }
	var nodes []observer.Node
	for _, name := range o.nodes {
		nodes = append(nodes, observer.Node{Name: name, Config: config})
	}
	pages, err := observer.Attach(nodes, observer.Options{
		Control: o.control, Hosts: strings.Split(o.hosts, ","), Token: token, Invited: tell,
		Logger: slog.New(slog.NewTextHandler(stderr, nil)),
	})
	if err != nil {
		return err
	}
	defer pages.Close()
	tell(pages.Invite())
	return serve(ctx, listener, o, pages)
}

// serve serves until ctx ends.
func serve(ctx context.Context, listener net.Listener, o options, pages *observer.Observer) error {
	server := &http.Server{Handler: pages, ReadHeaderTimeout: headerTime}
	failed := make(chan error, 1)
	go func() { // ends with the server
		if o.cert != "" {
			failed <- server.ServeTLS(listener, o.cert, o.key)
			return
		}
		failed <- server.Serve(listener)
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		pages.Close() // ends the streams
		return server.Shutdown(context.WithoutCancel(ctx))
	}
}
