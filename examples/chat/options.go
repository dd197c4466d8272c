package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

const usage = `chat is a room on one node and people on others.

  chat                                        plays a short conversation
  chat -name lounge@HOST:PORT                 serves a room
  chat -name ada@laptop -join lounge@HOST:PORT
                                              joins it as ada

  -cookie-file FILE   has the secret that all nodes share; needed beyond this machine
  -listen HOST:PORT   where to listen, if that is not in the name
  -at HOST:PORT       where the node to join listens, if that is not in its name
`

// options are the command line.
type options struct {
	name, join string // of nodes
	cookieFile string
	listen, at string // addresses
}

// parse returns an error of one line, or flag.ErrHelp.
func parse(args []string) (o options, err error) {
	set := flag.NewFlagSet("chat", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.name, "name", "", "")
	set.StringVar(&o.join, "join", "", "")
	set.StringVar(&o.cookieFile, "cookie-file", "", "")
	set.StringVar(&o.listen, "listen", "", "")
	set.StringVar(&o.at, "at", "", "")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag", set.Arg(0))
	}
	if o.name == "" && set.NFlag() > 0 {
		return o, errors.New("-name is needed with any other flag")
	}
	return o, o.check()
}

// check returns what is wrong with the names and addresses.
func (o options) check() error {
	for _, f := range []struct{ flag, node string }{{"-name", o.name}, {"-join", o.join}} {
		if f.node == "" {
			continue
		}
		if err := pid.CheckNodeName(f.node); err != nil {
			return fmt.Errorf("%s: %w", f.flag, err)
		}
	}
	for _, f := range []struct{ flag, address string }{{"-listen", o.listen}, {"-at", o.at}} {
		if f.address == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(f.address); err != nil {
			return fmt.Errorf("%s: %w", f.flag, err)
		}
	}
	switch {
	case o.name != "" && o.join == "" && o.listen == "" && !hasPort(o.name):
		return fmt.Errorf("a server needs a port: -name %s:%d, or -listen", o.name, remote.DefaultPort)
	case o.join == o.name && o.name != "":
		return errors.New("-join names another node than -name")
	case o.at != "" && o.join == "":
		return errors.New("-at is for -join")
	}
	return nil
}

func hasPort(node string) bool {
	_, host, _ := strings.Cut(node, "@")
	_, _, err := net.SplitHostPort(host)
	return err == nil
}

// quiet is where the runtime's reports go: what matters to people is said in the
// conversation.
var quiet = slog.New(slog.DiscardHandler)

// config returns how this program's node talks to others.
func (o options) config() (cfg remote.Config, err error) {
	cfg = remote.Config{Listen: o.listen, Logger: quiet}
	if o.cookieFile != "" {
		cookie, err := os.ReadFile(o.cookieFile)
		if err != nil {
			return cfg, err
		}
		if cfg.Cookie = string(bytes.TrimSpace(cookie)); cfg.Cookie == "" {
			return cfg, fmt.Errorf("%s is empty", o.cookieFile)
		}
	}
	if o.at != "" {
		cfg.Resolver = remote.StaticResolver{o.join: o.at}
	}
	return cfg, nil
}

// live runs body as a process until it returns or ctx ends, and returns its error as it
// is: to others that is the text of an exit reason.
func live(ctx context.Context, rt *runtime.Runtime, body runtime.Body) error {
	var err error
	reason := rt.Run(ctx, func(p *runtime.Context) error {
		err = body(p)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	default:
		return reason
	}
}

// closeNode ends what runs on a node, and then its connections: so others learn why
// processes ended.
func closeNode(rt *runtime.Runtime) error {
	err := rt.Shutdown(context.Background())
	if node := remote.Of(rt); node != nil {
		err = errors.Join(err, node.Close(context.Background()))
	}
	return err
}
