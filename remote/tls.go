package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/guard"
)

// The limits of calls of the program that hang. At such a number no call of the same kind is
// begun any more.
const (
	maxHungHandshakes = 1000 // of a node, for each kind of call
	maxHungAttempts   = 100  // to connect to one other node
)

// tlsFor returns the configuration for one handshake, with what the protocol asks
// for: TLS 1.3, whose exporter binds the proofs to the connection. It returns nil if
// there is to be no TLS.
func (n *Node) tlsFor(ctx context.Context, serverName string) (*tls.Config, error) {
	cfg := n.cfg.TLS
	if n.cfg.TLSSource != nil {
		var err error
		if cfg, err = guard.Run(ctx, &n.hungSources, maxHungHandshakes, n.cfg.TLSSource, nil); err != nil {
			return nil, fmt.Errorf("TLSSource: %w", err)
		}
	}
	if cfg == nil {
		return nil, nil
	}
	cfg = cfg.Clone()
	cfg.MinVersion = tls.VersionTLS13
	if cfg.ServerName == "" {
		cfg.ServerName = serverName
	}
	return cfg, nil
}

// secureDial does the TLS handshake of the dialler, if there is to be one.
func (n *Node) secureDial(ctx context.Context, s *conn.Stream, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	cfg, err := n.tlsFor(ctx, host)
	if err != nil || cfg == nil {
		return s, err
	}
	return n.secure(ctx, tls.Client(s, cfg))
}

// secureAccept does the TLS handshake of the acceptor, if there is to be one.
func (n *Node) secureAccept(ctx context.Context, s *conn.Stream) (net.Conn, error) {
	cfg, err := n.tlsFor(ctx, "")
	if err != nil || cfg == nil {
		return s, err
	}
	return n.secure(ctx, tls.Server(s, cfg))
}

// secure does a TLS handshake, which may call functions of the program.
func (n *Node) secure(ctx context.Context, t *tls.Conn) (net.Conn, error) {
	return guard.Run(ctx, &n.hungTLS, maxHungHandshakes, func() (net.Conn, error) { return t, t.HandshakeContext(ctx) }, nil)
}

// HostInCertificate is a [Config].VerifyName: the host in the node's name must be one that
// the certificate is for, by its DNS names or IP addresses.
func HostInCertificate(node string, cert *x509.Certificate) error {
	_, host, _ := strings.Cut(node, "@")
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return cert.VerifyHostname(strings.Trim(host, "[]"))
}

// verifyName holds the name that a peer has proven against its certificate.
func (n *Node) verifyName(ctx context.Context, conn net.Conn, node string) error {
	if n.cfg.VerifyName == nil {
		return nil
	}
	_, err := guard.Run(ctx, &n.hungNames, maxHungHandshakes, func() (any, error) {
		t, ok := conn.(*tls.Conn)
		if !ok || len(t.ConnectionState().PeerCertificates) == 0 {
			return nil, errors.New("it has none")
		}
		return nil, n.cfg.VerifyName(node, t.ConnectionState().PeerCertificates[0])
	}, nil)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCertificate, node, err)
	}
	return nil
}

// TLSFiles are the PEM files of a node in a network whose nodes all have a
// certificate of one authority.
type TLSFiles struct {
	Cert, Key string // this node's certificate, with its chain, and its key
	CA        string // the authorities that sign the nodes' certificates
}

// Load reads the files and returns the configuration in which both sides prove
// themselves. It is meant for [Config].TLSSource: then a renewed certificate or
// authority is used from the next handshake on.
func (f TLSFiles) Load() (*tls.Config, error) {
	cert, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	pem, err := os.ReadFile(f.CA)
	if err != nil {
		return nil, fmt.Errorf("read authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read authorities: no certificate in %s", f.CA)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{cert},
		RootCAs:      pool,
		ClientCAs:    pool,
		ClientAuth:   tls.RequireAndVerifyClientCert,
	}, nil
}
