package observer

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
)

type nonceKey struct{}

// protect sets the headers of every answer: no script, style or connection but our own,
// no frame of anybody around us. It returns the nonce of our own scripts and styles.
func (o *Observer) protect(h http.Header) (nonce string) {
	nonce = rand.Text()
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src 'nonce-%[1]s'; style-src 'nonce-%[1]s'; "+
		"img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", nonce))
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	return nonce
}

// The reasons for which a request is refused, whoever has sent it.
var (
	errHost   = errors.New("this host name is not among those that the observer goes by")
	errBeyond = errors.New("beyond loopback the observer needs TLS and a token")
)

// refuses returns why a request is not to be answered at all.
func (o *Observer) refuses(r *http.Request) error {
	switch {
	case !o.goesBy(r.Host):
		return errHost // a foreign name that was made to point here
	case o.isBeyondLoopback(r):
		return errBeyond
	}
	return o.cross.Check(r)
}

func (o *Observer) goesBy(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return isLoopback(host) || slices.Contains(o.opts.Hosts, host)
}

func isLoopback(host string) bool {
	if len(host) > 2 && host[0] == '[' {
		host = host[1 : len(host)-1]
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// isBeyondLoopback reports whether a request has come by an address that other machines
// can reach, without what is needed for that.
func (o *Observer) isBeyondLoopback(r *http.Request) bool {
	local, known := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !known || o.opts.Auth != nil {
		return false
	}
	host, _, err := net.SplitHostPort(local.String())
	if err != nil { // a socket of the file system
		return false
	}
	return !isLoopback(host) && (r.TLS == nil || o.opts.Token == "")
}
