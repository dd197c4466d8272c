package remote

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Resolver finds where a node listens.
type Resolver interface {
	// Resolve returns the address, host:port, of the node with a name.
	Resolve(ctx context.Context, node string) (addr string, err error)
}

// DefaultPort is the port of nodes whose name has none.
const DefaultPort = 4370

// AddressResolver takes the address out of the name: node@host:port, or node@host
// for a node at the default port. A host name is looked up when it is dialled.
type AddressResolver struct {
	// Port is for names without a port. 0 means [DefaultPort].
	Port int
}

// Resolve implements [Resolver].
func (r AddressResolver) Resolve(_ context.Context, node string) (string, error) {
	_, host, ok := strings.Cut(node, "@")
	if !ok || host == "" {
		return "", fmt.Errorf("node name %q has no host", node)
	}
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host, nil
	}
	port := DefaultPort
	if r.Port != 0 {
		port = r.Port
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return net.JoinHostPort(host, strconv.Itoa(port)), nil
}

// StaticResolver has the address of each node. It dials no others, whatever names
// messages bring. It must not change once it is in use.
type StaticResolver map[string]string

// Resolve implements [Resolver].
func (r StaticResolver) Resolve(_ context.Context, node string) (string, error) {
	addr, ok := r[node]
	if !ok {
		return "", fmt.Errorf("node %q is not among those that are known", node)
	}
	return addr, nil
}

// DNSResolver asks DNS for the service record _starlang._tcp of the name's host,
// which has the host and port. A name with a port needs none.
type DNSResolver struct {
	// Resolver asks. nil: net.DefaultResolver.
	Resolver *net.Resolver
	// Service is asked for. Empty: "starlang".
	Service string
}

// Resolve implements [Resolver].
func (r DNSResolver) Resolve(ctx context.Context, node string) (string, error) {
	_, host, _ := strings.Cut(node, "@")
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host, nil
	}
	resolver, service := r.Resolver, r.Service
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	if service == "" {
		service = "starlang"
	}
	_, records, err := resolver.LookupSRV(ctx, service, "tcp", host)
	if err != nil {
		return "", fmt.Errorf("look up %s of %s: %w", service, host, err)
	}
	if len(records) == 0 {
		return "", fmt.Errorf("look up %s of %s: no record", service, host)
	}
	first := records[0]
	return net.JoinHostPort(strings.TrimSuffix(first.Target, "."), strconv.Itoa(int(first.Port))), nil
}

// ResolverFunc is a function as a [Resolver].
type ResolverFunc func(ctx context.Context, node string) (addr string, err error)

// Resolve implements [Resolver].
func (f ResolverFunc) Resolve(ctx context.Context, node string) (string, error) { return f(ctx, node) }
