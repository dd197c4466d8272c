package discover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// Source tells of nodes.
type Source interface {
	// Nodes returns the names of the nodes that the source knows now. It may leave
	// out some, and may return the node that asks.
	Nodes(ctx context.Context) ([]string, error)
}

// Static is a fixed list of node names.
type Static []string

var (
	_ Source = Static(nil)
	_ Source = DNS{}
	_ Source = Union(nil)
)

// Nodes implements [Source].
func (s Static) Nodes(context.Context) ([]string, error) { return slices.Clone(s), nil }

// Resolver asks a name server. A *net.Resolver is one.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// DNS finds nodes behind a name, as a headless service of Kubernetes gives it. Set
// publishNotReadyAddresses there, else nodes find each other only once they are ready,
// which may be when they have found each other.
type DNS struct {
	// Name is what is asked for.
	Name string
	// Service, if set, asks for service records, _Service._tcp.Name, which have host
	// and port. Else Name is asked for addresses.
	Service string
	// Port is that of all nodes if there are no service records.
	Port int
	// Node is the part of the nodes' names before the @. All have the same, and
	// differ in the address behind it.
	Node string
	// Resolver asks. nil: net.DefaultResolver.
	Resolver Resolver
}

// Nodes implements [Source].
func (d DNS) Nodes(ctx context.Context) ([]string, error) {
	r := d.Resolver
	if r == nil {
		r = net.DefaultResolver
	}
	if d.Service != "" {
		return d.services(ctx, r)
	}
	hosts, err := r.LookupHost(ctx, d.Name)
	if err != nil {
		return nil, fmt.Errorf("discover: %w", err)
	}
	return d.names(hosts, d.Port), nil
}

func (d DNS) services(ctx context.Context, r Resolver) (nodes []string, err error) {
	_, records, err := r.LookupSRV(ctx, d.Service, "tcp", d.Name)
	if err != nil {
		return nil, fmt.Errorf("discover: %w", err)
	}
	for _, srv := range records {
		nodes = append(nodes, d.names([]string{strings.TrimSuffix(srv.Target, ".")}, int(srv.Port))...)
	}
	return nodes, nil
}

func (d DNS) names(hosts []string, port int) []string {
	nodes := make([]string, len(hosts))
	for i, h := range hosts {
		nodes[i] = d.Node + "@" + net.JoinHostPort(h, strconv.Itoa(port))
	}
	return nodes
}

// Union is all nodes of several sources. One that fails takes nothing away from the
// others.
type Union []Source

// Nodes implements [Source]. It returns what it got also beside an error.
func (u Union) Nodes(ctx context.Context) (nodes []string, err error) {
	var errs []error
	for _, s := range u {
		some, err := s.Nodes(ctx)
		nodes = append(nodes, some...)
		errs = append(errs, err)
	}
	slices.Sort(nodes)
	return slices.Compact(nodes), errors.Join(errs...)
}
