package main

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// bucket is a server that keeps keys and values. Nobody else touches them: it needs no lock.
type bucket struct {
	name   string
	values map[string]string
}

// The requests of a bucket.
type (
	put    struct{ Key, Value string }
	get    struct{ Key string }
	remove struct{ Key string }
	whoIs  struct{}
)

// found is the reply to get.
type found struct {
	Value string
	Here  bool
}

// HandleCall implements genserver.CallHandler.
func (b *bucket) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	switch r := req.(type) {
	case put:
		b.values[r.Key] = r.Value
		return nil, nil
	case get:
		value, here := b.values[r.Key]
		return found{value, here}, nil
	case remove:
		delete(b.values, r.Key)
		return nil, nil
	case whoIs:
		return b.name, nil
	}
	return nil, genserver.ErrUnhandled
}

// bucketSpec is the spec of a bucket. When it crashes it is started anew, and empty.
func bucketSpec(name string) supervisor.ChildSpec {
	return supervisor.ChildSpec{
		ID: "bucket " + name,
		Start: func(ctx context.Context) (pid.PID, error) {
			b := &bucket{name: name, values: make(map[string]string)}
			return genserver.StartLink(ctx, b, genserver.Options{Name: bucketName(name)})
		},
	}
}

// bucketName is the name under which a bucket is registered: there is only one.
func bucketName(name string) string { return "bucket/" + name }
