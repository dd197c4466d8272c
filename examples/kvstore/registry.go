package main

import (
	"context"
	"errors"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// registry is a server that knows the buckets by name and makes those that are missing.
// It keeps nothing that it could not learn again: it may crash at any time.
type registry struct {
	buckets map[string]pid.PID // zero: it is being restarted
	watched map[pid.Ref]string // by monitor
}

// open asks for the bucket of a name.
type open struct{ Name string }

// errAway tells that a bucket is being restarted. It will be back.
var errAway = errors.New("bucket is being restarted")

func init() { genserver.MustRegisterError("kvstore.away", errAway) }

func startRegistry(ctx context.Context) (pid.PID, error) {
	r := &registry{buckets: make(map[string]pid.PID), watched: make(map[pid.Ref]string)}
	return genserver.StartLink(ctx, r, genserver.Options{Name: registryName})
}

// Init learns which buckets there are: buckets live on when a registry crashes.
func (r *registry) Init(ctx *genserver.Context) error {
	children, err := supervisor.WhichChildren(ctx, bucketsName)
	if err != nil {
		return err
	}
	for _, c := range children {
		name, err := genserver.CallAs[string](ctx, c.PID, whoIs{})
		if err == nil { // else it is dying, and is learned of when it is back
			r.watch(ctx, name, c.PID)
		}
	}
	return nil
}

// HandleCall implements genserver.CallHandler.
func (r *registry) HandleCall(ctx *genserver.Context, _ genserver.From, req any) (any, error) {
	o, ok := req.(open)
	if !ok {
		return nil, genserver.ErrUnhandled
	}
	return r.open(ctx, o.Name)
}

func (r *registry) open(ctx *genserver.Context, name string) (any, error) {
	p, known := r.buckets[name]
	if !p.IsZero() {
		return p, nil
	}
	if p, back := ctx.Whereis(bucketName(name)); back {
		r.watch(ctx, name, p)
		return p, nil
	}
	if known {
		return nil, errAway
	}
	p, err := supervisor.StartChild(ctx, bucketsName, bucketSpec(name))
	if err != nil {
		return nil, err
	}
	r.watch(ctx, name, p)
	return p, nil
}

func (r *registry) watch(ctx *genserver.Context, name string, p pid.PID) {
	r.buckets[name] = p
	r.watched[ctx.Monitor(p)] = name
}

// HandleInfo notices the ends of buckets.
func (r *registry) HandleInfo(_ *genserver.Context, msg any) error {
	down, ok := msg.(signal.Down)
	if !ok {
		return genserver.ErrUnhandled
	}
	r.buckets[r.watched[down.Ref]] = pid.PID{}
	delete(r.watched, down.Ref)
	return nil
}
