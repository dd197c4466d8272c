package observer

import (
	"log/slog"
	"net/http"
	"strings"
)

// Options say how an [Observer] is to be reached, and by whom. The zero Options are for
// a listener on loopback at the root of its own mux.
type Options struct {
	// Prefix is what the path of each address begins with, such as "/observer".
	Prefix string
	// Control lets those who are in act on nodes, as far as these allow it. Without it
	// every POST that would change a node is refused with 405.
	Control bool
	// Hosts are the host names by which it may be asked, besides loopback addresses and
	// localhost.
	Hosts []string
	// Token, if it is set, lets in whoever knows it, as "Authorization: Bearer TOKEN" or
	// in the form of the page for those who are not in. Without a Token, and without
	// TLS, requests that came by an address beyond loopback are refused.
	Token string
	// Auth, if it is set, decides who is in, in place of sessions and the Token, and is
	// then also what stands between the pages and other machines.
	Auth func(*http.Request) bool
	// Invited, if it is set, is called with the path of the next one-time link whenever
	// one was used up.
	Invited func(path string)
	// Logger is for what goes wrong. nil: slog.Default().
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	o.Prefix = strings.TrimSuffix(o.Prefix, "/")
	if o.Prefix != "" && o.Prefix[0] != '/' {
		o.Prefix = "/" + o.Prefix
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}
