package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Config says how a server runs. The zero value, with a Dir, is one of its own on a free
// port of the loopback interface.
type Config struct {
	// Dir is where the server keeps its data. It must be set.
	Dir string
	// Client is the address for clients, host:port. Default: 127.0.0.1:0.
	Client string
	// Name and Peers are for three fixed servers: Peers has the address of each,
	// host:port, by its name, and Name is this one's. The addresses must not be changed
	// afterwards.
	Name  string
	Peers map[string]string
}

// Server is an etcd server in this program.
type Server struct{ etcd *embed.Etcd }

// Start starts a server and returns when it serves. A server of several serves when most
// of them have started. The listeners of a server of its own take no port that is fixed:
// ask [Server.Endpoint].
func Start(ctx context.Context, cfg Config) (*Server, error) {
	c, err := configOf(cfg)
	if err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	e, err := embed.StartEtcd(c)
	if err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	s := &Server{e}
	select {
	case <-e.Server.ReadyNotify():
		return s, nil
	case err := <-e.Err():
		return nil, errors.Join(fmt.Errorf("embedded: %w", err), s.Close())
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), s.Close())
	}
}

// Endpoint returns the URL for clients.
func (s *Server) Endpoint() string { return "http://" + s.etcd.Clients[0].Addr().String() }

// Close stops the server. What it knows is on disk.
func (s *Server) Close() error {
	s.etcd.Close()
	return nil
}

// configOf returns etcd's own configuration.
func configOf(cfg Config) (*embed.Config, error) {
	if cfg.Dir == "" {
		return nil, errors.New("Dir is not set")
	}
	c := embed.NewConfig()
	c.Dir = cfg.Dir
	c.TickMs, c.ElectionMs = 100, 1000
	// At the level error it still prints at every close.
	c.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.New(zapcore.NewNopCore()))
	client := cfg.Client
	if client == "" {
		client = "127.0.0.1:0"
	}
	c.ListenClientUrls = urls(client)
	c.AdvertiseClientUrls = c.ListenClientUrls
	if len(cfg.Peers) == 0 {
		return c, alone(c)
	}
	return c, among(c, cfg)
}

// alone makes c a server of its own. Its address for peers must be known beforehand, also
// if there will be none.
func alone(c *embed.Config) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	c.ListenPeerUrls = urls(l.Addr().String())
	c.AdvertisePeerUrls = c.ListenPeerUrls
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	return nil
}

// among makes c one of several fixed servers.
func among(c *embed.Config, cfg Config) error {
	own, ok := cfg.Peers[cfg.Name]
	if !ok {
		return fmt.Errorf("Peers has no %q", cfg.Name)
	}
	c.Name = cfg.Name
	c.ListenPeerUrls = urls(own)
	c.AdvertisePeerUrls = c.ListenPeerUrls
	var all []string
	for name, address := range cfg.Peers {
		all = append(all, name+"=http://"+address)
	}
	c.InitialCluster = strings.Join(all, ",")
	return nil
}

func urls(address string) []url.URL { return []url.URL{{Scheme: "http", Host: address}} }
