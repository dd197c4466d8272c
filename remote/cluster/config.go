package cluster

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/discover"
	"github.com/starlang-go/starlang/remote/cluster/internal/guarded"
)

// DefaultTTL is a compromise: after a crash what a node held is free within 12 s, and a
// pause of the network of up to 9 s costs nothing.
const DefaultTTL = 10 * time.Second

// MinTTL is the shortest TTL.
const MinTTL = directory.MinTTL

// DefaultPollInterval is how often the sources of nodes are asked.
const DefaultPollInterval = 5 * time.Second

// Config says what cluster a node is a member of. A zero field means its default.
type Config struct {
	// Name tells clusters apart that share a directory. Default: "default".
	Name string
	// Remote says how the node talks to others. Its Resolver is asked for nodes whose
	// address is not known from the directory.
	Remote remote.Config
	// Directory is where names, singletons and entities are claimed. nil: there are
	// none, and members are found by Discover.
	Directory directory.Directory
	// Discover finds nodes in a cluster without a directory. It is not asked in one
	// with a directory.
	Discover discover.Source
	// PollInterval is how often Discover is asked.
	PollInterval time.Duration
	// Address is where other nodes reach this one, host:port. Default: where it
	// listens, unless that is every address; then others take it from its name.
	Address string
	// Roles and Version describe the node to others.
	Roles   []string
	Version string
	// TTL is the life of a session that is not renewed.
	TTL time.Duration
	// Clock measures the life of sessions. nil: the system's; others are for tests, and
	// trusted as that is.
	Clock Clock
	// Logger gets what happens. nil: slog.Default().
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Name == "" {
		c.Name = "default"
	}
	if c.TTL == 0 {
		c.TTL = DefaultTTL
	}
	if c.PollInterval == 0 {
		c.PollInterval = DefaultPollInterval
	}
	if c.Clock == nil {
		c.Clock = systemClock{time.Now()}
	}
	if c.Directory != nil {
		c.Directory = guarded.New(c.Directory)
	}
	if c.Remote.Resolver == nil {
		c.Remote.Resolver = remote.AddressResolver{}
	}
	return c
}

// check returns what is wrong with c, whose defaults are filled in.
func (c Config) check() error {
	switch {
	case c.TTL < MinTTL:
		return fmt.Errorf("TTL is %v, the shortest is %v", c.TTL, MinTTL)
	case c.PollInterval < 0:
		return errors.New("PollInterval is negative")
	}
	return nil
}
