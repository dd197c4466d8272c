package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
)

// tlsFor returns the configuration for one handshake, with what the protocol asks
// for: TLS 1.3, whose exporter binds the proofs to the connection. It returns nil if
// there is to be no TLS.
func (n *Node) tlsFor(serverName string) (*tls.Config, error) {
	cfg := n.cfg.TLS
	if n.cfg.TLSSource != nil {
		var err error
		if cfg, err = n.cfg.TLSSource(); err != nil {
			return nil, err
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
func (n *Node) secureDial(ctx context.Context, stream net.Conn, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	cfg, err := n.tlsFor(host)
	if err != nil || cfg == nil {
		return stream, err
	}
	t := tls.Client(stream, cfg)
	return t, t.HandshakeContext(ctx)
}

// secureAccept does the TLS handshake of the acceptor, if there is to be one.
func (n *Node) secureAccept(ctx context.Context, stream net.Conn) (net.Conn, error) {
	cfg, err := n.tlsFor("")
	if err != nil || cfg == nil {
		return stream, err
	}
	t := tls.Server(stream, cfg)
	return t, t.HandshakeContext(ctx)
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
